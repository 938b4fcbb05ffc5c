"""The five-minute tour of the README, pasted line by line into a shell beside a running system."""

import os
import re
import shutil
import sys
from asyncio import create_subprocess_exec, wait_for
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from orchestrator.embedded.runtime import Embedded
from tests.docs.reading import fences

_PATIENCE = 90.0
"""Seconds that the whole tour may take."""


@pytest.mark.timeout(180)
@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="the tour needs curl and bash")
async def test_the_tour_goes_as_the_readme_tells_it(short_tmp: Path) -> None:
    """The gate refuses for want of consent, the strategy asks for it, and then one e-mail lies in the inbox and in the story."""
    async with Embedded.on_free_ports(short_tmp / "tour") as embedded:
        told = await _paste(_tour(embedded), embedded)
        (mail,) = embedded.inbox.mails()
    assert "was blocked because no consent for this channel, purpose and market is on record" in told
    assert "“Ask for consent to e-mail” was completed by Anna Ljungvall, remote: consent given." in told
    assert "The e-mail of “Send the evidence you talked about” was handed over for delivery." in told
    assert "Underlaget" in mail.message["Subject"]
    assert "Traceback" not in told


def _tour(embedded: Embedded) -> str:
    """The blocks of the tour in their order, for this system's address and this machine's programs."""
    script = "\n".join(fence.text for fence in fences("sh tour"))
    script = script.replace("http://127.0.0.1:8000", embedded.api_url)
    return re.sub(r"\.venv/bin/(dirigent|python)", lambda found: _PROGRAMS[found[1]], script)


_PROGRAMS = {"dirigent": f"{sys.executable} -m orchestrator.main", "python": sys.executable}


async def _paste(script: str, embedded: Embedded) -> str:
    """What a terminal shows for the script; it stops at the first command that fails."""
    environment = {**os.environ, "DIRIGENT_DATA_DIR": str(embedded.data_dir)}
    shell = await create_subprocess_exec("bash", "-euo", "pipefail", "-c", script, stdout=PIPE, stderr=STDOUT, env=environment)
    told, _ = await wait_for(shell.communicate(), _PATIENCE)
    text = told.decode()
    assert shell.returncode == 0, text
    return text
