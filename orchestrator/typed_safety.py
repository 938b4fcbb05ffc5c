"""The answer to the adverse-event question as it is typed: beside every reason or remark that somebody gives in words of their own at the command line."""

from typing import Annotated, NamedTuple

import typer

from api.schemas.safety import NothingToReport, SafetyAnswer, SafetyReport
from journeys.safety import SafetyKind

_NONE = "none"


def _known(heard: str) -> str:
    if heard not in {_NONE, *SafetyKind}:
        raise typer.BadParameter(f"one of {_NONE}, {', '.join(SafetyKind)}")
    return heard


Heard = Annotated[
    str,
    typer.Option(
        "--safety",
        callback=_known,
        prompt="Do these words tell of an adverse event, a product complaint or the like? none, or what it is",
        help="The answer to the adverse-event question about these words: none, or what they tell of, which opens a safety case.",
    ),
]


class Typed(NamedTuple):
    """Words as they were typed, with the answer about them: neither goes anywhere without the other."""

    words: str
    safety: SafetyAnswer

    @classmethod
    def of(cls, words: str, heard: str) -> "Typed":
        return cls(words, answer(heard, words))


def answer(heard: str, words: str) -> SafetyAnswer:
    """The answer as the API takes it. What there is to report stands in the words themselves."""
    if heard == _NONE:
        return NothingToReport(answer="none")
    return SafetyReport(answer="yes", kind=SafetyKind(heard), words=words)
