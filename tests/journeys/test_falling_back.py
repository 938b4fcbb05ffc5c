"""A touch that its own channel may not carry goes by another: the one that the recipient prefers, once, and never what the rep did not let go."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from journeys import events as on
from journeys.commands import Deliver, What
from journeys.conductor import advance, alarm
from journeys.definitions import ContentRef, Route
from journeys.linting import lint_text
from journeys.policy import Verdict
from journeys.reasons import Reason
from journeys.rehearsal.population import consent
from journeys.routing import first_allowed, in_order
from tests.builders import NOW, a_definition, a_library, an_exit, written
from tests.journeys.playing import MONDAY, Run, a_journey, a_rep_email, an_email, effects, notes, ways
from tests.journeys.rehearsal.stages import LONG_AGO, a_person, played
from tests.journeys.rehearsal.stages import ways as ways_of

SMS, WHATSAPP = {"channel": "sms", "content": "hf-reminder@1"}, {"channel": "whatsapp", "content": "hf-chat@1"}
INSTEAD = (SMS, WHATSAPP)
BLOCKED = {"no_consent": "fall_back", "weekly_cap": "fall_back"}
MAIL = {"mail": an_email("bye", instead=INSTEAD, blocked=BLOCKED)}
BY_SMS = Route(channel="sms", content=ContentRef("hf-reminder", 1))
BY_WHATSAPP = Route(channel="whatsapp", content=ContentRef("hf-chat", 1))


@pytest.mark.parametrize(("result", "reason"), [("refused", Reason.NO_CONSENT), ("refused", Reason.CONSENT_WITHDRAWN), ("deferred", Reason.WEEKLY_CAP)])
def test_what_its_own_channel_may_not_carry_is_put_to_the_others(result: Any, reason: Reason) -> None:
    """It is the same touch under the same key, with each channel's own content, and the story says why."""
    run = Run(a_journey(MAIL))
    told = run.settle(result, reason, MONDAY + timedelta(days=2) if result == "deferred" else None)
    (asked,) = effects(told)
    assert isinstance(asked, Deliver)
    assert (asked.key, asked.channel, asked.content, asked.instead) == ("run.mail.1", "sms", BY_SMS.content, (BY_WHATSAPP,))
    assert [(note.reason, note.to) for note in notes(told, What.BLOCKED)] == [(reason, "fall_back")]


def test_it_goes_on_as_sent_and_the_story_names_the_channel() -> None:
    """Whatever the channel, one touch has gone out."""
    run = Run(a_journey(MAIL))
    run.settle("refused", Reason.NO_CONSENT)
    told = run.take(on.Settled(key="run.mail.1", result="sent", channel="whatsapp"))
    assert [(note.to, note.channel) for note in notes(told, What.SENT)] == [("sent", "whatsapp")]
    assert ways(told) == ["sent > bye"]


def test_where_none_may_carry_it_the_touch_waits_and_begins_anew_with_its_own_channel() -> None:
    """It is held once, not sent round in a circle, and given up in the end."""
    run = Run(a_journey({"mail": an_email("bye", instead=INSTEAD, blocked=BLOCKED, hold_up_to="2 days")}))
    run.settle("refused", Reason.NO_CONSENT)
    told = run.settle("refused", Reason.NO_CONSENT)
    assert (effects(told), alarm(run.state)) == ((), MONDAY + timedelta(days=1))
    (asked,) = effects(run.wake())
    assert isinstance(asked, Deliver)
    assert (asked.channel, asked.instead) == ("email", ())
    run.settle("refused", Reason.NO_CONSENT)
    run.settle("refused", Reason.NO_CONSENT)
    assert ways(run.wake()) == ["sent > bye"]
    assert run.end == "finished: done"


def test_a_withdrawal_of_one_channel_leaves_the_others() -> None:
    """The gate is asked, and refuses the e-mail; without another channel nobody would have to ask it."""
    run = Run(a_journey(MAIL))
    run.settle("deferred", Reason.QUIET_HOURS, MONDAY + timedelta(days=1))
    told = run.take(on.ConsentWithdrawn(id="w1", channel="email"))
    assert [command.channel for command in effects(told) if isinstance(command, Deliver)] == ["email"]
    run.settle("refused", Reason.CONSENT_WITHDRAWN)
    run.settle("deferred", Reason.QUIET_HOURS, MONDAY + timedelta(days=1))
    for channel in ("sms", "whatsapp"):
        told = run.take(on.ConsentWithdrawn(id=f"w-{channel}", channel=channel))
    assert effects(told) == ()


def test_what_a_rep_sends_falls_back_once_the_rep_has_let_it_go() -> None:
    """The task stays though the e-mail was withdrawn, since the text may still go; nothing goes out before the rep says so."""
    run = Run(a_journey({"mail": a_rep_email("bye", instead=(SMS,), blocked=BLOCKED)}))
    assert effects(run.take(on.ConsentWithdrawn(id="w1", channel="email"))) == ()
    told = run.complete("sent")
    assert [command.channel for command in effects(told) if isinstance(command, Deliver)] == ["email"]
    (asked,) = effects(run.settle("refused", Reason.CONSENT_WITHDRAWN))
    assert isinstance(asked, Deliver)
    assert (asked.channel, asked.by) == ("sms", "rep")


def test_what_no_channel_can_carry_any_more_is_not_sent_for_the_rep() -> None:
    """With every channel withdrawn the rep's task is taken back and the touch waits."""
    run = Run(a_journey({"mail": a_rep_email("bye", instead=(SMS,), blocked=BLOCKED)}))
    run.take(on.ConsentWithdrawn(id="w1", channel="email"))
    told = run.take(on.ConsentWithdrawn(id="w2", channel="sms"))
    assert [note.to for note in notes(told, What.TASK_CLOSED)] == ["cancelled"]
    assert effects(told) == ()
    assert [note.reason for note in notes(told, What.HELD)] == [Reason.CONSENT_WITHDRAWN]


def test_the_recipients_own_channel_comes_first() -> None:
    """Then the order in which they are named; each way has no further one."""
    touch = Deliver(key="k", step="mail", channel="sms", content=BY_SMS.content, to="hcp", instead=(BY_WHATSAPP,))
    assert [way.channel for way in in_order(touch, prefers=None)] == ["sms", "whatsapp"]
    assert [(way.channel, way.content, way.instead) for way in in_order(touch, prefers="whatsapp")] == [
        ("whatsapp", BY_WHATSAPP.content, ()),
        ("sms", BY_SMS.content, ()),
    ]


@pytest.mark.parametrize(
    ("verdicts", "chosen", "asked"),
    [
        (["refused", "allowed", "allowed"], 1, 2),
        (["refused", "refused"], 0, 2),
        (["refused", "deferred 2", "deferred 1"], 2, 3),
    ],
)
def test_the_first_that_is_allowed_goes(verdicts: list[str], chosen: int, asked: int) -> None:
    """No further one is asked for; where none is allowed, the shortest wait counts, and then the first refusal."""
    told = []

    def ask() -> Any:
        for verdict in verdicts:
            kind, _, days = verdict.partition(" ")
            told.append(kind)
            yield Verdict.model_validate({"verdict": kind, "until": NOW + timedelta(days=int(days)) if days else None})

    number, verdict = first_allowed(ask())
    assert (number, verdict.verdict, len(told)) == (chosen, verdicts[chosen].partition(" ")[0], asked)


def test_the_rehearsal_falls_back_too() -> None:
    """Who has consent for text messages alone gets one, with the content that was made for it."""
    journey = a_journey({"mail": an_email("bye", instead=(SMS,), blocked=BLOCKED)})
    person = a_person(consents=(consent("sms", "SE", at=LONG_AGO),))
    report = played(journey, people=(person,))
    assert report.journeys[0].refused == {"no_consent": 1}
    assert (report.pressure.per_hcp, ways_of(report, "mail")) == ({1: 1}, {"sent": 1})


@pytest.mark.parametrize("instead", [({"channel": "email", "content": "hf-dialogue@2"},), (SMS, SMS)], ids=["its own channel", "one channel twice"])
def test_each_channel_is_named_once(instead: tuple[dict[str, str], ...]) -> None:
    """Two contents by one channel would be a choice that nobody makes."""
    with pytest.raises(ValidationError, match="instead names other channels, each once"):
        a_journey({"mail": an_email("bye", instead=instead)})


@pytest.mark.parametrize(
    ("instead", "blocked", "said"),
    [
        ((), {"no_consent": "fall_back"}, '"mail" falls back to another channel and names none'),
        ((SMS,), {"no_consent": "wait"}, 'nothing says when "mail" goes by another channel'),
        ((SMS,), {"no_consent": "fall_back", "objected": "fall_back"}, '"objected" holds by every channel'),
    ],
)
def test_j122_says_what_is_missing(instead: tuple[dict[str, str], ...], blocked: dict[str, str], said: str) -> None:
    """A channel that is never used, a fall with nothing beneath, and one that leads nowhere."""
    mail = {"email": {"content": "hf-dialogue@2", **({"instead": list(instead)} if instead else {})}, "blocked": blocked, "next": "done"}
    text = written(a_definition(steps={"mail": mail, "done": an_exit()}))
    found = lint_text(text, name="strategies/heart-failure-pioneer.yaml", library=a_library(), now=NOW).findings
    assert [finding.message for finding in found if finding.code == "J122"] == [said]


def test_content_of_another_channel_is_judged_as_content_of_its_own() -> None:
    """What is named under instead is linted: a letter is no text message."""
    mail = {"email": {"content": "hf-dialogue@2", "instead": [{"channel": "sms", "content": "hf-dialogue@2"}]}, "blocked": BLOCKED, "next": "done"}
    text = written(a_definition(steps={"mail": mail, "done": an_exit()}))
    found = lint_text(text, name="strategies/heart-failure-pioneer.yaml", library=a_library(), now=NOW).findings
    assert "J402" in [finding.code for finding in found]


def test_a_run_of_before_plays_on() -> None:
    """A state without the new words is a touch that has not fallen back."""
    run = Run(a_journey(MAIL))
    stored = run.state.model_dump(mode="json")
    for place in stored["places"]:
        place.pop("fallen_back", None)
    again, commands = advance(run.definition, type(run.state).model_validate(stored), on.Settled(key="run.mail.1", result="sent"), MONDAY)
    assert again.ended is not None
    assert commands
