"""What a content system says is read by its mapping, and never for more than it says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from journeys.content import ContentState
from journeys.definitions import ContentRef
from journeys.syncing import Fields, Said, read_item

STATES = {"Approved for Use": ContentState.APPROVED, "Expired": ContentState.EXPIRED, "Withdrawn": ContentState.WITHDRAWN}
ITEM = {"content": "hf-dialogue", "version": 2, "state": "Approved for Use", "expires": "2030-01-01T12:00:00+02:00"}


def read(fields: Fields | None = None, **changes: Any) -> Said | str:
    return read_item({**ITEM, **changes}, fields or Fields(), STATES)


def test_an_item_is_read() -> None:
    """Names and states as they are mapped; a list of one value is that value; a date ends with its day."""
    said = Said(ref=ContentRef("hf-dialogue", 2), state=ContentState.APPROVED, expires=datetime(2030, 1, 1, 10, tzinfo=UTC), as_said="Approved for Use")
    assert read() == said
    vault = Fields(content="document.external_id__v", version=None, state="status__v", expires="expiration_date__c")
    item = {"document": {"external_id__v": "hf-dialogue@2"}, "status__v": ["approved for use "], "expiration_date__c": "2030-01-01"}
    read_it = read_item(item, vault, STATES)
    assert isinstance(read_it, Said)
    assert (read_it.ref, read_it.state, read_it.expires) == (said.ref, ContentState.APPROVED, datetime(2030, 1, 1, 23, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize("state", ["Approved", "approved for use, maybe", "", None, 7, ["a", "b"], {}, True])
def test_a_state_that_nobody_mapped_is_no_approval(state: object) -> None:
    """It counts as in review, with which nothing goes out, and says why."""
    said = read(state=state)
    assert isinstance(said, Said)
    assert (said.state, said.lack) == (ContentState.IN_REVIEW, "unknown_state")


@pytest.mark.parametrize("expires", ["soon", "2030-01-01T12:00:00", 5, "2030-13-01"])
def test_approval_without_a_readable_end_is_none(expires: object) -> None:
    """Nobody knows until when it holds."""
    said = read(expires=expires)
    assert isinstance(said, Said)
    assert (said.state, said.lack) == (ContentState.IN_REVIEW, "no_expiry")


@pytest.mark.parametrize("changes", [{"content": "HF dialogue"}, {"version": "two"}, {"version": 0}, {"content": None}, {"version": None}])
def test_a_version_that_cannot_be_told_is_left_out(changes: dict[str, Any]) -> None:
    """Nothing is guessed."""
    assert read(**changes) == "no_content"
