"""A letter with a choice, on a real PostgreSQL: kept beside the task by ids, composed into the letter, and looked at again when it goes out."""

from typing import Any

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Reservation
from journeys.choosing import Chosen
from journeys.content import ContentVersion
from journeys.definitions import ContentRef
from journeys.reasons import Reason
from orchestrator.store import library, tables
from orchestrator.store.desk.choices import StoredChoices
from orchestrator.store.engine import transaction
from tests.builders import NOW, a_choice, a_fragment
from tests.orchestrator.store.desk.filling import REP, TOUCH, every
from tests.orchestrator.store.sending import a_ledger, a_touch_order, change, handed, the_touch

LETTER = ContentRef("hf-choice", 1)
BOTH = Chosen.model_validate({"fragments": ["hf-renal@1", "hf-dosing@1"], "fill": {"occasion": "congress"}})


@pytest_asyncio.fixture
async def house(world: AsyncEngine) -> AsyncEngine:
    """The world with the letter and its passages, and what the rep chose for Astrid."""
    async with transaction(world) as session:
        for content in (a_choice(), a_fragment("hf-renal@1"), a_fragment("hf-dosing@1")):
            await library.publish_content(session, ContentVersion.model_validate(content), now=NOW)
    await StoredChoices(world).keep(REP, TOUCH, LETTER, BOTH, now=NOW)
    return world


async def reserved(engine: AsyncEngine, **changes: Any) -> Reservation:
    return await a_ledger(engine).reserve(a_touch_order(**{"content": LETTER, "by": REP.id, **changes}), now=NOW)


async def test_what_was_chosen_stands_in_the_letter(house: AsyncEngine) -> None:
    """In the letter's order, with the reader's name filled in; the ledger keeps the fragments by their ids."""
    message = handed((await reserved(house)).message)
    assert "after kongressen: About hf-renal, Lindqvist.\n\nAbout hf-dosing, Lindqvist." in message.text
    assert "after kongressen: <p>About hf-renal, Lindqvist.</p>\n<p>About hf-dosing, Lindqvist.</p>" in (message.html or "")
    assert (await the_touch(house)).fragments == ["hf-renal@1", "hf-dosing@1"]
    (line,) = [line for line in await every(house, tables.AuditEntry) if line.action == "letter.chosen"]
    assert (line.subject, line.details["fragments"], line.details["fill"]) == (f"task:{TOUCH}", ["hf-renal@1", "hf-dosing@1"], {"occasion": "congress"})


async def test_a_fragment_that_was_withdrawn_meanwhile_refuses(house: AsyncEngine) -> None:
    """And so does one that is not there, and a letter for which nobody chose."""
    await change(house, "UPDATE content_version SET state = 'withdrawn' WHERE id = 'hf-dosing'")
    for changes in ({}, {"passage": 2}, {"passage": 3, "by": None}):
        blocked = (await reserved(house, **changes)).blocked
        assert blocked is not None
        assert blocked.reason == Reason.CONTENT_CHOICE_UNFIT
    assert await every(house, tables.Touch) == []


async def test_the_latest_choice_counts_until_the_letter_is_out(house: AsyncEngine) -> None:
    """After that what went out is what is on record."""
    one = Chosen.model_validate({"fragments": ["hf-renal@1"], "fill": {"occasion": "round"}})
    await StoredChoices(house).keep(REP, TOUCH, LETTER, one, now=NOW)
    assert "hf-dosing" not in handed((await reserved(house)).message).text
    await StoredChoices(house).keep(REP, TOUCH, LETTER, BOTH, now=NOW)
    (choice,) = await every(house, tables.Choice)
    assert (choice.fragments, choice.fill, choice.by) == (["hf-renal@1"], {"occasion": "round"}, REP.id)


async def test_a_choice_is_for_its_own_letter(house: AsyncEngine) -> None:
    """A touch that goes out with other content, as by another channel, has none of it."""
    message = handed((await reserved(house, content=ContentRef("hf-dialogue", 2))).message)
    assert "hf-renal" not in message.text
    assert (await the_touch(house)).fragments is None
