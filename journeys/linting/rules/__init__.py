"""The rules, by what they look at. Each is a small function that yields a remark for every place it does not like."""
