"""Taking a file of consents into the ledger: each act once by its id in the other system, in a transaction of its own that reaches running journeys too. An
import can add doubt and evidence, and never undoes what a person took back: see `journeys.consents`."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.consent_texts import ConsentText, differs
from journeys.shapes import Stored, read_back
from orchestrator.consenting.rows import Read, Refused, Row, Why
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, tables
from orchestrator.store.consents import add_act
from orchestrator.store.engine import transaction
from orchestrator.store.events import person_of
from orchestrator.store.facts import has_objected

_COMPARED = ("person_id", "act", "channel", "purpose", "product", "text_version", "language", "method", "proof", "at", "expires")


class Imported(Stored):
    """What an import came to. Each row is counted once."""

    rows: int
    created: int
    unchanged: int
    refused: int
    why: dict[str, int] = Field(description="How many rows were refused, by reason.")
    problems: tuple[Refused, ...]
    dry_run: bool = False


async def import_consents(engine: AsyncEngine, rows: Iterable[Read | Refused], *, source: str, now: datetime, dry_run: bool = False) -> Imported:
    """Take every good row, or with `dry_run` say what would become of each. `source` names the system that the file comes from."""
    results, problems = Counter[str](), list[Refused]()
    for row in rows:
        result = await _one(engine, row, source, now, dry_run=dry_run) if isinstance(row, Read) else row
        if isinstance(result, Refused):
            problems.append(result)
        else:
            results[result] += 1
    why = Counter(problem.why.value for problem in problems)
    counted = {"created": results["created"], "unchanged": results["unchanged"], "refused": len(problems)}
    return Imported(rows=results.total() + len(problems), **counted, why=dict(why), problems=tuple(problems), dry_run=dry_run)


async def _one(engine: AsyncEngine, read: Read, source: str, now: datetime, *, dry_run: bool) -> str | Refused:
    async with transaction(engine) as session:
        result = await _take(session, read, source, now)
        if isinstance(result, Refused):
            count_in(session, Dropped.CONSENT, result.why)
        if dry_run:
            await session.rollback()
            session.info.clear()  # what was to be counted
    return result


async def _take(session: AsyncSession, read: Read, source: str, now: datetime) -> str | Refused:
    row = read.row
    person_id = await person_of(session, person=row.person, source=row.id_source, value=row.id_value)
    if person_id is None:
        return read.refused(Why.PERSON_UNKNOWN, "nobody here is known by this id", field="person" if row.person is not None else "id_value")
    text = await _text(session, row.text_version)
    act = _act(row, await session.get_one(tables.Person, person_id), text, source, now)
    known = (await session.exec(select(tables.Consent).where(tables.Consent.source == source, tables.Consent.source_id == row.source_id))).first()
    if known is not None and any(getattr(known, name) != getattr(act, name) for name in (*_COMPARED, *(("market",) if row.market else ()))):
        return read.refused(Why.CHANGED, "an act with this id is on record and says something else; acts never change, give this one another id")
    if known is not None:
        count_in(session, Dropped.CONSENT, REPEATED)
        return "unchanged"
    if row.at > now:
        return read.refused(Why.IN_THE_FUTURE, "it has not happened yet", field="at")
    refused = await _lacks_evidence(session, read, act, text) if row.act == "given" else None
    if refused is not None:
        return refused
    await add_act(session, act, by=audit.HOUSE, role=audit.SYSTEM)
    return "created"


async def _lacks_evidence(session: AsyncSession, read: Read, act: tables.Consent, text: ConsentText | None) -> Refused | None:
    """A consent is taken with its text, its language and its proof, and never of who objected."""
    row = read.row
    if row.text_version is None or row.language is None:
        return read.refused(Why.TEXT_MISSING, "name the text and its language", field="language" if row.text_version is not None else "text_version")
    if row.proof is None:
        return read.refused(Why.PROOF_MISSING, "say where the evidence is", field="proof")
    if text is None:
        return read.refused(Why.TEXT_UNKNOWN, "there is no such text; bring it into the library first", field="text_version")
    claim = differs(text, channel=row.channel, purpose=row.purpose, market=act.market, product=row.product, language=row.language)
    if claim is not None:
        return read.refused(Why.TEXT_DIFFERS, f"{text.text} asks for another {claim}", field=claim)
    if await has_objected(session, act.person_id):
        return read.refused(Why.OBJECTED, "the person objected to direct marketing; no file lifts that")
    return None


async def _text(session: AsyncSession, name: str | None) -> ConsentText | None:
    row = await session.get(tables.ConsentText, name) if name is not None else None
    return read_back(ConsentText, row.body) if row is not None else None


def _act(row: Row, person: tables.Person, text: ConsentText | None, source: str, now: datetime) -> tables.Consent:
    told = row.model_dump(exclude={"person", "id_source", "id_value", "market", "captured_by", "expires"})
    ends = [end for end in (row.expires, text.expires(row.at) if text is not None and row.act == "given" else None) if end is not None]
    return tables.Consent(
        **told,
        id=str(uuid5(NAMESPACE_URL, f"dirigent:consent:{source}\n{row.source_id}")),
        person_id=person.id,
        market=row.market or person.market,
        captured_by=row.captured_by or source,
        source=source,
        recorded_at=now,
        expires=min(ends, default=None),
    )
