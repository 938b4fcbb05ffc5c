"""How a difference is told to those who do not read the grammar: every field by what it means, every value as a person says it, in the phrases of an
account for a sign-off. A field that has no words yet is told by its name, so that none goes unsaid."""

from collections.abc import Iterable, Mapping

from journeys.comparing.differences import CONDITIONS, Difference
from journeys.comparing.wiring import Wire
from journeys.definitions import JOIN, OTHERWISE, Definition, Fate, Mark, MedicalStep, Step
from journeys.durations import Length
from journeys.explaining.doing import CHANNELS
from journeys.explaining.phrases import Names, both, either, refusal, sentence, spoken
from journeys.explaining.times import hours, point
from journeys.explaining.waiting import HEARD
from journeys.explaining.ways import ways_told
from journeys.openings import Opening

_HEAD = {
    "title": "the title",
    "persona": "the persona",
    "markets": "the markets",
    "product": "the product",
    "purpose": "the purpose",
    "priority": "the priority among journeys, of 100,",
    "goal": "the goal",
    "exit_when": "the condition on which it ends early",
    "horizon": "the longest that an HCP is in it",
    "when_busy": "what it does when a journey of a higher priority has the HCP",
    "journey": "the name of the journey",
    "entry when": "the condition of entry",
    "entry on event": "the event that enters an HCP",
    "entry automatic": "whether whoever meets the condition enters without being asked for",
    "entry schedule": "the time at which whoever meets the condition enters",
    "entry again": "when the same HCP may enter again",
    "entry hold_out": "the part of the HCPs that is kept out for comparison",
    "exit_on event": "the event that makes an HCP leave",
    "exit_on same_key": "whether only the event with the HCP's own key makes an HCP leave",
}
_STEP = {
    "title": "the title",
    "why": "the reason given for it",
    "at_most": "how often an HCP comes here at most",
    "due": "the time in which it is to be done",
    "up_to": "the longest that it waits",
    "time": "the time that it rests",
    "until": "the time until which it rests",
    "local": "the hour until which it rests, by the HCP's own clock,",
    "for": "what it listens for",
    "of": "the step of whose letter it wants to hear",
    "when": "the condition that it waits for",
    "event": "the event that it waits for",
    "same_key": "whether only the event with the HCP's own key counts",
    "content": "the content",
    "materials": "the material",
    "message": "the message",
    "sent_by": "who sends it",
    "to": "whom it goes to",
    "channel": "the channel",
    "hold_up_to": "the longest that it is held where it may not be sent",
    "occasion": "what it invites to",
    "starts": "the start",
    "lasts": "how long it lasts",
    "answer_by": "the longest that an answer is waited for",
    "recorded_by": "how long after the end the attendance is awaited",
    "outcomes": "the reports to choose from",
    "needs": "what it cannot begin without",
    "about": "the step that it is about",
    "join": "when the journey goes on from its lines",
    "start": "the journey that is begun",
    "awaited": "whether its end is waited for",
    "add_tags": "the tags that the HCP gets",
    "remove_tags": "the tags that the HCP loses",
    "channel_preference": "the channel preference",
    "propose_stage": "the adoption stage that is proposed",
    "propose_persona": "the persona that is proposed",
    "whom": "who is told",
    "request to": "the other system that is asked",
    "facts": "the facts that the other system is told",
    "answers": "the answers to choose from",
    "reason": "the reason that is noted",
    "continue_with": "what the HCP goes on with",
}
_MANY = frozenset({"markets", "outcomes", "answers", "facts", "add_tags", "remove_tags"})
_VALUES: Mapping[str, Mapping[object, str]] = {
    "when_busy": {"wait": "to wait for its turn", "give_way": "to give way and end"},
    "again": {"never": "never", "after_exit": "as soon as the last run has ended", "by_key": "side by side, once for each key of the event"},
    "sent_by": {"rep": "the rep", "automatic": "nobody: it goes out by itself"},
    "to": {"hcp": "the HCP", "nurse": "the nurse of the care team"},
    "join": {"all": "when all have come to their end", "any": "when the first has come to its end"},
    "whom": {"conductor": "the rep in charge", "sales": "sales", "marketing": "marketing", "medical": "medical"},
    "needs": {"inquiry": "the HCP's own question, on record"},
    "continue_with": {"persona_strategy": "the strategy of the persona on record"},
}
_SINGLE = frozenset({"offer", "line", "branch", "blocked"})
"""Ways of which each is told by itself."""

_FATES = {
    Fate.WAIT: "waits and is tried again",
    Fate.FALL_BACK: "goes by another channel",
    Fate.SKIP: "is left out, as if nothing had come of it",
    Fate.EXIT: "ends the journey",
    JOIN: "ends its line",
}


class Plain(Names):
    """Steps by their ids, as the lines of a comparison name them."""

    def step(self, step_id: str) -> str:
        return f"`{step_id}`"


def plainly(definition: Definition) -> Plain:
    """The names of one of two versions that are compared."""
    return Plain(definition, {})


def in_the_head(difference: Difference, before: Names, after: Names) -> str:
    """A difference of the journey's own keys, as a sentence."""
    place = tuple(part for part in difference.place if not part.isdecimal())
    subject = _HEAD.get(" ".join(place)) or _field(place) or _by_name(place)
    return _changed(subject, place[-1], difference, before, after)


def in_a_step(difference: Difference, before: Names, after: Names) -> str:
    """A difference inside a step, as a sentence."""
    place = difference.place
    key = place[-1]
    if key in CHANNELS:
        return f"It {'may now' if difference.before is None else 'can no longer'} take place {CHANNELS[key]}."
    if place[0] == "branch":
        if key == "when":
            return _changed(f"the condition of case {place[1]}", key, difference, before, after)
        return f"There is {'now' if difference.before is None else 'no longer'} a case {place[1]}."
    subject = _STEP.get(" ".join((place[0], key))) or _STEP.get(key) or _field(place) or _by_name(place)
    channel = next((CHANNELS[part] for part in place if part in CHANNELS), None)
    return _changed(f"{subject} {channel}" if channel else subject, key, difference, before, after)


def in_ways(wires: Iterable[Wire], before: Step, after: Step) -> str:
    """Where ways lead now, in clauses: those that changed alike together."""
    alike: dict[tuple[str, str | None, str | None], list[Wire]] = {}
    for wire in wires:
        kind = wire.way.partition(".")[0]
        alike.setdefault((wire.way if kind in _SINGLE else "", wire.before, wire.after), []).append(wire)
    return "; ".join(_clause(group, before if group[0].after is None else after) for group in alike.values())


def _clause(wires: list[Wire], step: Step) -> str:
    wire = wires[0]
    kind, _, rest = wire.way.partition(".")
    match kind:
        case "offer":
            return f"`{rest}` is {'now offered' if wire.before is None else 'no longer offered'}"
        case "line":
            return f"the line “{spoken(rest)}” {_led(wire, 'begins with')}"
        case "branch":
            return f"in case {int(rest) + 1} it {_led(wire, 'leads to')}"
        case "blocked":
            other = f"it may not {'begin' if isinstance(step, MedicalStep) else 'be sent'} for another reason"
            return f"if {other if rest == OTHERWISE else refusal(rest)}, it {_led(wire, 'leads to')}"
        case _:
            return f"{_when([each.way for each in wires], step)} it {_led(wire, 'leads to')}"


def _when(ways: list[str], step: Step) -> str:
    if ways == [OTHERWISE]:
        return "otherwise"
    return f"if {ways_told(step, ways)},"


def _led(wire: Wire, leads: str) -> str:
    match wire.before, wire.after:
        case None, str(after):
            return f"now {_to(after, leads)}"
        case str(before), None:
            return f"no longer {_to(before, leads)}"
        case str(before), str(after) if after in _FATES or before in _FATES:
            return f"now {_to(after, leads)}; before, it {_to(before, leads)}"
        case before, after:
            return f"{leads} `{after}` instead of `{before}`"


def _to(step: str, leads: str) -> str:
    return _FATES.get(step) or f"{leads} `{step}`"


def _changed(subject: str, key: str, difference: Difference, before: Names, after: Names) -> str:
    are, were = ("are", "were") if key in _MANY else ("is", "was")
    was, now = _value(key, difference.before, before), _value(key, difference.after, after)
    if isinstance(difference.before or difference.after, bool):
        return sentence(f"{subject} is now {'yes instead of no' if difference.after else 'no instead of yes'}")
    if difference.before is None:
        return sentence(f"{subject} {are} now {now}; before, there was none")
    if difference.after is None:
        return sentence(f"{subject} {are} gone; {'they' if key in _MANY else 'it'} {were} {was}")
    return sentence(f"{subject} {are} now {now} instead of {was}")


def _field(place: tuple[str, ...]) -> str | None:
    """A field whose last key is a word of the author's."""
    if "where" in place:
        return f"the “{spoken(place[-1])}” that the event must have"
    if "arms" in place:
        return f"the weight of “{spoken(place[-1])}”"
    return None


def _by_name(place: tuple[str, ...]) -> str:
    return f"“{' '.join(spoken(part) for part in place)}”"


def _value(key: str, value: object, names: Names) -> str:
    said = _VALUES.get(key, {}).get(value) if isinstance(value, str) else None
    if said is not None:
        return said
    match value:
        case str() if key in {"of", "about"}:
            return names.step(value)
        case str() if key in {"persona", "propose_persona"}:
            return names.persona(value)
        case str() if key in {"title", "why", "message"} or " " in value:
            return f"“{value}”"
        case int() if key == "hold_out":
            return f"{value} per cent"
        case _:
            return _whole(key, value, names)


def _whole(key: str, value: object, names: Names) -> str:
    """Values that are more than a word or a number."""
    match value:
        case Mark():
            return point(value)
        case Opening():
            return hours(value)
        case Length() if key == "again":
            return f"{value} after the last run has ended"
        case tuple() if key == "for":
            return f"whether {either([HEARD[one] for one in value])}"
        case tuple():
            return both([str(one) if key == "markets" else spoken(str(one)) for one in value])
        case _ if isinstance(value, CONDITIONS):
            return f"“{names.condition(value)}”"
        case _:
            return spoken(str(value))
