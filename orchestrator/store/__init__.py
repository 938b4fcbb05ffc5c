"""The store: PostgreSQL behind the ports of `activities` and `api`. What leaves it are their models, never a row."""
