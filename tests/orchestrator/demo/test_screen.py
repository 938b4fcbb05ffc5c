"""What the demo shows: stories with their reasons, what disturbed the month, and the claims."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from orchestrator.demo.claims import check
from orchestrator.demo.screen import show_claims, show_disturbances, show_stories
from tests.orchestrator.demo.months import LINES, a_disturbance, a_line, a_month, a_part


def _screen() -> tuple[Console, StringIO]:
    told = StringIO()
    return Console(file=told, width=160), told


def test_a_story_shows_each_line_with_its_date_and_what_the_hcp_took_back() -> None:
    """Words of people are shown as they are, also where they look like markup."""
    out, told = _screen()
    show_stories(out, a_month(part=a_part(lines=(*LINES, a_line("moved", 4, way="timeout", sentence="Went on.", remark="[red] tie")))))
    assert "06 Mar 09:00  Went on. “[red] tie”" in told.getvalue()
    assert "07 Mar 09:00  Consent to email was withdrawn: one click" in told.getvalue()
    assert "now" in told.getvalue()


def test_a_story_that_came_late_says_where() -> None:
    """Beside the failed plan stands the line that left it."""
    out, told = _screen()
    late = (LINES[0], a_line("task_closed", 14, to="overdue", sentence="It was not done in time."))
    show_stories(out, a_month(part=a_part(lines=late), disturbances=(a_disturbance(),)))
    assert "Left its plan while the system was disturbed: It was not done in time." in told.getvalue()


def test_claims_show_their_mark_their_figure_and_what_speaks_against_them() -> None:
    """A broken month shows a cross and names the message."""
    out, told = _screen()
    show_claims(out, check(replace(a_month(), mails=())))
    assert "✗ Every e-mail in the inbox is one sent touch" in told.getvalue()
    assert "there was nothing to check" in told.getvalue()
    assert "✓ Every move in every story says why (5 lines)" in told.getvalue()


def test_disturbances_are_counted() -> None:
    """A calm month says nothing; another one says what happened, and how often."""
    out, told = _screen()
    show_disturbances(out, a_month())
    assert told.getvalue() == ""
    show_disturbances(out, a_month(disturbances=(a_disturbance(1), a_disturbance(2))))
    assert "03 Mar 09:00  worker was killed, 2 times" in told.getvalue()
