"""What is escalated is a lead's: of sales on the commercial side, of medical on the other; everybody else of the side can look and do nothing."""

from datetime import timedelta

import pytest

from api.who import Role
from journeys.position import Position, Standing
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ENROLMENT, LATE, STUCK, VISIT, a_receipt, a_task, an_enrolment, an_escalation


@pytest.fixture(autouse=True)
def escalated(world: World) -> None:
    """A visit that is late, and a question that is stuck, beside the two tasks themselves."""
    world.tasks |= {LATE: an_escalation(), STUCK: an_escalation(id=STUCK, side="medical", step="stuck", assignee=None)}


@pytest.mark.parametrize(
    ("role", "task", "status"),
    [
        (Role.SALES, LATE, 200),
        (Role.MARKETING, LATE, 403),
        (Role.REP, LATE, 403),
        (Role.ADMIN, LATE, 403),
        (Role.COMPLIANCE, LATE, 403),
        (Role.MEDICAL, LATE, 404),
        (Role.MSL, LATE, 404),
        (Role.MEDICAL, STUCK, 200),
        (Role.MSL, STUCK, 403),
        (Role.SALES, STUCK, 404),
        (Role.REP, STUCK, 404),
    ],
)
async def test_an_escalation_is_completed_by_the_lead_of_its_side(role: Role, task: str, status: int, as_: As) -> None:
    """Across the firewall there is no such task; on its own side it is not for the field."""
    answer = await as_(role).post(f"/api/v1/tasks/{task}/complete", {"outcome": "handled"})
    assert answer.status_code == status, answer.text


async def test_a_lead_s_brief_says_what_it_is_about(as_: As) -> None:
    """The step that is late, in the journey's own words, and what may be done."""
    told = (await as_(Role.SALES).get(f"/api/v1/tasks/{LATE}")).json()
    assert told["escalated"] == {"about": "first-visit", "title": "First meeting", "message": "Who goes?"}
    assert (told["outcomes"], told["allowed"]) == (["handled"], ["complete", "skip", "snooze", "reassign"])
    assert (await as_(Role.REP).get(f"/api/v1/tasks/{LATE}")).json()["allowed"] == []
    medical = (await as_(Role.MEDICAL).get(f"/api/v1/tasks/{STUCK}")).json()
    assert (medical["escalated"]["about"], medical["seen_by"], "journey" in medical) == ("question", "medical", False)
    assert (await as_(Role.REP).get(f"/api/v1/tasks/{VISIT}")).json()["escalated"] is None


async def test_the_lists_hold_what_each_role_s_side_has(as_: As) -> None:
    """A lead finds it among the tasks of their own."""
    for role, mine in ((Role.SALES, [LATE]), (Role.MARKETING, []), (Role.REP, [VISIT])):
        found = (await as_(role).get("/api/v1/tasks", assignee="me")).json()["items"]
        assert [task["id"] for task in found] == mine
    assert STUCK in [task["id"] for task in (await as_(Role.MEDICAL).get("/api/v1/tasks")).json()["items"]]


async def test_a_sales_lead_does_no_visit_and_a_rep_hands_over_no_escalation(world: World, as_: As) -> None:
    """Neither takes the other's work by handing it over to themselves."""
    visit = await as_(Role.SALES).post(f"/api/v1/tasks/{VISIT}/reassign", {"to": "user-sales"})
    assert (visit.status_code, visit.json()["code"]) == (403, "not_your_task")
    assert (await as_(Role.REP).post(f"/api/v1/tasks/{LATE}/reassign", {"to": "rep-2"})).status_code == 403
    assert world.commands == []


async def test_a_lead_hands_over_to_another_lead_of_the_territory(world: World, as_: As) -> None:
    """An escalation stays with leads."""
    rep = await as_(Role.SALES).post(f"/api/v1/tasks/{LATE}/reassign", {"to": "rep-2"})
    assert (rep.status_code, rep.json()["code"]) == (422, "cannot_take_over")
    world.alignments.add(("user-sales", "se-stockholm"))
    assert (await as_(Role.SALES).post(f"/api/v1/tasks/{LATE}/reassign", {"to": "user-sales"})).status_code == 200


def _two_lines(world: World) -> Position:
    main = Standing(line="main", step="follow-up", key="p", doing="joining", since=world.now, until=None, reason=None)
    rep = Standing(line="both.rep", step="first-visit", key=VISIT, doing="task", since=world.now, until=world.now, reason=None)
    return Position(step="follow-up", doing="joining", since=world.now, until=world.now, reason=None, ended=None, lines=(main, rep))


async def test_every_line_of_a_run_is_told_and_every_open_task(world: World, as_: As) -> None:
    """The main line first, each in a sentence; two tasks stand open side by side, and offers name the one at which they may be taken."""
    lines = _two_lines(world).lines
    world.enrolments[ENROLMENT] = an_enrolment(step="follow-up", doing="joining", lines=lines)
    world.tasks["second"] = a_task(id="second", due=world.now + timedelta(hours=1))
    told = (await as_(Role.REP).get(f"/api/v1/enrolments/{ENROLMENT}")).json()
    assert [(line["line"], line["doing"], line["title"]) for line in told["lines"]] == [
        ("main", "joining", "The e-mail after the visit"),
        ("both.rep", "task", "First meeting"),
    ]
    assert told["lines"][1]["sentence"] == "“First meeting” is open, due 1 March 2027, 09:00 UTC."
    assert (told["open_task"], told["open_tasks"]) == (VISIT, [VISIT, "second", LATE])
    assert {offer["task"] for offer in told["may_choose"]} == {VISIT, "second"}
    medical = (await as_(Role.MSL).get(f"/api/v1/enrolments/{ENROLMENT}")).json()
    assert "lines" not in medical


async def test_what_is_next_is_next_on_the_line_of_the_task(world: World, as_: As) -> None:
    """Where the line has come to its end, the main one is told."""
    world.receipt = a_receipt(position=_two_lines(world))
    told = (await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", {"outcome": "interested", "channel": "remote"})).json()
    assert (told["next"]["doing"], told["next"]["sentence"]) == ("joining", "Lines are played side by side at “The e-mail after the visit”.")
