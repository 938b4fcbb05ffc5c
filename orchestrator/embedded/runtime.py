"""Dirigent whole on one machine: PostgreSQL, Temporal, the SMTP inbox, the migration, the worker and the API, with every setting made for them. The
command `dirigent up` runs it; the demo and the tests run it on free ports and data of their own."""

import json
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import structlog

from orchestrator.embedded import answering, inbox, kept, ports, programs, temporal
from orchestrator.embedded.child import Child
from orchestrator.embedded.errors import DataDirUnusableError
from orchestrator.embedded.postgres import Postgres
from orchestrator.embedded.remains import Lock, Remains
from orchestrator.embedded.supervisor import Patience, Supervisor
from orchestrator.settings import PREFIX, EmbeddedSettings, Settings, embedded_file

_log = structlog.get_logger(__name__)
_DATABASE = "dirigent"
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a user may set, to reach the API from a phone
_NOT_OURS = ("channels", "mail_senders", "smtp_username", "smtp_password", "temporal_tls", "temporal_api_key", "keep_copies", "safety_endpoint")
"""What the shell may hold for another Dirigent: an empty variable counts as none."""
_FOLDERS = ("run", "logs", "secrets", "inbox")


class Embedded:
    """One whole Dirigent on one data directory, as an async context manager or with `start` and `stop`. Starting it again on the same data goes on
    where it stopped."""

    def __init__(self, settings: EmbeddedSettings, *, sample: bool = True, patience: Patience | None = None) -> None:
        """`sample`: at the first start, load the invented people and let them sign and publish the library, so that there is something to work with."""
        self._sample = sample
        self.settings = settings
        self.data_dir = settings.data_dir.resolve()
        self.inbox = inbox.Inbox(self.data_dir / "inbox")
        self._remains = Remains(self.data_dir / "run")
        self._supervisor = Supervisor(logs=self.data_dir / "logs", remains=self._remains, patience=patience)
        self._environment: dict[str, str] = {}
        self._lock: Lock | None = None

    @classmethod
    def on_free_ports(cls, data_dir: Path, *, clock_speed: float = 1.0, sample: bool = True) -> Self:
        """A runtime that gets in nobody's way."""
        api, front, ui, smtp = (ports.free() for _ in range(4))
        return cls(
            EmbeddedSettings(data_dir=data_dir, api_port=api, temporal_port=front, temporal_ui_port=ui, inbox_port=smtp, clock_speed=clock_speed),
            sample=sample,
        )

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each child: postgres, temporal, inbox, worker, api."""
        return self._supervisor.pids

    @property
    def environment(self) -> dict[str, str]:
        """The `DIRIGENT_…` variables of the children, secrets included; empty before the start."""
        return dict(self._environment)

    @property
    def api_url(self) -> str:
        host = "127.0.0.1" if self.settings.api_host == _EVERYWHERE else self.settings.api_host
        return f"http://{host}:{self.settings.api_port}"

    @property
    def ui_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.temporal_ui_port}"

    def process_settings(self) -> Settings:
        """The settings of the children, for a caller that reaches into the same parts."""
        return Settings.model_validate({name.removeprefix(PREFIX).lower(): value for name, value in self._environment.items() if value})

    async def start(self) -> None:
        """Start everything and return when all of it is ready. Raises an EmbeddedError that says what to do; nothing is left running then."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def watch(self) -> None:
        """Return never; raises ChildFailedError when a child could not be kept alive."""
        await self._supervisor.watch()

    async def stop(self) -> None:
        """Stop everything, the last started first. Safe to call at any time, and twice."""
        await self._supervisor.stop()
        if self._lock is not None:
            embedded_file(self.data_dir).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def _start(self) -> None:
        settings = self.settings
        programs.require_smtp()
        _make_folders(self.data_dir)
        self._lock = Lock(self.data_dir)
        self._remains.clear()
        self._require_ports()
        postgres = Postgres(self.data_dir / "postgres", password=self._secret("database_password"), port=settings.postgres_port)
        server = temporal.child(self.data_dir / "temporal.db", port=settings.temporal_port, ui_port=settings.temporal_ui_port)
        postgres.initialise()
        self._environment = self._settings_of_children(postgres.url(_DATABASE))
        await self._supervisor.start(postgres.child(), server, self._inbox())
        postgres.ensure_database(_DATABASE)
        await self._supervisor.run("migrate", _dirigent("migrate"), environment=self._environment)
        await self._furnish()
        await self._supervisor.start(self._worker(), self._api())
        kept.write_private(embedded_file(self.data_dir), "".join(f"{name}={json.dumps(value)}\n" for name, value in self._environment.items()))

    async def _furnish(self) -> None:
        furnished = self.data_dir / "furnished"
        if self._sample and not furnished.exists():
            await self._supervisor.run("sample", _dirigent("people", "sample"), environment=self._environment)
            await self._supervisor.run("library", _dirigent("library", "sample"), environment=self._environment)
            furnished.touch()

    def _require_ports(self) -> None:
        settings = self.settings
        ports.require(settings.api_port, purpose="the API", variable="DIRIGENT_API_PORT", host=settings.api_host)
        ports.require(settings.temporal_port, purpose="Temporal", variable="DIRIGENT_TEMPORAL_PORT")
        ports.require(settings.temporal_ui_port, purpose="Temporal's screen", variable="DIRIGENT_TEMPORAL_UI_PORT")
        ports.require(settings.inbox_port, purpose="the SMTP inbox", variable="DIRIGENT_INBOX_PORT")
        if settings.postgres_port:
            ports.require(settings.postgres_port, purpose="PostgreSQL", variable="DIRIGENT_POSTGRES_PORT")

    def _settings_of_children(self, database_url: str) -> dict[str, str]:
        settings = self.settings
        values = {
            "embedded": "true",
            "data_dir": str(self.data_dir),
            "database_url": database_url,
            "temporal_address": f"127.0.0.1:{settings.temporal_port}",
            "temporal_namespace": temporal.NAMESPACE,
            "smtp_host": "127.0.0.1",
            "smtp_port": str(settings.inbox_port),
            "smtp_starttls": "false",
            **dict.fromkeys(_NOT_OURS, ""),
            "mail_from": "no-reply@dirigent.test",
            "mail_domain": "dirigent.test",
            "safety_inbox": "safety@dirigent.test",
            "message_gateways": "sms=sms.dirigent.test",
            "endpoints": answering.settings(self.api_url, self._secret("others")),
            "public_url": self.api_url,
            "signing_key": self._secret("signing_key"),
            "copy_keys": f"own={kept.kept(self.data_dir / 'secrets' / 'copy_key', kept.key)}",
            "api_host": settings.api_host,
            "api_port": str(settings.api_port),
            "inbox_dir": str(self.data_dir / "inbox"),
            "log_format": settings.log_format.value,
            **self._clock(),
        }
        return {PREFIX + name.upper(): value for name, value in values.items()}

    def _clock(self) -> dict[str, str]:
        if self.settings.clock_speed == 1.0:
            return {}
        origin = kept.kept(self.data_dir / "secrets" / "clock_origin", lambda: datetime.now(UTC).isoformat())
        return {"clock_speed": str(self.settings.clock_speed), "clock_origin": origin}

    def _inbox(self) -> Child:
        port = self.settings.inbox_port
        return Child(name="inbox", command=_dirigent("inbox"), environment=self._environment, ready=lambda: inbox.greets(port))

    def _worker(self) -> Child:
        ready = self.data_dir / "run" / "worker.ready"

        async def polls() -> bool:
            return ready.exists()

        environment = {**self._environment, f"{PREFIX}READY_FILE": str(ready)}
        return Child(name="worker", command=_dirigent("worker"), environment=environment, ready=polls, ready_file=ready, stop_within=25)

    def _api(self) -> Child:
        async def answers() -> bool:
            with suppress(httpx.TransportError):
                async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                    return (await client.get(f"{self.api_url}/health/ready")).is_success
            return False

        return Child(name="api", command=_dirigent("api"), environment=self._environment, ready=answers)

    def _secret(self, name: str) -> str:
        return kept.kept(self.data_dir / "secrets" / name, kept.secret)


def _dirigent(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "orchestrator.main", *words)


def _make_folders(data_dir: Path) -> None:
    try:
        for name in _FOLDERS:
            (data_dir / name).mkdir(parents=True, exist_ok=True)
            (data_dir / name).chmod(0o700)  # mails and secrets are nobody else's business
    except OSError as error:
        raise DataDirUnusableError(data_dir, why=os.strerror(error.errno or 0)) from None
    if not os.access(data_dir / "run", os.W_OK):
        raise DataDirUnusableError(data_dir, why="it is not writable")
