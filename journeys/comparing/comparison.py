"""Compares two definitions by meaning. Every difference of the models becomes at least one change; where nothing differs, there is none."""

from collections.abc import Iterator, Mapping

from journeys.comparing.changes import Change, ChangeKind, Comparison
from journeys.comparing.differences import CONDITIONS, POINTS, Difference, differences
from journeys.comparing.effects import effect, head_effect
from journeys.comparing.wiring import incoming, moved, rewired
from journeys.comparing.wording import in_a_step, in_the_head, in_ways, plainly
from journeys.definitions import ContentRef, Definition, kind_of
from journeys.durations import Length
from journeys.renaming import renamed, renames

_PATHS = ("next", "blocked", "offers", "branches")
_WORDS = ("title", "why", "message")


def compare(before: Definition, after: Definition) -> Comparison:
    """What is different in the later definition. The version numbers are told, and are no change."""
    names = renames(before, after)
    found = [*_renamed(names, after), *_compared(renamed(before, names), after)]
    order = list(ChangeKind)
    return Comparison(
        journey=after.journey, before=before.version, after=after.version, changes=tuple(sorted(found, key=lambda change: order.index(change.kind)))
    )


def _renamed(names: Mapping[str, str], after: Definition) -> Iterator[Change]:
    for old, new in names.items():
        people = effect(ChangeKind.RENAMED, new, after.steps[new], sources=(old,))
        yield Change(kind=ChangeKind.RENAMED, step=new, what=f"`{old}` is now called `{new}`.", people=people)


def _compared(before: Definition, after: Definition) -> Iterator[Change]:
    yield from _head(before, after)
    for step_id, step in after.steps.items():
        if step_id not in before.steps:
            what = f"`{step_id}` ({kind_of(step)}) is new."
            yield Change(kind=ChangeKind.ADDED, step=step_id, what=what, people=effect(ChangeKind.ADDED, step_id, step, sources=incoming(after, step_id)))
    for step_id, step in before.steps.items():
        if step_id not in after.steps:
            what = f"`{step_id}` ({kind_of(step)}) is gone."
            yield Change(kind=ChangeKind.REMOVED, step=step_id, what=what, people=effect(ChangeKind.REMOVED, step_id, step))
        else:
            yield from _step(step_id, before, after)


def _step(step_id: str, before: Definition, after: Definition) -> Iterator[Change]:
    earlier, later = before.steps[step_id], after.steps[step_id]
    if kind_of(earlier) != kind_of(later):
        what = f"`{step_id}` is now a step of the kind {kind_of(later)} instead of {kind_of(earlier)}."
        yield Change(kind=ChangeKind.REPLACED, step=step_id, what=what, people=effect(ChangeKind.REPLACED, step_id, earlier))
        return
    found, names = tuple(differences(earlier, later)), (plainly(before), plainly(after))
    paths = tuple(difference for difference in found if _is_path(difference))
    yield from _wires(step_id, before, after, written=bool(paths))
    for difference in found:
        if difference not in paths:
            kind = _kind(difference)
            yield Change(
                kind=kind,
                step=step_id,
                what=f"`{step_id}`: {_lower(in_a_step(difference, *names))}",
                people=effect(kind, step_id, later, difference=difference),
            )


def _wires(step_id: str, before: Definition, after: Definition, *, written: bool) -> Iterator[Change]:
    """How a step stands among the others. `written` says that its paths are written otherwise, which may mean the same."""
    earlier, later = before.steps[step_id], after.steps[step_id]
    wires = tuple(rewired(earlier, later))
    told_wires = in_ways(wires, earlier, later)
    if moved(step_id, before, after):
        leads = f"; from there, {told_wires}" if wires else ""
        what = f"`{step_id}` stands at another place: {_places(incoming(after, step_id))} to it instead of {_sources(incoming(before, step_id))}{leads}."
        yield Change(kind=ChangeKind.MOVED, step=step_id, what=what, people=effect(ChangeKind.MOVED, step_id, later))
    elif wires:
        yield Change(kind=ChangeKind.REWIRED, step=step_id, what=f"`{step_id}`: {told_wires}.", people=effect(ChangeKind.REWIRED, step_id, later))
    elif written:
        what = f"`{step_id}`: its paths are written otherwise and lead to the same steps."
        yield Change(kind=ChangeKind.REWRITTEN, step=step_id, what=what, people=effect(ChangeKind.REWRITTEN, step_id, later))


def _head(before: Definition, after: Definition) -> Iterator[Change]:
    if before.first != after.first:
        yield _heading("start", f"The journey begins with `{after.first}` instead of `{before.first}`.")
    for difference in differences(before, after):
        field = difference.place[0] if difference.place else ""
        if field == "start" and before.first == after.first:
            yield Change(
                kind=ChangeKind.REWRITTEN, step=None, what="`start` is written otherwise; the first step stays the same.", people=head_effect("written")
            )
        elif field not in ("", "steps", "version", "start"):
            yield _heading(field, in_the_head(difference, plainly(before), plainly(after)), difference)


def _heading(field: str, what: str, difference: Difference | None = None) -> Change:
    kind = ChangeKind.REWORDED if field == "title" else ChangeKind.HEAD
    return Change(kind=kind, step=None, what=what, people=head_effect(field, difference))


def _is_path(difference: Difference) -> bool:
    return any(key in difference.place for key in _PATHS)


def _kind(difference: Difference) -> ChangeKind:
    """What sort of thing differs: the type of the value says it, whatever the kind of step."""
    value = difference.after if difference.after is not None else difference.before
    if isinstance(value, (Length, *POINTS)):
        return ChangeKind.TIMED
    if isinstance(value, ContentRef) or (isinstance(value, tuple) and isinstance(value[0], ContentRef)):
        return ChangeKind.CONTENT
    if isinstance(value, CONDITIONS):
        return ChangeKind.CONDITION
    return ChangeKind.REWORDED if difference.place[-1] in _WORDS else ChangeKind.CHANGED


def _lower(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"


def _places(sources: tuple[str, ...]) -> str:
    return f"{_sources(sources)} {'lead' if len(sources) > 1 else 'leads'}"


def _sources(sources: tuple[str, ...]) -> str:
    return ", ".join(f"`{source}`" for source in sources) or "nothing"
