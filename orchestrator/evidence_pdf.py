"""The evidence pack as a PDF, for those who file paper. It says what the JSON says and carries the same digest. Its typeface is installed with Dirigent,
so that names are readable in Latin, Greek and Cyrillic letters wherever it is made."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import ttf_opensans
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos

from api.schemas.evidence import AuditLine, ConsentEvidence, EvidencePack, TouchEvidence

_FONT, _BOLD = Path(ttf_opensans.OPENSANS_REGULAR.path), Path(ttf_opensans.OPENSANS_SEMIBOLD.path)
_FAMILY = "opensans"
_WHAT_IT_IS = (
    "What is on record of the consents of this person, of what was sent to them and why it could be sent, and of who acted. All times are UTC. The number at "
    "the foot of each page is the SHA-256 digest of the same document as JSON: who makes it again from that finds whether a word of it was changed."
)


class _Document(FPDF):
    """A4 with the digest and the number on every page."""

    def __init__(self, pack: EvidencePack) -> None:
        super().__init__(format="A4")
        self._foot = f"{pack.person_id}  ·  SHA-256 {pack.digest}"
        self.set_title(f"Evidence {pack.person_id}")
        self.set_lang("en")
        self.set_creator("Dirigent")
        self.set_creation_date(pack.made_at)
        self.add_font(_FAMILY, fname=_FONT)
        self.add_font(_FAMILY, style="B", fname=_BOLD)
        self.set_auto_page_break(auto=True, margin=20)
        self.add_page()

    def footer(self) -> None:
        """What ties a page to its document."""
        self.set_y(-15)
        self.set_font(_FAMILY, size=6.5)
        self.cell(0, 5, f"{self._foot}  ·  {self.page_no()}/{{nb}}", align="C")

    def say(self, text: str, *, size: float = 9, gap: float = 0, bold: bool = False) -> None:
        """A paragraph."""
        self.set_font(_FAMILY, style="B" if bold else "", size=size)
        self.multi_cell(0, size * 0.5, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(gap)

    def part(self, title: str, told: Iterable[str]) -> None:
        """A heading and what stands under it: of each entry the first line says what it is, and none is broken over two pages that fits on one."""
        lines = list(told) or ["None on record."]
        self._keep_together(title, lines[0], room=12)
        self.say(title, size=13, gap=1, bold=True)
        for line in lines:
            self._keep_together(line)
            head, _, more = line.partition("\n")
            self.say(head, bold=bool(more))
            if more:
                self.say(more)
            self.ln(2)
        self.ln(3)

    def _keep_together(self, *texts: str, room: float = 0) -> None:
        height = room + sum(self._height(text) for text in texts)
        if height < self.eph and self.will_page_break(height):
            self.add_page()

    def _height(self, text: str, size: float = 9) -> float:
        """How high a paragraph would be. The library tells it in place of writing, and its types do not say so."""
        self.set_font(_FAMILY, size=size)
        height: Any = self.multi_cell(0, size * 0.5, text, align=Align.L, dry_run=True, output=MethodReturnValue.HEIGHT)
        return float(height)


def printed(pack: EvidencePack) -> bytes:
    """The pack on paper."""
    document = _Document(pack)
    document.say("Evidence of consent and contact", size=11, gap=1)
    document.say(pack.name, size=18, gap=2, bold=True)
    ids = ", ".join(f"{source} {value}" for source, value in pack.ids.items()) or "no other ids"
    document.say(f"OneID {pack.person_id}; {ids}. Market {pack.market}, {pack.status}. Made {_at(pack.made_at)} by {pack.made_by}.", gap=1)
    document.say(_WHAT_IT_IS, gap=5)
    objection = pack.objection
    document.part("Objection to direct marketing", [f"{_at(objection.at)}, by {objection.method}, recorded by {objection.captured_by}"] if objection else [])
    document.part("How consent stands", [f"{_line(each.channel, each.product)}, {each.purpose}: {each.reason or 'allowed'}" for each in pack.standing])
    document.part("Acts of consent", map(_act, pack.consents))
    document.part("Touches", map(_touch, pack.touches))
    document.part("Audit", map(_audited, pack.audit))
    return bytes(document.output())


def _act(act: ConsentEvidence) -> str:
    head = f"{_at(act.at)}: {act.act}, {_line(act.channel, act.product)}, {act.purpose}, market {act.market}; {act.method}, by {act.captured_by}"
    proof = f"proof {act.proof or 'none'}\nsource {act.source}{f' {act.source_id}' if act.source_id else ''}; recorded {_at(act.recorded_at)}"
    text = f"text {act.text_version} ({act.language})" if act.text_version else "no text"
    ends = f", until {_at(act.expires)}" if act.expires is not None else ""
    return "\n".join([head, f"{text}{ends}; {proof}", *([f"“{act.words.strip()}”"] if act.words else [])])


def _touch(touch: TouchEvidence) -> str:
    head = f"{_at(touch.at)}: {touch.channel}, {touch.purpose}, {touch.product}, {touch.content or 'no content'}: {touch.state}"
    heard = f"heard: {', '.join(touch.heard)}" if touch.heard else "nothing heard"
    sent = f"message {touch.digest}" if touch.digest is not None else "no message on record"
    by = f"; by {touch.sent_by}" if touch.sent_by is not None else ""
    said = [
        f"{_at(verdict.at)} {verdict.verdict}{f' ({verdict.reason})' if verdict.reason else ''}: "
        + ", ".join(f"{check.rule} {check.reason or check.verdict}" for check in verdict.checks)
        for verdict in touch.verdicts
    ]
    return "\n".join([head, f"{touch.key}{by}; {heard}", sent, *said])


def _audited(line: AuditLine) -> str:
    why = f": {line.reason}" if line.reason is not None else ""
    return f"{_at(line.at)}: {line.action} of {line.subject} by {line.by} ({line.role}){why}"


def _line(channel: str, product: str | None) -> str:
    return f"{channel}, {product or 'all products'}"


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
