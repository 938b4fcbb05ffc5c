"""The grammar of a definition: what the shapes accept, what they fill in, and the digest that names a version."""

from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from journeys.definitions import ContentRef, Definition, EmailStep, MedicalStep, VisitStep, WaitStep, kind_of, targets
from tests.journeys.playing import BYE, a_branch, a_journey, a_medical, a_rep_email, a_visit, a_wait, an_email
from tests.journeys.strategies import definitions


def written(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


@given(definitions())
def test_a_definition_reads_back_as_it_was_written(definition: Definition) -> None:
    """What is dumped and read again is the same journey under the same digest."""
    again = Definition.model_validate(written(definition))
    assert again == definition
    assert again.digest == definition.digest


def test_the_digest_tells_one_meaning_from_another() -> None:
    """A changed path is another digest; a default written out is the same one."""
    plain = a_journey({"mail": an_email("bye")})
    spelled = a_journey({"mail": an_email({"otherwise": "bye"}, to="hcp", sent_by="automatic", hold_up_to="14 days")})
    other = a_journey({"mail": an_email("bye", to="nurse")})
    assert plain.digest == spelled.digest
    assert plain.digest != other.digest
    assert len(plain.digest) == 64


def test_a_run_begins_at_start_or_at_the_first_step_written() -> None:
    """`start` names the first step; without it the order of the file decides."""
    steps = {"one": a_visit("bye"), "two": a_visit("bye")}
    assert a_journey(steps).first == "one"
    assert a_journey(steps, start="two").first == "two"


def test_the_facts_of_a_journey_are_all_that_its_conditions_name() -> None:
    """Entry, goal, exit condition and branches are looked through; the persona always belongs to them."""
    journey = a_journey(
        {"fork": a_branch("bye", ({"all": [{"fact": "decile", "is": 1}, {"outcome": "x", "is": "y"}]}, "bye"))},
        entry={"when": {"fact": "specialty", "is": "cardiology"}},
        goal={"fact": "adoption_stage", "is": "user"},
        exit_when={"fact": "tier", "is": "D"},
    )
    assert journey.facts == ("adoption_stage", "decile", "persona", "specialty", "tier")


def test_every_kind_of_step_names_its_ways_out() -> None:
    """Outcomes and overdue, sent, the answers of medical, the events of a wait and its time-out."""
    steps = a_journey(
        {
            "visit": a_visit("bye", outcomes=("interested", "neutral")),
            "mail": an_email("bye"),
            "rep-mail": a_rep_email("bye"),
            "ask": a_medical("bye"),
            "read": a_wait("bye", "clicked", "opened"),
            "fork": a_branch("bye", ({"fact": "decile", "is": 1}, "bye")),
        }
    ).steps
    assert {name: step.ways for name, step in steps.items()} == {
        "visit": ("interested", "neutral", "overdue"),
        "mail": ("sent",),
        "rep-mail": ("sent", "overdue"),
        "ask": ("answered", "withdrawn", "overdue"),
        "read": ("clicked", "opened", "timeout"),
        "fork": ("otherwise",),
        "bye": (),
    }


def test_targets_name_every_step_a_step_can_lead_to_and_no_word() -> None:
    """Ways, offers and blocked paths are targets; `wait`, `skip` and `exit` are words."""
    journey = a_journey(
        {
            "mail": a_rep_email({"sent": "fork", "overdue": "bye"}, offers=("fork",), blocked={"no_consent": "bye", "weekly_cap": "wait"}),
            "fork": a_branch("bye", ({"fact": "decile", "is": 1}, "mail")),
        }
    )
    assert list(targets(journey.steps["mail"])) == [("sent", "fork"), ("overdue", "bye"), ("offer", "fork"), ("blocked.no_consent", "bye")]
    assert list(targets(journey.steps["fork"])) == [("branch.0", "mail"), ("otherwise", "bye")]
    assert list(targets(journey.steps["bye"])) == []


def test_a_step_is_known_by_its_kind_key() -> None:
    """The kind is read alike from a step as written and from one that was validated."""
    steps = {
        "visit": a_visit("bye"),
        "email": an_email("bye"),
        "medical": a_medical("bye"),
        "wait": a_wait("bye"),
        "branch": a_branch("bye", ({"fact": "tier", "is": "A"}, "bye")),
    }
    journey = a_journey(steps)
    assert [kind_of(step) for step in steps.values()] == list(steps)
    assert [kind_of(journey.steps[kind]) for kind in steps] == list(steps)
    assert kind_of({"dance": {}}) is None
    assert kind_of("visit") is None
    assert isinstance(journey.steps["visit"], VisitStep)
    assert isinstance(journey.steps["email"], EmailStep)
    assert isinstance(journey.steps["medical"], MedicalStep)
    assert isinstance(journey.steps["wait"], WaitStep)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"dance": {}, "next": "bye"}, "a step has one kind"),
        ({**a_visit("bye"), **BYE}, "Extra inputs"),
        ({**a_visit("bye"), "nxt": "bye"}, "Extra inputs"),
        ({"visit": {"due": "1 day", "outcomes": ["x"]}, "next": "bye"}, "face_to_face, remote or phone"),
        ({"visit": {"due": "1 day", "phone": {}, "outcomes": []}, "next": "bye"}, "at least 1 item"),
        ({"email": {"content": "hf-dialogue@2", "sent_by": "rep"}, "next": "bye"}, "says when it is due"),
        ({"email": {"content": "hf-dialogue@2", "due": "1 day"}, "next": "bye"}, "sent automatically has no due"),
        ({"email": {"content": "hf-dialogue"}, "next": "bye"}, "with its version"),
        ({"email": {"content": "hf-dialogue@0"}, "next": "bye"}, "with its version"),
        ({"wait": {}, "next": "bye"}, "exactly one of time, until"),
        ({"wait": {"time": "1 day", "for": ["clicked"]}, "next": "bye"}, "exactly one of time, until"),
        ({"wait": {"time": "1 day", "up_to": "2 days"}, "next": "bye"}, "has no up_to"),
        ({"wait": {"for": ["yawned"], "up_to": "2 days"}, "next": "bye"}, "yawned|delivered"),
        ({"branch": [], "next": "bye"}, "at least 1 item"),
        ({"exit": {"reason": "Done!"}}, "pattern"),
    ],
)
def test_a_step_that_the_grammar_does_not_know_is_refused(step: dict[str, Any], told: str) -> None:
    """Strict where a person writes: each mistake is an error that says what is meant."""
    with pytest.raises(ValidationError, match=told):
        a_journey({"step": step})


@pytest.mark.parametrize(
    "change", [{"versoin": 2}, {"version": 0}, {"markets": []}, {"markets": ["Sweden"]}, {"priority": 101}, {"purpose": "fun"}, {"steps": {}}]
)
def test_a_definition_with_a_wrong_head_is_refused(change: dict[str, Any]) -> None:
    """Unknown keys and values out of range are errors, never ignored."""
    with pytest.raises(ValidationError):
        a_journey({"visit": a_visit("bye")}, **change)


def test_content_is_named_with_its_version() -> None:
    """`hf-dialogue@2` is read and written alike."""
    assert ContentRef.parse("hf-dialogue@2") == ContentRef("hf-dialogue", 2)
    assert str(ContentRef("hf-dialogue", 2)) == "hf-dialogue@2"
