"""Builders of evidence: one small month in which everything holds, to be broken one thing at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from api.schemas.consents import ConsentLine, ConsentRecord
from api.schemas.enrolments import EnrolmentForCommercial, Standing
from api.schemas.people import PersonLine
from api.schemas.tasks import TaskLine
from api.schemas.timeline import LineForCommercial
from orchestrator.demo.caller import Disturbance, Given
from orchestrator.demo.evidence import Evidence, Told
from orchestrator.demo.plots import QUESTION, Mark, Plot
from orchestrator.demo.stage import Hcp, Mail

DAY_ONE = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUN, VISIT, LETTER = "enr1", "enr1.first-visit.1", "enr1.follow-up-mail.1"
HCP = Hcp(id="p1", name="Astrid Lindqvist", email="astrid@clinic.example")


def day(count: float) -> datetime:
    return DAY_ONE + timedelta(days=count)


def message_id(key: str) -> str:
    return f"<{sha256(key.encode()).hexdigest()[:40]}@dirigent.test>"


def a_line(what: str, at: float, **changes: Any) -> LineForCommercial:
    told = {"sentence": "It happened.", "side": "commercial", "enrolment_id": RUN, "journey": "pioneer", "version": 1, "at": day(at), "arrived_at": day(at)}
    return LineForCommercial(**{**told, "what": what, **changes})


def a_mail(key: str = LETTER, *, arrived: float = 3, **changes: Any) -> Mail:
    told = {
        "id": f"{key}-0001",
        "message_id": message_id(key),
        "arrived": day(arrived),
        "to": HCP.email,
        "subject": "Underlaget",
        "language": "sv",
        "list_unsubscribe": "<http://127.0.0.1/u/token>",
        "list_unsubscribe_post": "List-Unsubscribe=One-Click",
        "text": "Hej!",
    }
    return Mail(**{**told, **changes})


def a_task(**changes: Any) -> TaskLine:
    person = PersonLine(id=HCP.id, given_name="Astrid", family_name="Lindqvist", profession="physician", market="SE", status="active")
    told = {
        "id": VISIT, "enrolment_id": RUN, "side": "commercial", "kind": "visit", "status": "done", "step": "first-visit", "title": "First visit",
        "product": "cardiolex", "person": person, "due": day(14), "opened_at": day(0),
    }  # fmt: skip
    return TaskLine(**{**told, **changes})


def a_run(**changes: Any) -> EnrolmentForCommercial:
    told = {
        "id": RUN, "person_id": HCP.id, "product": "cardiolex", "status": "running", "created_at": day(0), "journey": "pioneer", "version": 1,
        "purpose": "promotional", "market": "SE", "created_by": "rep-eva", "standing": Standing(sentence="Waiting.", doing="waiting"),
    }  # fmt: skip
    return EnrolmentForCommercial(**{**told, **changes})


def an_act(act: str, at: float) -> ConsentLine:
    return ConsentLine.model_validate({
        "id": f"{act}-{at}", "act": act, "channel": "email", "purpose": "promotional", "market": "SE", "method": "one_click", "captured_by": "recipient",
        "at": day(at), "recorded_at": day(at),
    })  # fmt: skip


def a_command(**changes: Any) -> Given:
    told = {
        "by": "rep-eva", "path": f"tasks/{VISIT}/complete", "body": {"outcome": "interested", "channel": "remote"}, "key": "k1", "status": 200, "code": None,
        "replayed": False, "answer": {"happened": []},
    }  # fmt: skip
    return Given(**{**told, **changes})


def a_refusal(code: str) -> Given:
    return a_command(path="elsewhere", key=code, status=409, code=code, answer={"code": code})


LINES = (
    a_line("began", 0, to="first-visit"),
    a_line("task_closed", 2, step="first-visit", key=VISIT, to="done", way="interested", by="rep-eva"),
    a_line("moved", 2, step="first-visit", key=VISIT, way="interested", to="follow-up-mail"),
    a_line("sent", 3, step="follow-up-mail", key=LETTER, to="sent"),
    a_line("moved", 3, step="follow-up-mail", key=LETTER, way="sent", to="reading"),
)


def a_part(**changes: Any) -> Told:
    plot = Plot(ref="hcp", rep="rep-eva", journey="pioneer", shows="a month", tasks={}, plan=(Mark(what="sent", step="follow-up-mail"),))
    consents = ConsentRecord(person_id=HCP.id, standing=(), acts=(an_act("given", -30), an_act("withdrawn", 5)))
    told = Told(plot=plot, hcp=HCP, runs=(a_run(),), lines=LINES, timeline=LINES, consents=consents, tasks=(a_task(),))
    return replace(told, **({"timeline": changes["lines"]} if "lines" in changes else {}), **changes) if "timeline" not in changes else replace(told, **changes)


def a_month(*, part: Told | None = None, **changes: Any) -> Evidence:
    """A month in which every claim holds."""
    part = part or a_part()
    first = a_command()
    given = (
        first,
        replace(first, replayed=True),
        replace(first, body={"outcome": "neutral"}, status=422, code="idempotency_key_reused"),
        a_refusal("inquiry_required"),
        a_refusal("objected"),
    )
    whole = Evidence(
        parts=(part,),
        mails=(a_mail(),),
        message_ids={line.key: message_id(line.key) for line in part.lines if line.what == "sent" and line.key},
        given=given,
        reps_heard=frozenset({'{"status": "answered"}'}),
        medical_heard=frozenset({f'{{"question": "{QUESTION}"}}'}),
        disturbances=(),
    )
    return replace(whole, **changes)


def a_disturbance(at: float = 0) -> Disturbance:
    return Disturbance(day(at), "worker was killed")
