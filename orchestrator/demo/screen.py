"""The demonstration on the screen: each HCP's story as a timeline, then the claims with what they were found with."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.telling import plain
from orchestrator.demo.claims import Claim
from orchestrator.demo.evidence import Evidence, Told
from orchestrator.demo.reading import detour, missing


def show_stories(out: Console, evidence: Evidence) -> None:
    """Every story, each line with its journey date and its reason."""
    for part in evidence.parts:
        out.print()
        out.rule(f"[bold]{escape(part.hcp.name)}[/bold], {escape(part.plot.rep)}", align="left")
        out.print(f"[dim]{escape(part.plot.shows)}[/dim]")
        out.print(_story(part))
        way_round = detour(part, evidence) if missing(part, evidence) is not None else None
        if way_round is not None:
            out.print(f"[yellow]Left its plan while the system was disturbed: {escape(way_round.sentence)}[/yellow]")


def show_claims(out: Console, claims: Iterable[Claim]) -> None:
    """Each claim with its mark and figure, and whatever speaks against it."""
    out.print()
    out.rule("[bold]What was checked[/bold]", align="left")
    for claim in claims:
        mark = "[green]✓[/green]" if claim.holds else "[red]✗[/red]"
        out.print(f"{mark} {escape(claim.told)} [dim]({escape(claim.figure)})[/dim]")
        for told in claim.against:
            out.print(f"    [red]{escape(told)}[/red]")


def show_disturbances(out: Console, evidence: Evidence) -> None:
    """What kept the system from answering, how often and first when; nothing of a calm month."""
    counts = Counter(disturbance.what for disturbance in evidence.disturbances)
    if not counts:
        return
    first = {disturbance.what: disturbance.at for disturbance in reversed(evidence.disturbances)}
    out.print()
    out.rule("[bold]What disturbed the month[/bold]", align="left")
    for what, count in counts.items():
        out.print(f"{first[what]:%d %b %H:%M}  {escape(what)}" + (f", {count} times" if count > 1 else ""))


def _story(part: Told) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold")
    for at, told in sorted((*_lines(part), *_permissions(part)), key=lambda row: row[0]):
        table.add_row(f"{at:%d %b %H:%M}", told)
    for run in part.runs:
        if run.status != "ended":
            table.add_row("now", f"[bold]{escape(run.standing.sentence)}[/bold]")
    return table


def _lines(part: Told) -> Iterator[tuple[datetime, str]]:
    for line in part.lines:
        yield line.at, escape(line.sentence) + (f" [dim]“{escape(line.remark)}”[/dim]" if line.remark else "")


def _permissions(part: Told) -> Iterator[tuple[datetime, str]]:
    """What the HCP allowed and took back during the month."""
    began = min((line.at for line in part.lines), default=None)
    for act in part.consents.acts:
        if began is not None and act.at >= began:
            yield act.at, f"[magenta]Consent to {act.channel} was {act.act}: {plain(act.method)}, {escape(act.proof or 'no proof')}[/magenta]"
    if part.consents.objected_at is not None:
        yield part.consents.objected_at, "[magenta]Objected to direct marketing[/magenta]"
