"""The kinds of step beyond visits and letters: what each asks for, which ways lead out of it, and how often it may be entered."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.commands import CallOut, Deliver, Learn, OpenTask, Tell, What
from journeys.conductor import alarm
from journeys.draws import arm_of, hundredth
from journeys.events import Called, CatchUp, GoOn, Paused, RequestAnswered, Resumed, Retry
from journeys.reasons import Reason
from tests.journeys.playing import (
    BYE,
    MONDAY,
    Run,
    a_journey,
    a_message,
    a_notice,
    a_request,
    a_split,
    a_visit,
    a_wait,
    a_wait_with,
    an_escalation,
    an_invitation,
    an_update,
    effects,
    notes,
    ways,
)

STARTS = datetime(2026, 4, 1, 15, tzinfo=UTC)


def exits(*names: str) -> dict[str, Any]:
    return {name: {"exit": {"reason": name}} for name in names}


class TestMessage:
    """A message on a channel other than e-mail, by its name."""

    def test_it_goes_to_the_gate_with_its_channel(self) -> None:
        """What is sent and heard of it is as with a letter."""
        run = Run(a_journey({"text": a_message("reading"), "reading": a_wait("bye", "clicked")}))
        (asked,) = effects(run.opening)
        assert isinstance(asked, Deliver)
        assert (asked.channel, str(asked.content)) == ("sms", "hf-sms@1")
        run.settle()
        run.hear("clicked")
        assert run.end == "finished: done"

    def test_withdrawing_one_channel_leaves_the_others(self) -> None:
        """Who withdraws e-mail may still be sent a text message, and the other way about."""
        steps = {"text": a_message("bye", blocked={"no_consent": "bye"})}
        assert effects(Run(a_journey(steps), withdrawn=("email",)).opening)
        assert not effects(Run(a_journey(steps), withdrawn=("sms",)).opening)


class TestInvitation:
    """An invitation: sent, answered, attended."""

    LEADS = ("attended", "missed", "declined", "no_answer", "too_late", "missing")

    def invited(self, *, settled: bool = True, **more: Any) -> Run:
        run = Run(a_journey({"round": an_invitation({way: way.replace("_", "-") for way in self.LEADS}, **more), **self.exits}))
        if settled:
            run.settle()
        return run

    @property
    def exits(self) -> dict[str, Any]:
        return {way.replace("_", "-"): {"exit": {"reason": way}} for way in self.LEADS}

    def test_it_says_when_it_begins_and_ends(self) -> None:
        """So that the channel can put it into a calendar."""
        (asked,) = effects(self.invited(settled=False).opening)
        assert isinstance(asked, Deliver)
        assert (asked.starts, asked.ends) == (STARTS, STARTS + timedelta(hours=1))

    def test_accepted_and_attended(self) -> None:
        """After the answer the attendance is waited for, until two days after the end."""
        run = self.invited()
        assert alarm(run.state) == MONDAY + timedelta(days=10)
        run.hear("accepted")
        assert alarm(run.state) == STARTS + timedelta(hours=1, days=2)
        run.hear("attended")
        assert run.end == "finished: attended"

    @pytest.mark.parametrize(("heard", "end"), [(("declined",), "declined"), (("accepted", "declined"), "declined"), (("accepted", "missed"), "missed")])
    def test_declined_or_missed(self, heard: tuple[str, ...], end: str) -> None:
        """Whoever accepts may still decline."""
        run = self.invited()
        for each in heard:
            run.hear(each)
        assert run.end == f"finished: {end}"

    def test_who_comes_without_an_answer_has_come(self) -> None:
        """Attendance outweighs the missing answer."""
        run = self.invited()
        run.hear("attended")
        assert run.end == "finished: attended"

    def test_no_answer(self) -> None:
        """After ten days, or when it begins, whichever is first."""
        run = self.invited()
        run.wake()
        assert (run.end, run.now) == ("finished: no_answer", MONDAY + timedelta(days=10))
        patient = self.invited(answer_by="90 days")
        patient.wake()
        assert (patient.end, patient.now) == ("finished: no_answer", STARTS)

    def test_nothing_is_known_of_the_attendance(self) -> None:
        """Nobody reported it: as if missed, where `not_recorded` is not named."""
        run = self.invited()
        run.hear("accepted")
        run.wake()
        assert run.end == "finished: missed"

    def test_what_has_begun_is_not_invited_to(self) -> None:
        """Before it is sent, and again when a held invitation is tried."""
        assert self.invited(settled=False, starts="2026-03-01T17:00:00+00:00").end == "finished: too_late"
        held = self.invited(settled=False, hold_up_to="60 days")
        held.settle("deferred", Reason.WEEKLY_CAP, STARTS)
        held.wake()
        assert held.end == "finished: too_late"

    def test_a_date_that_is_not_known(self) -> None:
        """The fact is asked first; without it nobody is invited."""
        run = self.invited(settled=False, starts={"fact": "congress_attended_on"})
        run.load(congress_attended_on=None)
        assert run.end == "finished: missing"


def test_an_escalation_is_a_task_for_the_lead() -> None:
    """It says which step it is about, and is handled or overdue."""
    run = Run(a_journey({"visit": a_visit({"otherwise": "bye", "overdue": "lead"}), "lead": an_escalation("bye", "visit")}))
    (asked,) = effects(run.wake())
    assert isinstance(asked, OpenTask)
    assert (asked.kind, asked.about) == ("escalate", "visit")
    run.complete("handled")
    assert run.end == "finished: done"


class TestSplit:
    """A split draws an arm that never changes."""

    def test_a7_the_same_run_falls_into_the_same_arm(self) -> None:
        """A replay, and another passage, come to the arm of the first draw."""
        definition = a_journey({"split": a_split({"a": "a", "b": "b", "c": "c"}, a=1, b=1, c=1), **exits("a", "b", "c")})
        ends = {Run(definition).end for _ in range(5)}
        assert len(ends) == 1

    def test_arms_come_out_as_they_weigh(self) -> None:
        """Over many runs, within three standard deviations of the weights."""
        drawn = Counter(arm_of(f"enr{number}", "split", {"letter": 50, "call": 40, "hold_out": 10}) for number in range(10_000))
        for arm, weight in {"letter": 50, "call": 40, "hold_out": 10}.items():
            expected = weight * 100
            assert abs(drawn[arm] - expected) < 3 * (expected * (1 - weight / 100)) ** 0.5

    def test_an_arm_without_weight_is_never_drawn(self) -> None:
        """A closed arm stays in the definition and gets nobody."""
        assert {arm_of(f"enr{number}", "split", {"on": 1, "off": 0}) for number in range(200)} == {"on"}

    def test_the_arm_is_told_and_kept(self) -> None:
        """As the step's outcome, so that a later branch can ask for it."""
        run = Run(a_journey({"split": a_split("visit", only=1, never=0), "visit": a_visit("bye")}))
        assert [note.way for note in notes(run.opening, What.SPLIT)] == ["only"]
        assert run.state.outcomes == {"split": "only"}


def test_a_person_is_held_out_every_time() -> None:
    """The share that is held out is that of the definition, and whoever is held out enters nothing."""
    definition = a_journey({"visit": a_visit("bye")}, entry={"when": {"fact": "persona", "is": "pioneer"}, "hold_out": 10})
    assert Run(definition, hundredth=9).end == "held_out: held_out"
    assert Run(definition, hundredth=10).state.ended is None
    drawn = [hundredth(f"person{number}", "hf") for number in range(10_000)]
    assert abs(sum(one < 10 for one in drawn) - 1000) < 3 * 900**0.5
    assert set(drawn) == set(range(100))


class TestUpdate:
    """What a journey learns of the HCP."""

    def test_it_is_done_as_it_is_written_down(self) -> None:
        """No effect of its own, no answer to wait for."""
        run = Run(a_journey({"learn": an_update("visit", add_tags=["engaged"], propose_stage="trial"), "visit": a_visit("bye")}))
        assert [command for command in run.opening if isinstance(command, Learn)] == [Learn(key="run.learn.1", add_tags=("engaged",), propose_stage="trial")]
        assert run.standing == {"": "visit task"}

    def test_the_run_knows_it_at_once(self) -> None:
        """A goal on a tag is reached by the step that gives it."""
        goal = {"fact": "tags", "has": "engaged"}
        run = Run(a_journey({"learn": an_update("visit"), "visit": a_visit("bye")}, goal=goal), facts={"tags": ("curious",)})
        assert run.end == "goal: goal_reached"


def test_a_notice_is_a_line_for_a_colleague() -> None:
    """The words stay in the definition; the act says whose step they are of."""
    run = Run(a_journey({"tell": a_notice("visit", "sales"), "visit": a_visit("bye")}))
    assert [command for command in run.opening if isinstance(command, Tell)] == [Tell(key="run.tell.1", step="tell", whom="sales")]


class TestRequest:
    """A question to another system."""

    LEADS = ("yes", "no", "failed", "timeout")

    def asked(self) -> Run:
        run = Run(a_journey({"stock": a_request({way: way for way in self.LEADS}), **exits(*self.LEADS)}))
        (call,) = effects(run.opening)
        assert isinstance(call, CallOut)
        assert (call.to, call.facts, call.answers) == ("stock", ("market",), ("yes", "no"))
        return run

    @pytest.mark.parametrize(
        ("called", "end"),
        [(Called(key="run.stock.1", result="answered", answer="no"), "no"), (Called(key="run.stock.1", result="failed"), "failed")],
    )
    def test_it_is_answered_or_fails_at_once(self, called: Called, end: str) -> None:
        """The reply of the call itself."""
        run = self.asked()
        run.take(called)
        assert run.end == f"finished: {end}"

    def test_it_is_answered_later_or_not(self) -> None:
        """A callback within the time, else the time-out; the answer is the step's outcome."""
        run = self.asked()
        run.take(Called(key="run.stock.1", result="accepted"))
        run.take(RequestAnswered(id="back", key="run.stock.1", answer="yes"))
        assert (run.end, run.state.outcomes) == ("finished: yes", {"stock": "yes"})
        silent = self.asked()
        silent.take(Called(key="run.stock.1", result="accepted"))
        silent.wake()
        assert silent.end == "finished: timeout"

    def away(self) -> Run:
        """A request that was asked once, and in vain: it is to be asked again in an hour."""
        run = self.asked()
        run.take(Called(key="run.stock.1", result="again", retry=MONDAY + timedelta(hours=1)))
        assert run.standing == {"": "stock held"}
        return run

    def test_a_system_that_is_away_is_asked_again_under_the_same_key(self) -> None:
        """Until the same time as before; how often it was asked in vain goes along. Then it is waited for as long as if it had answered at once."""
        run = self.away()
        assert [(note.reason, note.until) for note in notes(run.commands, What.HELD)] == [(Reason.UNANSWERED, MONDAY + timedelta(hours=1))]
        (call,) = effects(run.wake())
        assert isinstance(call, CallOut)
        assert (call.key, call.tries, call.until) == ("run.stock.1", 1, MONDAY + timedelta(days=2))
        run.take(Called(key="run.stock.1", result="accepted"))
        assert alarm(run.state) == MONDAY + timedelta(days=2)

    def test_the_last_call_is_made_when_the_time_is_up(self) -> None:
        """Whoever is not there then has failed; a wish for later is not waited for."""
        run = self.asked()
        run.take(Called(key="run.stock.1", result="again", retry=MONDAY + timedelta(days=40)))
        assert alarm(run.state) == MONDAY + timedelta(days=2)
        assert len(effects(run.wake())) == 1
        run.take(Called(key="run.stock.1", result="again", retry=MONDAY + timedelta(days=3)))
        assert (run.end, notes(run.commands, What.MOVED)[-1].reason) == ("finished: failed", "no_answer")

    def test_an_answer_that_comes_while_it_seems_away_counts(self) -> None:
        """The other system had heard the question after all."""
        run = self.away()
        run.take(RequestAnswered(id="back", key="run.stock.1", answer="yes"))
        assert (run.end, run.state.outcomes) == ("finished: yes", {"stock": "yes"})

    def test_an_operator_may_ask_again_or_give_up(self) -> None:
        """Retry calls at once, going on takes the request for failed."""
        run = self.away()
        (call,) = effects(run.take(Retry(id="op", by="op", passage="run.stock.1", reason="it_is_back")))
        assert isinstance(call, CallOut)
        given_up = self.away()
        given_up.take(GoOn(id="op", by="op", passage="run.stock.1", reason="gone_for_good"))
        assert given_up.end == "finished: failed"

    def test_a_pause_holds_the_next_call_too(self) -> None:
        """Nothing wakes the run while it is paused; being paused takes nothing of the time for an answer."""
        run = self.away()
        run.take(Paused(id="halt", pause="halt"))
        assert alarm(run.state) is None
        run.take(Resumed(id="lifted", pause="halt", catch_up=CatchUp.SEND_LATEST), later=timedelta(days=30))
        (call,) = effects(run.wake())
        assert isinstance(call, CallOut)
        assert call.until == MONDAY + timedelta(days=32)


class TestAtMost:
    """A11: a loop runs as often as its step says."""

    def test_a11_a_jump_back_is_bounded(self) -> None:
        """The third time round, the wait is passed by along `exhausted`."""
        steps = {
            "visit": {**a_visit({"otherwise": "pause", "exhausted": "bye"}), "at_most": 3},
            "pause": a_wait_with("visit", time="1 day"),
        }
        run = Run(a_journey(steps))
        for _ in range(3):
            run.complete("neutral")
            run.wake()
        assert run.end == "finished: done"
        assert run.state.passages["visit"] == 3
        assert [note.step for note in notes(run.commands, What.EXHAUSTED)] == ["visit"]

    def test_a_way_that_is_not_named_follows_otherwise(self) -> None:
        """`exhausted` is a way like any other."""
        steps = {"pause": {**a_wait_with({"timeout": "pause", "otherwise": "out"}, time="1 day"), "at_most": 2}, "out": BYE}
        run = Run(a_journey(steps))
        run.wake()
        assert ways(run.wake()) == ["timeout > pause"]
        assert run.end == "finished: done"

    def test_steps_that_are_exhausted_lead_on_to_the_next(self) -> None:
        """One after the other, without a pause in between."""
        steps = {
            "first": {**a_wait_with({"timeout": "second", "exhausted": "second"}, time="1 day"), "at_most": 1},
            "second": {**a_wait_with({"timeout": "first", "exhausted": "bye"}, time="1 day"), "at_most": 1},
        }
        run = Run(a_journey(steps))
        run.wake()
        run.wake()
        assert run.end == "finished: done"
