"""CloudEvents 1.0 as the specification has them: every mode is read, and what is wrong is told by its field."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
import yaml

from api.cloudevents import BATCH, STRUCTURED, CloudEvent, InvalidEventError, is_one, read
from api.who import Role
from tests.api.conftest import As
from tests.api.worlds import ASTRID

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "cloudevents"
real_data = pytest.mark.skipif(not REAL.exists(), reason="the public extracts do not stand beside this repository (../shared/data)")
MINIMAL: dict[str, Any] = {"specversion": "1.0", "type": "webinar_attended", "source": "/platform", "id": "A-1"}
AS_ONE = {"content-type": STRUCTURED}


def _structured(event: Any, **headers: str) -> CloudEvent:
    (read_one,) = read({**AS_ONE, **headers}, json.dumps(event).encode())
    return read_one


def _binary(event: dict[str, Any], body: bytes = b"", media: str | None = "application/json") -> CloudEvent:
    """As the binding encodes it: what is not printable is percent-encoded."""
    headers = {f"ce-{name}": quote(str(value), safe="/:?#[]@!$&'()*+,;= {}\\") for name, value in event.items()}
    (read_one,) = read({**headers, **({"content-type": media} if media else {})}, body)
    return read_one


def test_the_same_event_in_each_mode() -> None:
    """Structured, in a batch and in binary mode: one event."""
    full = {**MINIMAL, "subject": "0031", "time": "2027-03-01T10:00:00+01:00", "datacontenttype": "application/json", "myextension": "værdi"}
    structured = _structured({**full, "data": {"webinar_id": 7}})
    binary = _binary({name: value for name, value in full.items() if name != "datacontenttype"}, b'{"webinar_id": 7}')
    (batched,) = read({"content-type": BATCH}, json.dumps([{**full, "data": {"webinar_id": 7}}]).encode())
    assert structured == batched == binary
    assert structured.time == datetime(2027, 3, 1, 9, tzinfo=UTC)
    assert structured.extensions == {"myextension": "værdi"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        *(({name: None}, name) for name in MINIMAL),
        *(({name: ""}, name) for name in (*MINIMAL, "subject", "dataschema", "datacontenttype", "time")),
        *(({name: 7}, name) for name in (*MINIMAL, "subject", "time")),
        ({"specversion": "0.3"}, "specversion"),
        ({"source": "a b"}, "source"),
        ({"source": "http://[::1"}, "source"),
        ({"dataschema": "no/scheme"}, "dataschema"),
        ({"datacontenttype": "json"}, "datacontenttype"),
        ({"time": "2027-03-01"}, "time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "time"),
        ({"id": "\ud800"}, "id"),
        ({"subject": "0031\udcff"}, "subject"),
        ({"time": "2027-03-01T10:00:00"}, "time"),
        ({"time": "2027-13-01T10:00:00Z"}, "time"),
        ({"id": "a\x00b"}, "id"),
        ({"id": "a" * 201}, "id"),
        ({"My-Extension": "a"}, "My-Extension"),
        ({"extension": 1.5}, "extension"),
        ({"extension": {"a": 1}}, "extension"),
        ({"data": 1, "data_base64": "MQ=="}, "data_base64"),
        ({"data_base64": "no base64!"}, "data_base64"),
        ({"data_base64": 7}, "data_base64"),
        ({"datacontenttype": "application/json", "data_base64": "e30x"}, "data_base64"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(change: dict[str, Any], field: str) -> None:
    """Alone, and with its place in a batch."""
    with pytest.raises(InvalidEventError) as invalid:
        _structured({**MINIMAL, **change})
    assert [wrong.where for wrong in invalid.value.wrong] == [f"/{field}"]
    with pytest.raises(InvalidEventError) as invalid:
        read({"content-type": BATCH}, json.dumps([MINIMAL, {**MINIMAL, **change}]).encode())
    assert [wrong.where for wrong in invalid.value.wrong] == [f"/1/{field}"]


@pytest.mark.parametrize(
    ("headers", "body", "where"),
    [
        ({}, b"{}", "ce-type"),
        ({"ce-type": "x", "ce-datacontenttype": "text/plain"}, b"", "ce-datacontenttype"),
        ({"ce-type": "x", "ce-my_extension": "x"}, b"", "ce-my_extension"),
        ({"ce-type": "x", "content-type": "application/json"}, b"{", ""),
        ({"content-type": "application/cloudevents+avro"}, b"", "content-type"),
        ({"content-type": STRUCTURED}, b"[", ""),
        ({"content-type": STRUCTURED}, b"[]", ""),
        ({"content-type": BATCH}, b"{}", ""),
        ({"content-type": BATCH}, b"[1]", "/0"),
        ({"content-type": BATCH}, json.dumps([MINIMAL] * 501).encode(), ""),
    ],
)
def test_a_request_that_holds_no_event_says_why(headers: dict[str, str], body: bytes, where: str) -> None:
    """By the header, by the place in the body, or as a whole."""
    with pytest.raises(InvalidEventError) as invalid:
        read({"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", **headers}, body)
    assert [wrong.where for wrong in invalid.value.wrong] == [where]


def test_values_of_headers_are_decoded() -> None:
    """Percent-encoding and quotation marks, as the binding says."""
    headers = {"ce-specversion": "1.0", "ce-id": '"a \\"b\\""', "ce-source": "/s", "ce-type": "t", "ce-note": "Euro%20%E2%82%AC%20%F0%9F%98%80"}
    (event,) = read(headers, b"")
    assert (event.id, event.extensions, event.data) == ('a "b"', {"note": "Euro € 😀"}, None)


def test_what_is_no_cloud_event_is_left_to_others() -> None:
    """An ordinary JSON body."""
    assert not is_one({"content-type": "application/json"})
    assert is_one({"content-type": f"{BATCH}; charset=utf-8"})
    assert is_one({"content-type": "text/plain", "ce-specversion": "1.0"})
    assert read({"content-type": BATCH}, b"[]") == ()


def _examples() -> list[dict[str, Any]]:
    path = REAL / "json-format.examples.json"
    return json.loads(path.read_text()) if path.exists() else []


def _filled(event: Any) -> Any:
    """The specification writes a placeholder where base64 stands."""
    return {**event, "data_base64": base64.b64encode(b"thrift").decode()} if str(event.get("data_base64", "")).startswith("...") else event


@pytest.mark.real_data
@real_data
def test_every_example_of_the_json_format() -> None:
    """Each JSON example, and the HTTP message beside it that means the same."""
    examples = _examples()
    previous: list[CloudEvent] = []
    for example in examples:
        if "text" in example:
            head, _, body = example["text"].partition("\n\n")
            headers = dict(line.split(": ", 1) for line in head.splitlines())
            if headers.setdefault("ce-type", "com.example.someevent") and headers.get("content-type", "").startswith("application/json"):
                json.loads(body)
            (event,) = read(headers, body.encode())
            assert (event.id, event.source) == (previous[0].id, previous[0].source)
        elif isinstance(example["json"], list):
            assert len(read({"content-type": BATCH}, json.dumps([_filled(one) for one in example["json"]]).encode())) == len(example["json"])
        else:
            previous = [_structured(_filled(example["json"]))]
    assert len(examples) == 14


@pytest.mark.real_data
@real_data
def test_the_conformance_cases() -> None:
    """Every case of the YAML files, in both modes."""
    cases = [case for name in ("yaml__v1.0__v1_minimum.yaml", "yaml__v1.yaml") for case in yaml.load_all((REAL / name).read_text(), yaml.BaseLoader)]
    assert len(cases) == 8
    for case in cases:
        context = dict(case["ContextAttributes"])
        extensions = context.pop("Extensions", {})
        media = context.pop("datacontenttype", "application/json")
        data = case["Data"]
        binary = _binary({**context, **{name: value.strip() for name, value in extensions.items()}}, data.encode(), media)
        told = json.loads(data) if "json" in media else data
        structured = _structured({**context, **{name: value.strip() for name, value in extensions.items()}, "datacontenttype": media, "data": told})
        assert (binary.id, binary.extensions, binary.datacontenttype) == (structured.id, structured.extensions, structured.datacontenttype)
        assert binary.data == (told if "json" in media else data.encode())


@pytest.mark.real_data
@real_data
def test_the_features_of_the_http_binding() -> None:
    """Both scenarios, with every content type of their examples."""
    text = (REAL / "features__http-protocol-binding.feature").read_text()
    outlines = text.split("Scenario Outline:")[1:]
    assert len(outlines) == 2
    for outline in outlines:
        _, request, expected, *_ = outline.split('"""')
        attributes = dict(re.findall(r"\|\s+(\w+) \|\s+(\S.*?)\s+\|", expected))
        for media in re.findall(r"\| (application/\S+(?:; \S+)?)\s+\|", outline.rpartition("Examples:")[2]):
            head, _, body = request.replace("<contentType>", media).partition("\n\n")
            headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head.splitlines()[1:])}
            (event,) = read(headers, body.encode())
            assert (event.id, event.type, event.source) == ("1234-1234-1234", "com.example.someevent", "/mycontext/subcontext")
            assert event.time == datetime(2018, 4, 5, 3, 56, 24, tzinfo=UTC)
            assert event.datacontenttype == attributes["datacontenttype"].replace("<contentType>", media)
            assert event.data == {"message": "Hello World!"}


@pytest.mark.real_data
@real_data
def test_what_the_published_schema_refuses_is_refused() -> None:
    """Each attribute of each example taken away, emptied or given another type: we are never laxer than the schema."""
    schema = jsonschema.Draft7Validator(json.loads((REAL / "cloudevents.json-schema.json").read_text()))
    tried = 0
    for example in _examples():
        event = example.get("json")
        if not isinstance(event, dict):
            continue
        for name in event:
            tries: tuple[Any, ...] = ("", None, 7, [], {})
            for value in tries:
                changed = {**_filled(event), name: value}
                if name.startswith("data") and name != "data_base64":
                    continue
                if not schema.is_valid(changed):
                    tried += 1
                    with pytest.raises(InvalidEventError):
                        _structured(changed)
    assert tried > 50


async def test_the_desk_takes_them_where_it_takes_events(as_: As) -> None:
    """With the token of an integration; an ordinary event comes in at the same address."""
    caller = as_(Role.INTEGRATION)
    taken = await caller.send("/api/v1/events", json.dumps({**MINIMAL, "subject": ASTRID}).encode(), {"content-type": STRUCTURED})
    assert taken.status_code == 202, taken.text
    assert [(row["source_id"], row["standing"], row["repeated"]) for row in taken.json()["items"]] == [("A-1", "taken", False)]
    binary = {"ce-specversion": "1.0", "ce-type": "x", "ce-source": "/s", "ce-id": "B-1", "content-type": "application/json"}
    assert (await caller.send("/api/v1/events", b"{}", binary)).json()["items"][0]["standing"] == "unknown_person"
    batch = await caller.send("/api/v1/events", json.dumps([MINIMAL, {**MINIMAL, "type": ""}]).encode(), {"content-type": BATCH})
    assert batch.status_code == 422
    assert batch.json()["errors"] == [{"detail": "a text that is not empty", "pointer": "/1/type"}]
    ordinary = {"source": "booking", "id": "1", "event": "appointment_booked", "key": 4711, "person": ASTRID, "at": "2027-03-01T09:00:00Z"}
    assert (await caller.post("/api/v1/events", ordinary)).json()["event"] == "appointment_booked"
    later = await caller.send("/api/v1/events", json.dumps({**MINIMAL, "time": "2099-01-01T00:00:00Z"}).encode(), {"content-type": STRUCTURED})
    assert later.json()["code"] == "in_the_future"
    assert (await as_(Role.REP).send("/api/v1/events", b"{}", {"content-type": STRUCTURED})).status_code == 403
