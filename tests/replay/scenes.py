"""What is said to those who go on beside the journeys, so that between the lines every main way of each is taken: until its time, called before it, called in
the middle of a look, in a new history, and over."""

from datetime import timedelta
from typing import Any

from activities.ports import Progress, SafetyProgress
from activities.sweeps import Doing, NextOpening, Page
from journeys.events import Settled
from tests.replay.beside import Called, Line, Scene
from workflows.dispatch import Dispatch
from workflows.openings import Openings
from workflows.operation import Operation
from workflows.safety_case import SafetyCase
from workflows.sweep import Sweep

SOON, LATER, HALF = timedelta(seconds=1), timedelta(days=1), timedelta(milliseconds=500)
MANY = 12
"""Calls, which between them write more than an impatient server lets stand in one history."""


def _held(until: timedelta, *, called: Called | None = None) -> Line:
    return Line(lambda now: Settled(key="letter-1", result="deferred", reason=None, until=now + until), called)


def _due(until: timedelta | None, rest: float | None = None, *, called: Called | None = None) -> Line:
    return Line(lambda now: SafetyProgress(over=False, next=None if until is None else now + until, rest=rest), called)


def _page(doing: Doing, *, called: Called | None = None, **told: Any) -> Line:
    return Line(lambda _: Page(doing=doing, **told), called)


def _opens(wait: timedelta, *, called: Called | None = None) -> Line:
    return Line(lambda now: NextOpening(at=now + wait, markets=("SE",)), called)


def _rests(seconds: float, *, called: Called | None = None) -> Line:
    return Line(lambda _: Progress(over=False, rest=seconds), called)


LETTER = (
    _held(SOON),
    _held(-SOON),
    _held(LATER, called=Called.MEANWHILE),
    *[_held(LATER, called=Called.AT_REST)] * MANY,
    Line(lambda _: Settled(key="letter-1", result="sent")),
)
CASE = (
    *(_due(SOON), _due(LATER, 0.5), _due(-SOON), _due(None, 0.5), _due(LATER, called=Called.MEANWHILE)),
    *[_due(LATER, called=Called.AT_REST), _due(None, called=Called.AT_REST)] * (MANY // 2),
    Line(lambda _: SafetyProgress(over=True)),
)
SWEEP = (
    _page(Doing.COUNTING, after="person-1", tally={"entered": 2}, rest=0.5),
    _page(Doing.COUNTING, after="person-2", tally={"entered": 1, "never_again": 1}, last=True),
    _page(Doing.COUNTED, called=Called.AT_REST),
    _page(Doing.RUNNING, after="person-1", tally={"entered": 2}),
    _page(Doing.PAUSED, called=Called.MEANWHILE),
    *[_page(Doing.PAUSED, called=Called.AT_REST)] * MANY,
    _page(Doing.RUNNING, after="person-2", tally={"entered": 1, "never_again": 1}, last=True),
    _page(Doing.DONE),
)
OPENINGS = (
    _opens(-SOON),
    _opens(SOON),
    _opens(LATER, called=Called.MEANWHILE),
    *[_opens(LATER, called=Called.AT_REST)] * MANY,
    _opens(HALF),
    Line(lambda _: None),
)
OPERATION = (_rests(0.5), _rests(3600, called=Called.MEANWHILE), *[_rests(3600, called=Called.AT_REST)] * MANY, Line(lambda _: Progress(over=True, rest=0)))

SCENES = (
    Scene("a-letter-is-held-and-goes-out", Dispatch, "dispatch-letter-1", lambda gateway: gateway.dispatch("letter-1"), LETTER),
    Scene("a-case-until-it-is-acknowledged", SafetyCase, "safety-case-1", lambda gateway: gateway.look_after("case-1"), CASE),
    Scene("a-sweep-counts-and-enters", Sweep, "sweep-sweep-1", lambda gateway: gateway.sweep("sweep-1"), SWEEP),
    Scene("a-journey-has-openings", Openings, "openings-mondays", lambda gateway: gateway.keep_openings("mondays"), OPENINGS),
    Scene("an-operation-goes-on-until-none-is-left", Operation, "operation-operation-1", lambda gateway: gateway.operate("operation-1"), OPERATION),
)
