"""Events that come before the waits that they are for: each wait has its share of the memory, whatever else is heard."""

from typing import Any

from journeys.conducting.memory import EACH, IN_ALL
from tests.journeys.playing import Run, a_journey, a_wait, a_wait_with

VIEWED, CANCELLED = "product_page_viewed", "appointment_cancelled"


def a_run(interpreter: int = 2, /, **more: Any) -> Run:
    """A run that thinks for a while, and then waits for a cancellation that may have come already; page views are waited for later."""
    steps = {"think": a_wait("cancelled", up_to="5 days"), "cancelled": a_wait_with({"happened": "pause", "timeout": "bye"}, event=CANCELLED, up_to="5 days")}
    steps |= {"pause": a_wait("viewed", up_to="1 day"), "viewed": a_wait_with("bye", event=VIEWED, up_to="5 days")}
    run = Run(a_journey(steps | more))
    run.state = run.state.model_copy(update={"interpreter": interpreter})
    return run


def test_a_noisy_source_drives_nothing_out() -> None:
    """A cancellation is there when its wait begins, however often a page was viewed since; to the first interpreter it was gone."""
    for interpreter, step in ((2, "pause"), (1, "cancelled")):
        run = a_run(interpreter)
        run.happen(CANCELLED, "appointment-1")
        for _ in range(3 * EACH):
            run.happen(VIEWED)
        run.wake()
        assert run.step == step


def test_of_many_events_of_a_kind_the_latest_are_kept() -> None:
    """A wait is never without one that came, and a run's state stays small."""
    run = a_run()
    for number in range(EACH + 5):
        run.happen(VIEWED, f"view-{number}")
    assert [one.key for one in run.state.happened] == [f"view-{number}" for number in range(5, EACH + 5)]


def test_waits_for_different_fields_have_shares_of_their_own() -> None:
    """Views of one page do not drive out the one view of another that a wait is for."""
    run = a_run(other=a_wait_with("bye", event=VIEWED, where={"page": "dosing"}, up_to="5 days"))
    run.happen(VIEWED, "the-one", page="dosing")
    for _ in range(3 * EACH):
        run.happen(VIEWED, page="start")
    assert "the-one" in [one.key for one in run.state.happened]


def test_the_memory_is_bounded_in_all() -> None:
    """However many waits a journey has, they share it."""
    many: dict[str, Any] = {f"wait-{number}": a_wait_with("bye", event=VIEWED, where={"page": f"page-{number}"}, up_to="5 days") for number in range(60)}
    run = a_run(**many)
    for _ in range(12):
        for number in range(60):
            run.happen(VIEWED, page=f"page-{number}")
    assert len(run.state.happened) <= IN_ALL
    assert {one.fields["page"] for one in run.state.happened} == {f"page-{number}" for number in range(60)}
