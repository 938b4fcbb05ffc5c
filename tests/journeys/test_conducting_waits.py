"""Every form of wait: what it waits for, what ends it, and what it does about what came before it, at the last instant, or not at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.commands import AskFacts, What
from journeys.conductor import alarm
from journeys.durations import Calendar
from journeys.events import CalendarDrawn
from journeys.state import Entered
from tests.journeys.playing import MONDAY, Run, a_journey, a_visit, a_wait_with, effects, notes, ways

DAY = timedelta(days=1)
LEADS = {"timeout": "reached", "past": "gone", "missing": "unknown", "met": "met", "happened": "happened"}
ENDS = {name: {"exit": {"reason": name}} for name in LEADS.values()}


def waiting(form: dict[str, Any], *, calendar: Calendar | None = None, facts: dict[str, Any] | None = None, entered: Entered | None = None) -> Run:
    """A run whose first step waits, with one exit for each way out."""
    steps = {"pause": a_wait_with(LEADS, **form), **ENDS}
    return Run(a_journey(steps), calendar=calendar, facts=facts, entered=entered)


class TestUntilAPointInTime:
    """`until`: a fixed instant, the date of a fact, or a field of the entry event."""

    def test_a_fixed_instant_is_waited_for(self) -> None:
        """It needs no facts, and the run wakes then."""
        run = waiting({"until": {"at": "2026-03-20T12:00:00Z"}})
        assert alarm(run.state) == datetime(2026, 3, 20, 12, tzinfo=UTC)
        run.wake()
        assert run.end == "finished: reached"

    def test_an_instant_that_is_over_is_not_waited_for(self) -> None:
        """Its own way says so: a reminder of yesterday's meeting helps nobody."""
        assert waiting({"until": {"at": "2026-03-01T12:00:00Z"}}).end == "finished: gone"

    def test_a_date_is_counted_in_the_hcp_s_calendar(self) -> None:
        """The day before 20 March begins at midnight in Stockholm."""
        run = waiting({"until": {"fact": "next_appointment_on", "minus": "1 day"}}, calendar=Calendar(zone="Europe/Stockholm"))
        assert effects(run.opening) == (AskFacts(key="run.pause.1", names=("next_appointment_on",)),)
        run.load(next_appointment_on="2026-03-20")
        assert alarm(run.state) == datetime(2026, 3, 18, 23, tzinfo=UTC)

    @pytest.mark.parametrize("value", [None, "soon", 7, "2026-02-30", "2026-03-20T12:00:00", "0001-01-01", ""])
    def test_a_date_that_is_missing_or_none_leads_elsewhere(self, value: Any) -> None:
        """A16: no date, no day of the calendar, or a time without its zone: the way is `missing`, and nothing raises."""
        run = waiting({"until": {"fact": "next_appointment_on", "minus": "1 day"}})
        run.load(next_appointment_on=value)
        assert run.end == "finished: unknown"

    def test_a_date_that_moves_moves_the_wait(self) -> None:
        """Later it is waited for longer, earlier shorter; taken away, the wait has nothing to wait for."""
        run = waiting({"until": {"fact": "next_appointment_on"}})
        run.load(next_appointment_on="2026-03-20T12:00:00+00:00")
        run.change(next_appointment_on="2026-04-20T12:00:00+00:00")
        assert alarm(run.state) == datetime(2026, 4, 20, 12, tzinfo=UTC)
        run.change(next_appointment_on="2026-03-10T12:00:00+00:00")
        assert alarm(run.state) == datetime(2026, 3, 10, 12, tzinfo=UTC)
        run.change(next_appointment_on=None)
        assert run.end == "finished: unknown"

    def test_a_date_put_off_unheard_is_found_out_when_the_time_is_up(self) -> None:
        """Before it acts on a date, the run asks once more."""
        run = waiting({"until": {"fact": "next_appointment_on"}})
        run.load(next_appointment_on="2026-03-20T12:00:00+00:00")
        assert effects(run.wake()) == (AskFacts(key="run.pause.1", names=("next_appointment_on",)),)
        run.load(next_appointment_on="2026-03-25T12:00:00+00:00")
        assert alarm(run.state) == datetime(2026, 3, 25, 12, tzinfo=UTC)
        run.wake()
        run.load(next_appointment_on="2026-03-25T12:00:00+00:00")
        assert run.end == "finished: reached"

    def test_a_field_of_the_entry_event_is_a_date_too(self) -> None:
        """The appointment by which the HCP came in says when it is."""
        entered = Entered(event="appointment_booked", key="a-1", fields={"starts_at": "2026-03-20T12:00:00+00:00"})
        run = waiting({"until": {"field": "starts_at", "minus": "1 day"}}, entered=entered)
        assert alarm(run.state) == datetime(2026, 3, 19, 12, tzinfo=UTC)
        assert waiting({"until": {"field": "starts_at"}}).end == "finished: unknown"


class TestUntilALocalTime:
    """`local`: an hour, weekday or window of the HCP's own week."""

    def test_nine_o_clock_is_nine_where_the_hcp_is(self) -> None:
        """09:00 in New York is 14:00 UTC in early March and 13:00 UTC once their clocks have changed."""
        run = waiting({"local": {"at": "09:00"}}, calendar=Calendar(zone="America/New_York"))
        assert alarm(run.state) == datetime(2026, 3, 2, 14, tzinfo=UTC)
        later = Run(run.definition, calendar=Calendar(zone="America/New_York"), now=datetime(2026, 3, 8, 20, tzinfo=UTC))
        assert alarm(later.state) == datetime(2026, 3, 9, 13, tzinfo=UTC)

    def test_an_hcp_who_moves_zone_waits_for_the_hour_there(self) -> None:
        """Between Stockholm and Tokyo lie eight hours; the wait is drawn anew from now."""
        run = waiting({"local": {"at": "21:00"}}, calendar=Calendar(zone="Europe/Stockholm"))
        assert alarm(run.state) == datetime(2026, 3, 2, 20, tzinfo=UTC)
        run.take(CalendarDrawn(id="moved", calendar=Calendar(zone="Asia/Tokyo")))
        assert alarm(run.state) == datetime(2026, 3, 2, 12, tzinfo=UTC)

    def test_a_window_that_is_open_holds_nobody(self) -> None:
        """At 09:00 UTC on a Monday the window of working days is open: the run passes as soon as it is woken."""
        run = waiting({"local": {"between": ["08:00", "17:00"], "on": "working_days"}})
        assert alarm(run.state) == MONDAY
        run.wake()
        assert (run.end, run.now) == ("finished: reached", MONDAY)

    def test_a_loop_by_the_clock_comes_round_once_a_day(self) -> None:
        """Coming back at the very instant of nine o'clock, the next nine o'clock is meant."""
        run = Run(a_journey({"nine": {**a_wait_with({"timeout": "nine", "exhausted": "bye"}, local={"at": "09:00"}), "at_most": 3}}), now=MONDAY - DAY / 2)
        woken = []
        while run.state.ended is None:
            run.wake()
            woken.append(run.now)
        assert woken == [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]


class TestUntilAConditionIsTrue:
    """`when`: a condition on facts, judged on fresh ones."""

    FORM: dict[str, Any] = {"when": {"fact": "adoption_stage", "at_least": "trial"}, "up_to": "30 days"}

    def test_a4_what_is_true_already_is_not_waited_for(self) -> None:
        """The facts are asked when the wait begins."""
        run = waiting(self.FORM)
        run.load(adoption_stage="user")
        assert run.end == "finished: met"

    def test_a4_what_comes_true_ends_the_wait_at_once(self) -> None:
        """Told of a change, the run looks again; other changes leave it waiting."""
        run = waiting(self.FORM)
        run.load(adoption_stage="aware")
        run.change(adoption_stage="unaware")
        assert run.standing == {"": "pause waiting"}
        run.change(adoption_stage="trial")
        assert run.end == "finished: met"

    def test_what_came_true_unheard_is_found_out_in_the_end(self) -> None:
        """When its time is up the run asks once more before it gives up."""
        run = waiting(self.FORM)
        run.load(adoption_stage="aware")
        run.wake()
        run.load(adoption_stage="trial")
        assert run.end == "finished: met"

    def test_what_stays_untrue_is_given_up(self) -> None:
        """After 30 days, on the facts of that day."""
        run = waiting(self.FORM)
        run.load(adoption_stage="aware")
        run.wake()
        run.load(adoption_stage="aware")
        assert (run.end, run.now) == ("finished: reached", MONDAY + 30 * DAY)


class TestForAnEvent:
    """`event`: something that another system reports, with its key and fields."""

    FORM: dict[str, Any] = {"event": "appointment_cancelled", "where": {"by": "patient"}, "same_key": True, "up_to": "1 day"}

    def waiting(self) -> Run:
        return waiting(self.FORM, entered=Entered(event="appointment_booked", key="a-1"))

    @pytest.mark.parametrize(
        ("event", "key", "fields"),
        [
            ("appointment_cancelled", "a-2", {"by": "patient"}),
            ("appointment_cancelled", None, {"by": "patient"}),
            ("appointment_cancelled", "a-1", {"by": "clinic"}),
            ("appointment_cancelled", "a-1", {}),
            ("appointment_moved", "a-1", {"by": "patient"}),
        ],
    )
    def test_another_event_is_not_it(self, event: str, key: str | None, fields: dict[str, Any]) -> None:
        """Another appointment, another field, another event: the wait goes on."""
        run = self.waiting()
        run.happen(event, key, **fields)
        assert run.standing == {"": "pause waiting"}

    def test_the_same_key_and_field_end_the_wait(self) -> None:
        """At once, and told in the story."""
        run = self.waiting()
        commands = run.happen("appointment_cancelled", "a-1", by="patient", later=DAY / 2)
        assert run.end == "finished: happened"
        assert [note.way for note in notes(commands, What.HAPPENED)] == ["appointment_cancelled"]

    def test_nothing_happens_and_the_time_is_up(self) -> None:
        """The other way out."""
        run = self.waiting()
        run.wake()
        assert run.end == "finished: reached"

    def test_what_happened_before_the_wait_counts(self) -> None:
        """Remembered from the moment the run began: an event between two waits is not lost."""
        steps = {"visit": a_visit("pause"), "pause": a_wait_with(LEADS, **self.FORM), **ENDS}
        run = Run(a_journey(steps), entered=Entered(event="appointment_booked", key="a-1"))
        run.happen("appointment_cancelled", "a-1", by="patient")
        assert ways(run.complete("interested")) == ["interested > pause", "happened > happened"]

    def test_one_event_moves_a_loop_on_once(self) -> None:
        """A wait that comes round again waits for another."""
        steps = {"pause": {**a_wait_with({"happened": "pause", "timeout": "bye", "exhausted": "bye"}, event="page_viewed", up_to="5 days"), "at_most": 9}}
        run = Run(a_journey(steps))
        run.happen("page_viewed")
        assert (run.state.passages, run.standing) == ({"pause": 2}, {"": "pause waiting"})

    def test_a12_an_event_that_means_leave_ends_the_run(self) -> None:
        """From wherever it stands, in the middle of a wait; with another key it does not."""
        steps = {"long": a_wait_with("bye", time="400 days")}
        definition = a_journey(steps, exit_on=[{"event": "study_left", "same_key": True}])
        run = Run(definition, entered=Entered(event="study_joined", key="s-1"))
        run.happen("study_left", "s-2")
        assert run.state.ended is None
        run.happen("study_left", "s-1", later=DAY)
        assert run.end == "exit_event: study_left"


def test_a_run_ends_at_its_horizon() -> None:
    """Wherever it is, and not before."""
    run = Run(a_journey({"long": a_wait_with("bye", time="400 days")}, horizon="90 days"))
    run.wake()
    assert (run.end, run.now) == ("horizon: horizon", MONDAY + 90 * DAY)
