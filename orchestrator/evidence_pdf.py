"""The evidence pack as a PDF, for those who file paper. It says what the JSON says and carries the same digest. Its typeface is installed with Dirigent,
so that names are readable in Latin, Greek and Cyrillic letters wherever it is made."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import ttf_opensans
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from api.schemas.evidence import AuditLine, ConsentEvidence, EvidencePack, TouchEvidence

_FONT = Path(ttf_opensans.OPENSANS_REGULAR.path)
_FAMILY = "opensans"


class _Document(FPDF):
    """A4 with the digest and the number on every page."""

    def __init__(self, pack: EvidencePack) -> None:
        super().__init__(format="A4")
        self._foot = f"{pack.person_id}  ·  SHA-256 {pack.digest}"
        self.set_title(f"Evidence {pack.person_id}")
        self.set_creator("Dirigent")
        self.set_creation_date(pack.made_at)
        self.add_font(_FAMILY, fname=_FONT)
        self.set_auto_page_break(auto=True, margin=20)
        self.add_page()

    def footer(self) -> None:
        """What ties a page to its document."""
        self.set_y(-15)
        self.set_font(_FAMILY, size=6)
        self.cell(0, 5, f"{self._foot}  ·  {self.page_no()}/{{nb}}", align="C")

    def say(self, text: str, *, size: float = 9, gap: float = 0) -> None:
        """A paragraph."""
        self.set_font(_FAMILY, size=size)
        self.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(gap)

    def part(self, title: str, told: Iterable[str]) -> None:
        """A heading and what stands under it."""
        self.say(title, size=13, gap=1)
        lines = list(told)
        for line in lines or ["None on record."]:
            self.say(line, gap=1.5)
        self.ln(3)


def printed(pack: EvidencePack) -> bytes:
    """The pack on paper."""
    document = _Document(pack)
    document.say(pack.name, size=18, gap=2)
    ids = ", ".join(f"{source} {value}" for source, value in pack.ids.items()) or "no other ids"
    document.say(f"OneID {pack.person_id}; {ids}. Market {pack.market}, {pack.status}. Made {_at(pack.made_at)} by {pack.made_by}.", gap=4)
    objection = pack.objection
    document.part("Objection to direct marketing", [f"{_at(objection.at)}, by {objection.method}, recorded by {objection.captured_by}"] if objection else [])
    document.part("How consent stands", [f"{_line(each.channel, each.product)}: {each.reason or 'allowed'}" for each in pack.standing])
    document.part("Acts of consent", map(_act, pack.consents))
    document.part("Touches", map(_touch, pack.touches))
    document.part("Audit", map(_audited, pack.audit))
    return bytes(document.output())


def _act(act: ConsentEvidence) -> str:
    head = f"{_at(act.at)}: {act.act}, {_line(act.channel, act.product)}, {act.purpose}, market {act.market}; {act.method}, by {act.captured_by}"
    proof = f"proof {act.proof or 'none'}; source {act.source}{f' {act.source_id}' if act.source_id else ''}; recorded {_at(act.recorded_at)}"
    text = f"text {act.text_version} ({act.language})" if act.text_version else "no text"
    ends = f", until {_at(act.expires)}" if act.expires is not None else ""
    return "\n".join([head, f"{text}{ends}; {proof}", *([f"“{act.words.strip()}”"] if act.words else [])])


def _touch(touch: TouchEvidence) -> str:
    head = f"{_at(touch.at)}: {touch.channel}, {touch.purpose}, {touch.product}, {touch.content or 'no content'}: {touch.state}"
    heard = f"heard: {', '.join(touch.heard)}" if touch.heard else "nothing heard"
    said = [
        f"{_at(verdict.at)} {verdict.verdict}{f' ({verdict.reason})' if verdict.reason else ''}: "
        + ", ".join(f"{check.rule} {check.reason or check.verdict}" for check in verdict.checks)
        for verdict in touch.verdicts
    ]
    return "\n".join([head, f"{touch.key}; {heard}; message {touch.digest or 'unknown'}", *said])


def _audited(line: AuditLine) -> str:
    return f"{_at(line.at)}: {line.action} of {line.subject} by {line.by} ({line.role})"


def _line(channel: str, product: str | None) -> str:
    return f"{channel}, {product or 'all products'}"


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
