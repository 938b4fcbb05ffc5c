"""Places and SVG: what is drawn lies apart, reads well, is the same every time, and lets no author put markup into it."""

import time
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from journeys.definitions import KINDS, Definition, targets
from journeys.drawing import Box, EdgeKind, Layout, NodeKind, mermaid, picture, svg
from journeys.drawing.layout import label_size
from journeys.drawing.lettering import width, wrapped
from journeys.drawing.looks import LOOKS
from journeys.drawing.picture import ENTRY
from journeys.drawing.styling import SOFT_BY_DAY, SOFT_BY_NIGHT
from journeys.library import PACKAGED, files_in
from journeys.loading import read_definition
from orchestrator.seeing.places import arranged
from tests.builders import a_branch, a_journey, a_pause, a_rep_email, a_visit, a_wait, an_exit
from tests.journeys.every_kind import the_journey
from tests.journeys.playing import a_parallel
from tests.journeys.wholes import wholes

_SVG = "{http://www.w3.org/2000/svg}"
_SCRIPT = """</title><script>alert(1)</script>"<img src=x onerror='alert(1)'>&amp;\x07\u202e"""


def _parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def the_strategies() -> list[Definition]:
    """Every strategy of the packaged library."""
    found = [read_definition(path).value for path in files_in(PACKAGED / "strategies")]
    return [definition for definition in found if definition is not None]


def a_long_journey(count: int) -> Definition:
    """Visits, e-mails, waits and branches that lead a few steps on and at times back."""
    ids = [f"step-{number}" for number in range(count)]

    def on(number: int, by: int) -> str:
        return ids[min(number + by, count - 1)]

    def a_step(number: int) -> dict[str, object]:
        match number % 5:
            case 0:
                ways = {"interested": on(number, 1), "not_now": on(number, 4), "overdue": ids[max(0, number - 7)]}
                return a_visit(next=ways, offers=[on(number, 2), on(number, 5)])
            case 1:
                return a_rep_email(next={"sent": on(number, 1), "overdue": on(number, 3)}, blocked={"no_consent": on(number, 2)})
            case 2:
                return a_wait(next={"clicked": on(number, 1), "replied": on(number, 2), "timeout": on(number, 3)})
            case 3:
                return a_branch(({"fact": "tier", "at_least": "B"}, on(number, 1)), otherwise=on(number, 6))
            case _:
                return a_pause(next=on(number, 1))

    return a_journey(steps={**{ids[number]: a_step(number) for number in range(count - 1)}, ids[-1]: an_exit()})


def _apart(one: Box, other: Box) -> bool:
    beside = one.x + one.width < other.x or other.x + other.width < one.x
    return beside or one.y + one.height < other.y or other.y + other.height < one.y


def _on_border(box: Box, x: float, y: float) -> bool:
    """Whether a point lies on a box's border, to the tenth that is written."""
    inside = box.x - 0.2 <= x <= box.x + box.width + 0.2 and box.y - 0.2 <= y <= box.y + box.height + 0.2
    sides = (x - box.x, x - box.x - box.width, y - box.y, y - box.y - box.height)
    return inside and min(map(abs, sides)) <= 0.2


@pytest.mark.parametrize("definition", [*the_strategies(), the_journey(), a_long_journey(60)], ids=lambda definition: definition.journey)
def test_boxes_lie_apart_and_arrows_join_them(definition: Definition) -> None:
    """No box covers another, every arrow runs from border to border, and all of it is inside the picture."""
    layout = arranged(picture(definition))
    boxes = {box.id: box for box in layout.nodes}
    assert all(_apart(one, other) for one, other in combinations(layout.nodes, 2))
    for edge in layout.edges:
        assert _on_border(boxes[edge.from_], *edge.points[0]), edge
        assert _on_border(boxes[edge.to], *edge.points[-1]), edge
        assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in edge.points)
    # What leaves a parallel step when its lines have joined is drawn from the place where they do.
    drawn = {(edge.from_.strip("()").removesuffix(" joined"), edge.to) for edge in layout.edges if edge.from_ != ENTRY and edge.to in definition.steps}
    assert drawn == {(step_id, to) for step_id, step in definition.steps.items() for _, to in targets(step)}


@pytest.mark.parametrize("definition", [*the_strategies(), the_journey()], ids=lambda definition: definition.journey)
def test_words_stand_on_their_own_arrow_and_cover_no_box(definition: Definition) -> None:
    """Whoever reads a label sees at once which arrow it belongs to, and reads every title."""
    layout = arranged(picture(definition))
    for edge in layout.edges:
        size = label_size(edge)
        if size is None:
            assert edge.label_at is None
            continue
        assert edge.label_at is not None
        x, y = edge.label_at
        assert any(
            min(start.x, end.x) - 0.2 <= x <= max(start.x, end.x) + 0.2 and min(start.y, end.y) - 0.2 <= y <= max(start.y, end.y) + 0.2
            for start, end in pairwise(edge.points)
        )
        assert size.width / 2 <= x <= layout.width - size.width / 2
        label = Box(id="label", kind=NodeKind.EXIT, title="", x=x - size.width / 2, y=y - size.height / 2, width=size.width, height=size.height)
        assert all(_apart(label, box) for box in layout.nodes), edge.label


def test_the_same_journey_is_drawn_the_same() -> None:
    """To the byte: a picture can be kept beside the file, and compared."""
    definition = a_long_journey(40)
    assert svg(arranged(picture(definition))) == svg(arranged(picture(Definition.model_validate(definition.model_dump(by_alias=True)))))


def test_a_journey_of_500_steps_is_drawn_while_one_waits() -> None:
    """Under five seconds on a busy machine; docs/decisions/0014 has the figure of a quiet one."""
    definition = a_long_journey(500)
    begun = time.process_time()
    layout = arranged(picture(definition))
    assert svg(layout).count('class="box"') == 501
    assert time.process_time() - begun < 5


def test_loops_and_strange_ends_are_drawn() -> None:
    """A step that leads to itself, a journey of loops alone, a first step that does not exist, and steps nobody comes to."""
    loop = a_journey(steps={"again": a_pause(next="again"), "once": a_pause(next="more"), "more": a_pause(next="once")})
    lost = a_journey(start="nowhere", steps={"pause": a_pause(next="nowhere"), "done": an_exit()})
    for definition, arrows in ((loop, 4), (lost, 0)):
        layout = arranged(picture(definition))
        assert (len(layout.nodes), len(layout.edges)) == (len(definition.steps) + 1, arrows)
        _parsed(svg(layout))


def test_lines_come_together_where_they_join() -> None:
    """Each line leads to the place of its own parallel step, also where one lies within another."""
    steps = {
        "outer": a_parallel("done", left="inner", right="pause"),
        "inner": a_parallel("join", "any", one="short", two="long"),
        "short": a_pause(next="join"),
        "long": a_pause("9 days", next="join"),
        "pause": a_pause(next="join"),
        "done": an_exit(),
    }
    edges = {(edge.from_, edge.to) for edge in picture(a_journey(steps=steps)).edges}
    assert {("short", "(inner joined)"), ("long", "(inner joined)"), ("pause", "(outer joined)"), ("(outer joined)", "done")} <= edges
    assert ("(inner joined)", "(outer joined)") in edges


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definition=wholes())
def test_whole_journeys_are_drawn(definition: Definition) -> None:
    """With every kind of step, lines within lines and loops: no box covers another, and the file is well formed."""
    layout = arranged(picture(definition))
    assert all(_apart(one, other) for one, other in combinations(layout.nodes, 2))
    assert {box.id for box in layout.nodes} >= set(definition.steps)
    _parsed(svg(layout))


def test_authored_words_are_words() -> None:
    """No title, reason or condition becomes markup, in the SVG or in its attributes."""
    steps = {
        "talk": a_visit(title=_SCRIPT, why=_SCRIPT),
        "decide": a_branch(({"fact": "specialty", "is": _SCRIPT}, "talk")),
        "done": an_exit(),
    }
    text = svg(arranged(picture(a_journey(title=_SCRIPT, steps=steps, start="decide"))))
    root = _parsed(text)
    assert "<script" not in text
    assert "<img" not in text
    assert {element.tag.removeprefix(_SVG) for element in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "style",
        "defs",
        "marker",
        "path",
        "rect",
        "polygon",
        "g",
        "text",
    }
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert root.findtext(f"{_SVG}title") == _SCRIPT.removesuffix("\x07\u202e")


def test_the_picture_tells_itself() -> None:
    """For those who listen to it: a title and a description, and for each step its kind, its title and its why."""
    root = _parsed(svg(arranged(picture(a_journey(steps={"talk": a_visit(title="The talk", why="They asked."), "done": an_exit()})))))
    assert root.attrib["aria-labelledby"] == "title about"
    assert "2 steps" in (root.findtext(f"{_SVG}desc") or "")
    assert "visit: The talk. They asked." in [element.attrib.get("aria-label") for element in root.iter()]


def test_every_kind_of_step_can_be_drawn() -> None:
    """A kind that is added to the language is added here too."""
    assert set(KINDS) | {"entry", "join"} == {kind.value for kind in NodeKind} == {kind.value for kind in LOOKS}
    assert len({(look.outline, look.day) for kind, look in LOOKS.items() if kind is not NodeKind.JOIN}) == len(LOOKS) - 1


@pytest.mark.parametrize("kind", NodeKind)
def test_words_can_be_read_on_every_fill(kind: NodeKind) -> None:
    """By day and by night, also the small ones: a contrast of 7 to 1 (WCAG 2.2, 1.4.6)."""
    assert _contrast(SOFT_BY_DAY, LOOKS[kind].day.fill) >= 7
    assert _contrast(SOFT_BY_NIGHT, LOOKS[kind].night.fill) >= 7


def _contrast(one: str, other: str) -> float:
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """WCAG's relative luminance of #rrggbb."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_offers_and_blocked_paths_may_be_left_out() -> None:
    """What remains is what happens of itself."""
    definition = the_strategies()[0]
    drawn = picture(definition).of(EdgeKind.PATH)
    assert {edge.kind for edge in drawn.edges} == {EdgeKind.PATH}
    assert "-.->" not in mermaid(definition, kinds=frozenset({EdgeKind.PATH}))


def test_the_layout_is_read_back_as_it_was_written() -> None:
    """For editors that keep it."""
    layout = arranged(picture(a_journey()))
    assert Layout.model_validate_json(layout.model_dump_json(by_alias=True)) == layout


def test_long_words_are_broken_and_long_texts_cut() -> None:
    """Nothing is wider than its room, and what is left out leaves an ellipsis."""
    lines = wrapped("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz and more words than there is room for", 11, room=100, lines=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width(line, 11) <= 100 for line in lines)
    assert width("漢字", 10) > width("ab", 10)
    assert wrapped("", 11, room=100, lines=3) == ()


def test_a_picture_is_as_wide_as_its_heading() -> None:
    """Which is set in bold, so that a long title over a narrow journey is not cut off."""
    title = "Autumn outlook: one letter on the field, and a call to those who read it"
    drawn = svg(arranged(picture(a_journey(title=title))))
    wide = float(drawn.partition('width="')[2].partition('"')[0])
    assert wide >= 48 + width(title, 18) * 1.1
