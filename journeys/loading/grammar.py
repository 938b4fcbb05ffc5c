"""The way from where pydantic says an error is to where the author wrote it: pydantic's path also names union members, which no file contains.

The model's own JSON schema tells the two apart. Walking it gives the author's path and, at its end, the words allowed there.
"""

from functools import cache
from typing import Any

from pydantic import BaseModel

from journeys.loading.findings import Loc

Schema = dict[str, Any]


@cache
def _schema(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


def trace(model: type[BaseModel], loc: Loc) -> tuple[Loc, tuple[str, ...]]:
    """The author's path for pydantic's, as far as it can be followed, and the keys that may stand at its end."""
    root = _schema(model)
    node, path = _resolved(root, root), list[str | int]()
    for part in loc:
        if "oneOf" in node:
            node = _member(root, node["oneOf"], part)
            continue
        following = _enter(root, node, part)
        if following is None:
            break
        node = following
        path.append(part)
    return tuple(path), tuple(node.get("properties", ()))


def _resolved(root: Schema, node: Schema) -> Schema:
    """The node itself in place of a reference, and in place of "this or nothing"."""
    while True:
        members = [member for member in node.get("anyOf", ()) if member.get("type") != "null"]
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rpartition("/")[2]]
        elif len(members) == 1:
            node = members[0]
        else:
            return node


def _member(root: Schema, members: list[Schema], tag: str | int) -> Schema:
    """The member of a tagged union: the one that cannot do without the key it is named for."""
    resolved = [_resolved(root, member) for member in members]
    return next((member for member in resolved if tag in member.get("required", ())), {})


def _enter(root: Schema, node: Schema, part: str | int) -> Schema | None:
    for member in node.get("anyOf", [node]):
        found = _child(_resolved(root, member), part)
        if found is not None:
            return _resolved(root, found)
    return None


def _child(node: Schema, part: str | int) -> Schema | None:
    if isinstance(part, int):
        items: Schema | None = node.get("items")
        return items
    if part in node.get("properties", {}):
        found: Schema = node["properties"][part]
        return found
    open_to_any = (*node.get("patternProperties", {}).values(), node.get("additionalProperties"))
    return next((schema for schema in open_to_any if isinstance(schema, dict)), None)
