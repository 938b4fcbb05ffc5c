"""Content systems: where content is reviewed, and what they say of it."""
