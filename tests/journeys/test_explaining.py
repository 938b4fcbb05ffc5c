"""A journey told in sentences: what a signatory reads, and that nothing of the journey is left out."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from journeys.definitions import JOIN, OTHERWISE, OVERDUE, SKIPPED, BranchStep, Definition, ExitStep, Step, path, targets
from journeys.explaining import Explanation, explain, markdown
from tests.builders import a_branch, a_journey, a_library, a_medical_step, a_pause, a_rep_email, a_visit, a_wait, an_email, an_exit
from tests.journeys import strategies
from tests.journeys.every_kind import the_journey
from tests.journeys.wholes import wholes

_SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def the_whole_language() -> Definition:
    """A journey with every kind of step and every form of path."""
    meeting = {
        "face_to_face": {"materials": ["hf-detail-aid@2"], "message": "Who comes to mind?"},
        "phone": {},
        "outcomes": ["interested", "not_now", "no_answer"],
    }
    steps = {
        "talk": a_visit(title="The talk", why="They asked.", visit=meeting, next={"interested": "mail", "otherwise": "done"}, offers=["question", "swap"]),
        "mail": a_rep_email(title="The letter", next={"sent": "reading", "overdue": "talk"}, blocked={"no_consent": "talk", "held_too_long": "exit"}),
        "reading": a_wait("clicked", "replied", title="Reading", wait={"of": "mail"}, next={"clicked": "which", "otherwise": "rest"}),
        "question": a_medical_step(title="The question"),
        "which": a_branch(({"all": [{"fact": "tier", "at_least": "B"}, {"not": {"outcome": "talk", "is": "not_now"}}]}, "note"), otherwise="rest"),
        "note": an_email(title="To the nurse", email={"to": "nurse", "content": "hf-nurse-guide@1"}, blocked={"otherwise": "skip"}),
        "rest": a_pause("10 days", title="A rest"),
        "done": an_exit("completed"),
        "swap": an_exit("other_persona", continue_with="persona_strategy"),
        "alone": a_pause(),
    }
    ends = {"goal": {"fact": "adoption_stage", "at_least": "advocate"}, "exit_when": {"fact": "profession", "in": ["nurse", "pharmacist", "other"]}}
    return a_journey(steps=steps, **ends)


@pytest.fixture
def told() -> Explanation:
    """The whole language, told with the titles of the tests' library."""
    return explain(the_whole_language(), library=a_library())


def _step(told: Explanation, step_id: str) -> tuple[str, ...]:
    (step,) = (step for step in told.steps if step.id == step_id)
    return (*step.happens, *step.leads)


def test_the_head_says_who_enters_and_when_it_ends(told: Explanation) -> None:
    """In words, with the persona's title."""
    assert told.entry == (
        "An HCP may enter when the persona is Pioneer.",
        "Whoever objected to direct marketing or is on the stop list does not enter.",
        "A rep or a marketer may enter an HCP by hand, and a marketer many at once.",
        "The same HCP may enter again 180 days after the last run has ended.",
        "The journey begins with step 1 “The talk”.",
    )
    assert told.ends == (
        "The journey has reached its goal, and ends at once wherever the HCP is in it, when the adoption stage is at least advocate.",
        "It ends early, at once wherever the HCP is in it, when the profession is nurse, pharmacist or other.",
        "It ends at once when the HCP objects to direct marketing.",
        "Otherwise it ends at step 3 “done” or step 5 “swap”.",
    )


def test_a_visit_is_told(told: Explanation) -> None:
    """Where, within which time, with what, what is reported, and where each report leads."""
    assert _step(told, "talk") == (
        "The rep meets the HCP face to face or by phone, within 10 business days.",
        "Face to face, the rep shows “Our talk on heart failure” (hf-detail-aid@2), with the message “Who comes to mind?”",
        "By phone, the rep shows nothing.",
        "The rep reports one of these: interested, not now, no answer.",
        "If the report is “interested”, step 2 “The letter” follows.",
        "If the report is “not now” or “no answer”, the step is not done in time or the step is skipped for a reason, step 3 “done” follows.",
        "The rep may choose instead, with a reason: step 4 “The question” or step 5 “swap”.",
    )


def test_an_email_is_told_with_what_becomes_of_it_when_it_is_blocked(told: Explanation) -> None:
    """Each reason that the step names, and what happens to all the others."""
    assert _step(told, "mail") == (
        "The rep sends the approved e-mail “Our talk on heart failure” (hf-dialogue@2) to the HCP, within 2 business days.",
        "If it has been sent, step 6 “Reading” follows.",
        "If the step is not done in time or the step is skipped for a reason, step 1 “The talk” follows.",
        "If there is no valid consent to it (none on record, expired or withdrawn), step 1 “The talk” follows.",
        "If it has waited for as long as this step allows, the journey ends.",
        "If it may not be sent for any other reason, it waits and is tried again, for 14 days at most.",
    )
    sends, then, refused, deferred = _step(told, "note")
    assert sends.endswith("(hf-nurse-guide@1) is sent automatically to the nurse of the HCP's care team, on the nurse's own consent.")
    assert then == "Then step 3 “done” follows."
    assert refused == "If it may not be sent for any reason, the journey goes on as if it had been sent."
    assert deferred.startswith("If it may not be sent yet, as when the cap of touches per week is reached, it waits and is tried again, for 14 days at most")


def test_the_other_kinds_are_told(told: Explanation) -> None:
    """A hand-off, a wait for events and one for time, a branch, and both kinds of end."""
    assert _step(told, "question")[-1] == "Without a recorded question, the journey goes on as if it had been withdrawn."
    assert _step(told, "reading")[0] == (
        "The journey waits to hear, of what was sent at step 2 “The letter”, whether a link in it is clicked or it is answered. It waits 5 days at most."
    )
    assert _step(told, "rest")[0] == "The journey rests for 10 days."
    assert _step(told, "which")[1:] == (
        "If the tier is at least B and what was last reported at step 1 “The talk”, if anything, is not “not now”, step 9 “To the nurse” follows.",
        "Otherwise step 8 “A rest” follows.",
    )
    assert _step(told, "swap") == (
        "The journey ends here, with the reason “other persona”.",
        "The HCP goes on with the strategy of the persona that is on record then, if it is another one.",
    )
    assert _step(told, "alone")[0] == "Nothing leads here."


_TOLD = {
    "draw": ("A draw decides, by weights: test 80 and control 20.", "If the draw falls on “test”, step 2 “both” follows."),
    "both": ("“paper” from step 4 “sms” and “screen” from step 5 “webinar”", "when all of them have come to their end", "After that step 6 “ask” follows."),
    "sms": ("The approved message by SMS hf-sms@1 is sent automatically to the HCP.", "as if it had been sent"),
    "evening": ("until a time between 17:00 and 20:00 on Mondays and Thursdays, by the HCP's own clock", "Then this line ends."),
    "webinar": (
        "It is to a webinar that starts at 2026-04-01 17:00",
        "If the HCP attended, this line",
        "it has begun already, it is called off or its time is not known",
    ),
    "late": ("The lead of sales gets a task, because something is late or stuck at step 5 “webinar”.", "It is to be handled within 2 days."),
    "ask": ("Of the HCP it is told the market and nothing else.", "one of these: yes, no", "If the answer is “no”", "there is no answer in that time"),
    "learn": ("the HCP gets the tag “nurse” and the adoption stage “trial” is proposed, on which a human decides",),
    "tell": ("The rep in charge is told “Something to know.” No task comes with it.",),
    "nurses": ("The journey “nurse-programme” is begun", "60 days at most", "If it comes to its end or it reaches its goal"),
    "booked": ("for the event “appointment booked” whose type is first or second, with the same key", "If it comes"),
    "eve": (
        "until 1 day before the moment given as “starts at” by the event by which the HCP entered",
        "If that time had passed before the HCP came here or that time",
    ),
    "true": ("waits until the HCP has the tag “nurse”", "2 times at most", "as often as this step allows", "it has not become so by then"),
}


@pytest.mark.parametrize("step_id", _TOLD)
def test_every_kind_is_told(step_id: str) -> None:
    """What it does and how its ways are called."""
    words = " ".join(_step(explain(the_journey()), step_id))
    assert [part for part in _TOLD[step_id] if part not in words] == [], words


def test_every_way_in_and_out_is_told() -> None:
    """Events, schedules, by hand, hold-out, re-entry, horizon and what happens when another journey has the HCP."""
    told = explain(the_journey())
    assert told.about[-1] == "When one of a higher priority comes later, this one gives way and ends."
    assert told.entry[2:8] == (
        "When the event “appointment booked” is reported of an HCP, the HCP enters without anybody's doing.",
        "Whoever meets this enters without anybody's doing, as soon as it is so.",
        "Whoever meets this enters without anybody's doing at 09:00 on working days, by the market's clock.",
        "A rep or a marketer may also enter an HCP by hand, and a marketer many at once.",
        "10 per cent of those who could enter are kept out for comparison, the same people every time.",
        "The same HCP may be in it several times, also side by side: once for each such event, which its key tells from the others.",
    )
    assert "It ends 300 days after the HCP entered, wherever the HCP is in it." in told.ends
    assert any("at the event “appointment cancelled”, with the same key" in sentence for sentence in told.ends)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (
            {"all": [{"fact": "profession", "is": "physician"}, {"fact": "tier", "in": ["A", "B"]}, {"not": {"fact": "adoption_stage", "at_least": "trial"}}]},
            "the profession is physician, the tier is A or B, and the adoption stage is not known to be at least trial",
        ),
        ({"not": {"fact": "specialty", "in": ["cardiology", "internal_medicine"]}}, "the specialty is not known to be cardiology or internal medicine"),
        ({"not": {"fact": "email_consent", "is": True}}, "it is not so that consent to e-mail is on record"),
        ({"not": {"fact": "tags", "has": "congress"}}, "it is not so that the HCP has the tag “congress”"),
        ({"fact": "days_since_prescription", "at_least": 90}, "the days since prescription are at least 90"),
        ({"fact": "decile", "at_most": 3}, "the decile is at most 3"),
        ({"outcome": "done", "in": ["will_try", "no_access"]}, "what was last reported at step 1 “done” is “will try” or “no access”"),
    ],
)
def test_a_condition_is_told_as_it_is_judged(condition: dict[str, Any], told: str) -> None:
    """A denial holds of what nobody knows too, so it is told as what is not known; lists within a list are kept apart."""
    assert explain(a_journey(steps={"done": an_exit()}, entry={"when": condition})).entry[0] == f"An HCP may enter when {told}."


def test_content_is_listed_with_its_version_and_approval(told: Explanation) -> None:
    """A signature is for these versions and no others; what the library does not hold is told as such."""
    assert [(shown.content, shown.approval, shown.steps) for shown in told.contents] == [
        ("hf-detail-aid@2", "approved, MLR-1, until 2030-01-01", (1,)),
        ("hf-dialogue@2", "approved, MLR-1, until 2030-01-01", (2,)),
        ("hf-nurse-guide@1", "approved, MLR-1, until 2030-01-01", (9,)),
    ]
    assert "| hf-dialogue@2 |  | not in this library | 2 |" in markdown(explain(the_whole_language()))


def test_authored_words_are_no_markup() -> None:
    """A title cannot add a heading, a link or HTML to the page that is signed."""
    page = markdown(explain(a_journey(title="# [x](http://x) <b>", steps={"done": an_exit() | {"title": "*\n# Signed", "why": "`a` | b"}})))
    assert page.splitlines()[0] == r"# \# \[x\](http://x) \<b\>"
    assert [line for line in page.splitlines() if line.startswith("# ")] == [page.splitlines()[0]]
    assert r"*Why:* \`a\` \| b" in page


@_SOME
@given(definition=strategies.definitions())
def test_every_step_and_every_way_on_is_told(definition: Definition) -> None:
    """Whoever reads the page has met every step, and at each step every step that it leads to."""
    told = explain(definition)
    numbers = {step.id: step.number for step in told.steps}
    assert set(numbers) == set(definition.steps)
    for step in told.steps:
        named = {int(number) for sentence in step.leads for number in re.findall(r"step (\d+) “", sentence)}
        assert {numbers[to] for to in _come_to(definition.steps[step.id])} <= named
        assert bool(step.leads) is not isinstance(definition.steps[step.id], ExitStep)
    assert markdown(told) == markdown(explain(definition))


def _come_to(step: Step) -> set[str]:
    """The steps that a run can come to from a step: `otherwise` leads nowhere when every way has a path of its own."""
    ways = {*step.ways, *((SKIPPED,) if OVERDUE in step.ways else ())}
    named = {to for way, to in targets(step) if way != OTHERWISE or isinstance(step, BranchStep)}
    paths = {to for way in ways if (to := path(step, way)) is not None}
    return (named | paths) - {JOIN}


@_SOME
@given(definition=wholes())
def test_every_step_of_whole_journeys_is_told(definition: Definition) -> None:
    """With every kind of step, lines within lines and bounded loops."""
    told = explain(definition)
    assert {step.id for step in told.steps} == set(definition.steps)
    assert all(step.happens for step in told.steps)


def test_a_journey_that_does_not_lint_is_told_too() -> None:
    """The linter says what is wrong; the account says what stands there."""
    steps = {"talk": a_visit(next={"interested": "nowhere"}, offers=["lost"]), "wait": {"wait": {"for": ["clicked"]}, "next": {"clicked": "talk"}}}
    page = markdown(explain(a_journey(start="absent", steps=steps)))
    assert "If the report is “interested”, a step “nowhere” that does not exist follows." not in page
    assert "a step “nowhere” that does not exist" in page
    assert "The journey begins with a step “absent” that does not exist." in page


def test_a_hold_out_within_a_journey_is_told_as_one() -> None:
    """By its weight, and by what it is for."""
    split = {"split": {"arms": {"letter": 90, "hold_out": 10}}, "next": {"letter": "mail", "hold_out": "done"}}
    page = markdown(explain(a_journey(steps={"which": split, "mail": an_email(), "done": an_exit()})))
    assert "letter 90 and hold out 10" in page
    assert "Whoever falls into the hold-out is left alone" in page
