"""A layout as one self-contained SVG file: no script, no font or style from elsewhere, every authored word escaped, and colours for light and for dark."""

from collections.abc import Iterable
from html import escape
from typing import assert_never

from journeys.drawing.layout import BOLD, LINE, SMALL, Arrow, Box, Layout, Point, detail_lines, label_lines, label_size, title_lines
from journeys.drawing.lettering import printable, width
from journeys.drawing.looks import LOOKS, NodeKind, Outline
from journeys.drawing.picture import EdgeKind
from journeys.drawing.styling import STYLE

_HEADING, _ROW, _SWATCH = 58.0, 26.0, 28.0
_BEND = 6.0


def svg(layout: Layout) -> str:
    """The text of the file. The same layout gives the same text, to the byte."""
    wide = max(layout.width, _heading_width(layout))
    legend, deep = _legend(layout, room=wide - 48)
    high = _HEADING + layout.height + 12 + deep + 8
    title, told = _written(layout.title), _written(_told(layout))
    size = f'viewBox="0 0 {_n(wide)} {_n(high)}" width="{_n(wide)}" height="{_n(high)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="graphics-document document" aria-labelledby="title about">',
        f'<title id="title">{title}</title>',
        f'<desc id="about">{told}</desc>',
        f"<style>{STYLE}</style>",
        f"<defs>{''.join(_head(kind) for kind in layout.edge_kinds)}</defs>",
        '<rect class="page" width="100%" height="100%"/>',
        f'<text class="heading" x="24" y="30">{title}</text>',
        f'<text class="small" x="24" y="48">{_written(layout.journey)}, version {layout.version}</text>',
        f'<g transform="translate({_n((wide - layout.width) / 2)} {_n(_HEADING)})">',
        *(_line(edge) for edge in layout.edges),
        *(_box(node) for node in layout.nodes),
        *(_label(edge) for edge in layout.edges),
        "</g>",
        f'<g transform="translate(24 {_n(_HEADING + layout.height + 12)})" role="list" aria-label="Legend">',
        *legend,
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _told(layout: Layout) -> str:
    steps = sum(node.kind is not NodeKind.ENTRY for node in layout.nodes)
    return f"The journey {layout.journey}, version {layout.version}, as a flow chart of {steps} steps from the entry at the top to the exits."


def _line(edge: Arrow) -> str:
    ends = f"{edge.from_} to {edge.to}"
    told = f"{edge.kind}: {ends}" if not edge.label else f"{edge.kind}: {ends}, {edge.label}"
    return f'<path class="{edge.kind}" d="{_path(edge.points)}" marker-end="url(#{edge.kind})"><title>{_written(told)}</title></path>'


def _path(points: tuple[Point, ...]) -> str:
    """A line through the points, with its bends rounded."""
    written = [f"M{_at(points[0])}"]
    for before, bend, after in zip(points, points[1:], points[2:], strict=False):
        written.append(f"L{_at(_towards(bend, before))}Q{_at(bend)} {_at(_towards(bend, after))}")
    return "".join((*written, f"L{_at(points[-1])}"))


def _towards(bend: Point, other: Point) -> Point:
    far = abs(other.x - bend.x) + abs(other.y - bend.y)
    share = min(_BEND, far / 2) / far if far else 0.0
    return Point(bend.x + (other.x - bend.x) * share, bend.y + (other.y - bend.y) * share)


def _box(node: Box) -> str:
    about = f"{node.kind}: {node.title}" + (f". {node.why}" if node.why else "")
    middle = node.x + node.width / 2
    words = [("kind", node.kind), *(("name", line) for line in title_lines(node)), *(("small", line) for line in detail_lines(node))]
    texts = (
        f'<text class="{kind}" x="{_n(middle)}" y="{_n(node.y + 2 + LINE * number)}">{_written(line)}</text>' for number, (kind, line) in enumerate(words, 1)
    )
    shape = _shape(node.kind, node.x, node.y, node.width, node.height)
    return f'<g class="box" role="graphics-symbol img" aria-label="{_written(about)}"><title>{_written(about)}</title>{shape}{"".join(texts)}</g>'


def _shape(kind: NodeKind, x: float, y: float, wide: float, high: float) -> str:
    outline = LOOKS[kind].outline
    match outline:
        case Outline.PILL:
            return _rect(kind, x, y, wide, high, bend=high / 2)
        case Outline.DOUBLE_PILL:
            return _rect(kind, x, y, wide, high, bend=high / 2) + _rect("inner", x + 4, y + 4, wide - 8, high - 8, bend=(high - 8) / 2)
        case Outline.ROUND:
            return _rect(kind, x, y, wide, high, bend=14)
        case Outline.ENVELOPE:
            return _rect(kind, x, y, wide, high, bend=2) + _flap(x, y, wide)
        case Outline.DOUBLE:
            return _rect(kind, x, y, wide, high, bend=2) + _rect("inner", x + 4, y + 4, wide - 8, high - 8, bend=2)
        case Outline.CUT:
            return _cornered(kind, x, y, wide, high, cut=8)
        case Outline.DEEP_CUT:
            return _cornered(kind, x, y, wide, high, cut=16)
        case Outline.BAR:
            return _rect(kind, x, y, wide, high, bend=0) + _rect("inner", x, y + 4, wide, high - 8, bend=0)
        case Outline.PLAIN:
            return _rect(kind, x, y, wide, high, bend=2)
        case _ as never:
            assert_never(never)


def _rect(shape: str, x: float, y: float, wide: float, high: float, *, bend: float) -> str:
    return f'<rect class="{shape}" x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" rx="{_n(min(bend, high / 2))}"/>'


def _cornered(shape: str, x: float, y: float, wide: float, high: float, *, cut: float) -> str:
    cut = min(cut, high / 2)
    corners = ((cut, 0), (wide - cut, 0), (wide, cut), (wide, high - cut), (wide - cut, high), (cut, high), (0, high - cut), (0, cut))
    return f'<polygon class="{shape}" points="{" ".join(_at(Point(x + right, y + down)) for right, down in corners)}"/>'


def _flap(x: float, y: float, wide: float) -> str:
    """The flap of an envelope, folded down in both upper corners."""
    return f'<path class="fold" d="M{_at(Point(x, y))}L{_at(Point(x + 22, y + 15))}M{_at(Point(x + wide, y))}L{_at(Point(x + wide - 22, y + 15))}"/>'


def _label(edge: Arrow) -> str:
    size = label_size(edge)
    if size is None or edge.label_at is None:
        return ""
    left, top = edge.label_at.x - size.width / 2, edge.label_at.y - size.height / 2
    texts = (
        f'<text class="label" x="{_n(edge.label_at.x)}" y="{_n(top + (LINE - 2) * number - 3)}">{_written(line)}</text>'
        for number, line in enumerate(label_lines(edge), 1)
    )
    return f"<g>{_rect('paper', left, top, size.width, size.height, bend=2)}{''.join(texts)}</g>"


def _head(kind: EdgeKind) -> str:
    return (
        f'<marker id="{kind}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse"'
        f' orient="auto"><path class="{kind}-head" d="M0 0L8 4L0 8Z"/></marker>'
    )


def _legend(layout: Layout, *, room: float) -> tuple[list[str], float]:
    """A swatch for each kind of step and of arrow that occurs, in rows of this width, and the height of them all."""
    places, rows = _rows((*layout.kinds, *layout.edge_kinds), room)
    return [_entry(kind, x, row * _ROW) for kind, (x, row) in places.items()], rows * _ROW


def _entry(kind: NodeKind | EdgeKind, x: float, y: float) -> str:
    word = f'<text class="key" x="{_n(x + _SWATCH + 6)}" y="{_n(y + 12)}">{kind}</text>'
    if isinstance(kind, NodeKind):
        swatch = _shape(kind, x, y, _SWATCH, 16)
    else:
        swatch = f'<path class="{kind}" d="M{_n(x)} {_n(y + 8)}H{_n(x + _SWATCH)}" marker-end="url(#{kind})"/>'
    return f'<g role="listitem">{swatch}{word}</g>'


def _rows(kinds: Iterable[NodeKind | EdgeKind], room: float) -> tuple[dict[NodeKind | EdgeKind, tuple[float, int]], int]:
    """Where each entry begins: how far to the right, and in which row. With it how many rows there are."""
    places: dict[NodeKind | EdgeKind, tuple[float, int]] = {}
    x, row = 0.0, 0
    for kind in kinds:
        wide = _SWATCH + 28 + width(kind, SMALL)
        x, row = (0.0, row + 1) if x and x + wide > room else (x, row)
        places[kind] = (x, row)
        x += wide
    return places, row + 1


def _heading_width(layout: Layout) -> float:
    return 48 + width(layout.title, 18 * BOLD)


def _written(text: str) -> str:
    """Authored words as text of XML, between tags or in an attribute."""
    return escape(printable(text))


def _at(point: Point) -> str:
    return f"{_n(point.x)} {_n(point.y)}"


def _n(number: float) -> str:
    """A number as short as it can be written, to a tenth."""
    return f"{number:.1f}".removesuffix(".0")
