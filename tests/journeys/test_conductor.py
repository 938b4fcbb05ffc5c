"""The conductor's moves, one by one: what each kind of step does with what people, channels and time bring to it."""

from datetime import UTC, datetime, timedelta

import pytest

from journeys import events as on
from journeys import state as at
from journeys.commands import AskFacts, Deliver, OpenTask, What
from journeys.conductor import advance, alarm
from journeys.definitions import Heard
from journeys.durations import Calendar
from journeys.position import position
from journeys.reasons import Reason
from tests.journeys.playing import MONDAY, Run, a_branch, a_journey, a_medical, a_rep_email, a_visit, a_wait, an_email, effects, notes, ways

DAY = timedelta(days=1)
HANDOVER = {"exit": {"reason": "persona_corrected", "continue_with": "persona_strategy"}}


# A run begins


def test_a_run_begins_with_its_first_step() -> None:
    """It says that it began, opens the first task, and remembers only the facts that its journey names."""
    run = Run(a_journey({"meet": a_visit("bye")}), facts={"tier": "A", "shoe_size": 42})
    assert notes(run.opening, What.BEGAN)[0].to == "meet"
    assert effects(run.opening) == (OpenTask(key="run.meet.1", step="meet", kind="visit", due=datetime(2026, 3, 16, 9, tzinfo=UTC)),)
    assert run.state.facts == {"persona": "pioneer"}


def test_a_run_that_may_not_enter_ends_at_once() -> None:
    """An HCP of another persona is not enrolled by a race: the run ends as not eligible, without an effect."""
    run = Run(a_journey({"meet": a_visit("bye")}), facts={"persona": "traditional"})
    assert run.end == "not_eligible: not_eligible"
    assert not effects(run.commands)


def test_a_run_that_may_not_enter_ends_once_though_its_goal_is_reached() -> None:
    """Not eligible and already at the goal is one ending, told once."""
    run = Run(a_journey({"meet": a_visit("bye")}, goal={"fact": "persona", "is": "traditional"}), facts={"persona": "traditional"})
    assert [note.to for note in notes(run.commands, What.ENDED)] == ["not_eligible"]


@pytest.mark.parametrize(("field", "end"), [("goal", "goal: goal_reached"), ("exit_when", "exit_condition: exit_condition")])
def test_a_run_whose_end_is_already_true_ends_before_its_first_step(field: str, end: str) -> None:
    """A goal or exit condition that holds at the beginning leaves nothing to do."""
    run = Run(a_journey({"meet": a_visit("bye")}, **{field: {"fact": "tier", "is": "A"}}), facts={"tier": "A"})
    assert run.end == end
    assert not effects(run.commands)


# Visits


def test_an_outcome_leads_along_its_path() -> None:
    """A completed visit closes its task with the outcome and channel, and goes where the outcome leads."""
    run = Run(a_journey({"meet": a_visit({"interested": "mail", "otherwise": "bye"}), "mail": an_email("bye")}))
    told = run.complete("interested", remark="remark-1")
    closed = notes(told, What.TASK_CLOSED)[0]
    assert (closed.to, closed.way, closed.channel, closed.by, closed.remark) == ("done", "interested", "remote", "rep", "remark-1")
    assert ways(told) == ["interested > mail"]
    assert run.state.outcomes == {"meet": "interested"}


def test_an_overdue_visit_leaves_by_its_overdue_path() -> None:
    """When the due has passed without a word, the task closes as overdue and the run goes on."""
    run = Run(a_journey({"meet": a_visit({"overdue": "call", "otherwise": "bye"}), "call": a_visit("bye")}))
    told = run.wake()
    assert run.now == datetime(2026, 3, 16, 9, tzinfo=UTC)
    assert notes(told, What.TASK_CLOSED)[0].to == "overdue"
    assert ways(told) == ["overdue > call"]


@pytest.mark.parametrize(
    ("paths", "to"), [({"skipped": "rest"}, "rest"), ({"overdue": "late"}, "late"), ({"skipped": "rest", "overdue": "late"}, "rest"), ({}, "bye")]
)
def test_a_skipped_task_goes_its_own_way_or_that_of_an_overdue_one(paths: dict[str, str], to: str) -> None:
    """`skipped` where it is named, else `overdue`, else `otherwise`; the reason is told either way."""
    steps = {"meet": a_visit({**paths, "otherwise": "bye"}), "rest": a_wait("bye"), "late": a_visit("bye")}
    run = Run(a_journey(steps))
    told = run.skip("on_leave")
    assert ways(told) == [f"skipped > {to}"]
    assert {note.reason for note in notes(told, What.TASK_CLOSED)} == {"on_leave"}


def test_a_snooze_puts_the_due_off_and_the_alarm_with_it() -> None:
    """The task stays open and wakes at the later time; a snooze to an earlier one leaves the due where it was."""
    run = Run(a_journey({"meet": a_visit("bye")}))
    run.snooze(MONDAY + 30 * DAY)
    assert alarm(run.state) == MONDAY + 30 * DAY
    run.snooze(MONDAY + DAY)
    assert alarm(run.state) == MONDAY + 30 * DAY
    assert not run.take(on.Alarm(), later=20 * DAY)


def test_a_reassigned_task_stays_open_and_tells_who_has_it() -> None:
    """Reassigning moves the task to another user and nothing else; the same request again is not told twice."""
    run = Run(a_journey({"meet": a_visit("bye")}))
    request = on.Reassign(id="r", by="rep", task=run.key, to="colleague")
    told = run.take(request)
    assert [(note.what, note.to) for note in notes(told)] == [(What.REASSIGNED, "colleague")]
    assert isinstance(run.state.place, at.AtTask)
    assert run.take(request) == ()


def test_an_offer_is_chosen_while_the_task_is_open() -> None:
    """The conductor leaves the task for an offered step: it closes as redirected, without an outcome."""
    run = Run(a_journey({"meet": a_visit("bye", offers=("mail",)), "mail": an_email("bye")}))
    told = run.choose("mail")
    assert notes(told, What.TASK_CLOSED)[0].to == "redirected"
    assert ways(told) == ["offer > mail"]
    assert run.state.outcomes == {}


def test_an_offer_is_chosen_instead_of_the_outcomes_own_path() -> None:
    """Completing may name an offer: the outcome is kept, the path is the conductor's."""
    run = Run(a_journey({"meet": a_visit("bye", offers=("mail",)), "mail": an_email("bye")}))
    assert ways(run.complete("interested", chosen="mail")) == ["offer > mail"]
    assert run.state.outcomes == {"meet": "interested"}


def test_a_task_that_is_closed_takes_no_second_word() -> None:
    """A late second answer to the same task changes nothing, nor does one to the step's earlier passage."""
    run = Run(a_journey({"meet": a_visit({"interested": "bye", "otherwise": "meet"})}))
    first = run.key
    run.complete("neutral")
    assert run.key == "run.meet.2"
    assert run.take(on.Complete(id="late", by="rep", task=first, outcome="interested")) == ()


# Personas


def test_a_visit_confirms_the_persona_on_record() -> None:
    """Meeting the HCP as recorded is told as a confirmation."""
    run = Run(a_journey({"meet": a_visit("bye")}))
    told = run.complete("interested", persona="pioneer")
    assert [note.to for note in notes(told, What.PERSONA_CONFIRMED)] == ["pioneer"]
    assert not notes(told, What.PERSONA_CORRECTED)


def test_a_corrected_persona_is_what_a_branch_sees() -> None:
    """The rep learns at the door which persona it is, and the next condition knows."""
    fork = a_branch("bye", ({"fact": "persona", "is": "traditional"}, "slow"))
    run = Run(a_journey({"meet": a_visit("fork"), "fork": fork, "slow": a_visit("bye")}))
    told = run.complete("interested", persona="traditional", remark="remark-1")
    assert [(note.to, note.remark) for note in notes(told, What.PERSONA_CORRECTED)] == [("traditional", "remark-1")]
    run.load()
    assert run.step == "slow"


def test_a_corrected_persona_hands_the_hcp_over_to_its_strategy() -> None:
    """The offer that leaves this strategy for another's ends the run and names whose strategy goes on."""
    run = Run(a_journey({"meet": a_visit("bye", offers=("hand-over",)), "hand-over": HANDOVER}, exit_when={"fact": "persona", "is": "traditional"}))
    run.complete("interested", persona="traditional", chosen="hand-over")
    assert run.end == "finished: persona_corrected"
    assert run.state.ended is not None
    assert run.state.ended.continue_with == "traditional"


def test_a_corrected_persona_may_end_the_run() -> None:
    """Without an offer the exit condition is looked at again, and the closed task stays closed once."""
    run = Run(a_journey({"meet": a_visit("bye")}, exit_when={"not": {"fact": "persona", "is": "pioneer"}}))
    told = run.complete("interested", persona="traditional")
    assert run.end == "exit_condition: exit_condition"
    assert len(notes(told, What.TASK_CLOSED)) == 1


# E-mails


def test_an_automatic_email_is_put_before_the_gate_at_once() -> None:
    """One Deliver under the passage's key; when it is settled as sent the run goes on."""
    run = Run(a_journey({"mail": an_email("read"), "read": a_wait("bye")}))
    assert [(command.key, command.by) for command in effects(run.opening) if isinstance(command, Deliver)] == [("run.mail.1", None)]
    assert alarm(run.state) is None
    assert ways(run.settle("sent")) == ["sent > read"]
    assert run.state.latest[""] == "run.mail.1"


def test_a_touch_of_unknown_result_counts_as_sent() -> None:
    """Handed over and never heard of again: the run goes on and the touch is not put before the gate again."""
    run = Run(a_journey({"mail": an_email("read"), "read": a_wait("bye")}))
    told = run.settle("unknown")
    assert [note.to for note in notes(told, What.SENT)] == ["unknown"]
    assert run.step == "read"


def test_a_rep_sends_an_email_in_the_reps_own_name() -> None:
    """The task comes first; completing it puts the touch before the gate, sent by that rep, under the same key."""
    run = Run(a_journey({"mail": a_rep_email("bye")}))
    assert isinstance(effects(run.opening)[0], OpenTask)
    asked = effects(run.complete("sent"))
    assert [(command.key, command.by) for command in asked if isinstance(command, Deliver)] == [("run.mail.1", "rep")]


@pytest.mark.parametrize(
    ("blocked", "to"),
    [
        ({"consent_expired": "exact", "no_consent": "wider", "otherwise": "rest"}, "exact"),
        ({"no_consent": "wider", "otherwise": "rest"}, "wider"),
        ({"otherwise": "rest"}, "rest"),
    ],
)
def test_a_blocked_touch_follows_the_closest_reason_named(blocked: dict[str, str], to: str) -> None:
    """The reason itself, else the wider one it falls under, else `otherwise`."""
    steps = {"mail": an_email("bye", blocked=blocked), "exact": a_visit("bye"), "wider": a_visit("bye"), "rest": a_visit("bye")}
    run = Run(a_journey(steps))
    told = run.settle("refused", Reason.CONSENT_EXPIRED)
    assert ways(told) == [f"blocked > {to}"]
    assert [note.reason for note in notes(told, What.BLOCKED)] == [Reason.CONSENT_EXPIRED]


def test_a_blocked_touch_waits_where_nothing_is_named() -> None:
    """By default it is held, tells why and until when, and is put before the gate again a day later."""
    run = Run(a_journey({"mail": an_email("bye")}))
    told = run.settle("refused", Reason.CONTENT_NOT_APPROVED)
    assert [(note.reason, note.until) for note in notes(told, What.HELD)] == [(Reason.CONTENT_NOT_APPROVED, MONDAY + DAY)]
    assert position(run.state).reason == Reason.CONTENT_NOT_APPROVED
    again = effects(run.wake())
    assert [command.key for command in again] == ["run.mail.1"]


@pytest.mark.parametrize(("fate", "end"), [("skip", "finished: done"), ("exit", "blocked: no_consent")])
def test_a_blocked_touch_may_be_skipped_or_end_the_run(fate: str, end: str) -> None:
    """`skip` goes on as if sent; `exit` leaves the journey with the reason."""
    run = Run(a_journey({"mail": an_email("bye", blocked={"no_consent": fate})}))
    run.settle("refused", Reason.NO_CONSENT)
    assert run.end == end
    assert run.state.latest == {}


def test_a_deferral_waits_until_its_time_whatever_otherwise_says() -> None:
    """A cap ends by itself: `otherwise` and wider reasons are for refusals."""
    run = Run(a_journey({"mail": an_email("bye", blocked={"otherwise": "exit"})}))
    run.settle("deferred", Reason.WEEKLY_CAP, MONDAY + 3 * DAY)
    assert alarm(run.state) == MONDAY + 3 * DAY
    assert len(effects(run.wake())) == 1


def test_a_deferral_follows_its_own_name() -> None:
    """A journey that names the cap does not wait for it."""
    run = Run(a_journey({"mail": an_email("bye", blocked={"weekly_cap": "call"}), "call": a_visit("bye")}))
    run.settle("deferred", Reason.WEEKLY_CAP, MONDAY + 3 * DAY)
    assert run.step == "call"


@pytest.mark.parametrize(
    ("blocked", "to"), [({}, "read"), ({"otherwise": "exit"}, "read"), ({"otherwise": "wait"}, "read"), ({"held_too_long": "call"}, "call")]
)
def test_a_touch_held_too_long_is_given_up(blocked: dict[str, str], to: str) -> None:
    """After `hold_up_to` the touch takes the path of held_too_long, else it is skipped; `otherwise` is for the first refusal."""
    steps = {"mail": an_email("read", blocked=blocked, hold_up_to="2 days"), "read": a_wait("bye"), "call": a_visit("bye")}
    run = Run(a_journey(steps))
    run.settle("deferred", Reason.WEEKLY_CAP, MONDAY + 9 * DAY)
    assert alarm(run.state) == MONDAY + 2 * DAY
    told = run.wake()
    assert [note.reason for note in notes(told, What.BLOCKED)] == [Reason.HELD_TOO_LONG]
    assert run.step == to


def test_the_patience_of_a_held_touch_counts_from_its_first_try() -> None:
    """Being put before the gate again does not start `hold_up_to` anew."""
    run = Run(a_journey({"mail": an_email("bye", hold_up_to="2 days")}))
    tries = 0
    while run.state.ended is None:
        run.settle("refused", Reason.CHANNEL_DOWN)
        if run.state.ended is None:
            run.wake()
        tries += 1
    assert (tries, run.now) == (2, MONDAY + 2 * DAY)


# Medical


def test_a_question_reaches_medical_with_the_visit_that_brought_it() -> None:
    """The hand-off stands on the recorded question, once: the next hand-off needs its own."""
    steps = {"meet": a_visit({"interested": "ask", "otherwise": "bye"}), "ask": a_medical({"answered": "again", "otherwise": "bye"}), "again": a_medical("bye")}
    run = Run(a_journey(steps))
    opened = effects(run.complete("interested", inquiry="question-1"))
    assert [(task.kind, task.inquiry, task.due) for task in opened if isinstance(task, OpenTask)] == [
        ("medical", "question-1", datetime(2026, 3, 9, 9, tzinfo=UTC))
    ]
    told = run.complete("answered")
    assert [note.reason for note in notes(told, What.BLOCKED)] == [Reason.NO_INQUIRY]


@pytest.mark.parametrize(("blocked", "to"), [({}, "later"), ({"otherwise": "wait"}, "later"), ({"no_inquiry": "call"}, "call")])
def test_without_a_question_there_is_no_hand_off(blocked: dict[str, str], to: str) -> None:
    """Arriving with none follows `no_inquiry`, else the way of a withdrawn question, and never waits."""
    steps = {"ask": a_medical({"withdrawn": "later", "otherwise": "bye"}, blocked=blocked), "later": a_wait("bye"), "call": a_visit("bye")}
    run = Run(a_journey(steps))
    assert not [command for command in run.commands if isinstance(command, OpenTask) and command.kind == "medical"]
    assert run.step == to


def test_a_chosen_offer_may_carry_the_question() -> None:
    """Choosing the hand-off while the visit is still open takes the question along."""
    run = Run(a_journey({"meet": a_visit("bye", offers=("ask",)), "ask": a_medical("bye")}))
    opened = effects(run.choose("ask", inquiry="question-1"))
    assert [task.inquiry for task in opened if isinstance(task, OpenTask)] == ["question-1"]


# Waits


READING = {
    "mail": an_email("read"),
    "read": a_wait({"clicked": "meet", "opened": "call", "timeout": "bye"}, "clicked", "opened"),
    "meet": a_visit("bye"),
    "call": a_visit("bye"),
}


def test_a_wait_moves_on_as_soon_as_it_hears() -> None:
    """What it waits for acts at once, not at the end of the wait."""
    run = Run(a_journey(READING))
    run.settle()
    assert ways(run.hear("clicked", later=timedelta(hours=1))) == ["clicked > meet"]


def test_a_wait_that_hears_nothing_runs_out() -> None:
    """After `up_to` the run goes along `timeout`."""
    run = Run(a_journey(READING))
    run.settle()
    assert ways(run.wake()) == ["timeout > bye"]
    assert run.now == MONDAY + 5 * DAY


def test_an_event_at_the_very_instant_of_the_time_out_wins_when_it_comes_first() -> None:
    """The event is taken first and the alarm finds the run elsewhere: one move, and the HCP's click counts."""
    run = Run(a_journey(READING))
    run.settle()
    run.hear("clicked", later=5 * DAY)
    assert run.step == "meet"
    assert run.take(on.Alarm()) == ()


def test_a_fact_that_came_before_its_wait_is_heard() -> None:
    """A click during the step between e-mail and wait is remembered, and the wait moves on as it is entered."""
    run = Run(a_journey(READING | {"mail": an_email("between"), "between": a_visit("read")}))
    run.settle()
    run.hear("clicked")
    assert "clicked > meet" in ways(run.complete("neutral"))


def test_a_fact_that_came_before_its_touch_was_settled_is_heard() -> None:
    """The provider's webhook may be faster than our own record of the send."""
    run = Run(a_journey(READING))
    run.hear("clicked", touch="run.mail.1")
    assert ways(run.settle()) == ["sent > read", "clicked > meet"]


def test_what_is_heard_of_a_touch_that_is_tried_again_is_kept() -> None:
    """The channel said it was down, yet the HCP clicked: the second try does not forget it."""
    run = Run(a_journey(READING))
    run.settle("refused", Reason.CHANNEL_DOWN)
    run.hear("clicked", touch="run.mail.1")
    run.wake()
    assert ways(run.settle()) == ["sent > read", "clicked > meet"]


def test_of_several_things_heard_the_authors_first_counts() -> None:
    """Opened, then clicked, both before the wait: the order of `for` decides, not that of arrival."""
    run = Run(a_journey(READING))
    run.hear("opened", touch="run.mail.1")
    run.hear("clicked", touch="run.mail.1")
    run.settle()
    assert run.step == "meet"


def test_a_wait_hears_of_the_step_it_names() -> None:
    """`of` picks an earlier e-mail; what is heard of a later one does not move the wait."""
    steps = {
        "one": an_email("two"),
        "two": an_email("read"),
        "read": a_wait({"clicked": "meet", "timeout": "bye"}, "clicked", of="one"),
        "meet": a_visit("bye"),
    }
    run = Run(a_journey(steps))
    run.settle()
    run.settle()
    run.hear("clicked", touch="run.two.1")
    assert run.step == "read"
    run.hear("clicked", touch="run.one.1")
    assert run.step == "meet"


def test_a_wait_of_a_length_of_time_hears_nothing() -> None:
    """Only its time ends it; what is heard meanwhile is remembered for later."""
    run = Run(
        a_journey(
            {
                "mail": an_email("rest"),
                "rest": a_wait("read", up_to="2 business days"),
                "read": a_wait({"clicked": "meet", "timeout": "bye"}, "clicked"),
                "meet": a_visit("bye"),
            }
        )
    )
    run.settle()
    run.hear("clicked")
    assert run.step == "rest"
    assert ways(run.wake()) == ["timeout > read", "clicked > meet"]


def test_dues_are_counted_in_the_hcps_own_calendar() -> None:
    """A wait over the spring change in Stockholm ends at nine in the morning there."""
    run = Run(a_journey({"rest": a_wait("bye", up_to="1 day")}), calendar=Calendar(zone="Europe/Stockholm"), now=datetime(2026, 3, 28, 8, tzinfo=UTC))
    assert alarm(run.state) == datetime(2026, 3, 29, 7, tzinfo=UTC)


# Branches


def test_a_branch_on_facts_asks_how_they_stand_now() -> None:
    """The condition is judged on the answer and not on what the run remembers from its beginning."""
    fork = a_branch("bye", ({"fact": "tier", "is": "A"}, "meet"), ({"fact": "decile", "at_least": 5}, "mail"))
    run = Run(a_journey({"rest": a_wait("fork"), "fork": fork, "meet": a_visit("bye"), "mail": an_email("bye")}), facts={"tier": "A", "decile": 1})
    assert [command.names for command in effects(run.wake()) if isinstance(command, AskFacts)] == [("decile", "tier")]
    assert ways(run.load(tier="B", decile=9)) == ["case_2 > mail"]


def test_a_branch_on_outcomes_alone_asks_nobody() -> None:
    """What the run itself remembers needs no effect: the way is taken in the same advance."""
    fork = a_branch("bye", ({"outcome": "meet", "is": "interested"}, "mail"))
    run = Run(a_journey({"meet": a_visit("fork"), "fork": fork, "mail": an_email("bye")}))
    assert ways(run.complete("interested")) == ["interested > fork", "case_1 > mail"]


def test_a_branch_without_a_case_that_holds_takes_its_next() -> None:
    """No case, no fact: the default way."""
    run = Run(a_journey({"fork": a_branch("meet", ({"fact": "tier", "is": "A"}, "bye")), "meet": a_visit("bye")}))
    assert ways(run.load()) == ["otherwise > meet"]


def test_facts_that_change_on_the_way_do_not_answer_for_the_branch() -> None:
    """News while the question is under way is kept, and the branch still waits for its own answer."""
    run = Run(a_journey({"fork": a_branch("meet", ({"fact": "tier", "is": "A"}, "bye")), "meet": a_visit("bye")}))
    assert run.change(tier="A") == ()
    assert run.step == "fork"
    assert ways(run.load(tier="A")) == ["case_1 > bye"]


# Ends in the middle


@pytest.mark.parametrize(("field", "end"), [("goal", "goal: goal_reached"), ("exit_when", "exit_condition: exit_condition")])
@pytest.mark.parametrize("step", [a_wait("bye"), a_visit("bye"), an_email("bye"), a_branch("bye", ({"fact": "decile", "is": 1}, "bye"))])
def test_a_goal_or_exit_condition_acts_at_once_wherever_the_run_stands(field: str, end: str, step: dict[str, object]) -> None:
    """In a wait, at a task, with an effect under way: the change of the fact ends the run, and an open task closes with it."""
    run = Run(a_journey({"step": step}, **{field: {"fact": "tier", "is": "A"}}))
    told = run.change(tier="A")
    assert run.end == end
    assert len(notes(told, What.TASK_CLOSED)) == ("visit" in step)
    assert run.settle() == ()


def test_a_run_is_left_on_request_from_wherever_it_stands() -> None:
    """Leaving closes the open task and tells who asked and why."""
    run = Run(a_journey({"meet": a_visit("bye")}))
    told = run.take(on.Leave(id="x", by="rep", reason="moved_away", remark="remark-1"))
    assert run.end == "left: moved_away"
    assert [(note.what, note.by) for note in notes(told)][-1] == (What.ENDED, "rep")


# Consent and objection


def test_a_withdrawal_takes_back_the_email_that_a_rep_has_yet_to_send() -> None:
    """The open task closes as cancelled and the touch takes its blocked path, without the gate being asked."""
    run = Run(a_journey({"mail": a_rep_email("bye", blocked={"no_consent": "call"}), "call": a_visit("bye")}))
    told = run.withdraw()
    assert notes(told, What.TASK_CLOSED)[0].to == "cancelled"
    assert ways(told) == ["blocked > call"]
    assert not [command for command in run.commands if isinstance(command, Deliver)]


def test_a_withdrawal_elsewhere_in_the_journey_is_remembered() -> None:
    """Withdrawn during the visit: the e-mail that follows is blocked before the gate."""
    run = Run(a_journey({"meet": a_visit("mail"), "mail": an_email("bye", blocked={"consent_withdrawn": "exit"})}))
    assert run.withdraw() == ()
    run.complete("neutral")
    assert run.end == "blocked: consent_withdrawn"


def test_a_withdrawal_of_another_channel_leaves_the_email_alone() -> None:
    """An opt-out of a channel cancels that channel only."""
    run = Run(a_journey({"mail": a_rep_email("bye")}))
    assert run.withdraw("phone") == ()
    assert isinstance(run.state.place, at.AtTask)


def test_the_nurses_mail_goes_out_though_the_hcp_withdrew() -> None:
    """A colleague's consent is the colleague's: the gate alone judges it."""
    run = Run(a_journey({"mail": an_email("bye", to="nurse")}), withdrawn=("email",))
    assert [command.to for command in run.opening if isinstance(command, Deliver)] == ["nurse"]


def test_consent_given_again_frees_a_held_email() -> None:
    """A touch held for the withdrawal is put before the gate at once when consent is given."""
    run = Run(a_journey({"mail": an_email("bye")}), withdrawn=("email",))
    assert isinstance(run.state.place, at.Held)
    assert [command.key for command in effects(run.give())] == ["run.mail.1"]


def test_consent_given_again_gives_the_rep_the_task_back() -> None:
    """What a rep had yet to send is the rep's to send again, as a new passage with a new due."""
    run = Run(a_journey({"mail": a_rep_email("bye")}))
    run.withdraw()
    assert isinstance(run.state.place, at.Held)
    told = run.give()
    assert ways(told) == ["again > mail"]
    assert [command.key for command in effects(told)] == ["run.mail.2"]


def test_a_reps_email_held_for_a_withdrawal_is_given_up_in_time() -> None:
    """Looking again day by day does not start its patience anew: after `hold_up_to` it is skipped."""
    run = Run(a_journey({"mail": a_rep_email("bye", hold_up_to="3 days")}), withdrawn=("email",))
    while run.state.ended is None and run.now < MONDAY + 9 * DAY:
        run.wake()
    assert (run.end, run.now) == ("finished: done", MONDAY + 3 * DAY)


def test_an_email_deferred_and_then_withdrawn_is_not_sent() -> None:
    """The withdrawal during the hold decides, whenever the cap would have let it go."""
    run = Run(a_journey({"mail": an_email("bye", blocked={"consent_withdrawn": "exit"})}))
    run.settle("deferred", Reason.WEEKLY_CAP, MONDAY + DAY)
    run.withdraw()
    assert run.end == "blocked: consent_withdrawn"


def test_a_medical_response_does_not_ask_for_marketing_consent() -> None:
    """Outside promotion neither a withdrawal nor an objection stops what the HCP asked for."""
    run = Run(a_journey({"mail": an_email("read"), "read": a_wait("bye")}, purpose="medical_response"), withdrawn=("email",))
    assert len(effects(run.opening)) == 1
    assert run.take(on.Objected(id="x")) == ()


@pytest.mark.parametrize("step", [a_wait("bye"), a_visit("bye"), an_email("bye", to="nurse"), a_rep_email("bye")])
def test_an_objection_ends_a_promotional_run_wherever_it_stands(step: dict[str, object]) -> None:
    """The right to object is absolute: visits, waits and the nurse's mail end with it."""
    run = Run(a_journey({"step": step}))
    run.take(on.Objected(id="x"))
    assert run.end == "objected: objected"


# Faults


def test_a_loop_without_a_pause_ends_as_a_fault_rather_than_spin() -> None:
    """The linter refuses it; should one arrive all the same, the run ends and says so."""
    fork = a_branch("fork-2", ({"outcome": "meet", "is": "never"}, "bye"))
    run = Run(a_journey({"fork": fork, "fork-2": fork | {"next": "fork"}}))
    assert run.end == "fault: loop_without_pause"


def test_a_step_that_is_gone_ends_as_a_fault() -> None:
    """A run never hangs on a definition that lost its step."""
    run = Run(a_journey({"meet": a_visit("nowhere")}))
    run.complete("neutral")
    assert run.end == "fault: unknown_step"


def test_an_event_is_remembered_by_its_id_and_not_taken_twice() -> None:
    """The same click delivered twice by the provider moves the run once."""
    run = Run(a_journey(READING))
    run.settle()
    click = on.TouchHeard(id="click", touch="run.mail.1", heard=Heard.CLICKED)
    run.take(click)
    assert advance(run.definition, run.state, click, run.now) == (run.state, ())
