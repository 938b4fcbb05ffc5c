"""Bringing a library into the database. Strategies arrive as drafts, which must be signed before anybody can enter them; content is immutable by version;
personas stand as last imported; a market's rules, and a content's state and expiry, follow whoever spoke last: the API, review, or the author who
changed them in the file.
Importing the same library again changes nothing."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.consent_texts import ConsentText
from journeys.content import ContentState, ContentVersion
from journeys.definitions import Definition
from journeys.digests import digest_of
from journeys.happenings import OutsideEvent
from journeys.library import Library
from journeys.markets import MarketPolicy
from journeys.personas import Persona
from journeys.shapes import Stored, read_back
from orchestrator.store import audit, lifecycles, tables
from orchestrator.store.errors import ConsentTextChangedError, VersionChangedError
from orchestrator.store.locks import Queue, queue_at
from orchestrator.store.policies import set_policy, written
from orchestrator.store.recalling import Withdrawing, withdraw
from orchestrator.store.versions import subject_of

_LATER = ("parts", "fragments", "fill")
"""Keys of content that the first releases did not have."""


class Publishing(StrEnum):
    PUBLISHED = "published"
    DRAFTED = "drafted"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Published(Stored):
    """What importing came to for one part of the library, such as `content:hf-dialogue@2`."""

    subject: str
    result: Publishing


async def import_library(session: AsyncSession, library: Library, *, by: str, role: str, now: datetime) -> tuple[Published, ...]:
    """Bring in every part, each change audited; `by` becomes the author of the strategies that are new. Raises VersionChangedError at the first version
    that is on record with another meaning; the transaction is the caller's, so nothing of the library is brought in then."""
    await queue_at(session, Queue.PUBLISHING)
    results = [
        *[await publish_persona(session, persona, now=now) for persona in library.personas.values()],
        *[await publish_market(session, policy, by=by, now=now) for policy in library.markets.values()],
        *[await publish_content(session, content, now=now) for content in library.contents.values()],
        *[await publish_consent_text(session, text, now=now) for text in library.consent_texts.values()],
        *[await declare_event(session, event, now=now) for event in library.events.values()],
    ]
    for each in results:
        if each.result is not Publishing.UNCHANGED:
            await audit.record(session, by=by, role=role, action=f"library.{each.result}", subject=each.subject, now=now)
    drafted = [
        await draft_definition(session, definition, source=library.strategy_texts[journey], by=by, role=role, now=now)
        for journey, definition in library.strategies.items()
    ]
    return (*results, *drafted)


async def draft_definition(session: AsyncSession, definition: Definition, *, source: str, by: str, role: str, now: datetime) -> Published:
    """Put one version of a journey on record as a draft, audited. Raises VersionChangedError where it is there with another meaning."""
    subject = subject_of(definition.journey, definition.version)
    row = await session.get(tables.DefinitionVersion, (definition.journey, definition.version))
    if row is None:
        doing = lifecycles.Doing(id=uuid4().hex, by=by, role=role, why="Imported from the library.", now=now)
        await lifecycles.draft(session, doing, definition, source=source)
        return Published(subject=subject, result=Publishing.DRAFTED)
    if row.digest != definition.digest:
        raise VersionChangedError("journey", id=definition.journey, version=definition.version)
    return Published(subject=subject, result=Publishing.UNCHANGED)


async def publish_content(session: AsyncSession, content: ContentVersion, *, now: datetime) -> Published:
    """Store one version of content. Its state and expiry are taken from the file when it is new, and again when the author changed them
    there; what review set in the meantime stays otherwise. Raises VersionChangedError where anything else changed."""
    subject, body, digest = f"content:{content.ref}", content.model_dump(mode="json"), content_digest(content)
    expires = content.approval.expires if content.approval is not None else None
    row = await session.get(tables.ContentVersion, (content.content, content.version))
    if row is None:
        row = tables.ContentVersion(
            id=content.content, version=content.version, digest=digest, body=body, state=content.state, expires=expires, **_listed(content), updated_at=now
        )
        session.add(row)
        await session.flush()
        return Published(subject=subject, result=Publishing.PUBLISHED)
    before = read_back(ContentVersion, row.body)
    if content_digest(before) != digest:  # both as this release reads them: it may know of more than the one that stored the row
        raise VersionChangedError("content", id=content.content, version=content.version)
    if before == content:
        return Published(subject=subject, result=Publishing.UNCHANGED)
    if before.state != content.state and row.state != ContentState.WITHDRAWN:  # what was withdrawn stays so, whatever a file says afterwards
        if content.state is ContentState.WITHDRAWN:
            await withdraw(
                session, Withdrawing(id=uuid4().hex, ref=content.ref, reason="library", by=audit.HOUSE, role=audit.SYSTEM, source="library", now=now)
            )
        row.state = content.state
    if (before.approval.expires if before.approval is not None else None) != expires:
        row.expires = expires
    row.body, row.updated_at = body, now
    return Published(subject=subject, result=Publishing.CHANGED)


async def publish_consent_text(session: AsyncSession, text: ConsentText, *, now: datetime) -> Published:
    """Store a text of consent. Its words, and what it asks for, are what people agreed to, and never change; whether it is still used, and the letter of
    its double opt-in, follow the file. Raises ConsentTextChangedError."""
    subject, body = f"consent-text:{text.text}", text.model_dump(mode="json")
    row = await session.get(tables.ConsentText, text.text)
    before = read_back(ConsentText, row.body) if row is not None else None
    if before is not None and _agreed(before) != _agreed(text):
        raise ConsentTextChangedError(text.text)
    result = Publishing.PUBLISHED if before is None else Publishing.UNCHANGED if before == text else Publishing.CHANGED
    if result is not Publishing.UNCHANGED:
        await session.merge(tables.ConsentText(id=text.text, market=text.market, body=body, digest=digest_of(_agreed(text)), updated_at=now))
    return Published(subject=subject, result=result)


async def publish_persona(session: AsyncSession, persona: Persona, *, now: datetime) -> Published:
    """Store the persona as it is described now."""
    subject, body = f"persona:{persona.persona}", persona.model_dump(mode="json")
    row = await session.get(tables.Persona, persona.persona)
    result = _news(row.digest if row is not None else None, body)
    if result is not Publishing.UNCHANGED:
        await session.merge(tables.Persona(id=persona.persona, body=body, digest=digest_of(body), published_at=now))
    return Published(subject=subject, result=result)


async def publish_market(session: AsyncSession, policy: MarketPolicy, *, by: str = audit.HOUSE, now: datetime) -> Published:
    """Put the market's rules in force as the file has them, unless the file says what it said the last time: then those stand that were set since.
    The gate reads them at the next touch, of running journeys too, and what it holds is put before it again."""
    subject, body = f"market:{policy.market}", written(policy)
    row = await session.get(tables.Market, policy.market, with_for_update=True)
    digest, known = digest_of(body), row.digest if row is not None else None
    said = row.imported if row is not None else None
    result = Publishing.PUBLISHED if known is None else Publishing.UNCHANGED if digest in (said, known) else Publishing.CHANGED
    if result is not Publishing.UNCHANGED:
        await set_policy(session, policy, by=by, remark=None, now=now)
    if said != digest:
        (await session.get_one(tables.Market, policy.market)).imported = digest
    return Published(subject=subject, result=result)


def content_digest(content: ContentVersion) -> str:
    """SHA-256 over all that an HCP could see or that decides who may: everything but the state, and what the approval says beside the words of the
    minimum information. A key that later releases know is left out where nothing is said under it, so that what was stored before keeps its digest."""
    body = content.model_dump(mode="json", exclude={"state", "approval"})
    body = {name: value for name, value in body.items() if name not in _LATER or value}
    blocks = content.approval.minimum_information if content.approval is not None else {}
    return digest_of(body | {"minimum_information": {market: block.texts for market, block in blocks.items()}})


async def declare_event(session: AsyncSession, event: OutsideEvent, *, now: datetime) -> Published:
    """Store a kind of event of the outside as it is declared now; what comes in is checked against it."""
    subject, body = f"event:{event.event}", event.model_dump(mode="json")
    row = await session.get(tables.DeclaredEvent, event.event)
    result = _news(row.digest if row is not None else None, body)
    if result is not Publishing.UNCHANGED:
        await session.merge(tables.DeclaredEvent(id=event.event, body=body, digest=digest_of(body), updated_at=now))
    return Published(subject=subject, result=result)


def _agreed(text: ConsentText) -> dict[str, Any]:
    """What people agree to."""
    return text.model_dump(mode="json", exclude={"title", "letter", "retired"})


def _listed(content: ContentVersion) -> dict[str, Any]:
    return {"title": content.title, "product": content.product, "made_for": content.made_for}


def _news(known: str | None, body: dict[str, Any]) -> Publishing:
    if known is None:
        return Publishing.PUBLISHED
    return Publishing.UNCHANGED if known == digest_of(body) else Publishing.CHANGED
