"""Every claim of the demo holds of a good month and fails of a broken one: a check that cannot fail would be worth nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from api.schemas.consents import ConsentRecord
from orchestrator.demo import claims
from orchestrator.demo.claims import Claim, check
from orchestrator.demo.evidence import Evidence
from orchestrator.demo.plots import QUESTION, Mark
from tests.orchestrator.demo.months import (
    HCP,
    LETTER,
    LINES,
    VISIT,
    a_command,
    a_disturbance,
    a_line,
    a_mail,
    a_month,
    a_part,
    a_refusal,
    a_run,
    a_task,
    an_act,
    day,
    message_id,
)

Asked = Callable[[Evidence], Claim]
OVERDUE = (LINES[0], a_line("task_closed", 14, step="first-visit", key=VISIT, to="overdue"))


def test_every_claim_holds_of_a_good_month() -> None:
    """Nothing speaks against a month in which all went well."""
    assert [claim for claim in check(a_month()) if not claim.holds] == []


def _lines(*more: object, without: str | None = None) -> Evidence:
    kept = tuple(line for line in LINES if line.what != without)
    return a_month(part=a_part(lines=(*kept, *more)))


BROKEN: list[tuple[str, Asked, Evidence]] = [
    ("a sent touch has no mail", claims.mails_and_touches_agree, a_month(mails=(a_mail("enr1.other.1"),))),
    ("a mail has no touch", claims.mails_and_touches_agree, a_month(mails=(a_mail(), a_mail("enr1.other.1")))),
    ("a mail has another touch's id", claims.mails_and_touches_agree, a_month(message_ids={LETTER: message_id("enr1.other.1")})),
    ("a sent line names no touch", claims.mails_and_touches_agree, _lines(a_line("sent", 4, step="x", to="sent"))),
    ("no mail at all", claims.mails_and_touches_agree, a_month(mails=())),
    ("a Message-ID arrived twice", claims.nothing_twice, a_month(mails=(a_mail(), a_mail()))),
    ("the same letter under two ids", claims.nothing_twice, a_month(mails=(a_mail(), a_mail("enr1.follow-up-mail.2")))),
    ("a mail in English", claims.mails_are_proper, a_month(mails=(a_mail(language="en"),))),
    ("a mail that cannot be stopped", claims.mails_are_proper, a_month(mails=(a_mail(list_unsubscribe=""),))),
    ("a mail without the one click", claims.mails_are_proper, a_month(mails=(a_mail(list_unsubscribe_post=""),))),
    ("a mail after the withdrawal", claims.stopped_is_stopped, a_month(mails=(a_mail(arrived=6),))),
    ("nobody ever withdrew", claims.stopped_is_stopped, a_month(part=a_part(consents=ConsentRecord(person_id=HCP.id, standing=(), acts=())))),
    (
        "a run goes on after an objection",
        claims.stopped_is_stopped,
        a_month(part=a_part(consents=ConsentRecord(person_id=HCP.id, objected_at=day(5), standing=(), acts=()))),
    ),
    ("a rep read the question", claims.firewall_held, a_month(reps_heard=frozenset({f'{{"detail": "{QUESTION.upper()}"}}'}))),
    ("a rep read one word of it", claims.firewall_held, a_month(reps_heard=frozenset({"Peritonealdialys?"}))),
    ("medical never read it", claims.firewall_held, a_month(medical_heard=frozenset())),
    ("a move without a way", claims.every_line_says_why, _lines(a_line("moved", 4, step="reading", to="x"))),
    ("a block without a reason", claims.every_line_says_why, _lines(a_line("blocked", 4, step="x"))),
    ("a sentence with a blank", claims.every_line_says_why, _lines(a_line("ended", 4, reason="x", sentence="It ended: no reason was recorded."))),
    ("a kind of line that nobody knows", claims.every_line_says_why, _lines(a_line("wandered", 4))),
    ("a command was lost", claims.commands_took_effect_once, _lines(without="task_closed")),
    ("a command was done twice", claims.commands_took_effect_once, _lines(LINES[1])),
    ("a command was done as another", claims.commands_took_effect_once, a_month(given=(a_command(body={"outcome": "neutral"}),))),
    ("a refused command was done", claims.commands_took_effect_once, a_month(given=(a_command(code="task_not_open", status=409),))),
    ("a repeat got another answer", claims.repeats_and_refusals, a_month(given=(a_command(), a_command(replayed=True, answer={"other": 1})))),
    ("a repeat was done anew", claims.repeats_and_refusals, a_month(given=(a_command(), a_command()))),
    ("another body was taken", claims.repeats_and_refusals, a_month(given=(a_command(), a_command(body={"outcome": "neutral"})))),
    ("nothing was refused", claims.repeats_and_refusals, a_month(given=(a_command(), a_command(replayed=True)))),
    ("an unforeseen refusal", claims.repeats_and_refusals, a_month(given=(*a_month().given, a_refusal("not_offered")))),
    ("a task is open that its story closed", claims.tasks_agree, a_month(part=a_part(tasks=(a_task(status="open"),)))),
    ("a task is done that its story left open", claims.tasks_agree, _lines(without="task_closed")),
    ("a story closes a task that nobody has", claims.tasks_agree, _lines(a_line("task_closed", 4, key="enr1.other.1", to="done"))),
    ("a task was closed twice", claims.tasks_agree, _lines(LINES[1])),
    ("a run began twice", claims.stories_are_whole, _lines(LINES[0])),
    ("a run ended without an end", claims.stories_are_whole, a_month(part=a_part(runs=(a_run(status="ended"),)))),
    ("a run went on after its end", claims.stories_are_whole, _lines(a_line("ended", 4, reason="x"), a_line("moved", 5, way="x"))),
    ("the timeline lacks a line", claims.stories_are_whole, a_month(part=a_part(timeline=LINES[:-1]))),
    ("a held mail went early", claims.the_cap_held, _lines(a_line("held", 2.5, step="follow-up-mail", key=LETTER, reason="weekly_cap", until=day(9)))),
    ("a story left its plan in a calm month", claims.plans_came_about, a_month(part=a_part(lines=OVERDUE))),
    ("a story stopped short in a disturbed month", claims.plans_came_about, a_month(part=a_part(lines=LINES[:2]), disturbances=(a_disturbance(),))),
    ("a story was late before anything disturbed it", claims.plans_came_about, a_month(part=a_part(lines=OVERDUE), disturbances=(a_disturbance(20),))),
]


@pytest.mark.parametrize(("asked", "evidence"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_claim_fails_of_a_broken_month(asked: Asked, evidence: Evidence) -> None:
    """What is broken is found by the claim that it speaks against, and said."""
    claim = asked(evidence)
    assert not claim.holds
    assert all(claim.against)


def test_every_claim_was_seen_to_fail() -> None:
    """No claim stands without a month that breaks it."""
    assert {asked for _, asked, _ in BROKEN} == set(claims.CLAIMS)


def test_a_disturbance_excuses_who_came_too_late() -> None:
    """A story that took the overdue path after a child was killed is told, and is no failure."""
    claim = claims.plans_came_about(a_month(part=a_part(lines=OVERDUE), disturbances=(a_disturbance(),)))
    assert claim.holds
    assert "1 late" in claim.figure


def test_a_planned_overdue_is_no_excuse() -> None:
    """The plot that nobody acts in cannot excuse itself with its own overdue line."""
    plot = replace(a_part().plot, plan=(Mark(what="task_closed", to="overdue"), Mark(what="sent")))
    assert not claims.plans_came_about(a_month(part=a_part(plot=plot, lines=OVERDUE), disturbances=(a_disturbance(),))).holds


def test_what_only_a_calm_month_brings_is_asked_of_a_calm_month_alone() -> None:
    """The weekly cap is met by quick days; a month that stood still for a while need not show it."""
    plot = replace(a_part().plot, plan=(Mark(what="held", calm=True),))
    assert not claims.plans_came_about(a_month(part=a_part(plot=plot))).holds
    assert claims.plans_came_about(a_month(part=a_part(plot=plot), disturbances=(a_disturbance(),))).holds


def test_marks_come_in_their_order() -> None:
    """A story that holds its marks the other way round is another story."""
    plot = replace(a_part().plot, plan=(Mark(what="sent"), Mark(what="task_closed")))
    assert not claims.plans_came_about(a_month(part=a_part(plot=plot))).holds


def test_a_consent_given_again_lets_mail_arrive_again() -> None:
    """The latest act decides, in the check as in the gate."""
    acts = (an_act("withdrawn", 1), an_act("given", 2))
    part = a_part(consents=ConsentRecord(person_id=HCP.id, standing=(), acts=acts))
    assert claims.stopped_is_stopped(a_month(part=part)).against == ("there was nothing to check",)
