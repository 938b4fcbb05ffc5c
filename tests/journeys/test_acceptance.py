"""Whether a run takes a human command now, and what a refusal tells the one who asked."""

from datetime import timedelta
from typing import Any

import pytest

from journeys import events as on
from journeys.acceptance import SNOOZES, Refusal, Refused, outcomes, refusal
from journeys.definitions import Definition
from tests.journeys.playing import MONDAY, Run, a_branch, a_journey, a_medical, a_rep_email, a_visit, a_wait, an_email

DAY = timedelta(days=1)
HANDOVER = {"exit": {"reason": "persona_corrected", "continue_with": "persona_strategy"}}


def journey() -> Definition:
    meet = a_visit({"interested": "mail", "wants_data": "ask", "otherwise": "bye"}, outcomes=("interested", "wants_data"), offers=("ask", "hand-over"))
    return a_journey({"meet": meet, "mail": a_rep_email("bye"), "ask": a_medical("bye"), "hand-over": HANDOVER})


def asked(run: Run, command: on.Command) -> Refused | None:
    return refusal(run.definition, run.state, command, run.now)


def complete(run: Run, outcome: str, **told: Any) -> Refused | None:
    return asked(run, on.Complete(id="x", by="rep", task=run.key, outcome=outcome, **{"channel": "remote", **told}))


def choose(run: Run, offer: str, **told: Any) -> Refused | None:
    return asked(run, on.Choose(id="x", by="rep", task=run.key, offer=offer, **told))


def code(refused: Refused | None) -> Refusal | None:
    return refused.code if refused is not None else None


def test_a_sensible_command_is_taken() -> None:
    """An outcome, an offer, a skip, a snooze, another assignee, leaving: none is refused while the task is open."""
    run = Run(journey())
    assert complete(run, "interested") is None
    assert choose(run, "ask", inquiry="question-1") is None
    assert asked(run, on.Skip(id="x", by="rep", task=run.key, reason="on_leave")) is None
    assert asked(run, on.Snooze(id="x", by="rep", task=run.key, until=run.now + DAY)) is None
    assert asked(run, on.Reassign(id="x", by="rep", task=run.key, to="colleague")) is None
    assert asked(run, on.Leave(id="x", by="rep", reason="moved_away")) is None


def test_an_ended_run_takes_nothing_and_says_how_it_ended() -> None:
    """Even leaving is refused: there is nothing left to leave."""
    run = Run(journey())
    run.take(on.Leave(id="x", by="rep", reason="moved_away"))
    for command in (on.Leave(id="y", by="rep", reason="again"), on.Complete(id="y", by="rep", task="run.meet.1", outcome="interested")):
        refused = asked(run, command)
        assert code(refused) is Refusal.ENDED
        assert refused is not None
        assert "moved_away" in refused.detail


@pytest.mark.parametrize("step", [a_visit("bye"), a_wait("bye"), an_email("bye"), a_branch("bye", ({"fact": "tier", "is": "A"}, "bye"))])
def test_a_task_that_is_not_open_takes_nothing_and_says_where_the_run_is(step: dict[str, object]) -> None:
    """An old task, or a step that no human has: the answer names the step at which the run stands."""
    run = Run(a_journey({"here": step}))
    refused = asked(run, on.Skip(id="x", by="rep", task="run.gone.1", reason="on_leave"))
    assert code(refused) is Refusal.TASK_NOT_OPEN
    assert refused is not None
    assert "here" in refused.detail


def test_an_unknown_outcome_is_refused_with_those_there_are() -> None:
    """The refusal lists the outcomes of the step."""
    refused = complete(Run(journey()), "thrilled")
    assert code(refused) is Refusal.UNKNOWN_OUTCOME
    assert refused is not None
    assert refused.allowed == ("interested", "wants_data")


@pytest.mark.parametrize("channel", [None, "phone", "pigeon"])
def test_a_visit_says_where_it_took_place(channel: str | None) -> None:
    """Only the channels that the step provides for count, and one must be given."""
    refused = complete(Run(journey()), "interested", channel=channel)
    assert code(refused) is Refusal.UNKNOWN_CHANNEL
    assert refused is not None
    assert refused.allowed == ("face_to_face", "remote")


def test_only_what_the_step_offers_can_be_chosen() -> None:
    """Neither while the task is open nor when completing it may the conductor jump elsewhere."""
    run = Run(journey())
    assert code(choose(run, "mail")) is Refusal.NOT_OFFERED
    assert code(complete(run, "interested", chosen="mail")) is Refusal.NOT_OFFERED


@pytest.mark.parametrize("inquiry", [None, "question-1"])
def test_a_way_to_medical_needs_the_recorded_question(inquiry: str | None) -> None:
    """By outcome, by an offer chosen, or by an offer taken when completing."""
    run = Run(journey())
    expected = Refusal.INQUIRY_REQUIRED if inquiry is None else None
    assert code(complete(run, "wants_data", inquiry=inquiry)) is expected
    assert code(choose(run, "ask", inquiry=inquiry)) is expected
    assert code(complete(run, "interested", chosen="ask", inquiry=inquiry)) is expected


@pytest.mark.parametrize(("interpreter", "expected"), [(1, None), (2, Refusal.INQUIRY_REQUIRED)])
def test_a_question_recorded_earlier_in_the_run_was_enough_for_the_first_interpreter(interpreter: int, expected: Refusal | None) -> None:
    """It remembered a question that no hand-off had used yet; since then each hand-off names its own."""
    run = Run(a_journey({"first": a_visit("second"), "second": a_visit("ask"), "ask": a_medical("bye")}))
    run.state = run.state.model_copy(update={"interpreter": interpreter})
    run.complete("neutral", inquiry="question-1")
    assert code(complete(run, "neutral")) is expected


def test_the_hand_over_needs_another_persona() -> None:
    """Handing over to the strategy that the run is already in makes no sense: the persona is corrected first."""
    run = Run(journey())
    assert code(choose(run, "hand-over")) is Refusal.SAME_PERSONA
    assert code(complete(run, "interested", chosen="hand-over")) is Refusal.SAME_PERSONA
    assert code(complete(run, "interested", chosen="hand-over", persona="pioneer")) is Refusal.SAME_PERSONA
    assert complete(run, "interested", chosen="hand-over", persona="traditional") is None


@pytest.mark.parametrize("until", [MONDAY - DAY, MONDAY])
def test_a_snooze_looks_ahead(until: Any) -> None:
    """Putting off to the past, or to this very instant, is refused."""
    run = Run(journey())
    assert code(asked(run, on.Snooze(id="x", by="rep", task=run.key, until=until))) is Refusal.SNOOZE_IN_THE_PAST


def test_a_task_is_put_off_only_so_often() -> None:
    """After the last snooze the task is done, skipped or reassigned; another task starts anew."""
    run = Run(a_journey({"meet": a_visit({"interested": "bye", "otherwise": "meet"})}))
    for days in range(SNOOZES):
        snooze = on.Snooze(id=f"s{days}", by="rep", task=run.key, until=run.now + (days + 1) * DAY)
        assert asked(run, snooze) is None
        run.take(snooze)
    assert code(asked(run, on.Snooze(id="x", by="rep", task=run.key, until=run.now + 9 * DAY))) is Refusal.SNOOZED_TOO_OFTEN
    run.complete("neutral")
    assert asked(run, on.Snooze(id="x", by="rep", task=run.key, until=run.now + 9 * DAY)) is None


def test_what_a_human_may_report_depends_on_the_kind_of_step() -> None:
    """A visit's own outcomes, sent for an e-mail, answered or withdrawn for medical, nothing for the rest."""
    steps = journey().steps
    assert {name: outcomes(step) for name, step in steps.items()} == {
        "meet": ("interested", "wants_data"),
        "mail": ("sent",),
        "ask": ("answered", "withdrawn"),
        "hand-over": (),
        "bye": (),
    }
