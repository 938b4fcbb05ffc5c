"""The style sheet of the SVG: fonts that every system has, a colour for each kind, and the same for those who read in the dark."""

from collections.abc import Iterable

from journeys.drawing.looks import LOOKS, NodeKind, Paint

SOFT_BY_DAY, SOFT_BY_NIGHT = "#495057", "#ced4da"
"""The colour of the small words, which have the least contrast."""


def _kinds(paints: Iterable[tuple[NodeKind, Paint]]) -> str:
    return "".join(f".{kind}{{fill:{paint.fill};stroke:{paint.line}}}" for kind, paint in paints)


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
    + _ink(page="#ffffff", text="#212529", soft=SOFT_BY_DAY, path="#343a40", offer="#5c7cfa", blocked="#c92a2a")
    + _kinds((kind, look.day) for kind, look in LOOKS.items())
    + "@media (prefers-color-scheme:dark){svg{color:#f1f3f5}"
    + _ink(page="#16181a", text="#f1f3f5", soft=SOFT_BY_NIGHT, path="#ced4da", offer="#91a7ff", blocked="#ff8787")
    + _kinds((kind, look.night) for kind, look in LOOKS.items())
    + "}"
)
