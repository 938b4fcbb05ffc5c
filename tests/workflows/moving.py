"""A run that is moved to another version twice: first most of its steps have other names, then the step at which it stands is gone."""

from journeys.definitions import Definition, Heard
from journeys.receipts import Receipt
from tests.builders import a_branch, a_medical_step, a_rep_email, a_wait, an_email
from tests.workflows.scenarios import LATE, late_visit, steps
from tests.workflows.stages import Played, Stage


def version_1() -> Definition:
    """A visit, a letter, a wait for its click, and a talk in which the HCP may ask."""
    return steps(
        visit=late_visit(next="mail"),
        mail=an_email(next="reading"),
        reading=a_wait("clicked", wait={"of": "mail", "up_to": "300 days"}, next={"clicked": "talk", "otherwise": "done"}),
        talk=late_visit(next="question"),
        question=a_medical_step(medical=LATE),
    )


def version_2() -> Definition:
    """The same under other names, and a branch that asks what was reported at the visit."""
    return steps(
        meeting=late_visit(next="letter"),
        letter=an_email(next="time-to-read"),
        time_to_read=a_wait("clicked", wait={"of": "letter", "up_to": "200 days"}, next={"clicked": "which", "otherwise": "done"}),
        which=a_branch(({"outcome": "meeting", "is": "interested"}, "talk")),
        talk=late_visit(next="question"),
        question=a_medical_step(medical=LATE),
    ).model_copy(update={"version": 2})


def version_3() -> Definition:
    """No hand-off at this point: a letter of the rep's, and medical after it."""
    return steps(
        meeting=late_visit(next="second-letter"),
        second_letter=a_rep_email(email=LATE, next="msl"),
        msl=a_medical_step(medical=LATE),
    ).model_copy(update={"version": 3})


async def moved_on(stage: Stage) -> Played:
    """The letter goes out under its old name, is clicked under its new one, and what was reported at the visit is known; the question that was before
    medical when its step went is put before medical again."""
    first, second, third = version_1(), version_2(), version_3()
    run = await stage.play(first)
    await run.complete("visit", "interested")
    due = (await run.at("reading", "waiting")).until
    names = {"visit": "meeting", "mail": "letter", "reading": "time-to-read"}
    assert isinstance(await run.migrate(second, names, id="order-1"), Receipt)
    moved = await run.at("time-to-read", "waiting")
    assert due is not None
    assert moved.until is not None
    assert moved.until < due
    await run.hear("mail", Heard.CLICKED)
    await run.complete("talk", "interested", inquiry="question-1")
    await run.at("question")
    assert isinstance(await run.migrate(third, {"question": "second-letter"}, id="order-2", source=second.digest), Receipt)
    await run.complete("second-letter", "sent")
    await run.complete("msl", "answered")
    await run.end()
    assert [order.inquiry for order in (stage.runs.tasks[run.key(step)].task for step in ("question", "msl"))] == ["question-1", "question-1"]
    assert [message.key for message in stage.channel.sent] == [run.key("mail"), run.key("second-letter")]
    return run
