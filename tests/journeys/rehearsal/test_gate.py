"""The gate of the rehearsal is the gate: every refusal and deferral of the policy happens, and the cap holds whoever competes for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.definitions import Definition
from journeys.policy import RULES
from journeys.rehearsal import trace
from tests.journeys.playing import a_journey, a_visit, a_wait, an_email
from tests.journeys.rehearsal.stages import a_behaviour, a_person, a_stage, ends, played, ways

MAIL = a_journey({"mail": an_email("bye", blocked={"otherwise": "exit"})})


@pytest.mark.parametrize(
    ("person", "mail", "code"),
    [
        ({"consents": ()}, "hf-dialogue@2", "no_consent"),
        ({"channels": ()}, "hf-dialogue@2", "no_recipient"),
        ({}, "hf-draft@1", "content_not_approved"),
        ({}, "other-brand@1", "content_wrong_product"),
        ({}, "hf-norwegian@1", "content_no_language"),
        ({}, "hf-unheard-of@1", "content_unknown"),
    ],
)
def test_what_the_policy_refuses_is_refused(person: dict[str, Any], mail: str, code: str) -> None:
    """The reason is the policy's, and the run takes the step's blocked path."""
    journey = a_journey({"mail": an_email("bye", content=mail, blocked={"otherwise": "exit"})})
    report = played(journey, people=(a_person(**person),))
    assert (report.journeys[0].refused, ends(report)) == ({code: 1}, {f"blocked: {code}": 1})


def test_content_expires_in_virtual_time() -> None:
    """What is approved at the start and expires before its turn comes is refused on that day."""
    steps = {"rest": a_wait("mail", up_to="400 days"), "mail": an_email("bye", content="hf-lapsed@1", blocked={"otherwise": "exit"})}
    assert played(a_journey(steps), weeks=80).journeys[0].refused == {"content_expired": 1}


def test_a_touch_over_the_cap_waits_until_the_oldest_leaves_the_period() -> None:
    """With a cap of 2 in 7 days, a third mail is deferred and sent later; visits count."""
    steps = {"visit": a_visit("one"), "one": an_email("two"), "two": an_email("bye")}
    report = played(a_journey(steps), weekly_cap=2)
    assert report.journeys[0].deferred == {"weekly_cap": 1}
    assert report.pressure.in_cap_period == {2: 1}
    assert ways(report, "two") == {"sent": 1}


@given(cap=st.integers(1, 4), mails=st.integers(1, 6), journeys=st.integers(1, 3), seed=st.integers(0, 5))
def test_no_promotion_is_sent_over_the_cap_whoever_competes(cap: int, mails: int, journeys: int, seed: int) -> None:
    """Several journeys send to the same people at once; together they stay under the cap, in every period of every person."""
    steps = {f"mail-{number}": an_email(f"mail-{number + 1}" if number < mails else "bye") for number in range(1, mails + 1)}
    several = tuple(a_journey(steps, journey=f"journey-{number}", priority=number) for number in range(journeys))
    people = tuple(a_person(f"hcp-{number}") for number in range(3))
    report = played(*several, people=people, weekly_cap=cap, seed=seed)
    assert report.pressure.sent_over_cap == 0
    assert max(report.pressure.in_cap_period) <= cap


def test_a_withdrawal_stops_the_channel_and_an_objection_stops_everything() -> None:
    """What people do unasked reaches their runs: the mail is refused, the run of who objects ends."""
    journey = a_journey({"rest": a_wait("mail", up_to="150 days"), "mail": an_email("bye", blocked={"otherwise": "exit"})})
    withdrawing = a_behaviour(everyone={"weekly": {"consent_withdrawn": 5}})
    objecting = a_behaviour(everyone={"weekly": {"objected": 0.3}})
    assert ends(played(journey, behaviour=withdrawing)) == {"blocked: consent_withdrawn": 1}
    assert ends(played(journey, behaviour=objecting)) == {"objected: objected": 1}


def test_a_consent_given_at_a_visit_opens_the_gate() -> None:
    """The outcome brings the consent with it, so the mail that follows goes out."""
    journey = a_journey({"ask": a_visit("mail"), "mail": an_email("bye", blocked={"otherwise": "exit"})})
    asking = a_behaviour(outcomes={"interested": {"consent": "email"}})
    assert ends(played(journey, behaviour=asking, people=(a_person(consents=()),))) == {"finished: done": 1}


def test_two_physicians_share_the_cap_of_their_nurse() -> None:
    """Who shares a nurse is rehearsed together, so that her cap is one."""
    journey = a_journey({"mail": an_email("bye", to="nurse", blocked={"weekly_cap": "exit"})})
    nurse = a_person("nurse", profession="nurse", enters=False)
    report = played(journey, people=(nurse, a_person("one", care_team=("nurse",)), a_person("two", care_team=("nurse",))), weekly_cap=1)
    assert ends(report) == {"blocked: weekly_cap": 1, "finished: done": 1}


def test_the_trace_tells_every_check() -> None:
    """Each time the gate is asked, its ordered checks are told with their results."""
    lines = trace(a_stage(MAIL), [a_person(consents=())], "hcp")
    asked = [line for line in lines if line.kind == "gate"]
    assert [check.rule for check in asked[0].checks] == [rule.__name__ for rule in RULES]
    assert {check.rule: check.verdict for check in asked[0].checks if check.verdict != "allowed"} == {"consent": "refused"}
    assert [line.what for line in lines if line.kind == "event"] == ["settled"]


def test_every_check_is_told_with_its_grounds() -> None:
    """What the gate saw stands beside what it said: how many touches of how many, which consent, which copy."""
    steps = {"visit": a_visit("one"), "one": an_email("two"), "two": an_email("bye")}
    lines = trace(a_stage(a_journey(steps), weekly_cap=2), [a_person()], "hcp")
    asked = [line for line in lines if line.kind == "gate"]
    assert {tuple(check.rule for check in line.checks if check.saw and check.source) for line in asked} == {tuple(rule.__name__ for rule in RULES)}
    saw = [{check.rule: check.saw for check in line.checks} for line in asked]
    assert [each["cap"] for each in saw[:3]] == ["1 of 2 in the last 7 days", "2 of 2 in the last 7 days", "0 of 2 in the last 7 days"]
    assert saw[0]["consent"] == "given on 2025-01-01 for email in SE"


def test_the_trace_tells_why_somebody_did_not_come_in() -> None:
    """A door that stayed shut is told with its reason, and every question that was asked before it."""
    lines = trace(a_stage(MAIL), [a_person(objected=True)], "hcp")
    assert [(line.kind, line.what) for line in lines] == [("door", "objected")]
    another = trace(a_stage(MAIL), [a_person(facts={"persona": "ordinary"})], "hcp")
    assert [(asked.asked, asked.refused) for asked in another[0].questions] == [
        ("objection", None),
        ("stop list", None),
        ("market", None),
        ("market policy", None),
        ("entering again", None),
        ("entry condition", "not_eligible"),
    ]
    assert another[0].questions[-1].told == "persona ordinary"


def test_of_two_records_with_one_address_one_gets_a_copy() -> None:
    """Two records of one person are rehearsed together: the second is refused the same content for a month, and not another content."""
    going_on = {"otherwise": "skip"}
    journey = a_journey({"mail": an_email("other", blocked=going_on), "other": an_email("bye", content="hf-brand@1", blocked=going_on)})
    twins = (a_person("one", shares={"email": "a"}), a_person("two", shares={"email": "a"}), a_person("three"))
    report = played(journey, people=twins, weekly_cap=5)
    assert report.journeys[0].refused == {"same_address": 2}
    assert report.touches["email"][0] == 4
    apart = (a_person("one", shares={"sms": "a"}), a_person("two", shares={"sms": "a"}))
    assert played(journey, people=apart).journeys[0].refused == {}


def test_a_copy_counts_for_a_month() -> None:
    """After that the other record may get it too."""

    def waiting(persona: str, rest: str) -> Definition:
        entry = {"when": {"fact": "persona", "is": persona}}
        return a_journey({"rest": a_wait("mail", up_to=rest), "mail": an_email("bye", blocked={"otherwise": "skip"})}, journey=f"for-{persona}", entry=entry)

    for rest, refused in (("20 days", {"same_address": 1}), ("60 days", {})):
        journeys = waiting("pioneer", "1 day"), waiting("ordinary", rest)
        twins = (a_person("one", shares={"email": "a"}), a_person("two", shares={"email": "a"}, facts={"persona": "ordinary"}))
        assert {each.journey: each.refused for each in played(*journeys, people=twins).journeys} == {"for-pioneer": {}, "for-ordinary": refused}
