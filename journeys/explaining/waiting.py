"""What a wait waits for, in a sentence for each of its forms, and how its end is told."""

from journeys.conditions import Value
from journeys.definitions import MISSING, PAST, TIMEOUT, Heard, Wait
from journeys.definitions.words import Fields
from journeys.explaining.phrases import Names, both, either, spoken
from journeys.explaining.times import hours, point

HEARD = {
    Heard.DELIVERED: "it is delivered",
    Heard.OPENED: "it is opened",
    Heard.CLICKED: "a link in it is clicked",
    Heard.REPLIED: "it is answered",
    Heard.BOUNCED: "it comes back",
    Heard.ACCEPTED: "the invitation is accepted",
    Heard.DECLINED: "the invitation is declined",
    Heard.ATTENDED: "the HCP has attended",
    Heard.MISSED: "the HCP did not come",
}


_TIME_OUT = {
    **dict.fromkeys(("time", "until", "local"), "that time has come"),
    "when": "it has not become so by then",
    "event": "it has not come by then",
}
"""How the end of a wait's time is told, where what it waits for is one thing."""


def waiting(wait: Wait, names: Names) -> str:
    """The sentence."""
    if wait.time is not None:
        return f"The journey rests for {wait.time}."
    if wait.until is not None:
        return f"The journey rests until {point(wait.until)}."
    if wait.local is not None:
        return f"The journey rests until {hours(wait.local)}, by the HCP's own clock."
    at_most = f"It waits {wait.up_to or '…'} at most."
    if wait.when is not None:
        return f"The journey waits until {names.condition(wait.when)}. {at_most}"
    if wait.event is not None:
        same = ", with the same key as the event by which the HCP entered" if wait.same_key else ""
        return f"The journey waits for the event “{spoken(wait.event)}”{fields(wait.where)}{same}. {at_most}"
    of = f"what was sent at {names.step(wait.of)}" if wait.of is not None else "what was sent last"
    return f"The journey waits to hear, of {of}, whether {either([HEARD[event] for event in wait.for_])}. {at_most}"


def over(wait: Wait, way: str) -> str | None:
    """How the end of a wait is told, after "if"; None for the ways of which every step speaks alike."""
    if way == MISSING:
        return "that time is not known"
    if way == PAST:
        return "that time had passed before the HCP came here"
    if way in set(Heard):
        return HEARD[Heard(way)]
    if way != TIMEOUT:
        return None
    return _TIME_OUT.get(wait.form)


def fields(where: Fields) -> str:
    """The values that an event must have."""
    told = [f"{spoken(name)} is {either([_value(value) for value in values])}" for name, values in where.items()]
    return f" whose {both(told)}" if told else ""


def _value(value: Value) -> str:
    return spoken(str(value).lower() if isinstance(value, bool) else str(value))
