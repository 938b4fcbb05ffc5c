"""The command `dirigent`. It finds its subcommands by their file names and imports one only when it is called, so that linting a journey does not wait
for Temporal and the database to load; and it turns every foreseen error into one paragraph and an exit code."""

import gc
import importlib
import pkgutil
import sys
import time
from typing import Any

import typer
from typer.core import TyperGroup

from orchestrator import commands
from orchestrator.embedded.errors import EmbeddedError
from orchestrator.settings import SettingsInvalidError


class _Subcommands(TyperGroup):
    """Each module of `orchestrator.commands` is a subcommand with the module's name; underscores are typed as hyphens."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the framework's signature
        return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command


app = typer.Typer(cls=_Subcommands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _root() -> None:
    """Dirigent runs agreed engagement strategies, one durable journey for each healthcare professional."""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 the command says what failed, 2 wrong usage or settings."""
    try:
        app()
    except SettingsInvalidError as invalid:
        _fail(str(invalid), code=2)
    except EmbeddedError as error:
        _fail(str(error), code=error.exit_code)
    finally:
        settle()


def settle() -> None:
    """Let Temporal's client wind down. A short-lived process that used it may otherwise abort while the interpreter exits (temporalio/sdk-python 300)."""
    if "temporalio.bridge" in sys.modules:
        gc.collect()
        time.sleep(0.3)


def _fail(message: str, *, code: int) -> None:
    typer.echo(message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
