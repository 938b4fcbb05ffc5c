"""A journey with every kind of step, every form of wait, and every key of the head: what is drawn, told and compared."""

from journeys.definitions import Definition
from tests.builders import Authored, a_branch, a_definition, a_medical_step, a_visit, an_email, an_exit
from tests.journeys.playing import (
    a_message,
    a_notice,
    a_parallel,
    a_request,
    a_split,
    a_sub_journey,
    a_wait_with,
    an_escalation,
    an_invitation,
    an_update,
)


def every_kind() -> Authored:
    """In its authored form."""
    steps = {
        "draw": {**a_split({"test": "both", "control": "rest"}, test=80, control=20), "title": "A draw"},
        "both": a_parallel("ask", paper="sms", screen="webinar"),
        "sms": a_message({"sent": "evening"}, blocked={"otherwise": "skip"}),
        "evening": a_wait_with({"timeout": "join"}, local={"between": ["17:00", "20:00"], "on": ["mon", "thu"]}),
        "webinar": an_invitation({"attended": "join", "otherwise": "late"}, content="hf-dialogue@2"),
        "late": an_escalation("join", "webinar"),
        "ask": a_request({"yes": "learn", "otherwise": "tell"}, "yes", "no"),
        "learn": an_update("nurses", add_tags=["nurse"], propose_stage="trial"),
        "tell": a_notice("nurses"),
        "nurses": a_sub_journey({"finished": "booked", "otherwise": "talk"}),
        "booked": a_wait_with(
            {"happened": "eve", "otherwise": "true"}, event="appointment_booked", where={"type": ["first", "second"]}, same_key=True, up_to="30 days"
        ),
        "eve": a_wait_with({"timeout": "true", "otherwise": "done"}, until={"field": "starts_at", "minus": "1 day"}),
        "true": {**a_wait_with({"met": "mail", "otherwise": "done"}, when={"fact": "tags", "has": "nurse"}, up_to="10 days"), "at_most": 2},
        "mail": an_email(next="reading"),
        "reading": a_wait_with("which", **{"for": ["clicked"]}, of="mail", up_to="5 days"),
        "which": a_branch(({"outcome": "talk", "is": "interested"}, "question")),
        "talk": a_visit(next="which", offers=["question"]),
        "question": a_medical_step(),
        "rest": a_wait_with("done", time="14 days"),
        "done": an_exit(),
    }
    entry = {
        "when": {"fact": "persona", "is": "pioneer"},
        "on": {"event": "appointment_booked"},
        "automatic": True,
        "schedule": {"at": "09:00", "on": "working_days"},
        "again": "by_key",
        "hold_out": 10,
    }
    ends = {"horizon": "300 days", "when_busy": "give_way", "exit_on": [{"event": "appointment_cancelled", "same_key": True}]}
    return a_definition(steps=steps, entry=entry, goal={"fact": "adoption_stage", "at_least": "user"}, **ends)


def the_journey() -> Definition:
    """As a model."""
    return Definition.model_validate(every_kind())
