"""The Temporal development server as a child, with its database in a file that survives a kill. Write-ahead logging makes it three times as fast as the
server's own choice; with `synchronous=normal` a power cut, and only that, may lose the last transactions."""

import asyncio
import subprocess
from pathlib import Path

from orchestrator.embedded import programs
from orchestrator.embedded.child import Child

NAMESPACE = "default"


def child(database: Path, *, port: int, ui_port: int) -> Child:
    """The server on local ports. Ready means that it can describe its namespace. Raises ProgramMissingError."""
    program = str(programs.temporal())
    pragmas = ("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal")
    listen = ("--ip", "127.0.0.1", "--port", str(port), "--ui-port", str(ui_port), "--ui-disable-news-fetch")

    async def describes_its_namespace() -> bool:
        asked = await asyncio.create_subprocess_exec(
            program, "operator", "namespace", "describe", "--address", f"127.0.0.1:{port}", "-n", NAMESPACE,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return await asked.wait() == 0

    return Child(
        name="temporal",
        command=(program, "server", "start-dev", "--db-filename", str(database), *pragmas, *listen, "--log-level", "warn"),
        ready=describes_its_namespace,
        tries=3,  # it has been seen to panic while starting on a busy machine, perhaps over the ports that it draws for its own parts
    )
