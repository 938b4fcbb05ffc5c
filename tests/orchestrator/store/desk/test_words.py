"""Restricted words as the stored policies list them for each user."""

from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.restricted import Hit
from orchestrator.store import library, tables
from orchestrator.store.desk.words import StoredWords
from orchestrator.store.engine import transaction
from tests.builders import NOW, a_market
from tests.orchestrator.store.desk.filling import COMPLIANCE, REP, every


def words(act: str, *listed: str) -> dict[str, list[dict[str, str]]]:
    return {"en": [{"word": word, "because": "claim", "act": act} for word in listed]}


async def test_a_rep_is_held_to_the_words_of_the_own_market(world: AsyncEngine) -> None:
    """Whoever works for every market is held to every list, and of two markets' words for one thing to the stricter."""
    async with transaction(world) as session:
        await library.publish_market(session, a_market("SE", restricted_words=words("warn", "best", "proven")), now=NOW)
        await library.publish_market(session, a_market("UK", restricted_words=words("refuse", "Best", "miracle")), now=NOW)
    desk = StoredWords(world)
    assert {word.word: word.act for word in await desk.listed(REP)} == {"best": "warn", "proven": "warn"}
    assert {word.word: word.act for word in await desk.listed(COMPLIANCE)} == {"Best": "refuse", "miracle": "refuse", "proven": "warn"}


async def test_what_was_taken_is_in_the_audit(world: AsyncEngine) -> None:
    """The word and where it stood, and nothing of what stands around it."""
    await StoredWords(world).note(REP, "/api/v1/tasks/t1/skip", [("/remark", Hit(word="best", because="claim", act="warn"))], now=NOW)
    (line,) = await every(world, tables.AuditEntry)
    assert (line.action, line.by, line.subject) == ("words.noted", REP.id, "request:/api/v1/tasks/t1/skip")
    assert line.details == {"words": [{"at": "/remark", "word": "best", "because": "claim"}]}
