"""What another release wrote into a history is read, also where it holds what this one does not know."""

import json

import pytest
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload

from activities.orders import Opened
from journeys.durations import Calendar
from orchestrator.temporal.payloads import PAYLOADS
from tests.builders import a_journey

OPENED = Opened(definition=a_journey(), calendar=Calendar(), facts={"persona": "pioneer"})


def _written() -> dict[str, object]:
    (payload,) = PAYLOADS.payload_converter.to_payloads([OPENED])
    written: dict[str, object] = json.loads(payload.data)
    return written


def _read(body: object) -> Opened:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(body).encode())
    (read,) = PAYLOADS.payload_converter.from_payloads([payload], [Opened])
    assert isinstance(read, Opened)
    return read


def test_what_was_written_is_read() -> None:
    """The same value comes back."""
    assert _read(_written()) == OPENED


def test_fields_of_a_newer_release_are_left_out() -> None:
    """At the top, in what Dirigent keeps, and in the definition that an author wrote, down to its steps: the run goes on by what is known."""
    body = json.loads(json.dumps(_written()).replace('"due":', '"of_tomorrow": 1, "due":'))
    assert "of_tomorrow" in json.dumps(body["definition"])
    body |= {"of_tomorrow": 1, "definition": body["definition"] | {"of_tomorrow": {"a": []}}}
    assert _read(body) == OPENED


def test_a_field_of_another_type_is_no_field_of_tomorrow() -> None:
    """What is known and wrong stays an error."""
    with pytest.raises(ValidationError, match="facts"):
        _read(_written() | {"facts": 5})
