"""The embedded PostgreSQL as the rest of the suite uses it."""

import psycopg
import pytest

from orchestrator.embedded.postgres import Postgres


def _connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url.replace("+psycopg", "", 1))


def test_a_database_is_a_copy_of_its_template(postgres_server: Postgres) -> None:
    """A migrated template makes a fresh database for each test."""
    with _connect(postgres_server.create_database("pattern")) as connection:
        connection.execute("CREATE TABLE note AS SELECT 7 AS number")
    with _connect(postgres_server.create_database("copy", template="pattern")) as connection:
        assert connection.execute("SELECT number FROM note").fetchone() == (7,)
    postgres_server.drop_database("copy")
    postgres_server.drop_database("pattern")


def test_ensuring_a_database_twice_changes_nothing(postgres_server: Postgres) -> None:
    """A second start finds its database."""
    assert postgres_server.ensure_database("once") == postgres_server.ensure_database("once")
    postgres_server.drop_database("once")


def test_a_wrong_password_is_refused(postgres_server: Postgres) -> None:
    """Other users of the machine cannot read the data through the port."""
    stranger = f"postgresql://dirigent:guess@127.0.0.1:{postgres_server.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)
