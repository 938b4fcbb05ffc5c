"""Hypothesis strategies for journeys that the linter finds no error in: every kind of step, every way in and every way to leave.

They are drawn like `tests.journeys.wholes`, with what a sound journey asks for besides: a hand-off to medical follows a visit at which the HCP asked, a wait
for clicks follows the letter that can be clicked, and whoever objects is not led on to promotion. What is drawn and is not sound all the same is dropped.
"""

import json
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from journeys.definitions import Definition
from journeys.linting import lint_text
from journeys.rehearsal import Behaviour, packaged_behaviour
from tests.builders import NOW
from tests.journeys.playing import a_branch, a_journey, a_medical, a_visit, a_wait, a_wait_with, an_email
from tests.journeys.wholes import KINDS, Draw, Sketch
from tests.journeys.wholes_library import LIBRARY

CONDITIONS: tuple[dict[str, Any], ...] = (
    {"fact": "decile", "at_least": 2},
    {"fact": "decile", "is": 1},
    {"fact": "specialty", "in": ["cardiology", "internal_medicine"]},
    {"fact": "adoption_stage", "at_least": "trial"},
    {"fact": "channel_preference", "known": True},
    {"fact": "tags", "has": "engaged"},
    {"not": {"fact": "email_consent", "is": True}},
    {"all": [{"fact": "decile", "at_most": 8}, {"fact": "adoption_stage", "at_most": "trial"}]},
    {"any": [{"fact": "nurse_in_care_team", "is": True}, {"fact": "tier", "in": ["A", "B"]}]},
)
PIONEERS = {"fact": "persona", "is": "pioneer"}
BOOKED = {"event": "appointment_booked"}
ENTRIES: tuple[dict[str, Any], ...] = (
    {},
    {"automatic": True},
    {"schedule": {"at": "09:00", "on": "working_days"}},
    {"on": BOOKED},
    {"on": BOOKED | {"where": {"channel": ["face_to_face", "remote"]}}, "again": "by_key"},
    {"again": "180 days"},
    {"when": {"all": [PIONEERS, {"fact": "decile", "at_least": 1}]}},
)
LEAVING: dict[str, tuple[Any, ...]] = {
    "goal": (
        {"fact": "adoption_stage", "at_least": "user"},
        {"any": [{"fact": "adoption_stage", "is": "advocate"}, {"fact": "tags", "has": "engaged"}]},
    ),
    "exit_when": ({"fact": "profession", "in": ["nurse", "other"]}, {"fact": "tags", "has": "engaged"}),
    "exit_on": ([{"event": "product_page_viewed"}], [{"event": "webinar_attended"}]),
    "horizon": ("20 days", "300 days"),
    "when_busy": ("give_way",),
}
CANCELLED = {"event": "appointment_cancelled", "same_key": True}


SOUND_KINDS = (*(kind for kind in KINDS if kind not in ("medical", "heard")), "question", "letter")
"""A question is a visit with the hand-off that may follow, a letter an e-mail with the wait for what is heard of it."""


class _Sound(Sketch):
    kinds = SOUND_KINDS

    def step(self, kind: str, name: str, onward: str, line: list[str], end: str, depth: int) -> dict[str, Any]:
        bound = {"at_most": self.draw(st.integers(1, 3))}
        after = {"otherwise": onward, "exhausted": onward}
        match kind:
            case "question":
                self.steps[f"{name}-answer"] = a_medical(after, blocked={"no_inquiry": onward}) | bound
                asking = {**after, "wants_data": f"{name}-answer", "overdue": self.draw(st.sampled_from([onward, end]))}
                return a_visit(asking, outcomes=("interested", "wants_data"), due=self.length()) | bound
            case "letter":
                self.steps[f"{name}-reading"] = a_wait(after, "clicked", "replied", up_to=self.length(), of=self.draw(st.sampled_from([None, name]))) | bound
                return an_email({**after, "sent": f"{name}-reading"}, blocked={"objected": "exit", "otherwise": onward}) | bound
            case "branch":
                first, second = (self.draw(st.sampled_from(CONDITIONS)) for _ in range(2))
                return a_branch(onward, (first, onward), (second, end))
            case "when":
                return a_wait_with(after, when=self.draw(st.sampled_from(CONDITIONS)), up_to=self.length()) | bound
            case _:
                return super().step(kind, name, onward, line, end, depth)

    def blocked(self, onward: str) -> dict[str, str]:
        return {**super().blocked(onward), "objected": "exit"}


LETTER_AND_TIME: dict[str, Any] = {
    "parameters": ["content", "time", "then"],
    "steps": {
        "letter": an_email("time", content="$content"),
        "time": a_wait_with("$then", time="$time"),
    },
}


@st.composite
def _sound(draw: Draw, least: int = 2, most: int = 7, begins: str | None = None, leaves: str | None = None) -> tuple[dict[str, Any], Definition]:
    """A journey free of lint as its author writes it and as it is played. A chain of it has so many steps; the main one may begin with a given kind,
    and the journey may be left by a given way of `LEAVING`."""
    sketch = _Sound(draw)
    first = sketch.chain("", "bye", most=most, depth=2, least=least, first=begins)
    told = draw(st.sampled_from(ENTRIES))
    entry = {"when": PIONEERS, **told, "hold_out": draw(st.sampled_from([0, 0, 0, 40]))}
    ends = {key: draw(st.sampled_from(forms)) for key, forms in LEAVING.items() if key == leaves or draw(st.integers(0, 3)) == 3}
    if "on" in told and "exit_on" in ends:
        ends["exit_on"] = [CANCELLED]
    written = a_journey(sketch.steps, start=first, entry=entry, **ends).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if draw(st.booleans()):
        written = _said_once(written, first)
    judged = lint_text(json.dumps(written), name="pioneer.yaml", library=LIBRARY, now=NOW)
    assume(judged.ok)
    assert judged.definition is not None
    return written, judged.definition


def _said_once(written: dict[str, Any], first: str) -> dict[str, Any]:
    """The same with a snippet in front, and with defaults in place of what its visits say."""
    steps = {"opening": {"use": "letter-and-time", "with": {"content": "hf-dialogue@2", "time": "3 days", "then": first}}, **written["steps"]}
    for step in steps.values():
        step.get("visit", {}).pop("due", None)
        step.get("blocked", {}).pop("objected", None)
    defaults = {"visit": {"due": "5 business days"}, "email": {"hold_up_to": "5 days"}, "blocked": {"objected": "exit"}}
    return {**written, "start": "opening", "defaults": defaults, "snippets": {"letter-and-time": LETTER_AND_TIME}, "steps": steps}


def asking() -> Behaviour:
    """The packaged behaviour with HCPs who ask as often as they are interested, so that medical has its part, and in a world in which more happens."""
    packaged = packaged_behaviour()
    visits = packaged.everyone.visits.model_copy(update={"outcomes": {"interested": 1.0, "wants_data": 1.0}})
    everyone = packaged.everyone.model_copy(update={"visits": visits})
    happenings = tuple(happening.model_copy(update={"per_week": happening.per_week * 8}) for happening in packaged.happenings)
    return packaged.model_copy(update={"everyone": everyone, "personas": {}, "happenings": happenings})


def sound_texts(least: int = 2, most: int = 7) -> st.SearchStrategy[dict[str, Any]]:
    """Journeys free of lint as their authors write them, half of them with defaults and a snippet."""
    return _sound(least=least, most=most).map(lambda drawn: drawn[0])


def sound_journeys(least: int = 2, most: int = 7, begins: str | None = None, leaves: str | None = None) -> st.SearchStrategy[Definition]:
    """The same as they are played."""
    return _sound(least=least, most=most, begins=begins, leaves=leaves).map(lambda drawn: drawn[1])
