"""Every kind of step is played in a rehearsal, and what it asks of the world is answered by the behaviour."""

from typing import Any

import pytest

from tests.journeys.playing import a_branch, a_journey, a_medical, a_rep_email, a_visit, a_wait, an_email
from tests.journeys.rehearsal.stages import a_behaviour, a_person, ends, played, ways

DONE = "finished: done"
INVITE = {"content": "hf-dialogue@2", "occasion": "webinar", "starts": {"at": "2026-04-01T12:00:00Z"}, "answer_by": "5 days"}

KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "visit": (a_visit("bye"), "interested"),
    "email": (an_email("bye"), "sent"),
    "rep email": (a_rep_email("bye"), "sent"),
    "message": ({"message": {"channel": "sms", "content": "hf-dialogue@2"}, "next": "bye"}, "sent"),
    "invite": ({"invite": INVITE, "next": "bye"}, "attended"),
    "escalate": ({"escalate": {"about": "step", "due": "2 business days"}, "next": "bye"}, "handled"),
    "wait": (a_wait("bye"), "timeout"),
    "wait until": ({"wait": {"until": {"at": "2026-03-20T10:00:00Z"}}, "next": "bye"}, "timeout"),
    "wait local": ({"wait": {"local": {"at": "09:00", "on": ["thu"]}}, "next": "bye"}, "timeout"),
    "wait when": ({"wait": {"when": {"fact": "tier", "is": "A"}, "up_to": "5 days"}, "next": "bye"}, "timeout"),
    "branch": (a_branch("bye", ({"fact": "adoption_stage", "is": "aware"}, "bye")), "case_1"),
    "split": ({"split": {"arms": {"one": 1, "other": 0}}, "next": "bye"}, "one"),
    "journey": ({"journey": {"start": "nowhere", "up_to": "5 days"}, "next": "bye"}, "not_started"),
    "update": ({"update": {"add_tags": ["heart_failure"]}, "next": "bye"}, "done"),
    "notify": ({"notify": {"whom": "conductor", "message": "Look here."}, "next": "bye"}, "done"),
    "request": ({"request": {"to": "crm", "answers": ["yes", "no"], "up_to": "2 days"}, "next": "bye"}, ""),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_step_is_played_to_its_end(kind: str) -> None:
    """With people who do everything, the run takes the way that the kind has for it, and finishes."""
    step, way = KINDS[kind]
    report = played(a_journey({"step": step}))
    assert ends(report) == {DONE: 1}
    taken = ways(report, "step")
    assert (list(taken) == [way]) if way else (set(taken) <= {"yes", "no"} and sum(taken.values()) == 1)


def test_medical_answers_the_question_that_the_visit_brought() -> None:
    """A visit that leads to medical records a question first, so the hand-off is open and answered."""
    report = played(a_journey({"visit": a_visit("ask"), "ask": a_medical("bye")}))
    assert ways(report, "ask") == {"answered": 1}
    assert [(work.side, sum(work.done)) for work in report.workload] == [("rep", 1), ("msl", 1)]


def test_what_is_heard_moves_a_wait() -> None:
    """Who opens and clicks is heard to click; who never opens is not."""
    journey = a_journey({"mail": an_email("reading"), "reading": a_wait("bye", "clicked", up_to="5 days")})
    assert ways(played(journey), "reading") == {"clicked": 1}
    silent = a_behaviour(everyone={"letters": {"opened": 0}})
    assert ways(played(journey, behaviour=silent), "reading") == {"timeout": 1}


def test_what_nobody_does_falls_overdue() -> None:
    """A task that is left lies until it is due."""
    report = played(a_journey({"visit": a_visit("bye")}), behaviour=a_behaviour(everyone={"visits": {"undone": 1}}))
    assert ways(report, "visit") == {"overdue": 1}
    assert [(work.side, sum(work.opened), sum(work.done), sum(work.overdue)) for work in report.workload] == [("rep", 1, 0, 1)]


def test_what_is_skipped_is_no_work_and_no_touch() -> None:
    """A skipped visit takes the way of a skip, and nobody was touched."""
    report = played(a_journey({"visit": a_visit("bye")}), behaviour=a_behaviour(everyone={"visits": {"skipped": 1}}))
    assert (ways(report, "visit"), report.touches) == ({"skipped": 1}, {})


def test_lines_are_played_side_by_side() -> None:
    """Both lines of a parallel are played, and it is left when both have joined."""
    steps = {
        "both": {"parallel": {"branches": {"rep": "visit", "post": "mail"}}, "next": "bye"},
        "visit": a_visit("join"),
        "mail": an_email("join"),
    }
    report = played(a_journey(steps))
    assert (ends(report), ways(report, "both")) == ({DONE: 1}, {"joined": 1})
    assert sum(map(sum, report.touches.values())) == 2


def test_an_inner_journey_is_played_for_the_same_person() -> None:
    """A journey that a step starts is entered by its own rules and awaited; nobody is entered in it for its own sake."""
    outer = a_journey({"inner": {"journey": {"start": "inner", "up_to": "20 days"}, "next": "bye"}})
    inner = a_journey({"visit": a_visit("bye")}, journey="inner", priority=10)
    report = played(outer, inner)
    assert ways(report, "inner") == {"finished": 1}
    assert [each.entered for each in report.journeys] == [1, 1]
    barred = inner.model_copy(update={"markets": ("UK",)})
    assert ways(played(outer, barred), "inner") == {"not_started": 1}


def test_an_update_is_learnt_and_proposals_are_accepted() -> None:
    """A proposed stage that is accepted becomes a fact, and a goal that rests on it is reached."""
    steps = {"propose": {"update": {"propose_stage": "user"}, "next": "rest"}, "rest": a_wait("bye")}
    journey = a_journey(steps, goal={"fact": "adoption_stage", "at_least": "user"})
    assert ends(played(journey)) == {"goal: goal_reached": 1}
    assert ends(played(journey, behaviour=a_behaviour(proposals_accepted=0))) == {DONE: 1}


def test_requests_that_fail_or_stay_unanswered() -> None:
    """Another system may refuse at once or never answer."""
    journey = a_journey({"step": KINDS["request"][0]})
    failing = a_behaviour(requests={"failed": 1, "unanswered": 0, "after": ["1 hour"] * 3})
    silent = a_behaviour(requests={"failed": 0, "unanswered": 1, "after": ["1 hour"] * 3})
    assert ways(played(journey, behaviour=failing), "step") == {"failed": 1}
    assert ways(played(journey, behaviour=silent), "step") == {"timeout": 1}
    assert played(journey, behaviour=silent).journeys[0].requests == {"crm": {"unanswered": 1}}


def test_colleagues_who_are_told_are_counted() -> None:
    """A line for a colleague is counted by whom it is for."""
    assert played(a_journey({"step": KINDS["notify"][0]})).journeys[0].colleagues_told == {"conductor": 1}


def test_an_invitation_is_declined_or_not_answered() -> None:
    """Who declines is heard; who says nothing has not answered."""
    journey = a_journey({"step": KINDS["invite"][0]})
    assert ways(played(journey, behaviour=a_behaviour(everyone={"invitations": {"accepted": 0, "declined": 1}})), "step") == {"declined": 1}
    assert ways(played(journey, behaviour=a_behaviour(everyone={"invitations": {"accepted": 0}})), "step") == {"no_answer": 1}


def test_a_nurse_gets_what_is_for_the_nurse() -> None:
    """The nurse of the care team is asked for by her own consents; without one there is no recipient."""
    journey = a_journey({"mail": an_email("bye", to="nurse", blocked={"no_recipient": "skip"})})
    alone = played(journey)
    assert alone.journeys[0].refused == {"no_recipient": 1}
    nurse = a_person("nurse", profession="nurse", enters=False)
    report = played(journey, people=(nurse, a_person(care_team=("nurse",))))
    assert (report.journeys[0].refused, report.pressure.per_hcp) == ({}, {0: 1, 1: 1})
