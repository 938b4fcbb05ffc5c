"""The embedded runtime's own settings and refusals; the whole of it running is the demo's test."""

import socket
import stat
from pathlib import Path

import pytest

from orchestrator.embedded import kept, ports, programs
from orchestrator.embedded.errors import DataDirUnusableError, PortInUseError, ProgramMissingError
from orchestrator.embedded.runtime import Embedded
from orchestrator.settings import EmbeddedSettings


async def test_a_port_in_use_stops_the_start_before_anything_runs(tmp_path: Path) -> None:
    """Nothing is left running, and the lock is free for the next start."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = EmbeddedSettings(data_dir=tmp_path, api_port=taken.getsockname()[1])
        for _ in range(2):
            with pytest.raises(PortInUseError, match="DIRIGENT_API_PORT"):
                await Embedded(settings).start()


async def test_a_data_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file where the folder should be: the message says which path and which variable."""
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(DataDirUnusableError, match="DIRIGENT_DATA_DIR"):
        await Embedded(EmbeddedSettings(data_dir=tmp_path / "data")).start()


def test_a_missing_package_says_how_to_install_it() -> None:
    """A program whose package is absent is named with its remedy."""
    with pytest.raises(ProgramMissingError, match=r"no-such-package.*make up"):
        programs._script("temporal", distribution="no-such-package")


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """The signing key of the first start is that of the second; tokens stay valid."""
    file = tmp_path / "key"
    assert kept.kept(file, kept.secret) == kept.kept(file, kept.secret)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_free_ports_are_distinct_from_the_usual_ones(tmp_path: Path) -> None:
    """A test's runtime gets in nobody's way."""
    settings = Embedded.on_free_ports(tmp_path).settings
    chosen = {settings.api_port, settings.temporal_port, settings.temporal_ui_port, settings.inbox_port}
    assert len(chosen) == 4
    assert chosen.isdisjoint({8000, 7233, 8233, 1025})
    ports.require(settings.api_port, purpose="the API", variable="DIRIGENT_API_PORT")
