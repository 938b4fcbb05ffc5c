"""Safety cases as they are written down: opened in the transaction that learns of them, with the outbox row that sets their clock going. A case depends on no
run: it goes on when the journey stops, the HCP objects, or the person is deactivated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.durations import Calendar
from journeys.markets import MarketPolicy
from journeys.safety import STRICT, SafetyPolicy
from journeys.safety_words import screen
from orchestrator.counts import REPEATED, Dropped, SafetyCount, count_in, count_safety
from orchestrator.store import audit, outbox
from orchestrator.store.desk.adding import added
from orchestrator.store.markets import market_calendar, policy_of
from orchestrator.store.tables import Enrolment, Inquiry, Person, SafetyCaseRow, SafetyFlag, SafetyLine, Task, Touch


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What is known when a case is opened. `id` follows from what was told, so that the same report told again is one case."""

    id: str
    kind: str
    words: str
    reporter: str
    role: str
    opened_by: str | None = None
    """Who opened it, with this role, where that is not the reporter."""
    aware_at: datetime | None = None
    person_id: str | None = None
    product: str | None = None
    report: str | None = None


@dataclass(frozen=True)
class About:
    """Whom and which product a report is about, as far as it tells."""

    person_id: str | None = None
    product: str | None = None


async def open_case(session: AsyncSession, case: NewCase, *, now: datetime) -> SafetyCaseRow:
    """Write the case, its words, and what sets its clock going. Day 0 is when the reporter, or whoever was first, learnt of it, and never later than now; the
    deadline is that of the person's market, or the strict one where there is none."""
    aware = min(case.aware_at or now, now)
    person = await session.get(Person, case.person_id) if case.person_id is not None else None
    policy = await policy_of(session, person.market) if person is not None else None
    row = SafetyCaseRow(
        **{name: getattr(case, name) for name in ("id", "kind", "person_id", "product", "reporter", "report")},
        market=person.market if person is not None else None,
        aware_at=aware,
        received_at=now,
        due_at=_calendar(policy, now).after(aware, rules_of(policy).deadline),
    )
    if not await added(session, row):
        count_in(session, Dropped.REQUEST, REPEATED)
        return await session.get_one(SafetyCaseRow, case.id)
    session.add(SafetyLine(id=case.id, case_id=case.id, kind="report", words=case.words, by=case.reporter, at=now))
    await outbox.wake(session, outbox.Kind.SAFETY, case.id)
    details = {"kind": case.kind, "aware_at": aware.isoformat()}
    await audit.record(
        session, by=case.opened_by or case.reporter, role=case.role, action="safety.reported", subject=f"safety_case:{case.id}", details=details, now=now
    )
    count_safety(session, SafetyCount.CASE)
    return row


async def flag(
    session: AsyncSession,
    *,
    id: str,  # noqa: A002 - the flag's own
    report: str,
    words: str,
    language: str | None = None,
    about: About = About(),
    by: str | None = None,
    now: datetime,
) -> bool:
    """Have drug safety look at words, if a safety word stands in them, and say whether one does. For what somebody wrote who answered none, and for what
    came in from outside, where nobody was asked. `language` is that of the words; where it is not known, every language of the person's market, and where
    that is not known every list."""
    languages = [language] if language is not None else await _languages(session, about.person_id)
    hits = sorted({hit.code for each in languages for hit in screen(words, each)})
    if not hits:
        return False
    row = SafetyFlag(id=id, report=report, by=by, person_id=about.person_id, product=about.product, hits=hits, words=words, at=now)
    if await added(session, row):
        count_safety(session, SafetyCount.FLAG)
    return True


async def about(session: AsyncSession, report: str) -> About:
    """Whom a report is about, by its name: `task:…`, `enrolment:…`, `inquiry:…`, `touch:…` or `person:…`; nobody in particular for any other."""
    noun, _, key = report.partition(":")
    match noun:
        case "task":
            found = select(Enrolment.person_id, Enrolment.product).join(Task, col(Task.enrolment_id) == col(Enrolment.id)).where(Task.id == key)
        case "enrolment":
            found = select(Enrolment.person_id, Enrolment.product).where(Enrolment.id == key)
        case "inquiry":
            found = select(Inquiry.person_id, Inquiry.product).where(Inquiry.id == key)
        case "touch":
            found = select(Touch.person_id, Touch.product).where(Touch.key == key)
        case "person":
            return About(person_id=key)
        case _:
            return About()
    row = (await session.exec(found)).first()
    return About(*row) if row is not None else About()


def rules_of(policy: MarketPolicy | None) -> SafetyPolicy:
    """What a market says of safety cases; the strict rules where there is none."""
    return policy.safety if policy is not None else STRICT


def _calendar(policy: MarketPolicy | None, now: datetime) -> Calendar:
    return market_calendar(policy, now=now) if policy is not None else Calendar()


async def _languages(session: AsyncSession, person_id: str | None) -> Iterable[str | None]:
    person = await session.get(Person, person_id) if person_id is not None else None
    policy = await policy_of(session, person.market) if person is not None else None
    return policy.languages if policy is not None else (None,)
