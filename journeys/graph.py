"""A definition as a Mermaid flowchart: a shape for each kind of step, the ways out on the arrows, offers dashed and blocked paths dotted."""

from collections.abc import Iterator

from journeys.conditions import AllOf, AnyOf, Condition, FactIs, Not, OutcomeIs
from journeys.definitions import BranchStep, Definition, EmailStep, ExitStep, MedicalStep, Step, VisitStep, WaitStep, kind_of, targets

_STYLES = {"offer": "stroke-dasharray: 8 4", "blocked": "stroke-dasharray: 2 4"}
"""Mermaid draws one kind of broken line; the lengths of stroke and gap make it dashed or dotted."""


def mermaid(definition: Definition) -> str:
    """The text of the picture. Paths to steps that do not exist are left out: the linter tells of them."""
    edges = [edge for step_id, step in definition.steps.items() for edge in _edges(definition, step_id, step)]
    nodes = [f"  {_node(step_id)}{_shape(step_id, step)}" for step_id, step in definition.steps.items()]
    start = [f"  start(( )) --> {_node(definition.first)}"] if definition.first in definition.steps else []
    styles = (_styled(edges, kind, style, after=len(start)) for kind, style in _STYLES.items())
    return "\n".join(["flowchart TD", *nodes, *start, *(f"  {line}" for line, _ in edges), *filter(None, styles)]) + "\n"


def told(condition: Condition) -> str:
    """A condition in a few words."""
    match condition:
        case AllOf():
            return " and ".join(_bracketed(part) for part in condition.all)
        case AnyOf():
            return " or ".join(_bracketed(part) for part in condition.any)
        case Not():
            return f"not {_bracketed(condition.not_)}"
        case OutcomeIs():
            return f"{condition.outcome} {_compared(condition)}"
        case FactIs(known=bool(known)):
            return f"{condition.fact} is {'' if known else 'not '}known"
        case FactIs():
            return f"{condition.fact} {_compared(condition)}"


def _bracketed(condition: Condition) -> str:
    return f"({told(condition)})" if isinstance(condition, AllOf | AnyOf) else told(condition)


def _compared(comparison: FactIs | OutcomeIs) -> str:
    if comparison.in_ is not None:
        return f"in {', '.join(map(_word, comparison.in_))}"
    if isinstance(comparison, FactIs) and comparison.at_least is not None:
        return f"≥ {_word(comparison.at_least)}"
    if isinstance(comparison, FactIs) and comparison.at_most is not None:
        return f"≤ {_word(comparison.at_most)}"
    return f"is {_word(comparison.is_)}"


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _node(step_id: str) -> str:
    # A bare id could be a word of Mermaid's own, such as "end".
    return f"step_{step_id.replace('-', '_')}"


def _shape(step_id: str, step: Step) -> str:
    opening, closing = _brackets(step)
    detail = _detail(step)
    label = "<br>".join(_quoted(line) for line in (step.title or step_id, detail) if line)
    return f'{opening}"{label}"{closing}'


def _brackets(step: Step) -> tuple[str, str]:
    match step:
        case VisitStep():
            return "([", "])"
        case EmailStep():
            return "[/", "/]"
        case MedicalStep():
            return "[[", "]]"
        case WaitStep():
            return "{{", "}}"
        case BranchStep():
            return "{", "}"
        case ExitStep():
            return "(((", ")))"
        case _:
            return "[", "]"


def _detail(step: Step) -> str:
    match step:
        case VisitStep():
            return f"visit within {step.visit.due}"
        case EmailStep():
            return f"{'rep' if step.email.sent_by == 'rep' else 'automatic'} e-mail {step.email.content}{' to the nurse' if step.email.to == 'nurse' else ''}"
        case MedicalStep():
            return f"medical within {step.medical.due}"
        case WaitStep():
            return f"wait {step.wait.time}" if step.wait.time is not None else f"until {' or '.join(step.wait.for_)}, up to {step.wait.up_to or '…'}"
        case BranchStep():
            return ""
        case ExitStep():
            return f"exit: {step.exit.reason}"
        case _:
            return kind_of(step) or ""


def _edges(definition: Definition, step_id: str, step: Step) -> Iterator[tuple[str, str]]:
    """The arrows out of a step, one for each target and kind, and their kind: path, offer or blocked."""
    labels: dict[tuple[str, str], list[str]] = {}
    for way, to in targets(step):
        if to in definition.steps:
            kind, _, detail = way.partition(".")
            kind = kind if kind in ("offer", "blocked") else "path"
            labels.setdefault((kind, to), []).append(_label(step, way, kind, detail))
    for (kind, to), words in labels.items():
        text = ("blocked: " if kind == "blocked" else "") + ", ".join(word for word in words if word)
        arrow = "-->" if kind == "path" else "-.->"
        yield f"{_node(step_id)} {arrow}{_on_arrow(text)} {_node(to)}", kind


def _styled(edges: list[tuple[str, str]], kind: str, style: str, *, after: int) -> str:
    """The line that gives all arrows of one kind their style; Mermaid numbers arrows from 0 in their order."""
    numbers = [str(number) for number, (_, of) in enumerate(edges, start=after) if of == kind]
    return f"  linkStyle {','.join(numbers)} {style}" if numbers else ""


def _label(step: Step, way: str, kind: str, detail: str) -> str:
    if kind == "blocked":
        return detail
    if isinstance(step, BranchStep):
        return told(step.branch[int(detail)].when) if detail else "otherwise"
    return "" if way == "otherwise" and len(getattr(step, "next", ())) == 1 else way


def _on_arrow(text: str) -> str:
    return f'|"{_quoted(text)}"|' if text else ""


def _quoted(text: str) -> str:
    """Text that Mermaid takes as text: its own signs and HTML's are written as entities."""
    plain = " ".join(text.split())
    return "".join(f"#{ord(sign)};" if sign in '"#&<>`|\\;' else sign for sign in plain)
