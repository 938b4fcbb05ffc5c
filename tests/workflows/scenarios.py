"""What runs live through, written once for every server. Tasks that somebody will do are due late, so that no test hurries; what nobody does is due soon."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from api.ports import CommandRefusedError, ConductorUnavailableError
from journeys import events as on
from journeys.acceptance import Refusal
from journeys.commands import What
from journeys.definitions import Definition, Heard
from journeys.policy import Verdict
from journeys.reasons import Reason
from journeys.receipts import Receipt
from journeys.state import EndKind
from tests.builders import a_branch, a_journey, a_medical_step, a_pause, a_rep_email, a_visit, a_wait, an_email, an_exit
from tests.workflows.stages import HURRY, Played, Stage

Play = Callable[[Stage], Awaitable[Played]]

LATE = {"due": "300 days"}
SOON = {"due": "5 days"}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Scenario:
    """One story. `speed` is its pace where time cannot be skipped."""

    play: Play
    speed: float = HURRY

    @property
    def name(self) -> str:
        return self.play.__name__.replace("_", "-")


SCENARIOS: list[Scenario] = []


def scenario(*, speed: float = HURRY) -> Callable[[Play], Play]:
    """Put a story on the list. It plays on a stage, asserts, and returns its run, ended."""

    def listed(play: Play) -> Play:
        SCENARIOS.append(Scenario(play, speed))
        return play

    return listed


def steps(**named: Any) -> Definition:
    """A journey of these steps and the exit `done`."""
    return a_journey(steps={**{name.replace("_", "-"): step for name, step in named.items()}, "done": an_exit()})


def late_visit(**changes: Any) -> dict[str, Any]:
    return a_visit(**{**changes, "visit": {**LATE, **changes.get("visit", {})}})


async def refused(command: Awaitable[Receipt]) -> Refusal:
    """The code with which a command is refused."""
    try:
        receipt = await command
    except CommandRefusedError as error:
        return error.refused.code
    raise AssertionError(f"the command was taken: {receipt}")


@scenario()
async def a_dialogue_from_visit_to_visit(stage: Stage) -> Played:
    """A visit, the rep's e-mail, its click during the wait, a second visit, the end."""
    journey = steps(
        first_visit=late_visit(next={"interested": "mail", "otherwise": "done"}),
        mail=a_rep_email(email=LATE, next="reading"),
        reading=a_wait(next={"clicked": "second-visit", "otherwise": "done"}, wait={"up_to": "300 days"}),
        second_visit=late_visit(),
    )
    run = await stage.play(journey)
    receipt = await run.complete("first-visit", "interested")
    assert (receipt.position.step, receipt.position.doing) == ("mail", "task")
    await run.complete("mail", "sent", channel=None)
    await run.at("reading", "waiting")
    assert [message.key for message in stage.channel.sent] == [run.key("mail")]
    await run.hear("mail", Heard.CLICKED)
    receipt = await run.complete("second-visit", "interested")
    assert receipt.position.ended is not None
    assert (await run.end()).kind is EndKind.FINISHED
    assert run.ways == ["interested > mail", "sent > reading", "clicked > second-visit", "interested > done"]
    return run


@scenario(speed=1e8)
async def a_wait_of_two_years(stage: Stage) -> Played:
    """Two years pass, and no less, before the next step."""
    run = await stage.play(steps(pause=a_pause("730 days", next="mail"), mail=an_email()))
    began = await stage.now()
    assert (await run.end()).reason == "finished"
    assert run.entries[-1].at - began >= 729 * DAY
    assert run.ways == ["timeout > mail", "sent > done"]
    return run


@scenario()
async def a_visit_that_nobody_makes(stage: Stage) -> Played:
    """The alarm closes the task and takes the overdue path."""
    run = await stage.play(steps(visit=a_visit(visit=SOON, next={"overdue": "mail", "otherwise": "done"}), mail=an_email()))
    await run.at("visit")
    await run.end()
    assert run.ways == ["overdue > mail", "sent > done"]
    assert [note.to for note in run.told(What.TASK_CLOSED)] == ["overdue"]
    return run


@scenario()
async def a_snooze_moves_the_alarm(stage: Stage) -> Played:
    """A task put off is overdue at its new time, not at its old one."""
    run = await stage.play(steps(visit=a_visit(visit={"due": "30 days"})))
    due = (await run.at("visit")).until
    assert due is not None
    until = due + 10 * DAY
    receipt = await run.command(on.Snooze(id=run.fresh, by="rep", task=run.key("visit"), until=until))
    assert receipt.position.until == until
    assert await refused(run.command(on.Snooze(id=run.fresh, by="rep", task=run.key("visit"), until=due - 60 * DAY))) is Refusal.SNOOZE_IN_THE_PAST
    await run.end()
    assert run.ways == ["overdue > done"]
    assert run.entries[-1].at >= until
    return run


@scenario()
async def a_task_passes_to_a_colleague(stage: Stage) -> Played:
    """A reassigned task stays open, and the colleague does it."""
    run = await stage.play(steps(visit=late_visit()))
    await run.at("visit")
    receipt = await run.command(on.Reassign(id=run.fresh, by="rep", task=run.key("visit"), to="colleague"))
    assert [note.to for note in receipt.notes] == ["colleague"]
    await run.complete("visit", "interested", by="colleague")
    await run.end()
    assert run.told(What.TASK_CLOSED)[0].by == "colleague"
    return run


@scenario()
async def the_conductor_chooses_another_path(stage: Stage) -> Played:
    """An offer is taken instead of the path, while the task is open and when it is completed; what is not offered is refused."""
    run = await stage.play(steps(visit=late_visit(offers=["second"], next="done"), second=late_visit(offers=["mail"], next="done"), mail=an_email()))
    await run.at("visit")
    assert await refused(run.command(on.Choose(id=run.fresh, by="rep", task=run.key("visit"), offer="mail"))) is Refusal.NOT_OFFERED
    await run.command(on.Choose(id=run.fresh, by="rep", task=run.key("visit"), offer="second", remark="remark-1"))
    await run.complete("second", "interested", chosen="mail")
    await run.end()
    assert run.ways == ["offer > second", "offer > mail", "sent > done"]
    return run


@scenario()
async def a_task_is_skipped(stage: Stage) -> Played:
    """A skipped task goes where an overdue one goes, with the reason."""
    run = await stage.play(steps(visit=late_visit(next={"overdue": "mail", "otherwise": "done"}), mail=an_email()))
    await run.at("visit")
    receipt = await run.command(on.Skip(id=run.fresh, by="rep", task=run.key("visit"), reason="on_leave"))
    assert next(note.reason for note in receipt.notes if note.what is What.MOVED) == "on_leave"
    await run.end()
    assert run.ways == ["skipped > mail", "sent > done"]
    return run


@scenario()
async def late_and_twice(stage: Stage) -> Played:
    """The same command again has the same answer, also by another way in and from two sides at once; another command for a closed task is refused."""
    run = await stage.play(steps(visit=late_visit(next="second"), second=late_visit()))
    await run.at("visit")
    once = run.completion("visit", "interested")
    first = await run.command(once)
    assert await run.command(once) == first
    assert await run.handle.execute_update("command", once, id="another-way-in", result_type=Receipt) == first
    assert await refused(run.command(run.completion("visit", "interested"))) is Refusal.TASK_NOT_OPEN
    again = on.Reassign(id=run.fresh, by="rep", task=run.key("second"), to="colleague")
    twins = (run.handle.execute_update("command", again, id=f"twin-{number}", result_type=Receipt) for number in (1, 2))
    one, other = await asyncio.gather(*twins)
    assert one == other
    assert len(run.told(What.REASSIGNED)) == 1
    await run.complete("second", "interested")
    await run.end()
    return run


@scenario()
async def the_last_command_twice(stage: Stage) -> Played:
    """The command that ended the run has its answer again after the end, and any other is refused."""
    run = await stage.play(steps(visit=late_visit()))
    await run.at("visit")
    last = run.completion("visit", "interested")
    answer = await run.command(last)
    await run.end()
    assert await run.command(last) == answer
    assert await refused(run.command(run.completion("visit", "interested"))) is Refusal.ENDED
    return run


@scenario()
async def two_at_one_task(stage: Stage) -> Played:
    """Of two people who complete a task at once, one is taken and the other is told that it is no longer open."""
    run = await stage.play(steps(visit=late_visit(next="mail"), mail=an_email(next="second"), second=late_visit()))
    await run.at("visit")
    both = (run.command(run.completion("visit", outcome, by=outcome)) for outcome in ("interested", "not_now"))
    answers = await asyncio.gather(*both, return_exceptions=True)
    lost = [answer for answer in answers if isinstance(answer, CommandRefusedError)]
    assert len(lost) == 1
    assert lost[0].refused.code is Refusal.TASK_NOT_OPEN
    await run.complete("second", "interested")
    await run.end()
    assert [note.to for note in run.told(What.TASK_CLOSED)] == ["done", "done"]
    return run


@scenario()
async def a_word_that_the_step_does_not_know(stage: Stage) -> Played:
    """An unknown outcome is refused, with those that are known, before anything is written to history."""
    run = await stage.play(steps(visit=late_visit()))
    await run.at("visit")
    before = len((await run.history_at_rest()).events)
    assert await refused(run.command(run.completion("visit", "delighted"))) is Refusal.UNKNOWN_OUTCOME
    assert await refused(run.command(run.completion("visit", "interested", channel="carrier_pigeon"))) is Refusal.UNKNOWN_CHANNEL
    after = len((await run.history_at_rest()).events)
    assert after == before or stage.skips_time  # the time-skipping server keeps the workflow task that asked the validator
    await run.complete("visit", "interested")
    await run.end()
    return run


@scenario()
async def withdrawal_during_a_wait(stage: Stage) -> Played:
    """After a withdrawal the next e-mail takes its blocked path, and the gate is not even asked."""
    journey = steps(pause=a_pause("20 days", next="mail"), mail=an_email(blocked={"no_consent": "visit"}, next="done"), visit=late_visit())
    run = await stage.play(journey)
    await run.at("pause", "waiting")
    await run.tell(on.ConsentWithdrawn(id="consent-1", channel="email"))
    await stage.pass_time(21 * DAY)
    await run.complete("visit", "interested")
    await run.end()
    assert run.ways == ["timeout > mail", "blocked > visit", "interested > done"]
    assert stage.ledger.asked == []
    return run


@scenario()
async def withdrawal_ends_a_wait(stage: Stage) -> Played:
    """Where losing the consent is an exit condition, the run ends in the middle of the wait."""
    journey = a_journey(steps={"pause": a_pause("300 days"), "done": an_exit()}, exit_when={"fact": "email_consent", "is": False})
    run = await stage.play(journey, facts={"email_consent": True})
    await run.at("pause", "waiting")
    await run.tell(on.FactsChanged(id="fact-1", facts={"email_consent": False}))
    assert (await run.ended_at_once()).kind is EndKind.EXIT_CONDITION
    await run.end()
    return run


@scenario()
async def withdrawal_takes_back_an_open_email(stage: Stage) -> Played:
    """An e-mail that the rep has not sent yet is taken from the list at once."""
    run = await stage.play(steps(mail=a_rep_email(email=LATE, blocked={"no_consent": "visit"}), visit=late_visit()))
    await run.at("mail")
    await run.tell(on.ConsentWithdrawn(id="consent-1", channel="email"))
    await run.at("visit")
    assert [(note.to, note.reason) for note in run.told(What.TASK_CLOSED)] == [("cancelled", Reason.CONSENT_WITHDRAWN)]
    assert await refused(run.command(run.completion("mail", "sent", channel=None))) is Refusal.TASK_NOT_OPEN
    await run.complete("visit", "interested")
    await run.end()
    return run


@scenario()
async def an_objection_ends_everything(stage: Stage) -> Played:
    """An objection cancels the open visit and ends the run at once."""
    run = await stage.play(steps(visit=late_visit()))
    await run.at("visit")
    await run.tell(on.Objected(id="objection-1"))
    assert (await run.ended_at_once()).kind is EndKind.OBJECTED
    assert [note.to for note in run.told(What.TASK_CLOSED)] == ["cancelled"]
    await run.end()
    return run


@scenario()
async def heard_before_the_wait(stage: Stage) -> Played:
    """A click that came while the run was elsewhere counts when the wait for it begins."""
    journey = steps(
        mail=an_email(next="visit"),
        visit=late_visit(next="reading"),
        reading=a_wait(wait={"of": "mail", "up_to": "300 days"}, next={"clicked": "second", "otherwise": "done"}),
        second=late_visit(),
    )
    run = await stage.play(journey)
    await run.at("visit")
    await run.hear("mail", Heard.CLICKED)
    await run.complete("visit", "interested")
    await run.at("second")
    await run.complete("second", "interested")
    await run.end()
    assert run.ways == ["sent > visit", "interested > reading", "clicked > second", "interested > done"]
    return run


@scenario()
async def a_fact_told_twice(stage: Stage) -> Played:
    """The same fact told again changes nothing, and the second wait hears only what is new."""
    waits = {"wait": {"of": "mail", "up_to": "5 days"}}
    journey = steps(mail=an_email(next="reading"), reading=a_wait(**waits, next={"clicked": "mail-again", "otherwise": "done"}), mail_again=an_email())
    run = await stage.play(journey)
    await run.at("reading", "waiting")
    click = on.TouchHeard(id="fact-1", touch=run.key("mail"), heard=Heard.CLICKED)
    await asyncio.gather(run.tell(click), run.tell(click))
    await run.end()
    assert len(run.told(What.HEARD)) == 1
    assert run.ways == ["sent > reading", "clicked > mail-again", "sent > done"]
    return run


@scenario()
async def deferred_until_a_time(stage: Stage) -> Played:
    """A touch that the gate defers is held until then, asked for again, and sent once."""
    run = stage.cast(steps(mail=an_email(email={"hold_up_to": "300 days"})))
    until = await stage.now() + 30 * DAY
    stage.ledger.verdicts.append(Verdict(verdict="deferred", reason=Reason.WEEKLY_CAP, until=until))
    await stage.gateway.start(run.enrolment)
    await run.end()
    assert [(note.reason, note.until) for note in run.told(What.HELD)] == [(Reason.WEEKLY_CAP, until)]
    assert run.entries[-1].at >= until
    assert [order.touch.key for order in stage.ledger.asked] == [run.key("mail")] * 2
    assert len(stage.channel.sent) == 1
    return run


@scenario()
async def consent_frees_a_held_email(stage: Stage) -> Played:
    """A touch refused for want of consent goes out as soon as consent is given."""
    run = stage.cast(steps(mail=an_email(email={"hold_up_to": "300 days"})))
    stage.ledger.verdicts.append(Verdict(verdict="refused", reason=Reason.NO_CONSENT))
    await stage.gateway.start(run.enrolment)
    await run.at("mail", "held")
    await run.tell(on.ConsentGiven(id="consent-1", channel="email"))
    await run.ended_at_once()
    await run.end()
    assert len(stage.channel.sent) == 1
    return run


@scenario()
async def somebody_takes_the_hcp_out(stage: Stage) -> Played:
    """A run is left in the middle of a wait, with a reason."""
    run = await stage.play(steps(pause=a_pause("300 days")))
    await run.at("pause", "waiting")
    receipt = await run.command(on.Leave(id=run.fresh, by="rep", reason="moved_away"))
    assert receipt.position.ended is not None
    ending = await run.end()
    assert (ending.kind, ending.reason) == (EndKind.LEFT, "moved_away")
    return run


@scenario()
async def before_the_run_has_begun(stage: Stage) -> Played:
    """A command that comes while a run is being opened is told to come again, and is then taken under the same id."""
    run = stage.cast(steps(visit=late_visit(next="done")))
    stage.runs.opening.clear()
    await stage.gateway.start(run.enrolment)
    early = run.completion("visit", "interested")
    try:
        await run.command(early)
    except ConductorUnavailableError:
        pass
    else:
        raise AssertionError("a run that has not begun took a command")
    stage.runs.opening.set()
    await run.at("visit")
    await run.command(early)
    await run.end()
    return run


@scenario()
async def an_objection_before_the_run_has_begun(stage: Stage) -> Played:
    """A fact that comes while a run is being opened is not lost: an objection ends the run as soon as it begins."""
    run = stage.cast(steps(visit=late_visit()))
    stage.runs.opening.clear()
    await stage.gateway.start(run.enrolment)
    await run.tell(on.Objected(id="objection-1"))
    stage.runs.opening.set()
    assert (await run.ended_at_once()).kind is EndKind.OBJECTED
    await run.end()
    return run


@scenario()
async def a_command_in_the_inbox_at_the_end(stage: Stage) -> Played:
    """A command that was accepted while another was about to end the run is told that it has ended."""
    run = await stage.play(steps(visit=late_visit()))
    await run.at("visit")
    stage.runs.recording.clear()
    busy = asyncio.create_task(run.command(on.Reassign(id=run.fresh, by="rep", task=run.key("visit"), to="colleague")))
    while not run.told(What.REASSIGNED):
        await asyncio.sleep(0.005)
    first = asyncio.create_task(run.command(on.Leave(id=run.fresh, by="rep", reason="moved_away")))
    await asyncio.sleep(0.2)
    second = asyncio.create_task(run.command(run.completion("visit", "interested")))
    await asyncio.sleep(0.2)
    stage.runs.recording.set()
    await busy
    assert (await first).position.ended is not None
    assert await refused(second) is Refusal.ENDED
    await run.end()
    return run


@scenario()
async def a_question_reaches_medical(stage: Stage) -> Played:
    """The hand-off needs a recorded question, and the run goes on when it is answered."""
    run = await stage.play(steps(visit=late_visit(next={"interested": "question", "otherwise": "done"}), question=a_medical_step(medical=LATE)))
    await run.at("visit")
    assert await refused(run.command(run.completion("visit", "interested"))) is Refusal.INQUIRY_REQUIRED
    await run.complete("visit", "interested", inquiry="inquiry-1")
    await run.at("question")
    assert stage.runs.tasks[run.key("question")].task.inquiry == "inquiry-1"
    await run.complete("question", "answered", by="msl", channel=None)
    await run.end()
    assert run.ways == ["interested > question", "answered > done"]
    return run


@scenario()
async def a_branch_asks_how_things_stand_now(stage: Stage) -> Played:
    """A branch is decided by the facts as they stand when the run comes to it."""
    run = await stage.play(
        steps(visit=late_visit(next="fork"), fork=a_branch(({"fact": "tier", "at_least": "B"}, "mail")), mail=an_email()), facts={"tier": "D"}
    )
    await run.at("visit")
    stage.runs.facts_now = {"persona": "pioneer", "tier": "A"}
    await run.complete("visit", "interested")
    await run.end()
    assert run.ways == ["interested > fork", "case_1 > mail", "sent > done"]
    return run
