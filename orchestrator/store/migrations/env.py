"""Alembic runs this for every command. The connection, its lock and its transaction are the caller's, see `orchestrator.store.migrations.migrate`."""

from alembic import context
from sqlmodel import SQLModel

import orchestrator.store.tables  # noqa: F401 - registers every table

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, include_schemas=True)
context.run_migrations()
