"""Where steps lead, compared way by way as a run goes, not as an author wrote it: `next: a` and `next: {sent: a}` may lead to the same steps."""

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.definitions import OTHERWISE, OVERDUE, SKIPPED, Definition, Step, path, targets


@dataclass(frozen=True)
class Wire:
    """One way out of a step that leads elsewhere than it did. None is what was not there, or is there no more."""

    way: str
    before: str | None
    after: str | None


def rewired(before: Step, after: Step) -> Iterator[Wire]:
    """The ways that lead elsewhere, in the order of the later step."""
    earlier, later = _wires(before), _wires(after)
    for way in dict.fromkeys((*later, *earlier)):
        if earlier.get(way) != later.get(way):
            yield Wire(way, earlier.get(way), later.get(way))


def incoming(definition: Definition, step_id: str) -> tuple[str, ...]:
    """The steps that lead to a step, as written."""
    return tuple(source for source, step in definition.steps.items() if any(to == step_id for _, to in targets(step)))


def moved(step_id: str, before: Definition, after: Definition) -> bool:
    """Whether a step stands at another place: none of the steps that led to it does so still, and it leads to other steps than before."""
    was, now = set(incoming(before, step_id)), set(incoming(after, step_id))
    led, leads = ({to for _, to in targets(each.steps[step_id])} for each in (before, after))
    return bool(was) and bool(now) and not was & now and led != leads


def _wires(step: Step) -> dict[str, str]:
    """Where each way out leads: what can happen at the step, every target it names, and what `blocked` says in words."""
    ways = (*step.ways, *((SKIPPED,) if OVERDUE in step.ways else ()))
    resolved = {way: to for way in ways if (to := path(step, way)) is not None}
    named = {_way(way, to): to for way, to in targets(step) if way != OTHERWISE}
    blocked = {f"blocked.{reason}": fate for reason, fate in getattr(step, "blocked", {}).items()}
    return {**named, **resolved, **blocked}


def _way(way: str, to: str) -> str:
    # All offers go by one way; each is told by itself.
    return f"{way}.{to}" if way == "offer" else way
