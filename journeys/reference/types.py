"""The type of a key in an author's words, read from its schema: "a duration", "a list of words", "`all` or `any`"."""

from typing import Any

Schema = dict[str, Any]

_PATTERNS = {
    r"^[0-9]{1,6} (minute|hour|day|business day)s?$": "a duration",
    r"^[a-z][a-z0-9-]*@[1-9][0-9]*$": "content with its version",
    r"^[a-z][a-z0-9_]*$": "a word",
    r"^[a-z][a-z0-9-]*$": "a name",
    r"^[A-Z]{2}$": "a market",
    "^([01][0-9]|2[0-3]):([0-5][0-9])$": 'a time of day, such as "09:00"',
}

_REFS = {
    "Condition": "a [condition](conditions.md)",
    "Entry": "an [entry](journey.md#entry)",
    "EventIs": "an [event](journey.md#an-event)",
    "ExitEvent": "an [event](journey.md#an-event)",
    "Mark": "a [point in time](journey.md#a-point-in-time)",
    "Opening": "a [local time](journey.md#a-local-time)",
    "Meeting": "a [meeting](steps.md#a-meeting)",
    "Case": "a [case](steps.md#a-case)",
    "Route": "a [channel](steps.md#another-channel)",
    "Weekday": "a weekday, such as `mon`",
}

_CONDITION = {"FactIs", "OutcomeIs", "AllOf", "AnyOf", "Not"}

_VALUE = {"boolean", "integer", "string"}
"""What a value of a fact or a field may be, among others."""

_PLURAL = {
    "a word": "words",
    "a name": "names",
    "a market": "markets",
    "content with its version": "content with versions",
    "a text": "texts",
    "a value": "values",
    _REFS["ExitEvent"]: "[events](journey.md#an-event)",
    _REFS["Case"]: "[cases](steps.md#a-case)",
    _REFS["Route"]: "[channels](steps.md#another-channel)",
}


def typed(schema: Schema, parts: dict[str, Schema]) -> str:
    """What may be written there."""
    match schema:
        case {"allOf": [one]}:
            return typed(one, parts)
        case {"$ref": ref}:
            return _named(str(ref).rpartition("/")[2], parts)
        case {"oneOf": members} if _names(members) & _CONDITION:
            return _REFS["Condition"]
        case {"anyOf": members} if {str(member.get("type")) for member in members} >= _VALUE:
            return "a value"
        case {"anyOf": members}:
            return " or ".join(dict.fromkeys(typed(member, parts) for member in members))
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            *most, last = (f"`{value}`" for value in values)
            return f"{', '.join(most)} or {last}" if most else last
        case _:
            return _simple(schema, parts)


def _simple(schema: Schema, parts: dict[str, Schema]) -> str:
    match schema.get("type"):
        case "boolean":
            return "`true` or `false`"
        case "integer":
            return f"a whole number{_bounds(schema)}"
        case "array" if "prefixItems" in schema:
            return f"two of: {typed(schema['prefixItems'][0], parts)}"
        case "array":
            one = typed(schema.get("items", {}), parts)
            return f"a list of {_PLURAL.get(one, one)}"
        case "object":
            inner: Schema = next(iter(schema.get("patternProperties", {}).values()), {})
            return f"a mapping to {typed(inner, parts)}"
        case "string" if schema.get("format") == "date-time":
            return "a date and time with its zone"
        case "string":
            return _PATTERNS.get(schema.get("pattern", ""), "a text")
        case _:
            return "anything"


def _named(name: str, parts: dict[str, Schema]) -> str:
    if name in _CONDITION:
        return _REFS["Condition"]
    return _REFS[name] if name in _REFS else typed(parts[name], parts)


def _names(members: list[Schema]) -> set[str]:
    return {str(member.get("$ref", "")).rpartition("/")[2] for member in members}


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return ""
    return f" from {low} on" if high is None else f", {low} to {high}"
