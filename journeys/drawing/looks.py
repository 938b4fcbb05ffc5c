"""How each kind of step looks: its outline in the SVG and in Mermaid, and its colours by day and by night. A new kind is one row here."""

from enum import StrEnum
from typing import NamedTuple


class NodeKind(StrEnum):
    """The entry, the kinds of step by the names that authors give them, and the place where the lines of a `parallel` come together."""

    ENTRY = "entry"
    VISIT = "visit"
    EMAIL = "email"
    MESSAGE = "message"
    INVITE = "invite"
    MEDICAL = "medical"
    ESCALATE = "escalate"
    WAIT = "wait"
    BRANCH = "branch"
    SPLIT = "split"
    PARALLEL = "parallel"
    JOIN = "join"
    JOURNEY = "journey"
    UPDATE = "update"
    NOTIFY = "notify"
    REQUEST = "request"
    EXIT = "exit"


class Outline(StrEnum):
    """Shapes that tell the families of steps apart without colour; the kind itself stands in words in every box."""

    PILL = "pill"
    DOUBLE_PILL = "double pill"
    ROUND = "round"
    ENVELOPE = "envelope"
    DOUBLE = "double"
    CUT = "cut"
    DEEP_CUT = "deep cut"
    BAR = "bar"
    PLAIN = "plain"


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
    NodeKind.MESSAGE: Look(Outline.ENVELOPE, ("[/", "/]"), Paint("#fff4d6", "#b35c00"), Paint("#3a2606", "#ffa94d")),
    NodeKind.INVITE: Look(Outline.ENVELOPE, ("[/", "/]"), Paint("#fff0f6", "#c2255c"), Paint("#3d1426", "#f783ac")),
    NodeKind.MEDICAL: Look(Outline.DOUBLE, ("[[", "]]"), Paint("#f3f0ff", "#6741d9"), Paint("#2a2145", "#9775fa")),
    NodeKind.ESCALATE: Look(Outline.ROUND, ("([", "])"), Paint("#fff5f5", "#c92a2a"), Paint("#3b1515", "#ff8787")),
    NodeKind.WAIT: Look(Outline.CUT, ("{{", "}}"), Paint("#f8f9fa", "#868e96"), Paint("#25282b", "#868e96")),
    NodeKind.BRANCH: Look(Outline.DEEP_CUT, ("{", "}"), Paint("#fff4e6", "#d9480f"), Paint("#40220c", "#ff922b")),
    NodeKind.SPLIT: Look(Outline.DEEP_CUT, ("{", "}"), Paint("#f4fce3", "#5c940d"), Paint("#22300c", "#a9e34b")),
    NodeKind.PARALLEL: Look(Outline.BAR, ("[", "]"), Paint("#e6fcf5", "#087f5b"), Paint("#0b2e25", "#38d9a9")),
    NodeKind.JOIN: Look(Outline.BAR, ("[", "]"), Paint("#e6fcf5", "#087f5b"), Paint("#0b2e25", "#38d9a9")),
    NodeKind.JOURNEY: Look(Outline.DOUBLE, ("[[", "]]"), Paint("#edf2ff", "#3b5bdb"), Paint("#1a2247", "#748ffc")),
    NodeKind.UPDATE: Look(Outline.PLAIN, ("[", "]"), Paint("#e3fafc", "#0b7285"), Paint("#0b2c33", "#3bc9db")),
    NodeKind.NOTIFY: Look(Outline.PLAIN, ("[", "]"), Paint("#f1f3f5", "#495057"), Paint("#2b2f33", "#adb5bd")),
    NodeKind.REQUEST: Look(Outline.PLAIN, ("[", "]"), Paint("#f8f0fc", "#9c36b5"), Paint("#321440", "#da77f2")),
    NodeKind.EXIT: Look(Outline.DOUBLE_PILL, ("(((", ")))"), Paint("#ebfbee", "#2b8a3e"), Paint("#12301b", "#51cf66")),
}
