"""PostgreSQL for a laptop or a test: the server from a wheel, on a local port with a password, as a plain child that may be killed and started again."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from orchestrator.embedded import ports, programs
from orchestrator.embedded.child import Child
from orchestrator.embedded.errors import ClusterNotMadeError
from orchestrator.embedded.users import User, hand_over, let_read, unprivileged

_OWNER = "dirigent"
_FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
_LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")  # the same order of rows on every machine


class Postgres:
    """One server with its data in a folder. `durable=False` is for tests: nothing waits for the disk, and a power cut would lose the data."""

    def __init__(self, folder: Path, *, password: str, port: int = 0, durable: bool = True) -> None:
        self._folder = folder.resolve()
        self._password = password
        self._durable = durable
        self._user = unprivileged()
        self.port = port or ports.free()

    def url(self, database: str) -> str:
        """The address of a database, as SQLAlchemy reads it."""
        return f"postgresql+psycopg://{_OWNER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        """Make the data folder ready: at the first start a new cluster. Raises ProgramMissingError and ClusterNotMadeError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            hand_over(self._folder, self._user)
            let_read(*programs.postgres_folders())
        if not (self._folder / "PG_VERSION").exists():
            _initdb(self._folder, password=self._password, user=self._user, sync=self._durable)

    def child(self) -> Child:
        """What the supervisor starts. SIGINT is PostgreSQL's fast shutdown: it does not wait for its clients to leave."""
        listen = ("-h", "127.0.0.1", "-p", str(self.port), "-k", "")
        return Child(
            name="postgres",
            command=(str(programs.postgres("postgres")), "-D", str(self._folder), *listen, *(() if self._durable else _FORGETFUL)),
            user=self._user,
            ready=self._answers,
            stop_signal=signal.SIGINT,
        )

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Create a database, as a copy of the template if one is named, and return its address. Nobody may be connected to the template."""
        origin = sql.Identifier(template or "template0")
        self._administer(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(name), origin))
        return self.url(name)

    def ensure_database(self, name: str) -> str:
        """The address of the database, which is created when it is not there."""
        with psycopg.connect(self._plain("postgres")) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return self.url(name) if known else self.create_database(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, and whoever is connected to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._plain("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    async def _answers(self) -> bool:
        try:
            async with await psycopg.AsyncConnection.connect(self._plain("postgres"), connect_timeout=2) as connection:
                await connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _plain(self, database: str) -> str:
        return self.url(database).replace("+psycopg", "", 1)


def _initdb(folder: Path, *, password: str, user: User | None, sync: bool) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as secret:
        secret.write(password)
        secret.flush()
        if user is not None:
            os.chown(secret.name, user.uid, user.gid)
        command = (str(programs.postgres("initdb")), "-D", str(folder), "-U", _OWNER, f"--pwfile={secret.name}", "--auth=scram-sha-256", *_LOCALE)
        done = subprocess.run(  # noqa: S603 - the command is ours
            (*command, *(() if sync else ("--no-sync",))),
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",  # a user who was dropped to may not enter this process's folder
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise ClusterNotMadeError(folder, said=done.stderr.strip())
