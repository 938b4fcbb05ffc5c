"""The library as the database has it: what a strategy is judged against before it is signed and published, because it is what its runs will meet."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.consent_texts import ConsentText
from journeys.definitions import Definition
from journeys.happenings import OutsideEvent
from journeys.library import Library
from journeys.markets import MarketPolicy
from journeys.personas import Persona
from journeys.shapes import read_back
from journeys.versions import VersionState
from orchestrator.store import tables
from orchestrator.store.contents import current


async def library_in_force(session: AsyncSession) -> Library:
    """The personas, markets and declared events as last imported, content as review left it, and of every journey the latest published version."""
    contents = [current(row) for row in await session.exec(select(tables.ContentVersion))]
    published = select(tables.DefinitionVersion).where(tables.DefinitionVersion.state == VersionState.PUBLISHED)
    strategies = await session.exec(published.order_by(col(tables.DefinitionVersion.journey), col(tables.DefinitionVersion.version)))
    return Library(
        personas={row.id: read_back(Persona, row.body) for row in await session.exec(select(tables.Persona))},
        contents={content.ref: content for content in contents},
        events={row.id: read_back(OutsideEvent, row.body) for row in await session.exec(select(tables.DeclaredEvent))},
        markets={row.id: read_back(MarketPolicy, row.body) for row in await session.exec(select(tables.Market))},
        consent_texts={row.id: read_back(ConsentText, row.body) for row in await session.exec(select(tables.ConsentText))},
        strategies={row.journey: read_back(Definition, row.body) for row in strategies},
    )
