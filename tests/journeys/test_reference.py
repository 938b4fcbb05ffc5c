"""The language told from its models: the schema that editors check by, and the committed reference."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from journeys.definitions import KINDS, OTHERWISE
from journeys.facts import CATALOGUE, Wall
from journeys.library import PACKAGED, read_library
from journeys.loading.documents import parse
from journeys.loading.sugar import Defaults
from journeys.reference import journey_schema, pages
from journeys.reference.schema import WAYS
from journeys.reference.texts import TEXTS
from tests.builders import a_definition, a_pause, a_visit, an_email, an_exit

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
SCHEMA = journey_schema()
EDITOR = Draft202012Validator(SCHEMA)


def complaints(authored: dict[str, Any]) -> list[str]:
    """What an editor would underline."""
    return [error.message for error in EDITOR.iter_errors(authored)]


def test_the_schema_is_a_schema() -> None:
    """Of the draft that it names."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("path", sorted((PACKAGED / "strategies").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_of_the_library_is_valid(path: Path) -> None:
    """As an author's editor reads it, by YAML 1.2: `on` is a word there."""
    assert complaints(parse(path.read_text(encoding="utf-8"), name=path.name).value) == []


def test_snippets_and_defaults_are_valid_too() -> None:
    """A step that inherits its due need not say it."""
    snippet = {"parameters": ["content"], "steps": {"letter": {"email": {"content": "$content"}, "next": "done"}}}
    steps = {
        "first": {"use": "letter", "with": {"content": "hf-dialogue@2"}},
        "call": {"visit": {"phone": {}, "outcomes": ["reached"]}, "next": {"reached": "done", "otherwise": "done"}},
        "done": an_exit(),
    }
    assert complaints(a_definition(steps=steps, snippets={"letter": snippet}, defaults={"visit": {"due": "5 days"}, "blocked": {"no_consent": "skip"}})) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "blue"},
        {"version": "one"},
        {"markets": ["Sweden"]},
        {"purpose": "promotion"},
        {"horizon": "a year"},
        {"entry": {"when": {"fact": "teir", "is": "A"}}},
        {"entry": {"when": {"fact": "tier", "equals": "A"}}},
        {"entry": {"when": {"fact": "persona", "is": "pioneer"}, "hold_out": 95}},
        {"steps": {"First Step": a_pause(), "done": an_exit()}},
        {"steps": {"pause": {"wait": {"tme": "5 days"}, "next": "done"}, "done": an_exit()}},
        {"steps": {"mail": an_email(next={"snet": "done"}), "done": an_exit()}},
        {"steps": {"mail": an_email(blocked={"no_consnet": "skip"}), "done": an_exit()}},
        {"steps": {"mail": an_email(email={"content": "hf-dialogue"}), "done": an_exit()}},
        {"steps": {"mail": {**an_email(), "wait": {"time": "5 days"}}, "done": an_exit()}},
        {"steps": {"call": a_visit(at_most=0), "done": an_exit()}},
        {"steps": {"call": {"visit": {"due": "5 days", "phone": {}}, "next": "done"}, "done": an_exit()}},
        {"steps": {"first": {"use": "x", "title": "y"}, "done": an_exit()}},
        {"defaults": {"visit": {"deu": "5 days"}}},
        {"goal": None},
    ],
    ids=str,
)
def test_typical_mistakes_are_underlined(changes: dict[str, Any]) -> None:
    """Misspelt keys, facts, ways and reasons; wrong types; two kinds in one step; nothing where a value belongs."""
    assert complaints(a_definition(**changes))


def test_facts_are_offered_by_name_with_what_they_mean() -> None:
    """An editor shows kind, source and side, and offers none that no journey may name."""
    offered = SCHEMA["$defs"]["FactIs"]["properties"]["fact"]["oneOf"]
    assert [one["const"] for one in offered] == [fact.name for fact in CATALOGUE.values() if fact.wall is not Wall.MEDICAL]
    assert all(one["description"] for one in offered)


@pytest.mark.parametrize(
    ("comparison", "right"),
    [
        ({"fact": "tier", "in": ["A", "B"]}, True),
        ({"fact": "tier", "at_least": "E"}, False),
        ({"fact": "profession", "is": "physican"}, False),
        ({"fact": "profession", "at_least": "nurse"}, False),
        ({"fact": "nurse_in_care_team", "is": "true"}, False),
        ({"fact": "decile", "at_most": 10}, True),
        ({"fact": "decile", "at_most": 11}, False),
        ({"fact": "tags", "has": "renal"}, True),
        ({"fact": "tags", "is": "renal"}, False),
        ({"fact": "congress_attended_on", "known": True}, True),
        ({"fact": "kol_tier", "known": True}, False),
    ],
    ids=str,
)
def test_the_values_of_a_fact_are_offered_with_it(comparison: dict[str, Any], right: bool) -> None:
    """So are the comparisons of its kind; others are underlined."""
    assert (complaints(a_definition(goal={"all": [comparison]})) == []) is right


@pytest.mark.parametrize("model", TEXTS, ids=lambda model: model.__name__)
def test_every_key_is_explained(model: Any) -> None:
    """And no key that is gone."""
    assert set(TEXTS[model]) == {field.alias or name for name, field in model.model_fields.items()}


def test_every_model_of_the_grammar_is_explained() -> None:
    """Whatever the schema holds that an author writes keys into, but for the steps themselves and what they inherit."""
    explained = {model.__name__ for model in (*TEXTS, *KINDS.values())} | {"UseStep", Defaults.__name__}
    held = {name for name, part in SCHEMA["$defs"].items() if "properties" in part and not name.endswith("Defaults")}
    assert held <= explained


def test_the_ways_out_are_those_of_the_models() -> None:
    """What an editor offers in `next` is what the steps really have."""
    steps: dict[str, dict[str, Any]] = {
        "email": {"email": {"content": "a@1", "sent_by": "rep", "due": "1 day"}},
        "message": {"message": {"channel": "sms", "content": "a@1", "sent_by": "rep", "due": "1 day"}},
        "invite": {"invite": {"content": "a@1", "occasion": "webinar", "starts": {"field": "at"}, "answer_by": "1 day", "sent_by": "rep", "due": "1 day"}},
        "medical": {"medical": {"due": "1 day"}},
        "escalate": {"escalate": {"about": "x", "due": "1 day"}},
        "parallel": {"parallel": {"branches": {"a": "x", "b": "y"}}},
        "journey": {"journey": {"start": "x", "up_to": "1 day"}},
        "update": {"update": {"add_tags": ["a"]}},
        "notify": {"notify": {"whom": "sales", "message": "x"}},
    }
    for kind, written in steps.items():
        step = KINDS[kind].model_validate({**written, "next": "x", "at_most": 1})
        known = {*WAYS[kind], "exhausted", OTHERWISE}
        assert set(step.ways) <= known, kind  # type: ignore[attr-defined]


def test_the_committed_reference_is_the_one_of_the_models() -> None:
    """After a change of the models: `dirigent journeys reference docs/reference`."""
    generated = pages(read_library(PACKAGED).events)
    assert {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")} == generated
