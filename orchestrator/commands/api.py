"""`dirigent api`: the front desk, until it is told to stop."""

import asyncio
import signal

import structlog
import typer
import uvicorn

from orchestrator import logging, settings
from orchestrator.store.engine import make_engine
from orchestrator.temporal.client import connect
from orchestrator.wiring_api import make_api

app = typer.Typer()
log = structlog.get_logger()

GRACE = 10
"""Seconds that requests under way may take to end when the process is told to stop."""


@app.command()
def api() -> None:
    """Serve the API, its reference page at /docs and the links in e-mails, until SIGTERM or Ctrl-C."""
    loaded = settings.load()
    logging.configure(loaded.log_format)
    # uvicorn stops in good order and then raises the signal once more for the process that it runs in: for us, that is done.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: None)
    asyncio.run(_serve(loaded))


async def _serve(given: settings.Settings) -> None:
    engine = make_engine(given.database_url.get_secret_value())
    served = make_api(given, engine, await connect(given, lazy=True))
    config = uvicorn.Config(
        served,
        host=given.api_host,
        port=given.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE,
    )
    log.info("api", doing="serving", host=given.api_host, port=given.api_port)
    await uvicorn.Server(config).serve()
    await engine.dispose()
    log.info("api", doing="stopped")
