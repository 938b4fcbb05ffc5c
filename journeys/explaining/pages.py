"""An explanation as a Markdown page: readable as it stands, printable, and good to lay beside a signature."""

import re
from collections.abc import Iterable, Iterator

from journeys.drawing.lettering import printable
from journeys.explaining.account import Explanation, Shown, StepTold

_SIGNS = re.compile(r"([\\`*_\[\]<>|#])")


def markdown(told: Explanation) -> str:
    """The page. Authored words stand as words: what would be markup in them is written as text."""
    return "\n".join(_page(told)) + "\n"


def _page(told: Explanation) -> Iterator[str]:
    yield f"# {_plain(told.title)}"
    yield ""
    yield f"`{told.journey}` version {told.version} · digest `{told.digest}`"
    yield from _part("What it is", told.about)
    yield from _part("Who enters", told.entry)
    yield from _part("What is asked before anything is sent", told.gate or ("It sends nothing.",))
    yield from _part("When it ends", told.ends)
    yield from ("", "## Steps", "", *(f"{step.number}. {_plain(step.title)} ({step.kind})" for step in told.steps))
    for step in told.steps:
        yield from _step(step)
    yield from ("", "## Content that is shown", "", *_contents(told.contents))


def _part(title: str, sentences: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "", *(_plain(sentence) for sentence in sentences))


def _step(step: StepTold) -> Iterator[str]:
    yield from ("", f"### {step.number}. {_plain(step.title)}")
    if step.why:
        yield from ("", f"*Why:* {_plain(step.why)}")
    yield from ("", " ".join(_plain(sentence) for sentence in step.happens))
    if step.leads:
        yield from ("", *(f"- {_plain(sentence)}" for sentence in step.leads))


def _contents(contents: tuple[Shown, ...]) -> Iterator[str]:
    if not contents:
        yield "None."
        return
    yield from ("| content | title | approval | steps |", "|---|---|---|---|")
    for shown in contents:
        yield f"| {shown.content} | {_plain(shown.title or '')} | {shown.approval or 'not in this library'} | {', '.join(map(str, shown.steps))} |"


def _plain(text: str) -> str:
    return _SIGNS.sub(r"\\\1", printable(text))
