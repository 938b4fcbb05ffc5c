"""What the API is asked and what it tells, one file per noun: strict towards callers, and never a table of the store."""
