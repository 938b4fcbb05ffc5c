"""The linter on what is heard, by whom something is read and in which language, on keys, and on what is said twice."""

from typing import Any

import pytest

from journeys.content import ContentVersion
from journeys.linting import lint_text
from tests.builders import NOW, a_content, a_definition, a_journey, a_library, a_market, a_pause, a_visit, a_wait, an_email, an_exit, written

Steps = dict[str, Any]

SMS = {"message": {"channel": "sms", "content": "hf-text@1"}}


def found(steps: Steps, *, contents: tuple[Any, ...] = (), library: dict[str, Any] | None = None, **changes: Any) -> list[str]:
    """The codes found in these steps, to which an exit called done is added, with more content in the library."""
    more = {content.ref: content for content in (ContentVersion.model_validate(content) for content in contents)}
    known = a_library(**{"contents": {**a_library().contents, **more}, **(library or {})})
    text = written(a_definition(steps={**steps, "done": an_exit()}, **changes))
    return [one.code for one in lint_text(text, name="x.yaml", library=known, now=NOW).findings]


def a_text(**changes: Any) -> Any:
    """A text message in both languages of the market."""
    return a_content("hf-text@1", made_for="sms", texts=dict.fromkeys(("sv", "en"), "Hej! {{ unsubscribe }}"), **changes)


def test_what_is_sent_only_afterwards_is_not_heard() -> None:
    """Unless a loop leads back to the wait."""
    wait = a_wait(wait={"of": "mail"}, next="mail")
    assert found({"wait-first": wait, "mail": an_email()}) == ["J110"]
    assert found({"wait-first": wait, "mail": an_email(at_most=2, next={"sent": "rest", "exhausted": "done"}), "rest": a_pause(next="wait-first")}) == []


def test_a_line_hears_of_its_own_touches_and_by_name_of_those_beside_it() -> None:
    """What was sent before the lines parted is heard on each; what a line sent is forgotten where it has joined, but for its name."""

    def lines(wait: Any, **around: Any) -> Steps:
        both = {"parallel": {"branches": {"letter": "mail", "desk": "reading"}}, "next": around.get("to", "done")}
        first = {"first": an_email(next="both")} if "first" in around else {}
        return {**first, "both": both, "mail": an_email(next="join"), "reading": wait}

    here, beside = a_wait(next="join"), a_wait(next="join", wait={"of": "mail"})
    assert found(lines(here)) == ["J110"]
    assert found(lines(beside)) == []
    assert found(lines(here, first=True)) == []
    after = lines(a_pause(next="join"), to="later")
    assert found({**after, "later": a_wait()}) == ["J110"]
    assert found({**after, "later": a_wait(wait={"of": "mail"})}) == []


@pytest.mark.parametrize(
    ("heard", "links", "codes"),
    [
        ("replied", {}, []),
        ("delivered", {}, []),
        ("opened", {"study": "https://example.org"}, ["J110"]),
        ("clicked", {}, ["J110"]),
        ("clicked", {"study": "https://example.org"}, []),
        ("accepted", {}, ["J110"]),
    ],
)
def test_a_text_message_tells_less_than_an_e_mail(heard: str, links: dict[str, str], codes: list[str]) -> None:
    """Nobody learns that it was opened, and a click needs a link; where an e-mail may be meant as well, it may tell."""
    text = a_text(links=links)
    assert found({"text": {**SMS, "next": "reading"}, "reading": a_wait(heard)}, contents=(text,)) == codes
    if heard != "accepted":
        assert found({"mail": an_email(next="text"), "text": {**SMS, "next": "reading"}, "reading": a_wait(heard)}, contents=(text,)) == []


@pytest.mark.parametrize(("door", "codes"), [({}, []), ({"automatic": True}, ["J214"]), ({"schedule": {"at": "09:00"}}, ["J214"])])
def test_who_comes_without_an_event_brings_no_key(door: dict[str, Any], codes: list[str]) -> None:
    """By a condition or a schedule."""
    entry = {"when": {"fact": "persona", "is": "pioneer"}, "on": {"event": "appointment_booked"}, "again": "by_key", **door}
    assert found({"mail": an_email()}, entry=entry) == codes


def test_a_journey_that_is_entered_by_key_is_started_by_no_step() -> None:
    """It would be refused every time."""

    def started(again: str) -> list[str]:
        entry = {"when": {"fact": "persona", "is": "traditional"}, "on": {"event": "appointment_booked"}, "again": again}
        other = a_journey(journey="heart-failure-traditional", persona="traditional", entry=entry)
        go = {"journey": {"start": other.journey, "awaited": False}, "next": "done"}
        return found({"go": go}, library={"strategies": {other.journey: other}})

    assert (started("never"), started("by_key")) == ([], ["J214"])


@pytest.mark.parametrize(
    ("when", "more", "codes"),
    [
        ({"fact": "profession", "is": "nurse"}, {}, ["J406"]),
        ({"fact": "profession", "in": ["nurse", "physician"]}, {}, []),
        ({"fact": "profession", "in": ["nurse", "physician"]}, {"exit_when": {"fact": "profession", "is": "physician"}}, ["J406"]),
        ({"fact": "tier", "is": "A"}, {}, []),
        ({"not": {"fact": "profession", "is": "physician"}}, {}, ["J406"]),
    ],
)
def test_content_is_for_somebody_who_may_enter(when: dict[str, Any], more: dict[str, Any], codes: list[str]) -> None:
    """And stay. Where several professions enter, which of them comes to a step is not asked."""
    assert found({"mail": an_email(email={"content": "hf-physician-note@1"})}, entry={"when": when}, **more) == codes


@pytest.mark.parametrize(("material", "codes"), [({}, []), ({"sv": "…", "en": "…"}, []), ({"en": "…"}, ["J412"]), ({"no": "…"}, ["J407"])])
def test_what_a_visit_shows_is_in_a_language_of_the_market(material: dict[str, str], codes: list[str]) -> None:
    """Where the library gives its words; one language of two is worth a warning."""
    aid = a_content("hf-aid@1", made_for="face_to_face", material=material)
    assert found({"call": a_visit(visit={"face_to_face": {"materials": ["hf-aid@1"]}})}, contents=(aid,)) == codes


def test_a_market_of_one_language_lacks_none() -> None:
    """One letter is then all that is needed."""
    mail = {"mail": an_email(email={"content": "hf-english@1"})}
    assert found(mail) == ["J412"]
    assert found(mail, library={"markets": {"SE": a_market("SE", languages=["en"])}}) == []


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        ({"mail": an_email()}, {"markets": ["SE", "SE"]}),
        ({"call": a_visit(visit={"outcomes": ["reached", "reached"]})}, {}),
        ({"call": a_visit(offers=["done", "done"])}, {}),
        ({"call": a_visit(visit={"face_to_face": {"materials": ["hf-detail-aid@2", "hf-detail-aid@2"]}})}, {}),
        ({"ask": {"request": {"to": "crm", "answers": ["yes", "yes"], "up_to": "2 days"}, "next": "done"}}, {}),
        ({"ask": {"request": {"to": "crm", "facts": ["tier", "tier"], "answers": ["yes"], "up_to": "2 days"}, "next": "done"}}, {}),
        ({"mail": an_email(next="reading"), "reading": a_wait("clicked", "clicked")}, {}),
    ],
    ids=["markets", "outcomes", "offers", "materials", "answers", "facts", "heard"],
)
def test_nothing_is_said_twice_in_a_list(steps: Steps, more: dict[str, Any]) -> None:
    """Where the second stands, that is told."""
    assert found(steps, **more) == ["J120"]
