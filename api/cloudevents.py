"""CloudEvents 1.0 over HTTP, read: structured, in batches, and in binary mode with `ce-` headers. Pure: headers and bytes in, events or what is wrong out.

After the specification's core, its JSON format and its HTTP protocol binding, all at version 1.0.2.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
PREFIX = "ce-"
MOST = 500
"""Events in a batch."""
LONGEST = 200
"""Characters of an id, a source, a type and a subject: as of every id that comes from outside."""

_NAME = re.compile(r"[a-z0-9]{1,64}")
_MEDIA = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;\s*[^;]+)*\s*")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_REQUIRED = ("specversion", "id", "source", "type")
_OPTIONAL = ("datacontenttype", "dataschema", "subject", "time")
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of characters, which JSON lets through and nothing can store."""
_THIS_CENTURY = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, kw_only=True)
class CloudEvent:
    """One event with its context, and its data as far as it is JSON."""

    id: str
    source: str
    type: str
    subject: str | None = None
    time: datetime | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    extensions: Mapping[str, str | int | bool] = field(default_factory=dict)
    data: Any = field(default=None, repr=False)
    """The JSON value, or the bytes where it is something else."""


class Wrong(NamedTuple):
    """What is wrong, and where: a pointer into the body, or the name of a header."""

    where: str
    detail: str


class InvalidEventError(Exception):
    """The request holds no event, or one that is not as CloudEvents has it. Nothing of it is taken."""

    def __init__(self, *wrong: Wrong) -> None:
        super().__init__("; ".join(f"{each.where or 'body'}: {each.detail}" for each in wrong))
        self.wrong = wrong


def is_one(headers: Mapping[str, str]) -> bool:
    """Whether a request is in one of the three modes. Names of headers are in small letters."""
    return _media(headers).startswith("application/cloudevents") or f"{PREFIX}specversion" in headers


def read(headers: Mapping[str, str], body: bytes) -> tuple[CloudEvent, ...]:
    """The events of a request, none where a batch is empty. Raises InvalidEventError that names every field that is wrong."""
    media = _media(headers)
    if media == STRUCTURED:
        return (_structured(_json(body), ""),)
    if media == BATCH:
        return _batch(_json(body))
    if media.startswith("application/cloudevents"):
        raise InvalidEventError(Wrong("content-type", f"give {STRUCTURED} or {BATCH}"))
    return (_binary(headers, body),)


def _media(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidEventError(Wrong("", "not valid JSON")) from None


def _batch(whole: Any) -> tuple[CloudEvent, ...]:
    if not isinstance(whole, list):
        raise InvalidEventError(Wrong("", "a batch is a JSON array"))
    if len(whole) > MOST:
        raise InvalidEventError(Wrong("", f"a batch has at most {MOST} events"))
    wrong: list[Wrong] = []
    events: list[CloudEvent] = []
    for number, one in enumerate(whole):
        try:
            events.append(_structured(one, f"/{number}"))
        except InvalidEventError as invalid:
            wrong += invalid.wrong
    if wrong:
        raise InvalidEventError(*wrong)
    return tuple(events)


def _structured(one: Any, at: str) -> CloudEvent:
    if not isinstance(one, dict):
        raise InvalidEventError(Wrong(at, "an event is a JSON object"))
    context = {name: value for name, value in one.items() if name not in {"data", "data_base64"} and value is not None}
    wrong = [Wrong(f"{at}/{each.where}", each.detail) for each in _check(context)]
    data: Any = one.get("data")
    if one.get("data_base64") is not None:
        if data is not None:
            wrong.append(Wrong(f"{at}/data_base64", "an event has data or data_base64, not both"))
        data = _decoded(one["data_base64"])
        if data is None:
            wrong.append(Wrong(f"{at}/data_base64", "is not base64"))
        elif _is_json(context.get("datacontenttype")):
            try:
                data = json.loads(data)
            except (ValueError, RecursionError):
                wrong.append(Wrong(f"{at}/data_base64", "not valid JSON"))
    if wrong:
        raise InvalidEventError(*wrong)
    return _made(context, data)


def _binary(headers: Mapping[str, str], body: bytes) -> CloudEvent:
    context: dict[str, Any] = {name.removeprefix(PREFIX): _unquoted(value) for name, value in headers.items() if name.startswith(PREFIX)}
    wrong = [Wrong(PREFIX + each.where, each.detail) for each in _check(context)]
    if "datacontenttype" in context:
        wrong.append(Wrong(f"{PREFIX}datacontenttype", "in binary mode this is the Content-Type"))
    media = headers.get("content-type")
    data: Any = body or None
    if body and _is_json(media):
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            wrong.append(Wrong("", "not valid JSON"))
    if wrong:
        raise InvalidEventError(*wrong)
    return _made({**context, **({"datacontenttype": media} if media else {})}, data)


def _check(context: Mapping[str, Any]) -> Iterator[Wrong]:
    for name in _REQUIRED:
        if name not in context:
            yield Wrong(name, "required")
    for name, value in context.items():
        if name in _REQUIRED or name in _OPTIONAL:
            yield from (Wrong(name, detail) for detail in _wrong_with(name, value))
        elif _NAME.fullmatch(name) is None:
            yield Wrong(name[:LONGEST], "the name of an attribute is of the letters a to z and digits")
        elif not isinstance(value, (str, int)):
            yield Wrong(name, "an extension is a text, a whole number or a flag")


def _wrong_with(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value:
        yield "a text that is not empty"
        return
    if name in {"id", "source", "type", "subject"} and (len(value) > LONGEST or _UNWRITABLE.search(value)):
        yield f"at most {LONGEST} characters, none of them a control character"
    match name:
        case "specversion" if value != "1.0":
            yield "1.0 is the version that is spoken here"
        case "source" if not _is_reference(value):
            yield "a URI or a part of one"
        case "dataschema" if not _is_reference(value) or not urlsplit(value).scheme:
            yield "an absolute URI"
        case "datacontenttype" if _MEDIA.fullmatch(value) is None:
            yield "a media type, such as application/json"
        case "time" if _time(value) is None:
            yield "a time of this century by RFC 3339, such as 2027-03-04T17:31:00Z"


def _is_reference(value: str) -> bool:
    try:
        urlsplit(value)
    except ValueError:
        return False
    return not any(character.isspace() for character in value)


def _time(value: str) -> datetime | None:
    if _RFC3339.fullmatch(value) is None:
        return None
    try:
        found = datetime.fromisoformat(value.upper())
    except ValueError:
        return None
    return found if _THIS_CENTURY[0] <= found <= _THIS_CENTURY[1] else None


def _is_json(media: object) -> bool:
    kind = (media if isinstance(media, str) else "").partition(";")[0].strip().lower()
    return kind in {"application/json", "text/json"} or kind.endswith("+json")


def _decoded(written: Any) -> bytes | None:
    try:
        return base64.b64decode(written, validate=True) if isinstance(written, str) else None
    except binascii.Error:
        return None


def _unquoted(value: str) -> str:
    """A header's value as it was meant (HTTP binding, section 3.1.3.2): without its quotation marks, and without percent-encoding."""
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return unquote(value, errors="replace")


def _made(context: Mapping[str, Any], data: Any) -> CloudEvent:
    known = {name: context.get(name) for name in ("id", "source", "type", "subject", "datacontenttype", "dataschema")}
    extensions = {name: value for name, value in context.items() if name not in _REQUIRED and name not in _OPTIONAL}
    return CloudEvent(**known, time=_time(context["time"]) if "time" in context else None, extensions=extensions, data=data)  # type: ignore[arg-type]
