"""Tasks: the list, the brief, and what each command tells the run."""

from dataclasses import replace
from typing import Any

import pytest

from api.who import Role
from journeys import events
from journeys.content import ContentVersion
from journeys.position import Position
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, ENROLMENT, INQUIRY, JOURNEY, QUESTION, VISIT, a_receipt, a_task
from tests.builders import a_content, a_journey, an_exit


async def test_the_list_says_why_now(as_: As) -> None:
    """A line has the step's title and reason and the HCP, so that the day can be planned from it."""
    (line,) = (await as_(Role.REP).get("/api/v1/tasks", assignee="me")).json()["items"]
    assert (line["title"], line["why"], line["person"]["family_name"]) == ("First meeting", "New to the therapy area.", "Lindqvist")


async def test_the_list_is_walked_by_its_cursor(world: World, as_: As) -> None:
    """Every task comes once, in order, whatever the page size."""
    world.tasks = {f"t{number}": a_task(id=f"t{number}") for number in range(5)}
    seen, cursor = [], None
    while cursor != "end":
        page = (await as_(Role.REP).get("/api/v1/tasks", limit=2, **({"cursor": cursor} if cursor else {}))).json()
        seen += [task["id"] for task in page["items"]]
        cursor = page["next"] or "end"
    assert seen == ["t0", "t1", "t2", "t3", "t4"]


@pytest.mark.parametrize(
    ("step", "sends_by", "text"),
    [
        (
            {"message": {"channel": "sms", "content": "hf-text@1", "sent_by": "rep", "due": "2 business days"}, "next": "done"},
            "sms",
            "Hi. Stop: {{ unsubscribe }}",
        ),
        (
            {
                "invite": {
                    "content": "hf-dialogue@2",
                    "sent_by": "rep",
                    "due": "2 business days",
                    "occasion": "webinar",
                    "starts": {"at": "2027-04-01T12:00:00Z"},
                    "answer_by": "5 days",
                },
                "next": "done",
            },
            "email",
            "Our talk",
        ),
    ],
    ids=["message", "invite"],
)
async def test_the_brief_of_what_a_rep_sends(step: dict[str, Any], sends_by: str, text: str, world: World, as_: As) -> None:
    """The rep sees what will go out, and by which channel, and has one thing to report."""
    definition = a_journey(steps={"out": step, "done": an_exit()})
    world.definitions[JOURNEY, 1] = replace(world.definitions[JOURNEY, 1], definition=definition)
    content = ContentVersion.model_validate(a_content("hf-text@1", made_for="sms", texts={"en": "Hi. Stop: {{ unsubscribe }}"}))
    world.contents[content.ref] = content
    world.tasks = {"enr1.out.1": a_task(id="enr1.out.1", kind=next(iter(step)), step="out")}
    brief = (await as_(Role.REP).get("/api/v1/tasks/enr1.out.1")).json()
    assert (brief["kind"], brief["sends_by"], brief["content"]["text"], brief["outcomes"]) == (next(iter(step)), sends_by, text, ["sent"])


async def test_the_brief_of_a_visit(as_: As) -> None:
    """Everything for the door handle: the persona, what to show on each channel, what to report, what to choose, what one may do."""
    brief = (await as_(Role.REP).get(f"/api/v1/tasks/{VISIT}")).json()
    assert brief["commercial"]["persona"] == "pioneer"
    assert brief["outcomes"] == ["interested", "not_now"]
    assert [(offer["step"], offer["title"], offer["kind"]) for offer in brief["offers"]] == [
        ("follow-up", "The e-mail after the visit", "email"),
        ("question", "Question for medical", "medical"),
    ]
    assert [(channel["channel"], [material["content"] for material in channel["materials"]]) for channel in brief["channels"]] == [
        ("face_to_face", ["hf-detail-aid@2"]),
        ("remote", ["hf-remote-deck@1"]),
    ]
    assert brief["allowed"] == ["complete", "skip", "snooze", "reassign", "choose"]


async def test_the_brief_of_a_hand_off(as_: As) -> None:
    """The MSL gets the question's id and the scientific profile."""
    brief = (await as_(Role.MSL).get(f"/api/v1/tasks/{QUESTION}")).json()
    assert (brief["seen_by"], brief["inquiry_id"], brief["medical"]["kol_tier"]) == ("medical", INQUIRY, "national")
    assert brief["outcomes"] == ["answered", "withdrawn"]


@pytest.mark.parametrize(("role", "changes", "allowed"), [("rep-2", {}, ["reassign"]), (Role.MARKETING, {}, []), (Role.REP, {"status": "done"}, [])])
async def test_who_may_not_act_is_told_so_beforehand(role: Role | str, changes: dict[str, Any], allowed: list[str], world: World, as_: As) -> None:
    """The screen offers only the commands that would be taken."""
    world.tasks[VISIT] = replace(world.tasks[VISIT], **changes)
    assert (await as_(role).get(f"/api/v1/tasks/{VISIT}")).json()["allowed"] == allowed


async def test_completing_tells_what_happened_and_what_is_next(world: World, as_: As) -> None:
    """The rep's screen needs no second question."""
    world.tasks["mail"] = a_task(id="mail", kind="email", step="follow-up")
    del world.tasks[VISIT]
    world.tasks[VISIT] = a_task(status="done")
    world.receipt = a_receipt(position=Position(step="follow-up", doing="task", since=world.now, until=world.now, reason=None, ended=None))
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", {"outcome": "interested", "channel": "face_to_face"})
    told = answer.json()
    assert [one["sentence"] for one in told["happened"]] == [
        "“First meeting” was completed by you, face to face: interested.",
        "Went on from “First meeting” to “The e-mail after the visit”: the outcome was “interested”.",
    ]
    assert told["next"]["sentence"] == "“The e-mail after the visit” is open, due 1 March 2027, 09:00 UTC."
    assert told["next"]["task"]["id"] == "mail"


async def test_completing_gives_the_run_the_whole_report(world: World, as_: As) -> None:
    """Codes go to the run; the words are kept beside it and only their id goes along."""
    body = {
        "outcome": "interested",
        "channel": "remote",
        "persona": {"is": "ordinary", "reason": "Asked for the leaflet only."},
        "inquiry_id": INQUIRY,
        "choose": "question",
        "remark": "Short of time.",
        "safety": {"answer": "none"},
    }
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body, key="key-of-the-visit")
    assert answer.status_code == 200, answer.text
    ((remark_id, words),) = world.remarks.items()
    assert words == "Short of time.\n\nAsked for the leaflet only."
    assert world.commands == [
        events.Complete(
            id="user-rep:key-of-the-visit",
            by="user-rep",
            remark=remark_id,
            task=VISIT,
            outcome="interested",
            channel="remote",
            persona="ordinary",
            inquiry=INQUIRY,
            chosen="question",
        )
    ]


@pytest.mark.parametrize(
    ("command", "body", "given"),
    [
        ("skip", {"reason": "not_available", "remark": "On leave.", "safety": {"answer": "none"}}, {"is_": "skip", "reason": "not_available"}),
        ("snooze", {"until": "2027-03-05T09:00:00Z"}, {"is_": "snooze"}),
        ("reassign", {"to": "rep-2"}, {"is_": "reassign", "to": "rep-2"}),
        ("choose", {"offer": "follow-up", "remark": "She asked for it.", "safety": {"answer": "none"}}, {"is_": "choose", "offer": "follow-up"}),
    ],
)
async def test_each_command_reaches_the_run(command: str, body: dict[str, str], given: dict[str, str], world: World, as_: As) -> None:
    """Skip, snooze, reassign and choose, each with its own words."""
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/{command}", body)
    assert answer.status_code == 200, answer.text
    (told,) = world.commands
    assert {name: value for name, value in told.model_dump().items() if name in given} == given
    assert list(world.remarks.values()) == ([body["remark"]] if "remark" in body else [])


@pytest.mark.parametrize(
    ("command", "body"),
    [("skip", {"reason": "other"}), ("choose", {"offer": "follow-up"}), ("skip", {"reason": "lazy", "remark": "…", "safety": {"answer": "none"}})],
)
async def test_leaving_the_path_needs_a_reason(command: str, body: dict[str, str], world: World, as_: As) -> None:
    """No silent override: a code of the list and words of one's own."""
    assert (await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/{command}", body)).status_code == 422
    assert world.commands == []


async def test_a_colleagues_task_is_taken_over_before_it_is_done(world: World, as_: As) -> None:
    """The story then tells who did it and why."""
    refused = await as_("rep-2").post(f"/api/v1/tasks/{VISIT}/complete", {"outcome": "interested", "channel": "remote"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_task")
    assert (
        await as_("rep-2").post(f"/api/v1/tasks/{VISIT}/reassign", {"to": "rep-2", "remark": "She is on leave.", "safety": {"answer": "none"}})
    ).status_code == 200


@pytest.mark.parametrize("to", ["user-msl", "user-marketing", "nobody"])
async def test_a_task_goes_to_somebody_who_can_do_it(to: str, as_: As) -> None:
    """A user of the task's role who is aligned to the HCP's territory."""
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/reassign", {"to": to})
    assert (answer.status_code, answer.json()["code"]) == (422, "cannot_take_over")
    assert answer.json()["errors"][0]["pointer"] == "/to"


async def test_an_unknown_persona_is_refused_with_the_known_ones(as_: As) -> None:
    """The library's personas are the only ones there are."""
    body = {"outcome": "interested", "channel": "remote", "persona": {"is": "enthusiast", "reason": "Was friendly."}, "safety": {"answer": "none"}}
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body)
    assert (answer.json()["code"], answer.json()["allowed"]) == ("persona_unknown", ["ordinary", "pioneer"])
    assert answer.json()["errors"][0]["pointer"] == "/persona/is"


async def test_another_hcps_question_is_no_question(world: World, as_: As) -> None:
    """A hand-off stands on this HCP's own words."""
    world.inquiries[INQUIRY] = replace(world.inquiries[INQUIRY], person_id="person-bo")
    answer = await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", {"outcome": "not_now", "channel": "remote", "inquiry_id": INQUIRY})
    assert (answer.status_code, answer.json()["code"]) == (422, "inquiry_unknown")


async def test_an_enrolment_says_where_it_stands_and_what_may_be_chosen(as_: As) -> None:
    """The run's page: a sentence, the codes, and the offers of the open task for whoever may take them."""
    own = (await as_(Role.REP).get(f"/api/v1/enrolments/{ENROLMENT}")).json()
    assert own["standing"]["sentence"] == "“First meeting” is open, due 1 March 2027, 09:00 UTC."
    assert [offer["step"] for offer in own["may_choose"]] == ["follow-up", "question"]
    others = (await as_(Role.MARKETING).get(f"/api/v1/enrolments/{ENROLMENT}")).json()
    assert (others["open_task"], others["may_choose"]) == (VISIT, [])
    assert others["person_id"] == ASTRID
