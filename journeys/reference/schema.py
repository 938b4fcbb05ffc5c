"""The JSON Schema (draft 2020-12) of a journey's file, so that editors complete, explain and check while an author writes.

It is the models' own, with the meaning of every key, the facts by name and the ways out of each kind of step; and with what may stand
beside a definition: defaults, snippets and the steps that use them. The linter judges more than a schema can.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from journeys.conditions import FactIs
from journeys.definitions import KINDS, OTHERWISE, SKIPPED, Definition, Heard
from journeys.definitions import words as way
from journeys.fact_values import RANKS
from journeys.facts import CATALOGUE, Fact, Kind, Wall
from journeys.linting.rules.conditions import ALLOWED
from journeys.loading.sugar import INHERITED, Snippet, Sugar
from journeys.reasons import TOLD
from journeys.reference.texts import KIND, STEP, SUGAR, TEXTS, USE, keys_of

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

WAYS: dict[str, tuple[str, ...]] = {
    "email": (way.SENT, way.OVERDUE, SKIPPED),
    "message": (way.SENT, way.OVERDUE, SKIPPED),
    "invite": (way.ATTENDED, way.MISSED, way.NOT_RECORDED, way.DECLINED, way.NO_ANSWER, way.TOO_LATE, way.CALLED_OFF, way.MISSING, way.OVERDUE, SKIPPED),
    "medical": (way.ANSWERED, way.WITHDRAWN, way.OVERDUE),
    "escalate": (way.HANDLED, way.OVERDUE, SKIPPED),
    "wait": (way.TIMEOUT, *(heard.value for heard in Heard), way.MET, way.HAPPENED, way.PAST, way.MISSING),
    "parallel": (way.JOINED,),
    "journey": (way.FINISHED, way.GOAL, way.ENDED, way.STARTED, way.NOT_STARTED, way.TIMEOUT),
    "update": (way.DONE,),
    "notify": (way.DONE,),
}
"""The ways out of the kinds of step whose authors choose none of their own."""


def journey_schema() -> Schema:
    """The schema of a journey's file."""
    schema = _plain(Definition.model_json_schema(by_alias=True))
    parts: dict[str, Schema] = schema["$defs"]
    for model in TEXTS:
        if model.__name__ in parts:
            _explain(parts[model.__name__], keys_of(model))
    _explain(schema, keys_of(Definition))
    for kind, model in KINDS.items():
        _step(parts[model.__name__], kind)
    facts = [fact for fact in CATALOGUE.values() if fact.wall is not Wall.MEDICAL]  # which no journey may name
    offered = [{"const": fact.name, "description": told(fact)} for fact in facts]
    parts["FactIs"]["properties"]["fact"] = {"description": TEXTS[FactIs]["fact"], "oneOf": offered}
    parts["FactIs"]["allOf"] = [_compared(fact) for fact in facts]
    _sweeten(schema, parts)
    return {"$schema": DIALECT, "title": "A journey", **schema}


def _plain(node: Any) -> Any:
    """The schema without titles that only repeat a key, without `null`, for nothing may be written as nothing, and without keys of another form."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node
    members = [member for member in node.get("anyOf", ()) if member != {"type": "null"}]
    kept = {key: value for key, value in node.items() if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)}
    if len(members) == 1:
        kept = {**members[0], **{key: value for key, value in kept.items() if key != "anyOf"}}
    elif members:
        kept["anyOf"] = members
    if "patternProperties" in kept:
        kept.setdefault("additionalProperties", False)
    return {key: _plain(value) for key, value in kept.items()}


def _explain(part: Schema, told: Mapping[str, str]) -> None:
    for key, text in told.items():
        written = part["properties"][key]
        part["properties"][key] = {"allOf": [written], "description": text} if "$ref" in written else {**written, "description": text}


def _step(part: Schema, kind: str) -> None:
    """A step of one kind: what its keys mean, which ways it has, and which of its keys may be inherited."""
    _explain(part, {key: text for key, text in STEP.items() if key in part["properties"]} | {kind: KIND[kind]})
    if kind in WAYS:
        named = {"enum": [*WAYS[kind], way.EXHAUSTED, OTHERWISE]}
        for member in part["properties"]["next"]["anyOf"]:
            if member.get("type") == "object":
                member["propertyNames"] = named
    if "blocked" in part["properties"]:
        part["properties"]["blocked"]["propertyNames"] = {"enum": [*(reason.value for reason in TOLD), OTHERWISE]}


def _compared(fact: Fact) -> Schema:
    """What may be asked of one fact: the comparisons of its kind, with values of its own."""
    value = _valued(fact)
    compared = {name: {"items": value} if name == "in" else value for name in ALLOWED[fact.kind] if name != "known"}
    refused = {name: False for name in FactIs.model_construct(fact=fact.name).offered if name not in ALLOWED[fact.kind]}
    return {"if": {"properties": {"fact": {"const": fact.name}}}, "then": {"properties": {**compared, **refused}}}


def _valued(fact: Fact) -> Schema:
    ranks = RANKS.get(fact.name)
    match fact.kind:
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.NUMBER:
            return {"type": "integer", "minimum": ranks[0], "maximum": ranks[-1]} if ranks else {"type": "integer", "minimum": 0}
        case _:
            return {"enum": [*fact.values]} if fact.values else {"type": "string"}


def told(fact: Fact) -> str:
    """A fact in a line: its kind, its values or unit, where it comes from and whose it is."""
    values = f" ({', '.join(fact.values)})" if fact.values else f" in {fact.unit}" if fact.unit else ""
    return f"{fact.kind.capitalize()}{values}; {fact.source}; {fact.wall}."


def _sweeten(schema: Schema, parts: dict[str, Schema]) -> None:
    """Allow what is spent in reading. What steps may inherit they need not say, so the schema does not ask for it."""
    sugar = _plain(Sugar.model_json_schema(by_alias=True))
    parts |= {name: part for name, part in sugar["$defs"].items() if name not in parts}
    for key, text in SUGAR.items():
        schema["properties"][key] = {**sugar["properties"][key], "description": text}
    for kind, keys in INHERITED.items():
        body = parts[_body(KINDS[kind], kind)]
        body["required"] = [key for key in body.get("required", ()) if key not in keys]
    _explain(parts["Snippet"], TEXTS[Snippet])
    parts["UseStep"] = {
        "type": "object",
        "properties": {"use": {"type": "string", "description": USE["use"]}, "with": {"type": "object", "description": USE["with"]}},
        "required": ["use"],
        "additionalProperties": False,
    }
    for steps in schema["properties"]["steps"]["patternProperties"].values():
        steps["oneOf"].append({"$ref": "#/$defs/UseStep"})


def _body(step: type[BaseModel], kind: str) -> str:
    annotation: Any = step.model_fields[kind].annotation
    name: str = annotation.__name__
    return name
