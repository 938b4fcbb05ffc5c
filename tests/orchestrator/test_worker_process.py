"""The worker as a process of its own, with nothing but settings."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
from temporalio.testing import WorkflowEnvironment

from orchestrator.embedded import ports


async def test_a_worker_serves_its_counters_where_the_settings_say(database: str, temporal_dev: WorkflowEnvironment, tmp_path: Path) -> None:
    """From the moment at which it polls until it is told to stop, which it does in good order."""
    ready, port = tmp_path / "ready", ports.free()
    given = {
        "DATABASE_URL": database,
        "TEMPORAL_ADDRESS": str(temporal_dev.client.service_client.config.target_host),
        "SMTP_HOST": "127.0.0.1",
        "MAIL_FROM": "no-reply@dirigent.test",
        "MAIL_DOMAIN": "dirigent.test",
        "PUBLIC_URL": "http://127.0.0.1",
        "SIGNING_KEY": "x" * 32,
        "KEEP_COPIES": "false",
        "READY_FILE": str(ready),
        "METRICS_PORT": str(port),
    }
    environment = {**os.environ, **{f"DIRIGENT_{name}": value for name, value in given.items()}}
    starting = "from orchestrator.main import main; main()"
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", starting, "worker", env=environment, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            while not ready.exists():
                assert worker.returncode is None, (await worker.stderr.read()).decode() if worker.stderr else ""
                await asyncio.sleep(0.1)
            assert "dirigent_dropped" in (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    finally:
        worker.terminate()
        await worker.communicate()
    assert worker.returncode == 0
