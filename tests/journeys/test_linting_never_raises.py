"""Whatever is thrown at the loader and the linter, they answer with findings."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from journeys.linting import LintResult, lint_text
from journeys.loading import load_content
from tests.builders import NOW, a_content, a_definition, a_library, an_exit, written

LIBRARY = a_library()
SOUND = written(a_definition())
SUGARED = (
    SOUND
    + """defaults: {visit: {due: 5 days}, blocked: {no_consent: skip}}
snippets:
  two:
    parameters: [content, then]
    steps:
      a: {email: {content: $content}, next: b}
      b: {use: one, with: {then: $then}}
  one: {parameters: [then], steps: {a: {branch: [{when: {outcome: a, is: x}, next: $then}], next: $then}}}
"""
)
KEYS = [
    *("journey", "version", "markets", "entry", "when", "goal", "steps", "next", "otherwise", "offers", "blocked", "content", "of", "up_to", "time"),
    *("parallel", "branches", "join", "split", "arms", "invite", "starts", "message", "channel", "notify", "request", "answers", "escalate", "about"),
    *("update", "journey", "start", "at_most", "exhausted", "until", "local", "event", "where", "horizon", "field", "plus", "same_key"),
    *("defaults", "snippets", "use", "with", "parameters"),
    *("visit", "email", "medical", "wait", "branch", "exit", "due", "materials", "outcomes", "fact", "outcome", "is", "in", "all", "any", "not"),
]
SIGNS = ["{", "}", "[", "- ", ": ", "? ", "|", ">", "\t", '"', "'", "*x", "&x", "!!python/object:os.system", "<<: ", "~", "%YAML 9.9", "---", "...", "\\U"]
SCRAPS = [*SIGNS, "\ud800", "\x00", "\ufeff"]
LINE_ENDS = "\n\r\x85\u2028\u2029"
WORDS = st.sampled_from([*KEYS, "done", "first-visit", "5 days", "hf-dialogue@2", "no_consent", "pioneer", "SE"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def judged(text: str) -> LintResult:
    """The answer, whose lines are told and lie in or just after the text."""
    result = lint_text(text, name="fuzz.yaml", library=LIBRARY, now=NOW)
    assert result.definition is not None or result.findings
    lines = sum(text.count(end) for end in LINE_ENDS) + 1
    assert all(1 <= found.line <= lines + 1 for found in result.findings)
    assert all(str(found).startswith("fuzz.yaml:") for found in result.findings)
    return result


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_any_text(text: str) -> None:
    """Random characters, halves of surrogate pairs included."""
    judged(text)


@given(st.lists(st.sampled_from([*SCRAPS, *KEYS, " ", "\n", "\n  ", "a", "1"]), max_size=40).map("".join))
def test_any_heap_of_yaml(text: str) -> None:
    """Everything that means something to YAML, in any order."""
    judged(text)


@given(st.integers(0, len(SOUND)), st.integers(0, 30), st.sampled_from([*SCRAPS, *KEYS, ""]))
def test_a_sound_file_with_a_piece_torn_out_and_a_scrap_put_in(at: int, length: int, scrap: str) -> None:
    """The slips of an editor."""
    judged(SOUND[:at] + scrap + SOUND[at + length :])


@given(st.integers(0, len(SUGARED)), st.integers(0, 30), st.sampled_from([*SCRAPS, *KEYS, "$then", "$content", "use: two", ""]))
def test_a_file_with_snippets_and_defaults_in_pieces(at: int, length: int, scrap: str) -> None:
    """The same where steps are made of others."""
    judged((SUGARED[:at] + scrap + SUGARED[at + length :]).replace("first-visit: ", "first-visit: {use: two, with: {content: hf-dialogue@2, then: done}}  #"))


@given(st.dictionaries(st.sampled_from(["defaults", "snippets", "use", "with", "steps", "visit", "blocked", "a", "one"]), VALUES, max_size=4), VALUES)
def test_any_snippets_and_defaults(sugar: dict[str, Any], part: Any) -> None:
    """Right YAML of the wrong shape."""
    judged(written({**a_definition(), "defaults": sugar.get("defaults", {}), "snippets": {"one": {"steps": {"a": sugar}, "parameters": part}, **sugar}}))
    judged(written({**a_definition(), "snippets": {"one": {"steps": {"a": sugar}}}, "steps": {"x": {"use": "one", "with": part}}}))


@given(st.dictionaries(WORDS | st.sampled_from(sorted(a_definition())), VALUES, max_size=4), st.data())
def test_a_sound_definition_with_values_exchanged(changes: dict[str, Any], data: st.DataObject) -> None:
    """Right YAML of the wrong shape, at the top and inside a step."""
    definition = {**a_definition(), **changes}
    if isinstance(definition["steps"], dict):
        step = data.draw(st.sampled_from(["first-visit", "follow-up", "reading", "done"]))
        part = definition["steps"].get(step)
        definition["steps"] = {**definition["steps"], step: {**(part if isinstance(part, dict) else {}), data.draw(WORDS): data.draw(VALUES)}}
    judged(written(definition))


STEPS = ["one", "two", "three", "four", "join", "done", "nowhere"]
TO = st.sampled_from(STEPS)
NEXT = TO | st.dictionaries(st.sampled_from(["timeout", "otherwise", "exhausted", "missing", "sent", "overdue", "joined", "a"]), TO, max_size=3)
BODIES = st.one_of(
    st.builds(lambda a, b: {"parallel": {"branches": {"a": a, "b": b}}}, TO, TO),
    st.builds(lambda arms: {"split": {"arms": arms}}, st.just({"a": 1, "b": 0})),
    st.sampled_from(
        [
            {"wait": {"until": {"fact": "letter_due_on", "minus": "1 day"}}},
            {"wait": {"until": {"field": "starts_at"}}},
            {"wait": {"until": {"at": "9999-12-31T23:59:59-12:00", "plus": "3653 days"}}},
            {"wait": {"until": {"at": "0001-01-01T00:00:00+14:00", "minus": "3653 days"}}},
            {"wait": {"time": "3653 days"}},
            {"wait": {"local": {"between": ["22:00", "06:00"]}}},
            {"wait": {"when": {"fact": "tags", "has": "x"}, "up_to": "5 days"}},
            {"wait": {"event": "webinar_attended", "up_to": "400 days", "same_key": True}},
            {"visit": {"due": "5 days", "phone": {}, "outcomes": ["a"]}},
            {"message": {"channel": "sms", "content": "hf-dialogue@2"}},
            {"invite": {"content": "hf-ending@1", "occasion": "webinar", "starts": {"fact": "tier"}, "answer_by": "5 days"}},
            {"email": {"content": "hf-dialogue@2"}, "blocked": {"objected": "one"}},
            {"medical": {"needs": "inquiry", "due": "5 days"}},
            {"escalate": {"about": "two", "due": "5 days"}},
            {"journey": {"start": "heart-failure-pioneer", "awaited": False}},
            {"update": {"add_tags": ["x"]}},
            {"notify": {"whom": "medical", "message": "Look."}},
            {"request": {"to": "crm", "facts": ["kol_tier"], "answers": ["a"], "up_to": "5 days"}},
        ]
    ),
)
STEP = st.builds(lambda body, next_, bound: {**body, "next": next_, **({"at_most": bound} if bound else {})}, BODIES, NEXT, st.sampled_from([0, 0, 1, 3, 1000]))


@given(st.dictionaries(st.sampled_from(STEPS), STEP, min_size=1), st.sampled_from([None, "20 days", "400 days"]))
def test_any_roads_between_any_steps(steps: dict[str, Any], horizon: str | None) -> None:
    """Well formed and senseless: lines that cross, joins on the main line, parallels within themselves, loops of every kind."""
    judged(written(a_definition(steps={**steps, "end": an_exit()}, start=next(iter(steps)), **({"horizon": horizon} if horizon else {}))))


@given(st.text(alphabet="{}%#| .hcp_familynus-\n", max_size=60))
def test_any_letter(text: str) -> None:
    """Braces in any order are judged, not rendered."""
    load_content(written(a_content(letters={"en": {"subject": text, "text": text, "html": text}})), name="c.yaml")
