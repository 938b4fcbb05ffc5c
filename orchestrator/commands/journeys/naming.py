"""What the commands on versions share: `pioneer@2` as an argument, and the way into the house. The house is imported when it is entered, so that linting a
file does not wait for the database's libraries."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from journeys.definitions import ContentRef

if TYPE_CHECKING:
    from orchestrator.acting import House

T = TypeVar("T")


def _parsed(written: str) -> ContentRef:
    try:
        return ContentRef.parse(written)
    except ValueError:
        raise typer.BadParameter('a version is named with its journey and number, such as "pioneer@2"') from None


Ref = Annotated[ContentRef, typer.Argument(metavar="JOURNEY@VERSION", parser=_parsed, show_default=False)]


def from_house(work: "Callable[[House], Awaitable[T]]") -> T:
    """What the house answers. Ends the command with 1 where something foreseen stands in the way, and says what."""
    from orchestrator import acting  # noqa: PLC0415 - see above
    from orchestrator.store.errors import StoreError  # noqa: PLC0415 - likewise

    try:
        return acting.in_the_house(work)
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
