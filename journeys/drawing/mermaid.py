"""A picture as a Mermaid flowchart: a shape for each kind of step, the ways out on the arrows, offers dashed and blocked paths dotted."""

from journeys.definitions import Definition
from journeys.drawing.lettering import printable
from journeys.drawing.looks import LOOKS
from journeys.drawing.picture import ENTRY, Edge, EdgeKind, Node, picture

_STYLES = {EdgeKind.OFFER: "stroke-dasharray: 8 4", EdgeKind.BLOCKED: "stroke-dasharray: 2 4"}
"""Mermaid draws one kind of broken line; the lengths of stroke and gap make it dashed or dotted."""

_PLAIN = frozenset(EdgeKind)


def mermaid(definition: Definition, *, kinds: frozenset[EdgeKind] = _PLAIN) -> str:
    """The text of the picture, with the edges of these kinds: all of them, unless told otherwise."""
    drawn = picture(definition).of(*kinds)
    nodes = (f"  {_id(node.id)}{_shape(node)}" for node in drawn.nodes if node.id != ENTRY)
    styles = (_styled(drawn.edges, kind, style) for kind, style in _STYLES.items())
    return "\n".join(["flowchart TD", *nodes, *(f"  {_arrow(edge)}" for edge in drawn.edges), *filter(None, styles)]) + "\n"


def _id(node_id: str) -> str:
    # A bare id could be a word of Mermaid's own, such as "end".
    if node_id == ENTRY:
        return "start(( ))"
    # The place where lines come together is called after its step, in brackets.
    return "step_" + node_id.strip("()").replace("-", "_").replace(" ", "__")


def _shape(node: Node) -> str:
    opening, closing = LOOKS[node.kind].mermaid
    label = "<br>".join(_quoted(line) for line in (node.title, node.detail) if line)
    return f'{opening}"{label}"{closing}'


def _arrow(edge: Edge) -> str:
    arrow = "-->" if edge.kind is EdgeKind.PATH else "-.->"
    words = {EdgeKind.PATH: edge.label, EdgeKind.OFFER: "offer", EdgeKind.BLOCKED: f"blocked: {edge.label}"}[edge.kind]
    label = f'|"{_quoted(words)}"|' if words else ""
    return f"{_id(edge.from_)} {arrow}{label} {_id(edge.to)}"


def _styled(edges: tuple[Edge, ...], kind: EdgeKind, style: str) -> str:
    """The line that gives all arrows of one kind their style; Mermaid numbers arrows from 0 in their order."""
    numbers = [str(number) for number, edge in enumerate(edges) if edge.kind is kind]
    return f"  linkStyle {','.join(numbers)} {style}" if numbers else ""


def _quoted(text: str) -> str:
    """Text that Mermaid takes as text: its own signs and HTML's are written as entities."""
    return "".join(f"#{ord(sign)};" if sign in '"#&<>`|\\;' else sign for sign in printable(text))
