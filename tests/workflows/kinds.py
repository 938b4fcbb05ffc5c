"""What runs live through at the kinds of step beyond visits and letters, each on the list of scenarios that every server plays."""

from datetime import timedelta

from activities.ports import Handover
from journeys import events as on
from journeys.commands import Learn, Tell, What
from journeys.definitions import ExitEvent, Heard
from journeys.durations import Calendar
from journeys.reasons import Reason
from journeys.state import EndKind
from tests.builders import a_journey, a_pause, a_visit, a_wait, an_email, an_exit
from tests.workflows.scenarios import DAY, LATE, SOON, late_visit, scenario, steps
from tests.workflows.stages import Played, Stage, eventually


@scenario()
async def lines_side_by_side_all_join(stage: Stage) -> Played:
    """A visit and a letter at once; the run goes on when both are done."""
    journey = steps(
        both={"parallel": {"branches": {"rep": "visit", "post": "letter"}}, "next": "last"},
        visit=late_visit(next="join"),
        letter=an_email(next="reading"),
        reading=a_wait("clicked", next="join", wait={"up_to": "300 days"}),
        last=late_visit(),
    )
    run = await stage.play(journey)
    await run.at("reading", "waiting")
    assert run.standing == [("both", "joining"), ("visit", "task"), ("reading", "waiting")]
    await run.complete("visit", "interested")
    await run.hear("letter", Heard.CLICKED)
    receipt = await run.complete("last", "interested")
    assert receipt.position.ended is not None
    await run.end()
    assert run.ways[-3:] == ["clicked > join", "joined > last", "interested > done"]
    return run


@scenario()
async def lines_side_by_side_any_joins(stage: Stage) -> Played:
    """Whoever is first goes on, and the other's open task is cancelled."""
    journey = steps(
        both={"parallel": {"branches": {"rep": "visit", "time": "pause"}, "join": "any"}, "next": "done"},
        visit=late_visit(next="join"),
        pause=a_pause("2 days", next="join"),
    )
    run = await stage.play(journey)
    await run.end()
    assert [(note.step, note.to) for note in run.told(What.TASK_CLOSED)] == [("visit", "cancelled")]
    assert [note.step for note in run.told(What.CANCELLED)] == ["visit"]
    return run


@scenario()
async def a_text_message_and_its_click(stage: Stage) -> Played:
    """Another channel by its name; what is heard of it moves the run on."""
    journey = steps(
        text={"message": {"channel": "sms", "content": "hf-sms@1"}, "next": "reading"},
        reading=a_wait("clicked", next={"clicked": "visit", "timeout": "done"}, wait={"up_to": "300 days"}),
        visit=late_visit(),
    )
    run = await stage.play(journey)
    await run.at("reading", "waiting")
    assert stage.ledger.asked[0].touch.channel == "sms"
    await run.hear("text", Heard.CLICKED)
    await run.complete("visit", "interested")
    await run.end()
    return run


@scenario()
async def an_invitation_is_answered_and_attended(stage: Stage) -> Played:
    """The answer and the attendance are heard one after the other."""
    starts = await stage.now() + 100 * DAY
    leads = {"attended": "visit", "otherwise": "done"}
    invite = {"occasion": "webinar", "content": "hf-round@1", "starts": {"at": starts}, "answer_by": "90 days"}
    run = await stage.play(steps(round={"invite": invite, "next": leads}, visit=late_visit()))
    await run.at("round", "waiting")
    assert stage.ledger.asked[0].touch.starts == starts
    await run.hear("round", Heard.ACCEPTED)
    await run.hear("round", Heard.ATTENDED)
    await run.complete("visit", "interested")
    await run.end()
    assert run.ways == ["attended > visit", "interested > done"]
    return run


@scenario()
async def an_invitation_that_nobody_answers(stage: Stage) -> Played:
    """It is given up when its time to answer is over."""
    starts = await stage.now() + 100 * DAY
    invite = {"occasion": "meeting", "content": "hf-round@1", "starts": {"at": starts}, "answer_by": "10 days"}
    run = await stage.play(steps(round={"invite": invite, "next": {"no_answer": "letter", "otherwise": "done"}}, letter=an_email()))
    await run.end()
    assert run.ways == ["no_answer > letter", "sent > done"]
    return run


@scenario()
async def a_late_visit_is_escalated(stage: Stage) -> Played:
    """The lead gets a task that says what it is about."""
    run = await stage.play(steps(lead={"escalate": {"about": "lead", **LATE}, "next": {"handled": "visit", "overdue": "done"}}, visit=a_visit(visit=SOON)))
    await run.complete("lead", "handled", channel=None)
    await run.end()
    task = stage.runs.tasks[run.key("lead")].task
    assert (task.kind, task.about) == ("escalate", "lead")
    assert run.ways == ["handled > visit", "overdue > done"]
    return run


@scenario()
async def a_split_is_drawn_once(stage: Stage) -> Played:
    """The arm is told; the history replays to the same one."""
    journey = steps(
        draw={"split": {"arms": {"letter": 1, "nothing": 1}}, "next": {"letter": "mail", "nothing": "done"}},
        mail=an_email(),
    )
    run = await stage.play(journey)
    await run.end()
    (arm,) = [note.way for note in run.told(What.SPLIT)]
    assert run.ways[0] == {"letter": "letter > mail", "nothing": "nothing > done"}[arm or ""]
    return run


@scenario()
async def another_journey_is_awaited(stage: Stage) -> Played:
    """It is started, waited for, and its end is a way out."""
    journey = steps(
        nurse={"journey": {"start": "nurse-programme", "up_to": "300 days"}, "next": {"finished": "visit", "otherwise": "done"}},
        visit=late_visit(),
    )
    run = await stage.play(journey)
    await run.at("nurse", "waiting")
    assert [(order.key, order.journey, order.awaited) for order in stage.runs.begun] == [(run.key("nurse"), "nurse-programme", True)]
    await run.tell(on.JourneyEnded(id=run.fresh, key=run.key("nurse"), way="finished"))
    await run.complete("visit", "interested")
    await run.end()
    return run


@scenario()
async def another_journey_may_not_begin(stage: Stage) -> Played:
    """Why not is told as the reason of the move."""
    stage.runs.not_begun["nurse-programme"] = "not_eligible"
    journey = steps(nurse={"journey": {"start": "nurse-programme", "awaited": False}, "next": {"not_started": "mail", "otherwise": "done"}}, mail=an_email())
    run = await stage.play(journey)
    await run.end()
    assert run.told(What.MOVED)[0].reason == "not_eligible"
    return run


@scenario()
async def another_system_answers_later(stage: Stage) -> Played:
    """The call is accepted; the callback is a way out, and the step's outcome."""
    journey = steps(
        stock={"request": {"to": "stock", "answers": ["yes", "no"], "up_to": "300 days"}, "next": {"yes": "visit", "otherwise": "done"}},
        visit=late_visit(),
    )
    run = await stage.play(journey)
    await run.at("stock", "waiting")
    assert [order.call.key for order in stage.requests.asked] == [run.key("stock")]
    await run.tell(on.RequestAnswered(id=run.fresh, key=run.key("stock"), answer="yes"))
    await run.complete("visit", "interested")
    await run.end()
    return run


@scenario()
async def another_system_refuses(stage: Stage) -> Played:
    """Failed for good: a way like any other."""
    stage.requests.answers.append(on.Called(key="", result="failed"))
    step = {"request": {"to": "stock", "answers": ["yes"], "up_to": "2 days"}, "next": {"failed": "mail", "otherwise": "done"}}
    run = await stage.play(steps(stock=step, mail=an_email()))
    await run.end()
    assert run.ways == ["failed > mail", "sent > done"]
    return run


@scenario()
async def another_system_is_away(stage: Stage) -> Played:
    """While nobody answers, the run hears everything else: another line goes on and a pause holds. When the system is back it is asked once
    more under the same key, and no more."""
    ask = {"request": {"to": "stock", "answers": ["yes"], "up_to": "300 days"}, "next": {"yes": "join", "otherwise": "done"}}
    both = {"parallel": {"branches": {"system": "stock", "rep": "visit"}}, "next": "last"}
    away = on.Called(key="", result="again", retry=await stage.now() + 30 * DAY)
    stage.requests.answers.extend([away, on.Called(key="", result="answered", answer="yes")])
    run = await stage.play(steps(both=both, stock=ask, visit=late_visit(next="join"), last=late_visit()))
    await run.at("stock", "held")
    assert [(note.reason, note.until) for note in run.told(What.HELD)] == [(Reason.UNANSWERED, away.retry)]
    await run.complete("visit", "interested")
    await run.tell(on.Paused(id="halt.paused", pause="halt"))
    await eventually(lambda: run.position.doing == "paused", lambda: run.seen)
    await run.tell(on.Resumed(id="halt.resumed", pause="halt", catch_up=on.CatchUp.SEND_LATEST))
    assert len(stage.requests.asked) == 1
    await stage.pass_time(31 * DAY)
    await run.complete("last", "interested")
    await run.end()
    assert [order.call.key for order in stage.requests.asked] == [run.key("stock")] * 2
    assert run.ways == ["interested > join", "yes > join", "joined > last", "interested > done"]
    return run


@scenario()
async def an_objection_while_another_system_is_away(stage: Stage) -> Played:
    """The run ends at once, and the other system is not asked again."""
    stage.requests.answers.append(on.Called(key="", result="again", retry=await stage.now() + 30 * DAY))
    run = await stage.play(steps(stock={"request": {"to": "stock", "answers": ["yes"], "up_to": "300 days"}, "next": "done"}))
    await run.at("stock", "held")
    await run.tell(on.Objected(id="objection-1"))
    assert (await run.ended_at_once()).kind is EndKind.OBJECTED
    await run.end()
    assert len(stage.requests.asked) == 1
    return run


@scenario()
async def a_goal_while_another_system_is_away(stage: Stage) -> Played:
    """Reached is reached: the run ends in the moment in which it hears so."""
    stage.requests.answers.append(on.Called(key="", result="again", retry=await stage.now() + 30 * DAY))
    ask = {"request": {"to": "stock", "answers": ["yes"], "up_to": "300 days"}, "next": "done"}
    run = await stage.play(a_journey(steps={"stock": ask, "done": an_exit()}, goal={"fact": "tier", "is": "A"}), facts={"tier": "B"})
    await run.at("stock", "held")
    await run.tell(on.FactsChanged(id=run.fresh, facts={"tier": "A"}))
    assert (await run.ended_at_once()).kind is EndKind.GOAL
    await run.end()
    return run


@scenario()
async def another_system_stays_away(stage: Stage) -> Played:
    """It is asked for the last time when the step's own time is up; then the request has failed."""
    away = [on.Called(key="", result="again", retry=await stage.now() + days * DAY) for days in (30, 900, 900)]
    stage.requests.answers.extend(away)
    run = await stage.play(
        steps(stock={"request": {"to": "stock", "answers": ["yes"], "up_to": "60 days"}, "next": {"failed": "mail", "otherwise": "done"}}, mail=an_email())
    )
    await run.end()
    assert len(stage.requests.asked) == len(away)
    assert run.ways == ["failed > mail", "sent > done"]
    return run


@scenario()
async def an_objection_while_the_channel_is_down(stage: Stage) -> Played:
    """What could not be handed over is held, not waited for in vain: the objection ends the run at once, and nothing goes out later."""
    stage.channel.answers.append(Handover.DOWN)
    run = await stage.play(steps(mail=an_email(email={"hold_up_to": "300 days"})))
    await run.at("mail", "held")
    assert [note.reason for note in run.told(What.HELD)] == [Reason.CHANNEL_DOWN]
    await run.tell(on.Objected(id="objection-1"))
    assert (await run.ended_at_once()).kind is EndKind.OBJECTED
    await run.end()
    assert len(stage.channel.offered) == 1
    assert stage.channel.sent == []
    return run


@scenario()
async def what_another_line_reports_is_waited_for(stage: Stage) -> Played:
    """A wait for an outcome is over in the moment of the report; a goal on one ends the run, and the rep is told so in the answer."""
    journey = a_journey(
        goal={"outcome": "last", "is": "interested"},
        steps={
            "both": {"parallel": {"branches": {"rep": "visit", "post": "pause"}}, "next": "last"},
            "visit": late_visit(next="join"),
            "pause": {"wait": {"when": {"outcome": "visit", "is": "interested"}, "up_to": "300 days"}, "next": {"met": "mail", "timeout": "join"}},
            "mail": an_email(next="join"),
            "last": late_visit(),
            "done": an_exit(),
        },
    )
    run = await stage.play(journey)
    await run.at("pause", "waiting")
    await run.complete("visit", "interested")
    receipt = await run.complete("last", "interested")
    assert receipt.position.ended is not None
    assert (await run.end()).kind is EndKind.GOAL
    assert run.ways == ["interested > join", "met > mail", "sent > join", "joined > last"]
    return run


@scenario()
async def what_comes_true_by_time_alone(stage: Stage) -> Played:
    """Days that are counted bring a wait to its end, though nobody tells the run: it asks on the day on which they may have."""
    step = {"wait": {"when": {"fact": "days_since_prescription", "at_least": 90}, "up_to": "300 days"}, "next": {"met": "mail", "timeout": "done"}}
    run = await stage.play(steps(pause=step, mail=an_email()), facts={"days_since_prescription": 60})
    await run.at("pause", "waiting")
    begun = run.entries[-1].at
    stage.runs.facts_now = {**stage.runs.facts_now, "days_since_prescription": 90}
    await run.end()
    assert run.ways == ["met > mail", "sent > done"]
    assert 30 * DAY <= run.entries[-1].at - begun < 60 * DAY
    return run


@scenario()
async def what_is_learnt_and_told_is_recorded_with_the_advance(stage: Stage) -> Played:
    """Neither needs an activity of its own: both ride with the task that follows."""
    journey = steps(
        learn={"update": {"add_tags": ["engaged"], "propose_stage": "trial"}, "next": "tell"},
        tell={"notify": {"whom": "conductor", "message": "Ready for the next conversation."}, "next": "visit"},
        visit=late_visit(),
    )
    run = await stage.play(journey)
    await run.at("visit")
    (acts,) = [entry.acts for entry in run.entries if entry.acts]
    assert acts == (
        Learn(key=run.key("learn"), add_tags=("engaged",), propose_stage="trial"),
        Tell(key=run.key("tell"), step="tell", whom="conductor"),
    )
    await run.complete("visit", "interested")
    await run.end()
    return run


@scenario()
async def a_wait_for_a_date_that_moves(stage: Stage) -> Played:
    """Told another date, the run wakes then and not before; at its time it asks once more."""
    first, second = await stage.now() + 40 * DAY, await stage.now() + 80 * DAY
    run = await stage.play(
        steps(meeting={"wait": {"until": {"fact": "next_appointment_on"}}, "next": "done"}), facts={"next_appointment_on": first.isoformat()}
    )
    await run.at("meeting", "waiting")
    stage.runs.facts_now = {"next_appointment_on": second.isoformat()}
    await run.tell(on.FactsChanged(id=run.fresh, facts=stage.runs.facts_now))
    await run.end()
    assert run.entries[-1].at >= second
    return run


@scenario()
async def a_wait_for_a_condition(stage: Stage) -> Played:
    """It comes true in the middle of the wait, and the run moves at once."""
    wait = {"wait": {"when": {"fact": "adoption_stage", "at_least": "trial"}, "up_to": "300 days"}, "next": {"met": "visit", "timeout": "done"}}
    run = await stage.play(steps(trying=wait, visit=late_visit()), facts={"adoption_stage": "aware"})
    await run.at("trying", "waiting")
    await run.tell(on.FactsChanged(id=run.fresh, facts={"adoption_stage": "user"}))
    await run.complete("visit", "interested")
    await run.end()
    return run


@scenario(speed=1e8)
async def a_wait_of_five_years(stage: Stage) -> Played:
    """Five years pass, and no less."""
    began = await stage.now()
    run = await stage.play(steps(pause=a_pause("1826 days")))
    await run.end()
    assert run.entries[-1].at - began >= timedelta(days=1825)
    return run


@scenario()
async def the_exit_event_comes_in_the_middle_of_a_wait(stage: Stage) -> Played:
    """It ends the run where it stands."""
    journey = steps(pause=a_pause("300 days")).model_copy(update={"exit_on": (ExitEvent(event="study_left"),)})
    run = await stage.play(journey)
    await run.at("pause", "waiting")
    await run.happen("study_left")
    assert (await run.ended_at_once()).kind is EndKind.EXIT_EVENT
    await run.end()
    return run


@scenario()
async def an_hcp_moves_to_another_zone(stage: Stage) -> Played:
    """The wait for nine o'clock is drawn anew for the clocks of the new place."""
    run = await stage.play(steps(nine={"wait": {"local": {"at": "09:00"}}, "next": "done"}), calendar=Calendar(zone="America/New_York"))
    await run.at("nine", "waiting")
    await run.tell(on.CalendarDrawn(id=run.fresh, calendar=Calendar(zone="Asia/Tokyo")))
    await run.end()
    woke = Calendar(zone="Asia/Tokyo").local(run.entries[-1].at)
    assert (woke.hour, woke.minute) == (9, 0) or not stage.skips_time
    return run
