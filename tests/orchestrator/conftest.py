"""Tests of the house share the migrated database."""

from tests.database import database, dirigent, engine, migrated_template

__all__ = ["database", "dirigent", "engine", "migrated_template"]
