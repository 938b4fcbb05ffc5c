"""The whole account of a journey, as a typed value: what pages and programs show of it is theirs, what it says is decided here."""

from collections import deque
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from journeys.content import ContentVersion
from journeys.definitions import (
    ContentRef,
    Definition,
    EmailStep,
    Entry,
    ExitStep,
    InviteStep,
    MessageStep,
    Purpose,
    SendStep,
    Step,
    VisitStep,
    kind_of,
    targets,
)
from journeys.durations import Length
from journeys.explaining.doing import doing
from journeys.explaining.gate import asked, kept_out, turns
from journeys.explaining.leading import leading
from journeys.explaining.phrases import Names, both, either, spoken
from journeys.explaining.times import hours
from journeys.explaining.waiting import fields
from journeys.library import Library


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class StepTold(_Told):
    """One step. `number` is its place in the order of reading, by which the sentences name it."""

    number: int
    id: str
    kind: str
    title: str
    why: str | None
    happens: tuple[str, ...]
    leads: tuple[str, ...]


class Shown(_Told):
    """One version of content and the steps that show it. Without a library, or where that does not hold it, only its id is known."""

    content: str
    title: str | None
    approval: str | None
    steps: tuple[int, ...]


class Explanation(_Told):
    journey: str
    version: int
    title: str
    digest: str
    about: tuple[str, ...]
    gate: tuple[str, ...]
    """What is asked before anything is sent; nothing where nothing is."""
    entry: tuple[str, ...]
    ends: tuple[str, ...]
    steps: tuple[StepTold, ...]
    contents: tuple[Shown, ...]


def explain(definition: Definition, *, library: Library | None = None) -> Explanation:
    """Tell a definition. The same definition and library give the same words, in the same order."""
    order = _reading(definition)
    names = Names(definition, {step_id: number for number, step_id in enumerate(order, 1)}, library)
    return Explanation(
        journey=definition.journey,
        version=definition.version,
        title=definition.title,
        digest=definition.digest,
        about=tuple(_about(definition, names)),
        gate=tuple(asked(definition)) if any(isinstance(step, SendStep) for step in definition.steps.values()) else (),
        entry=tuple(_entry(definition, names)),
        ends=tuple(_ends(definition, names)),
        steps=tuple(_step(step_id, names) for step_id in order),
        contents=tuple(_contents(names)),
    )


def _reading(definition: Definition) -> tuple[str, ...]:
    """The steps as one comes to them from the first, the nearest first; after them those that nothing leads to, as written."""
    found: dict[str, None] = {}
    ahead = deque([definition.first])
    while ahead:
        step_id = ahead.popleft()
        if step_id in definition.steps and step_id not in found:
            found[step_id] = None
            ahead.extend(to for _, to in targets(definition.steps[step_id]))
    return (*found, *(step_id for step_id in definition.steps if step_id not in found))


def _about(definition: Definition, names: Names) -> Iterator[str]:
    whose = f"the persona {names.persona(definition.persona)} and " if definition.persona is not None else ""
    yield f"This journey is for {whose}the product {spoken(definition.product)}, in {both(definition.markets)}."
    yield from turns(definition)


def _entry(definition: Definition, names: Names) -> Iterator[str]:
    entry = definition.entry
    yield f"An HCP may enter when {names.condition(entry.when)}."
    yield kept_out(definition)
    yield from _ways_in(entry)
    if entry.hold_out:
        yield f"{entry.hold_out} per cent of those who could enter are kept out for comparison, the same people every time."
    yield _again(entry.again)
    yield f"The journey begins with {names.step(definition.first)}."


def _ways_in(entry: Entry) -> Iterator[str]:
    """The doors by which an HCP comes in."""
    if entry.on is not None:
        yield f"When the event “{spoken(entry.on.event)}”{fields(entry.on.where)} is reported of an HCP, the HCP enters without anybody's doing."
    if entry.automatic:
        yield "Whoever meets this enters without anybody's doing, as soon as it is so."
    if entry.schedule is not None:
        yield f"Whoever meets this enters without anybody's doing at {hours(entry.schedule)}, by the market's clock."
    also = "also " if entry.on is not None or entry.automatic or entry.schedule is not None else ""
    yield f"A rep or a marketer may {also}enter an HCP by hand, and a marketer many at once."


def _again(again: Length | str) -> str:
    match again:
        case "never":
            return "Nobody enters a second time."
        case "after_exit":
            return "The same HCP may enter again as soon as the last run has ended."
        case "by_key":
            return "The same HCP may be in it several times, also side by side: once for each such event, which its key tells from the others."
        case _:
            return f"The same HCP may enter again {again} after the last run has ended."


def _ends(definition: Definition, names: Names) -> Iterator[str]:
    if definition.goal is not None:
        yield f"The journey has reached its goal, and ends at once wherever the HCP is in it, when {names.condition(definition.goal)}."
    if definition.exit_when is not None:
        yield f"It ends early, at once wherever the HCP is in it, when {names.condition(definition.exit_when)}."
    for leaving in definition.exit_on:
        same = ", with the same key as the event by which the HCP entered" if leaving.same_key else ""
        yield f"It ends early, at once wherever the HCP is in it, at the event “{spoken(leaving.event)}”{fields(leaving.where)}{same}."
    if definition.purpose is Purpose.PROMOTIONAL:
        yield "It ends at once when the HCP objects to direct marketing."
    if definition.horizon is not None:
        yield f"It ends {definition.horizon} after the HCP entered, wherever the HCP is in it."
    exits = [names.step(step_id) for step_id in names.numbers if isinstance(definition.steps[step_id], ExitStep)]
    if exits:
        yield f"Otherwise it ends at {either(exits)}."


def _step(step_id: str, names: Names) -> StepTold:
    step = names.definition.steps[step_id]
    lost = step_id != names.definition.first and not any(to == step_id for other in names.definition.steps.values() for _, to in targets(other))
    return StepTold(
        number=names.numbers[step_id],
        id=step_id,
        kind=kind_of(step) or "",
        title=names.title(step_id),
        why=step.why,
        happens=(*(("Nothing leads here.",) if lost else ()), *doing(step, names), *_bound(step)),
        leads=tuple(leading(step, names)),
    )


def _bound(step: Step) -> Iterator[str]:
    if not isinstance(step, ExitStep) and step.at_most is not None:
        yield f"The HCP comes here {step.at_most} times at most." if step.at_most > 1 else "The HCP comes here once at most."


def _contents(names: Names) -> Iterator[Shown]:
    """What is shown, in the order in which one comes to it."""
    shown: dict[ContentRef, list[int]] = {}
    for step_id, number in names.numbers.items():
        for ref in dict.fromkeys(_refs(names.definition.steps[step_id])):
            shown.setdefault(ref, []).append(number)
    for ref, steps in shown.items():
        known = names.library.contents.get(ref) if names.library is not None else None
        yield Shown(content=str(ref), title=known.title if known else None, approval=_approval(known) if known else None, steps=tuple(steps))


def _approval(content: ContentVersion) -> str:
    """The state that review gave it, with the evidence. Whether it has expired is a question of the day, which a signed page does not ask."""
    approval = content.approval
    return str(content.state) if approval is None else f"{content.state}, {approval.id}, until {approval.expires:%Y-%m-%d}"


def shown_in(definition: Definition) -> tuple[ContentRef, ...]:
    """Every version of content that a definition shows, each once."""
    return tuple(dict.fromkeys(ref for step in definition.steps.values() for ref in _refs(step)))


def _refs(step: Step) -> Iterator[ContentRef]:
    match step:
        case VisitStep():
            yield from (ref for meeting in step.visit.channels.values() for ref in meeting.materials)
        case EmailStep() | MessageStep() | InviteStep():
            yield from (route.content for route in step.sending.routes)
        case _:
            return
