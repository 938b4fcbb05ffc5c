"""Which object, field and picklist value of a CRM stands for which of ours: data, with defaults for each vendor and the installation's changes on top,
checked before anything is said."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from orchestrator.crm.records import Arrived, ArrivedCall, ArrivedFeedback, Arriving, CallRecord, Kind, Record, SentEmailRecord, SuggestionRecord, Unreadable

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,79}$")]
"""Of an object or a field. It goes into a query as it is, so nothing else is let in."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=255)]

KNOWN: Mapping[str, frozenset[str]] = {
    "call": frozenset({"external_id", "account", "user", "product", "channel", "outcome", "status", "at", "date", "deleted"}),
    "sent_email": frozenset({"external_id", "account", "user", "product", "content", "status", "at"}),
    "suggestion": frozenset({"external_id", "account", "user", "product", "action", "title", "why", "posted", "expires", "done"}),
    "feedback": frozenset({"suggestion", "answer", "reason"}),
}
NEEDED: Mapping[str, frozenset[str]] = {
    "call": frozenset({"external_id", "account", "user", "product", "channel", "status", "at"}),
    "sent_email": frozenset({"external_id", "account", "status", "at"}),
    "suggestion": frozenset({"external_id", "account", "user", "action"}),
    "feedback": frozenset({"suggestion", "answer"}),
}
OTHER = "other"
"""A reason that is no code: it might be words that somebody typed, about somebody."""

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_READ_ONLY = frozenset({"deleted"})


class ObjectMap(BaseModel):
    """One object: its fields by our names (null: left out), its picklist values by our codes, and fields that always say the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    object: Name
    fields: Mapping[str, Name | None]
    values: Mapping[str, Mapping[str, Word]] = {}
    fixed: Mapping[Name, Word] = {}

    def field(self, name: str) -> str | None:
        return self.fields.get(name)

    def read(self, row: Mapping[str, Any], name: str) -> str | None:
        """What a row says, in our code where the value has one."""
        said = row.get(self.fields.get(name) or "")
        if isinstance(said, list):  # Vault tells a picklist as a list
            said = said[0] if said else None
        if said is None or said == "":
            return None
        return next((ours for ours, theirs in self.values.get(name, {}).items() if theirs == str(said)), str(said))

    def selected(self) -> tuple[str, ...]:
        """The fields that are asked for."""
        return tuple(sorted({field for field in self.fields.values() if field is not None}))


class Changes(BaseModel):
    """What an installation has otherwise for one object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    object: Name | None = None
    fields: Mapping[str, Name | None] = {}
    values: Mapping[str, Mapping[str, Word]] = {}
    fixed: Mapping[Name, Word] = {}

    def on(self, given: ObjectMap) -> ObjectMap:
        return ObjectMap(
            object=self.object or given.object,
            fields={**given.fields, **self.fields},
            values={**given.values, **self.values},
            fixed={**given.fixed, **self.fixed},
        )


class CrmMapping(BaseModel):
    """All four objects, and our products by the CRM's ids. Raises ValueError where a name is none of ours or one that must be there is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: ObjectMap
    sent_email: ObjectMap
    suggestion: ObjectMap
    feedback: ObjectMap
    products: Mapping[str, Word] = {}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for kind, known in KNOWN.items():
            mapped: ObjectMap = getattr(self, kind)
            if wrong := sorted((mapped.fields.keys() | mapped.values.keys()) - known):
                raise ValueError(f"{kind}: {', '.join(wrong)} is none of ours, which are {', '.join(sorted(known))}")
            if missing := sorted(name for name in NEEDED[kind] if mapped.field(name) is None):
                raise ValueError(f"{kind}: {', '.join(missing)} must have a field")
            for name, table in mapped.values.items():
                if len(set(table.values())) < len(table):
                    raise ValueError(f"{kind}: two codes of {name} have the same value, so that it could not be read back")
        if len(set(self.products.values())) < len(self.products):
            raise ValueError("products: two of ours have the same id, so that it could not be read back")
        return self

    def of(self, kind: Kind | Arriving) -> ObjectMap:
        found: ObjectMap = getattr(self, kind.value)
        return found

    def lacks(self, record: Record) -> str | None:
        """The code of the first thing that has no word in the CRM."""
        mapped = self.of(record.kind)
        if mapped.field("product") is not None and record.product not in self.products:
            return "unmapped_product"
        return next((f"unmapped_{name}" for name, value in _plain(record).items() if mapped.field(name) and _unknown(mapped, name, value)), None)

    def written(self, record: Record) -> dict[str, Any]:
        """The record in the CRM's fields; it lacks nothing."""
        mapped = self.of(record.kind)
        told: dict[str, Any] = dict(mapped.fixed)
        for name, value in _plain(record).items():
            field = mapped.field(name)
            if field is not None and value is not None and name not in _READ_ONLY:
                told[field] = self.products[str(value)] if name == "product" else mapped.values.get(name, {}).get(str(value), _said(value))
        return told

    def read(self, kind: Arriving, row: Mapping[str, Any], *, id: str, revised_at: datetime) -> Arrived:  # noqa: A002 - the CRM's
        """A row of the CRM as a record, whatever is in it."""
        try:
            return self._call(row, id, revised_at) if kind is Arriving.CALL else self._feedback(row, id, revised_at)
        except ValidationError:
            return Unreadable(id=id, revised_at=revised_at, trouble="malformed")

    def _call(self, row: Mapping[str, Any], id: str, revised_at: datetime) -> Arrived:  # noqa: A002 - the CRM's
        mapped, told = self.call, {name: self.call.read(row, name) for name in KNOWN["call"]}
        at = _instant(told["at"]) or _instant(told["date"])
        missing = next((name for name in ("account", "user", "product", "channel") if told[name] is None), None) or ("at" if at is None else None)
        deleted = told["deleted"] in ("True", "true")
        status = "cancelled" if deleted else told["status"] if told["status"] in ("submitted", "cancelled") else "unfinished"
        if missing is not None and status == "submitted":  # one that was deleted may have lost with whom it was, and is cancelled all the same
            return Unreadable(id=id, revised_at=revised_at, trouble=f"no_{missing}")
        product = row.get(mapped.field("product") or "")
        named = {name: told[name] or "" for name in ("account", "user", "channel")}
        return ArrivedCall.model_validate(
            {"id": id, "revised_at": revised_at, "external_id": told["external_id"], **named, "product": self._product(product), "outcome": told["outcome"]}
            | {"status": status, "at": at or revised_at}
        )

    def _feedback(self, row: Mapping[str, Any], id: str, revised_at: datetime) -> Arrived:  # noqa: A002 - the CRM's
        told = {name: self.feedback.read(row, name) for name in KNOWN["feedback"]}
        if told["suggestion"] is None or told["answer"] not in ("accepted", "dismissed", "done"):
            return Unreadable(id=id, revised_at=revised_at, trouble="no_suggestion" if told["suggestion"] is None else "unknown_answer")
        reason = told["reason"] if told["reason"] is None or _CODE.fullmatch(told["reason"]) else OTHER
        return ArrivedFeedback.model_validate({"id": id, "revised_at": revised_at, **told, "reason": reason})

    def _product(self, theirs: object) -> str:
        return next((ours for ours, known in self.products.items() if known == theirs), str(theirs or ""))


def _plain(record: Record) -> dict[str, str | datetime | date | bool | None]:
    """A record by the names that mapping knows."""
    told: dict[str, Any] = {"external_id": record.external_id, "account": record.account, "user": record.user, "product": record.product}
    more: dict[str, str | datetime | date | bool | None]
    match record:
        case CallRecord():
            more = {"channel": record.channel, "outcome": record.outcome, "status": "submitted", "at": record.at, "date": record.at.astimezone(UTC).date()}
        case SentEmailRecord():
            more = {"content": record.content, "status": record.status, "at": record.at}
        case SuggestionRecord():
            dates = {name: getattr(record, name).astimezone(UTC).date() for name in ("posted", "expires")}
            more = {"action": record.action, "title": record.title, "why": record.why, "done": record.done, **dates}
    return told | more


def _unknown(mapped: ObjectMap, name: str, value: object) -> bool:
    """A field whose values are listed takes no others."""
    table = mapped.values.get(name)
    return table is not None and value is not None and str(value) not in table


def _said(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return value.isoformat() if isinstance(value, date) else value


def _instant(said: str | None) -> datetime | None:
    """An instant, or noon of a date."""
    try:
        found = datetime.fromisoformat(said or "")
    except ValueError:
        return None
    if len(said or "") == len("2026-03-02"):
        return datetime.combine(found.date(), time(12), UTC)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
