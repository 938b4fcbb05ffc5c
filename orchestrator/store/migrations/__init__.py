"""The schema's history. Production and the embedded runtime reach it the same way, by `migrate`; nothing else ever creates a table."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from orchestrator.store import roles
from orchestrator.store.errors import DatabaseTooNewError, DatabaseUnreachableError, MigrationMissingError
from orchestrator.store.locks import Queue


def migrate(url: str) -> tuple[str, ...]:
    """Bring the database to this release's schema and return the migrations that were applied, oldest first; none when it was there already.

    All of them happen in one transaction, under an advisory lock: a failure leaves the database as it was, and of two that
    start together the second waits and then finds nothing to do. The rights of the two roles are given anew each time.
    Raises DatabaseUnreachableError, DatabaseTooNewError and RolesMissingError.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": Queue.MIGRATION.value})
            pending = _pending(connection)
            if pending:
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            roles.establish(connection)
            return pending
    except OperationalError as error:
        if not error.connection_invalidated and error.statement is not None:
            raise
        place = make_url(url)
        raise DatabaseUnreachableError(f"{place.host}:{place.port or 5432}/{place.database}") from None
    finally:
        engine.dispose()


async def require_migrated(engine: AsyncEngine) -> None:
    """Refuse to work on another schema than this release's. Raises MigrationMissingError."""
    async with engine.connect() as connection:
        found = await connection.run_sync(_revision)
    wanted = _scripts().get_current_head()
    if wanted is not None and found != wanted:
        raise MigrationMissingError(found, wanted=wanted)


def _pending(connection: Connection) -> tuple[str, ...]:
    found, scripts = _revision(connection), _scripts()
    history = [script.revision for script in scripts.walk_revisions()]
    if found is not None and found not in history:
        raise DatabaseTooNewError(found)
    return tuple(reversed(history[: history.index(found)] if found is not None else history))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
