"""Defaults and snippets: spent in reading, so that the definition is the plain one, and every finding points to where its author wrote it."""

from typing import Any

import pytest

from journeys.definitions import VisitStep
from journeys.linting import lint_text
from journeys.loading import Finding, load_definition
from tests.builders import NOW, a_definition, a_library, a_pause, an_email, an_exit, written

SNIPPET = """snippets:
  letter-and-wait:
    parameters: [content, reads, then]
    steps:
      letter:
        email: {content: $content}
        next: reading
      reading:
        wait: {for: [clicked], of: letter, up_to: $reads}
        next: {clicked: $then, timeout: again}
      again:
        branch:
          - when: {outcome: letter, is: sent}
            next: done
        next: done
"""
USING = """steps:
  first:
    use: letter-and-wait
    with: {content: hf-dialogue@2, reads: 5 days, then: done}
  done: {exit: {reason: finished}}
"""


def a_text(*parts: str, **changes: Any) -> str:
    """A definition's text whose last parts are written by hand."""
    authored = {key: value for key, value in a_definition(**changes).items() if not any(part.startswith(f"{key}:") for part in parts)}
    return written(authored) + "".join(parts)


def findings(*parts: str) -> tuple[Finding, ...]:
    """What the loader says of it."""
    return load_definition(a_text(*parts), name="x.yaml").findings


def the_line(found: Finding, text: str) -> str:
    """The rest of the line to which a finding points."""
    return text.splitlines()[found.line - 1][found.column - 1 :]


def test_a_snippet_becomes_plain_steps_under_names_of_their_own() -> None:
    """The first takes the using step's name; references inside follow, conditions included; the digest is that of the plain text."""
    loaded = load_definition(a_text(SNIPPET, USING), name="x.yaml")
    plain = a_definition(
        steps={
            "first": an_email(next="first-reading"),
            "first-reading": {"wait": {"for": ["clicked"], "of": "first", "up_to": "5 days"}, "next": {"clicked": "done", "timeout": "first-again"}},
            "first-again": {"branch": [{"when": {"outcome": "first", "is": "sent"}, "next": "done"}], "next": "done"},
            "done": an_exit(),
        }
    )
    by_hand = load_definition(written(plain), name="x.yaml")
    assert loaded.findings == ()
    assert loaded.value is not None
    assert by_hand.value is not None
    assert loaded.value == by_hand.value
    assert loaded.value.digest == by_hand.value.digest


def test_a_target_that_is_given_is_not_taken_for_one_of_the_snippets_own() -> None:
    """`then: reading` means the author's reading."""
    text = a_text(SNIPPET, USING.replace("then: done", "then: reading") + "  reading: {wait: {time: 5 days}, next: done}\n")
    value = load_definition(text, name="x.yaml").value
    assert value is not None
    assert value.steps["first-reading"].next == {"clicked": "reading", "timeout": "first-again"}  # type: ignore[union-attr]


def test_snippets_may_use_snippets_and_pass_parameters_on() -> None:
    """Each use has names of its own."""
    twice = SNIPPET + (
        "  two-letters:\n    parameters: [then]\n    steps:\n"
        "      one: {use: letter-and-wait, with: {content: hf-dialogue@2, reads: 3 days, then: two}}\n"
        "      two: {use: letter-and-wait, with: {content: hf-brand@1, reads: 5 days, then: $then}}\n"
    )
    value = load_definition(a_text(twice, "steps:\n  all: {use: two-letters, with: {then: done}}\n  done: {exit: {reason: finished}}\n"), name="x.yaml").value
    assert value is not None
    assert list(value.steps) == ["all", "all-reading", "all-again", "all-two", "all-two-reading", "all-two-again", "done"]
    assert value.steps["all-reading"].next["clicked"] == "all-two"  # type: ignore[union-attr, index]
    assert value.steps["all-two-reading"].next["clicked"] == "done"  # type: ignore[union-attr, index]


CALL = """snippets:
  call:
    parameters: [good, then]
    steps:
      call:
        visit: {due: 5 days, phone: {}, outcomes: [$good]}
        next: {$good: $then, otherwise: done}
"""


def test_keys_may_be_parameters_too() -> None:
    """So a snippet's way out may bear the name that the using step gives."""
    using = "steps:\n  first: {use: call, with: {good: reached, then: done}}\n  done: {exit: {reason: finished}}\n"
    value = load_definition(a_text(CALL, using), name="x.yaml").value
    assert value is not None
    assert value.steps["first"].next == {"reached": "done", "otherwise": "done"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("snippet", "using", "code", "at"),
    [
        (SNIPPET, USING.replace("hf-dialogue@2", "hf-dialogue"), "J004", "hf-dialogue,"),
        (SNIPPET.replace("wait: {for", "wait: {fro"), USING, "J002", "fro:"),
        (SNIPPET, USING.replace("use: letter-and-wait", "use: leter-and-wait"), "J009", "leter-and-wait"),
        (SNIPPET, USING.replace("reads: 5 days, ", ""), "J011", "first:"),
        (SNIPPET, USING.replace("reads:", "read: 1, reads:"), "J011", "read:"),
        (SNIPPET.replace("up_to: $reads", "up_to: $raeds"), USING, "J011", "$raeds"),
        (SNIPPET.replace("letter:\n", "letter:\n        title: A letter for $reads\n", 1), USING, "J011", "A letter"),
        (SNIPPET.replace("reads, then]", "reads, then, more]"), USING.replace("then: done", "then: done, more: 1"), "J012", "more]"),
        (SNIPPET + "  unused: {steps: {a: {wait: {time: 5 days}, next: done}}}\n", USING, "J012", "unused:"),
        (SNIPPET, USING + "  first-reading: {exit: {reason: finished}}\n", "J013", "first:"),
        (SNIPPET, USING.replace("    use:", "    title: A letter\n    use:"), "J002", "title:"),
        (SNIPPET.replace("parameters: [content, reads, then]", "parameters: Content"), USING, "J004", "Content"),
        (SNIPPET.replace("    steps:", "    stpes:"), USING, "J002", "stpes:"),
        (SNIPPET, USING.replace("with: {content: hf-dialogue@2, reads: 5 days, then: done}", "with: 5"), "J004", "5"),
    ],
)
def test_what_is_wrong_is_told_where_it_is_written(snippet: str, using: str, code: str, at: str) -> None:
    """In the snippet, or in the step that uses it."""
    text = a_text(snippet, using)
    found = next(found for found in load_definition(text, name="x.yaml").findings if found.code == code)
    assert the_line(found, text).startswith(at)


def test_a_finding_in_a_snippet_names_the_step_that_it_is_about() -> None:
    """The rules of the linter do the same: one place, and for which step."""
    text = a_text(SNIPPET.replace("timeout: again", "timeout: agian"), USING)
    (found, *_) = (one for one in lint_text(text, name="x.yaml", library=a_library(), now=NOW).findings if one.code == "J101")
    assert the_line(found, text).startswith("agian")
    assert 'in the step "first-reading", by the snippet "letter-and-wait"' in found.message


def test_snippets_in_a_ring_and_snippets_that_multiply_are_refused() -> None:
    """Neither hangs the reader."""
    ring = "snippets:\n  one: {steps: {a: {use: two}}}\n  two: {steps: {b: {use: one}}}\n"
    assert {found.code for found in findings(ring, "steps:\n  first: {use: one}\n")} == {"J010"}
    layers = "".join(f"  s{index}: {{steps: {{{', '.join(f'{name}: {{use: s{index + 1}}}' for name in 'abcd')}}}}}\n" for index in range(12))
    many = f"snippets:\n{layers}  s12: {{steps: {{a: {{wait: {{time: 5 days}}, next: done}}}}}}\n"
    assert "J004" in {found.code for found in findings(many, "steps:\n  first: {use: s0}\n")}


DEFAULTS = """defaults:
  visit: {due: 10 business days}
  email: {hold_up_to: 7 days, due: 2 business days}
  medical: {needs: inquiry, due: 5 business days}
  wait: {up_to: 5 days}
  blocked: {no_consent: skip}
"""


def test_steps_inherit_what_they_do_not_say() -> None:
    """A key that is said stays; what makes no sense beside it is not inherited; `blocked` is inherited reason by reason."""
    steps = {
        "visit": {"visit": {"phone": {}, "outcomes": ["asked", "not_now"]}, "next": {"asked": "question", "otherwise": "by-rep"}},
        "question": {"medical": {}, "next": "by-rep"},
        "by-rep": {"email": {"content": "hf-dialogue@2", "sent_by": "rep", "hold_up_to": "1 day"}, "next": "automatic"},
        "automatic": {"email": {"content": "hf-dialogue@2"}, "blocked": {"no_consent": "wait", "weekly_cap": "skip"}, "next": "reading"},
        "reading": {"wait": {"for": ["clicked"]}, "next": "rest"},
        "rest": a_pause(),
        "done": an_exit(),
    }
    loaded = load_definition(a_text(DEFAULTS, steps=steps), name="x.yaml")
    assert loaded.findings == ()
    assert loaded.value is not None
    plain: dict[str, Any] = loaded.value.model_dump(mode="json", by_alias=True, exclude_defaults=True)["steps"]
    assert plain["visit"]["visit"]["due"] == "10 business days"
    assert plain["question"]["medical"] == {"needs": "inquiry", "due": "5 business days"}
    assert plain["by-rep"]["email"] == {"content": "hf-dialogue@2", "sent_by": "rep", "due": "2 business days", "hold_up_to": "1 day"}
    assert plain["automatic"]["email"] == {"content": "hf-dialogue@2", "hold_up_to": "7 days"}
    assert plain["automatic"]["blocked"] == {"no_consent": "wait", "weekly_cap": "skip"}
    assert plain["by-rep"]["blocked"] == plain["question"]["blocked"] == {"no_consent": "skip"}
    assert plain["reading"]["wait"] == {"for": ["clicked"], "up_to": "5 days"}
    assert plain["rest"]["wait"] == {"time": "5 days"}


def test_a_visit_that_names_a_channel_takes_place_there_alone() -> None:
    """What the defaults say of other channels is for visits that name none."""
    defaults = "defaults: {visit: {due: 5 days, face_to_face: {materials: [hf-detail-aid@2]}, remote: {}}}\n"
    steps = {
        "anywhere": {"visit": {"outcomes": ["reached"]}, "next": "by-phone"},
        "by-phone": {"visit": {"phone": {}, "outcomes": ["reached"]}, "next": "done"},
        "done": an_exit(),
    }
    loaded = load_definition(a_text(defaults, steps=steps), name="x.yaml")
    assert loaded.value is not None
    visits = [step.visit for step in loaded.value.steps.values() if isinstance(step, VisitStep)]
    assert [(list(visit.channels), str(visit.due)) for visit in visits] == [(["face_to_face", "remote"], "5 days"), (["phone"], "5 days")]


@pytest.mark.parametrize(
    ("defaults", "code", "at"),
    [
        ("defaults: {visit: {due: soon}}\n", "J004", "soon"),
        ("defaults: {visit: {deu: 5 days}}\n", "J002", "deu:"),
        ("defaults: {vist: {due: 5 days}}\n", "J002", "vist:"),
        ("defaults: 5\n", "J004", "5"),
    ],
)
def test_a_wrong_default_is_told_once_at_its_place(defaults: str, code: str, at: str) -> None:
    """Not once for every step that would inherit it."""
    text = a_text(defaults)
    (found,) = load_definition(text, name="x.yaml").findings
    assert found.code == code
    assert the_line(found, text).startswith(at)


def test_a_rule_that_dislikes_a_default_points_to_it() -> None:
    """And says for which step."""
    text = a_text("defaults: {blocked: {no_consnet: skip}}\n", steps={"mail": an_email(), "done": an_exit()})
    (found,) = lint_text(text, name="x.yaml", library=a_library(), now=NOW).findings
    assert found.code == "J109"
    assert the_line(found, text).startswith("no_consnet")
    assert 'in the step "mail", by the defaults' in found.message
