"""`dirigent users`: sets the PIN with which a user signs."""

from typing import Annotated

import typer

from orchestrator import acting
from orchestrator.store.errors import StoreError
from orchestrator.typed_pins import new_pin_of

app = typer.Typer(no_args_is_help=True, help="Those who sign in.")


@app.callback()
def _group() -> None:
    """Keeps `pin` a subcommand, although it is the only one."""


@app.command()
def pin(user: Annotated[str, typer.Argument(help="The id of an active user.", show_default=False)]) -> None:
    """Set a user's signing PIN, which the user types, or which is taken from the variable DIRIGENT_PIN. A lock is lifted.

    Whoever has one changes it in the API, with the old one: then nobody else knows it.
    """
    chosen = new_pin_of(user)
    try:
        name = acting.in_the_house(lambda house: house.set_pin(user, chosen))
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{name} signs with the new PIN from now on.")
