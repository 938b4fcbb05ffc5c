"""The catalogue of outside events: what may be declared, and what is wrong with an event that comes in."""

from typing import Any

import pytest
from pydantic import ValidationError

from journeys.facts import Wall
from journeys.happenings import OutsideEvent, Wrong, check, key_of
from journeys.library import PACKAGED, read_events, read_library
from tests.builders import an_event

SOUND = {"appointment_id": "a-17", "starts_at": "2027-03-04T09:00:00Z", "channel": "remote", "minutes": 30}


def test_an_event_as_declared_has_no_problems() -> None:
    """Fields that are not required may be left out; nothing is nothing."""
    assert check(an_event(), SOUND) == ()
    assert check(an_event(), {"appointment_id": "a-17", "minutes": None}) == ()


@pytest.mark.parametrize(
    ("fields", "field", "wrong"),
    [
        ({"appointment_id": None}, "appointment_id", Wrong.MISSING_FIELD),
        ({"starts_at": "2027-03-04T09:00:00"}, "starts_at", Wrong.WRONG_TYPE),
        ({"starts_at": "soon"}, "starts_at", Wrong.WRONG_TYPE),
        ({"channel": "fax"}, "channel", Wrong.UNKNOWN_VALUE),
        ({"channel": "Astrid Lind, Ward 3"}, "channel", Wrong.WRONG_TYPE),
        ({"minutes": True}, "minutes", Wrong.WRONG_TYPE),
        ({"minutes": "30"}, "minutes", Wrong.WRONG_TYPE),
        ({"email": "astrid@hospital.example"}, "email", Wrong.UNKNOWN_FIELD),
    ],
)
def test_every_field_that_is_not_as_declared_is_told(fields: dict[str, Any], field: str, wrong: Wrong) -> None:
    """By its name and kind, and without its value, which might be personal."""
    (problem,) = check(an_event(), {**SOUND, **fields})
    assert (problem.field, problem.wrong) == (field, wrong)
    assert "strid" not in problem.told


def test_a_key_may_come_as_a_number_or_as_text() -> None:
    """Both are the same key (A3)."""
    assert check(an_event(), {**SOUND, "appointment_id": 17}) == ()
    assert key_of(an_event(), {"appointment_id": 17}) == key_of(an_event(), {"appointment_id": "17"}) == "17"
    assert key_of(an_event(), {}) is None
    assert key_of(an_event(key=None), SOUND) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": {"hcp_name": {"type": "code", "told": "who"}}, "key": None},
        {"fields": {"remark": {"type": "code", "told": "free words"}}, "key": None},
        {"key": "webinar_id"},
        {"key": "starts_at"},
        {"fields": {"minutes": {"type": "number", "told": "how long", "values": ["ten"]}}, "key": None},
        {"fields": {"said": {"type": "text", "told": "free words"}}, "key": None},
    ],
)
def test_personal_data_and_free_words_cannot_be_declared(changes: dict[str, Any]) -> None:
    """Nor a key that is no field, or one that tells nothing apart."""
    with pytest.raises(ValidationError):
        an_event(**changes)


def test_the_packaged_catalogue_is_read_with_the_library() -> None:
    """Open, commercial and medical events are told apart."""
    events = read_library(PACKAGED).events
    assert {"appointment_booked", "appointment_cancelled", "webinar_attended", "congress_attended", "product_page_viewed"} <= set(events)
    assert {event.wall for event in events.values()} == set(Wall)
    assert all(isinstance(event, OutsideEvent) for event in events.values())


def test_an_event_stands_in_the_catalogue_once(tmp_path: Any) -> None:
    """The second one is told with its line."""
    path = tmp_path / "events.yaml"
    path.write_text("events:\n" + "  - {event: heard, title: Heard, source: somewhere}\n" * 2, encoding="utf-8")
    (found,) = read_events(path).findings
    assert (found.code, found.line) == ("J003", 3)
