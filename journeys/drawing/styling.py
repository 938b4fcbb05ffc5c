"""The style sheet of the SVG: fonts that every system has, a colour for each kind, and the same for those who read in the dark."""

from journeys.drawing.picture import NodeKind

_LIGHT = {
    NodeKind.ENTRY: ("#f1f3f5", "#495057"),
    NodeKind.VISIT: ("#e7f5ff", "#1971c2"),
    NodeKind.EMAIL: ("#fff9db", "#b07800"),
    NodeKind.MEDICAL: ("#f3f0ff", "#6741d9"),
    NodeKind.WAIT: ("#f8f9fa", "#868e96"),
    NodeKind.BRANCH: ("#fff4e6", "#d9480f"),
    NodeKind.EXIT: ("#ebfbee", "#2b8a3e"),
}
_DARK = {
    NodeKind.ENTRY: ("#2b2f33", "#adb5bd"),
    NodeKind.VISIT: ("#132c44", "#4dabf7"),
    NodeKind.EMAIL: ("#3a3006", "#ffd43b"),
    NodeKind.MEDICAL: ("#2a2145", "#9775fa"),
    NodeKind.WAIT: ("#25282b", "#868e96"),
    NodeKind.BRANCH: ("#40220c", "#ff922b"),
    NodeKind.EXIT: ("#12301b", "#51cf66"),
}
"""Fill and outline of each kind. The words on a fill keep a contrast of 7 to 1 or more."""


def _kinds(colours: dict[NodeKind, tuple[str, str]]) -> str:
    return "".join(f".{kind}{{fill:{fill};stroke:{stroke}}}" for kind, (fill, stroke) in colours.items())


def _ink(*, page: str, text: str, soft: str, path: str, offer: str, blocked: str) -> str:
    lines = {"path": path, "offer": offer, "blocked": blocked}
    return f".page,.paper{{fill:{page}}}text{{fill:{text}}}.small,.kind,.label{{fill:{soft}}}" + "".join(
        f"path.{kind}{{stroke:{colour}}}.{kind}-head{{fill:{colour}}}" for kind, colour in lines.items()
    )


STYLE = (
    'text{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:11px;text-anchor:middle}'
    ".heading{font-size:18px;font-weight:600;text-anchor:start}.key,.heading+.small{text-anchor:start}"
    ".name{font-size:13px;font-weight:600}.kind{font-size:10px;letter-spacing:.08em}"
    "rect,polygon{stroke-width:1.5}.page,.paper,.inner{stroke:none}.paper{fill-opacity:.88}"
    ".inner{fill:none;stroke:currentColor;stroke-width:1;stroke-opacity:.35}.fold{fill:none;stroke:currentColor;stroke-opacity:.35}"
    "path.path,path.offer,path.blocked{fill:none;stroke-width:1.5}path.offer{stroke-dasharray:7 4}path.blocked{stroke-dasharray:1.5 4;stroke-linecap:round}"
    "svg{color:#212529}"
    + _ink(page="#ffffff", text="#212529", soft="#495057", path="#343a40", offer="#5c7cfa", blocked="#c92a2a")
    + _kinds(_LIGHT)
    + "@media (prefers-color-scheme:dark){svg{color:#f1f3f5}"
    + _ink(page="#16181a", text="#f1f3f5", soft="#ced4da", path="#ced4da", offer="#91a7ff", blocked="#ff8787")
    + _kinds(_DARK)
    + "}"
)
