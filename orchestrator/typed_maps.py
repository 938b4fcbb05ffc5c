"""Maps from step to step as they are typed, of commands that move people."""

from typing import Annotated

import typer

Map = Annotated[
    list[str] | None, typer.Option("--map", help="step=step: where those go who stand at a step that is gone, or what it is called now. May be given again.")
]


def pairs(mapping: list[str] | None) -> dict[str, str]:
    """A map as it is typed: step=step, as often as there are steps."""
    return dict(each.partition("=")[::2] for each in mapping or [])
