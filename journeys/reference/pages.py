"""The reference, written from the models: every key with its type, default and meaning, every fact, event and reason code."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from journeys import conditions as on
from journeys.definitions import KINDS, Case, Definition, Entry, ExitEvent, Mark, Meeting, Route
from journeys.facts import CATALOGUE
from journeys.happenings import OutsideEvent
from journeys.linting.rules.conditions import ALLOWED
from journeys.loading.sugar import INHERITED
from journeys.openings import Opening
from journeys.reasons import FALLS_UNDER, TOLD, Reason
from journeys.reference.schema import WAYS, journey_schema
from journeys.reference.texts import KIND, STEP, SUGAR, keys_of
from journeys.reference.types import Schema, typed

_CHOSEN = {
    "visit": "the outcomes, `overdue`, `skipped`",
    "split": "the arms",
    "request": "the answers, `failed`, `timeout`",
    "branch": "the cases, and `next` for the rest",
    "exit": "none: the run ends",
}


def pages(events: Mapping[str, OutsideEvent]) -> dict[str, str]:
    """Every page of docs/reference by its file name. The events are those of a library."""
    written = _Writer()
    return {
        "README.md": _index(),
        "journey.md": written.journey(),
        "steps.md": written.steps(),
        "conditions.md": written.conditions(),
        "facts.md": _facts(),
        "events.md": _events(events.values()),
        "reasons.md": _reasons(),
    }


class _Writer:
    """Writes the pages on keys, with the schema at hand."""

    def __init__(self) -> None:
        self._schema = journey_schema()
        self._parts: dict[str, Schema] = self._schema["$defs"]

    def journey(self) -> str:
        head = [row for row in self._rows(Definition, self._schema) if not row.startswith("| `steps`")]
        sugar = [f"| `{key}` | | | {text} |" for key, text in SUGAR.items()]
        inherited = [f"| `{kind}` | {', '.join(f'`{key}`' for key in keys)} |" for kind, keys in INHERITED.items()]
        return _page(
            "A journey's file",
            "The keys at the top of the file. What the steps are is told in [steps](steps.md).",
            [*_KEYS, *head, f"| `steps` | a mapping to [steps](steps.md) | required | {keys_of(Definition)['steps']} |", *sugar],
            ("Entry", self._table(Entry)),
            ("An event", ["In `entry.on`, and with `same_key` in `exit_on`. A wait names the same three keys.", "", *self._table(ExitEvent)]),
            ("A point in time", ["Exactly one of `fact`, `field` and `at`, moved by `plus` or `minus`.", "", *self._table(Mark)]),
            ("A local time", ["`at` or `between`, on some days or all; or whole days by `on` alone.", "", *self._table(Opening)]),
            ("What steps may inherit", ["Under `defaults`, by kind; and `blocked`, reason by reason.", "", "| kind | keys |", "|---|---|", *inherited]),
        )

    def steps(self) -> str:
        common = [f"| `{key}` | {text} |" for key, text in STEP.items()]
        kinds = [(kind, self._kind(kind, model)) for kind, model in KINDS.items()]
        return _page(
            "Steps",
            "A step has one kind, which is the key that names it. Beside it stand the keys that several kinds have.",
            ["| key | meaning |", "|---|---|", *common],
            *kinds,
            ("A meeting", self._table(Meeting)),
            ("A case", self._table(Case)),
            ("Another channel", self._table(Route)),
        )

    def conditions(self) -> str:
        forms = (on.FactIs, on.OutcomeIs, on.AllOf, on.AnyOf, on.Not)
        rows = [row for form in forms for row in self._rows(form, self._parts[form.__name__])]
        asked = [f"| {kind} | {', '.join(f'`{operator}`' for operator in operators)} |" for kind, operators in ALLOWED.items()]
        return _page(
            "Conditions",
            "A condition begins with `fact`, `outcome`, `all`, `any` or `not`, and compares once. What is not known meets only `known: false`.",
            [*_KEYS, *rows],
            ("What can be asked of a fact", ["| kind of fact | comparisons |", "|---|---|", *asked]),
        )

    def _kind(self, kind: str, model: type[BaseModel]) -> list[str]:
        beside = [f"`{key}`" for key in STEP if key in model.model_fields]
        body: Any = model.model_fields[kind].annotation
        keys = self._table(body) if kind != "branch" else ["A list of [cases](#a-case); `next` is where everybody else goes."]
        ways = _CHOSEN.get(kind) or ", ".join(f"`{name}`" for name in WAYS[kind])
        return [KIND[kind], "", f"Beside `{kind}`: {', '.join(beside)}. Ways out: {ways}.", "", *keys]

    def _table(self, model: type[BaseModel]) -> list[str]:
        return [*_KEYS, *self._rows(model, self._parts[model.__name__])]

    def _rows(self, model: type[BaseModel], schema: Schema) -> Iterator[str]:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        for key, text in keys_of(model).items():
            yield f"| `{key}` | {typed(schema['properties'][key], self._parts)} | {_default(fields[key])} | {text} |"


_KEYS = ("| key | what | if left out | meaning |", "|---|---|---|---|")


def _default(field: Any) -> str:
    default = field.default
    if field.is_required() or default is PydanticUndefined:
        return "required"
    if default is None or default in ((), {}):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _page(title: str, told: str, table: Iterable[str], *sections: tuple[str, list[str]]) -> str:
    lines = [f"# {title}", told, "", *table]
    for heading, body in sections:
        lines += ["", f"## {heading}", *body]
    return "\n".join(lines) + "\n"


def _index() -> str:
    told = {
        "journey.md": "the keys at the top of a journey's file, entry, points in time, local times, what steps may inherit",
        "steps.md": "every kind of step with its keys and its ways out",
        "conditions.md": "what conditions may ask",
        "facts.md": "the facts that they may name",
        "events.md": "the events of the outside, as the library that comes with Dirigent declares them",
        "reasons.md": "the reason codes that `blocked` may name",
    }
    rows = [f"| [{name.removesuffix('.md')}]({name}) | {text} |" for name, text in told.items()]
    intro = "Written from the models by `dirigent journeys reference docs/reference`; `dirigent journeys schema` prints the JSON Schema for editors."
    return _page("Reference", intro, ["| page | |", "|---|---|", *rows])


def _facts() -> str:
    rows = [f"| `{fact.name}` | {fact.kind} | {', '.join(fact.values) or fact.unit} | {fact.wall} | {fact.source} |" for fact in CATALOGUE.values()]
    told = "A ladder's values rise from left to right. No journey is told a medical fact, and no medical response names a commercial one."
    return _page("Facts", told, ["| fact | kind | values or unit | whose | where from |", "|---|---|---|---|---|", *rows])


def _events(events: Iterable[OutsideEvent]) -> str:
    told = "An installation declares what it tells of in its library's events.yaml; these come with Dirigent. In bold: the key. `*`: comes with every event."
    sections = [(event.event, _event(event)) for event in events]
    return _page("Events of the outside", told, ["An event carries codes, numbers, dates and flags: no names and no free text."], *sections)


def _event(event: OutsideEvent) -> list[str]:
    rows = [
        f"| {f'**`{name}`**' if name == event.key else f'`{name}`'}{' *' if field.required else ''} | {field.type} | {', '.join(field.values)} | {field.told} |"
        for name, field in event.fields.items()
    ]
    return [f"{event.title}. From {event.source}; {event.wall}.", "", "| field | type | values | meaning |", "|---|---|---|---|", *rows]


def _reasons() -> str:
    rows = [f"| `{reason}` | {TOLD[reason]} | {f'`{FALLS_UNDER[reason]}`' if reason in FALLS_UNDER else ''} |" for reason in Reason]
    told = "Gravest first. A reason that `blocked` does not name is looked up under its wider one, then under `otherwise`. [More on them](../reasons.md)."
    return _page("Reason codes", told, ["| code | meaning | wider one |", "|---|---|---|", *rows])
