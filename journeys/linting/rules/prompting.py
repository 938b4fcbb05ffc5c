"""Rules against prompting: a journey neither invites the question that medical then answers, nor sends an answer to what nobody asked."""

import re
from collections.abc import Iterator

from journeys.content import ContentVersion
from journeys.definitions import EscalateStep, NotifyStep, SendStep, Step, VisitStep, hands_over
from journeys.linting.subject import Subject
from journeys.linting.walks import reached
from journeys.loading import Loc, Remark

_INVITING = (
    r"\bask (?:us|me|our|your|medical)\b[^.!?]{0,60}\b(?:about|for|whether)\b",
    r"\b(?:prompt|invite|encourage|elicit|provoke)\b[^.!?]{0,60}\bquestions?\b",
    r"\b(?:off[- ]label|unapproved|unlicensed)\b",
    r"\bfråga (?:oss|mig|vår|våra|medicinsk\w*)\b[^.!?]{0,60}\bom\b",
    r"\b(?:uppmuntra|locka|bjud in|uppmana)\b[^.!?]{0,60}\bfråg\w+",
    r"\b(?:utanför|ej|icke|inte) godkänd\w*\b",
)
INVITING = re.compile("|".join(_INVITING), re.IGNORECASE)
"""Words that bring up a question to medical, in English and Swedish. It finds the plain cases: reviewers find the others."""


def inviting(subject: Subject) -> Iterator[Remark]:
    """J308: where a hand-off to medical may follow, no word of the journey or of what it sends invites the question (FDA draft guidance, 2011: a prompted
    request is solicited)."""
    if not subject.commercial or not any(hands_over(subject.steps, step_id) for step_id in subject.steps):
        return
    for step_id, step in subject.steps.items():
        for loc, words in _words(step):
            yield from _remarks(("steps", step_id, *loc), words, "leave it out: the HCP asks unprompted, or not at all")
    for loc, ref, _ in subject.uses:
        content = subject.library.contents.get(ref)
        found = INVITING.search(" ".join(_said(content))) if content is not None else None
        if found is not None:
            message = f'"{ref}" says "{found[0]}", which invites a question that medical would answer'
            yield Remark(loc, message, "use content that does not")


def unasked(subject: Subject) -> Iterator[Remark]:
    """J309: a medical response sends nothing before a hand-off, because before it there is no question that it could answer."""
    if subject.commercial:
        return
    handed = {step_id for step_id in subject.steps if hands_over(subject.steps, step_id)}
    graph = {step_id: [] if step_id in handed else following for step_id, following in subject.graph.items()}
    before = reached(graph, [subject.definition.first])
    for step_id, step in subject.steps.items():
        if isinstance(step, SendStep) and step_id in before:
            yield Remark(("steps", step_id), f'"{step_id}" answers what nobody has asked', "lead here only by way of a medical step", key=True)


def _words(step: Step) -> Iterator[tuple[Loc, str | None]]:
    yield ("title",), step.title
    yield ("why",), step.why
    match step:
        case VisitStep():
            yield from ((("visit", channel, "message"), meeting.message) for channel, meeting in step.visit.channels.items())
        case NotifyStep():
            yield ("notify", "message"), step.notify.message
        case EscalateStep():
            yield ("escalate", "message"), step.escalate.message
        case _:
            return


def _remarks(loc: Loc, words: str | None, fix: str) -> Iterator[Remark]:
    found = INVITING.search(words or "")
    if found is not None:
        yield Remark(loc, f'"{found[0]}" invites a question that medical would answer', fix)


def _said(content: ContentVersion) -> Iterator[str]:
    for letter in content.letters.values():
        yield from (letter.subject, letter.text, letter.html)
    yield from (*content.texts.values(), *content.material.values())
