"""`dirigent inbox`: the SMTP inbox of the embedded runtime, which starts it."""

import asyncio
from contextlib import suppress

import typer

from orchestrator.embedded import inbox
from orchestrator.settings import SettingsInvalidError, load

app = typer.Typer()


@app.command(hidden=True)
def serve() -> None:
    """Accept e-mails on a local port and keep each as a file. The embedded runtime starts this."""
    settings = load()
    if settings.inbox_dir is None:
        raise SettingsInvalidError("DIRIGENT_INBOX_DIR is not set: the inbox belongs to the embedded runtime. Run `dirigent up`.")
    with suppress(KeyboardInterrupt):
        asyncio.run(inbox.serve(settings.inbox_dir, port=settings.smtp_port))
