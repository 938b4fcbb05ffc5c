"""How each kind of step looks: its outline in the SVG and in Mermaid, and its colours by day and by night. A new kind is one row here."""

from enum import StrEnum
from typing import NamedTuple


class NodeKind(StrEnum):
    """The entry, and the kinds of step by the names that authors give them."""

    ENTRY = "entry"
    VISIT = "visit"
    EMAIL = "email"
    MEDICAL = "medical"
    WAIT = "wait"
    BRANCH = "branch"
    EXIT = "exit"


class Outline(StrEnum):
    """Shapes that differ without colour, so that nobody depends on colours."""

    PILL = "pill"
    DOUBLE_PILL = "double pill"
    ROUND = "round"
    ENVELOPE = "envelope"
    DOUBLE = "double"
    CUT = "cut"
    DEEP_CUT = "deep cut"


class Paint(NamedTuple):
    fill: str
    line: str


class Look(NamedTuple):
    """`day` and `night` keep a contrast of 7 to 1 or more between the fill and the words on it."""

    outline: Outline
    mermaid: tuple[str, str]
    day: Paint
    night: Paint


LOOKS: dict[NodeKind, Look] = {
    NodeKind.ENTRY: Look(Outline.PILL, ("((", "))"), Paint("#f1f3f5", "#495057"), Paint("#2b2f33", "#adb5bd")),
    NodeKind.VISIT: Look(Outline.ROUND, ("([", "])"), Paint("#e7f5ff", "#1971c2"), Paint("#132c44", "#4dabf7")),
    NodeKind.EMAIL: Look(Outline.ENVELOPE, ("[/", "/]"), Paint("#fff9db", "#b07800"), Paint("#3a3006", "#ffd43b")),
    NodeKind.MEDICAL: Look(Outline.DOUBLE, ("[[", "]]"), Paint("#f3f0ff", "#6741d9"), Paint("#2a2145", "#9775fa")),
    NodeKind.WAIT: Look(Outline.CUT, ("{{", "}}"), Paint("#f8f9fa", "#868e96"), Paint("#25282b", "#868e96")),
    NodeKind.BRANCH: Look(Outline.DEEP_CUT, ("{", "}"), Paint("#fff4e6", "#d9480f"), Paint("#40220c", "#ff922b")),
    NodeKind.EXIT: Look(Outline.DOUBLE_PILL, ("(((", ")))"), Paint("#ebfbee", "#2b8a3e"), Paint("#12301b", "#51cf66")),
}
