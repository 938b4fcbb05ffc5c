"""Which release of Dirigent this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


def version() -> str:
    """The version of the installed distribution; `unreleased` when it is run from a source tree that was not installed."""
    try:
        return installed("dirigent")
    except PackageNotFoundError:
        return "unreleased"
