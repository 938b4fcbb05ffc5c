"""What is logged of an error."""

import logging

import pytest

from orchestrator.logging import configure
from orchestrator.settings import LogFormat


def _stumble(name: str) -> None:
    raise ValueError(f"{len(name)} letters")


@pytest.mark.parametrize("log_format", list(LogFormat))
def test_a_traceback_holds_no_local_variable(log_format: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    """For machines and for people: where it happened is told, and no name that was at hand there."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(log_format)
    try:
        _stumble("tsivqdniL"[::-1])
    except ValueError:
        logging.getLogger("uvicorn.error").exception("stumbled")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    told = capsys.readouterr().err
    assert ("_stumble" in told, "Lindqvist" in told) == (True, False)
