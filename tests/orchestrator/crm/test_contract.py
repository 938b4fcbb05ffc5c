"""One contract for every CRM, against a server of this machine that speaks its form: nothing is lost, nothing is there twice, and codes tell what is wrong."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from orchestrator.channels.conversation import new_client
from orchestrator.crm.making import make_crm
from orchestrator.crm.port import Away, Crm, Denied, Later, Page, Refused, Upserted, Written
from orchestrator.crm.records import ArrivedCall, Arriving, CallRecord, Cursor, Kind, Record, SentEmailRecord, SuggestionRecord, Unreadable, external_id
from tests.builders import NOW
from tests.orchestrator.crm.vendors import A_MINUTE, Manner, Org, Vault, Vendor, opened

IN_DOUBT = (Manner.BREAKS_AFTER, Manner.HALF_CLOSED, Manner.TRUNCATED, Manner.GARBAGE)


@pytest.fixture(params=[Vault, Org])
async def vendor(request: pytest.FixtureRequest) -> AsyncIterator[Vendor]:
    async with opened(request.param()) as open_vendor:
        yield open_vendor


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with new_client() as open_client:
        yield open_client


@pytest.fixture
def crm(vendor: Vendor, client: httpx.AsyncClient) -> Crm:
    assert isinstance(vendor, Vault | Org)
    return make_crm(vendor.account(), client)


def a_call(number: int = 1, **changes: Any) -> CallRecord:
    told: dict[str, Any] = {"external_id": external_id(Kind.CALL, f"call-{number}"), "account": "V4T1", "user": "V0D1", "product": "cardiolex"}
    return CallRecord.model_validate({**told, "channel": "remote", "outcome": "interested", "at": NOW, **changes})


def an_email(**changes: Any) -> SentEmailRecord:
    told: dict[str, Any] = {"external_id": external_id(Kind.SENT_EMAIL, "mail"), "account": "V4T1", "user": None, "product": "cardiolex"}
    return SentEmailRecord.model_validate({**told, "content": "hf-dialogue@2", "status": "sent", "at": NOW, **changes})


def a_suggestion(**changes: Any) -> SuggestionRecord:
    told: dict[str, Any] = {"external_id": external_id(Kind.SUGGESTION, "task"), "account": "V4T1", "user": "V0D1", "product": "cardiolex"}
    told |= {"action": "visit", "title": "First visit", "why": "The dialogue begins.", "posted": NOW, "expires": NOW, "open": True, "done": False}
    return SuggestionRecord.model_validate({**told, **changes})


async def test_each_kind_of_record_is_written_in_the_crm_s_own_words(crm: Crm, vendor: Vendor) -> None:
    """And under the id that the CRM gave it."""
    records: dict[Kind, Record] = {Kind.CALL: a_call(), Kind.SENT_EMAIL: an_email(), Kind.SUGGESTION: a_suggestion()}
    for kind, record in records.items():
        assert await crm.upsert(kind, [record]) == Upserted((Written(vendor.rows[_object(vendor, kind), record.external_id]["id"]),))
    call = vendor.rows[_object(vendor, Kind.CALL), records[Kind.CALL].external_id]
    said = set(map(str, call.values()))
    assert {"V4T1", "V0D1", "a00000000000001", "interested", NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z"), NOW.date().isoformat()} <= said
    assert {"video__v", "submitted__v"} <= said or {"Video_vod", "Submitted_vod"} <= said


async def test_one_wrong_row_stops_no_other(crm: Crm, vendor: Vendor) -> None:
    """The request as a whole is well received all the same; the CRM's own words, which may name a person, go no further."""
    records = [a_call(number) for number in range(4)]
    vendor.bad = {records[1].external_id: "INVALID_DATA" if isinstance(vendor, Vault) else "FIELD_CUSTOM_VALIDATION_EXCEPTION"}
    vendor.bad |= {records[2].external_id: "RACE_CONDITION" if isinstance(vendor, Vault) else "UNABLE_TO_LOCK_ROW"}
    answer = await crm.upsert(Kind.CALL, records)
    assert isinstance(answer, Upserted)
    assert [type(told) for told in answer.told] == [Written, Refused, Later, Written]
    assert "Astrid" not in str(answer)


async def test_a_session_that_ends_in_the_middle_is_opened_anew(crm: Crm, vendor: Vendor) -> None:
    """Once, and the request is made again in it; one that ends at once again is trouble of ours."""
    assert isinstance(await crm.upsert(Kind.CALL, [a_call()]), Upserted)
    vendor.manners.append(Manner.ENDED)
    assert isinstance(await crm.upsert(Kind.CALL, [a_call(2)]), Upserted)
    assert vendor.sessions == 2
    vendor.manners.extend([Manner.ENDED, Manner.ENDED])
    assert await crm.upsert(Kind.CALL, [a_call(3)]) == Away("invalid_session_id")


@pytest.mark.parametrize("manner", IN_DOUBT)
async def test_what_is_in_doubt_is_told_again_and_is_there_once(manner: Manner, crm: Crm, vendor: Vendor) -> None:
    """The external id makes one of both."""
    vendor.manners.append(manner)
    assert isinstance(await crm.upsert(Kind.CALL, [a_call(), a_call(2)]), Away)
    assert isinstance(await crm.upsert(Kind.CALL, [a_call(), a_call(2)]), Upserted)
    assert sorted(vendor.created) == sorted([a_call().external_id, a_call(2).external_id])
    assert vendor.writes[a_call().external_id] == 2


async def test_who_throttles_says_for_how_long(crm: Crm, vendor: Vendor) -> None:
    """In a header, or by the code of a limit, which knows no time."""
    vendor.manners.extend([Manner.THROTTLES, Manner.BUSY, Manner.BREAKS])
    told = [await crm.upsert(Kind.CALL, [a_call()]) for _ in range(3)]
    assert [answer.rest for answer in told if isinstance(answer, Away)] == [timedelta(seconds=7), A_MINUTE, None]
    assert vendor.created == []


async def test_a_request_that_is_wrong_as_a_whole_is_told_so(crm: Crm, vendor: Vendor) -> None:
    """It is no trouble of the CRM's."""
    vendor.manners.append(Manner.DENIES)
    assert await crm.upsert(Kind.CALL, [a_call()]) == Denied("attribute_not_supported" if isinstance(vendor, Vault) else "invalid_field")


async def test_nobody_there_is_away(crm: Crm, vendor: Vendor) -> None:
    """As is one who does not let us in."""
    vendor.port, port = 1, vendor.port
    assert isinstance(vendor, Vault | Org)
    async with new_client() as client:
        nobody = make_crm(vendor.account(), client)
        assert isinstance(await nobody.upsert(Kind.CALL, [a_call()]), Away)
        vendor.port = port
        changed = {"password": "wrong"} if isinstance(vendor, Vault) else {"client_secret": "wrong"}
        stranger = make_crm(vendor.account(**changed), client)
        assert await stranger.upsert(Kind.CALL, [a_call()]) == Away("username_or_password_incorrect" if isinstance(vendor, Vault) else "invalid_client")


async def test_calls_come_page_by_page_and_each_once(crm: Crm, vendor: Vendor) -> None:
    """Several of one instant too; read in our own codes."""
    assert isinstance(vendor, Vault | Org)
    for number in range(7):
        vendor.call(number, NOW + (number // 3) * A_MINUTE)
    seen = [row.id for row in await _all(crm, Cursor(at=NOW))]
    assert len(seen) == len(set(seen)) == 7
    first = (await _all(crm, Cursor(at=NOW)))[0]
    assert isinstance(first, ArrivedCall)
    assert (first.account, first.user, first.product, first.channel, first.outcome, first.status) == (
        "V4T1",
        "V0D1",
        "cardiolex",
        "face_to_face",
        "interested",
        "submitted",
    )


@pytest.mark.parametrize("manner", [Manner.ENDED, Manner.THROTTLES, Manner.HALF_CLOSED, Manner.TRUNCATED, Manner.BREAKS, Manner.FORGOT])
async def test_trouble_in_the_middle_of_a_list_loses_no_row(manner: Manner, crm: Crm, vendor: Vendor) -> None:
    """The cursor stays where it was until a page was read whole; a list that the CRM has forgotten is asked for anew from there."""
    assert isinstance(vendor, Vault | Org)
    for number in range(5):
        vendor.call(number, NOW)
    page = await crm.changed(Arriving.CALL, Cursor(at=NOW))
    assert isinstance(page, Page)
    vendor.manners.append(manner)
    again = await crm.changed(Arriving.CALL, page.cursor)
    rest = again if isinstance(again, Page) else await crm.changed(Arriving.CALL, page.cursor)
    assert isinstance(rest, Page)
    assert {row.id for row in (*page.rows, *rest.rows, *await _all(crm, rest.cursor))} == {_id(row) for row in vendor.lists[_object(vendor, Kind.CALL)]}


async def test_a_page_that_is_told_twice_loses_no_row(crm: Crm, vendor: Vendor) -> None:
    """Who stores it knows the rows already."""
    assert isinstance(vendor, Vault | Org)
    for number in range(5):
        vendor.call(number, NOW + number * A_MINUTE)
    vendor.repeats = 1
    assert {row.id for row in await _all(crm, Cursor(at=NOW))} == {_id(row) for row in vendor.lists[_object(vendor, Kind.CALL)]}


async def test_a_look_begins_a_little_before_the_last_change(crm: Crm, vendor: Vendor) -> None:
    """What is committed later may be stamped earlier."""
    assert isinstance(vendor, Vault | Org)
    vendor.call(1, NOW + 5 * A_MINUTE)
    page = await crm.changed(Arriving.CALL, Cursor(at=NOW))
    assert isinstance(page, Page)
    vendor.call(2, NOW + 4 * A_MINUTE)
    assert len(await _all(crm, page.cursor)) == 2


async def test_a_row_that_lacks_something_is_told_as_such(crm: Crm, vendor: Vendor) -> None:
    """A call of a group names no person; one that is planned is not read for what it lacks."""
    assert isinstance(vendor, Vault | Org)
    account, status = ("account__v", "call2_status__v") if isinstance(vendor, Vault) else ("Account_vod__c", "Status_vod__c")
    vendor.call(1, NOW, **{account: None})
    vendor.call(2, NOW, **{account: None, status: "planned__v" if isinstance(vendor, Vault) else "Planned_vod"})
    missing, planned = await _all(crm, Cursor(at=NOW))
    assert isinstance(missing, Unreadable)
    assert missing.trouble == "no_account"
    assert isinstance(planned, ArrivedCall)
    assert planned.status == "unfinished"


async def test_the_next_page_leads_to_nobody_else(crm: Crm, vendor: Vendor) -> None:
    """The session goes to the CRM alone, whatever an answer says."""
    assert await crm.changed(Arriving.CALL, Cursor(at=NOW, page="https://elsewhere.example/api/")) == Page((), Cursor(at=NOW), more=False)
    assert all("elsewhere" not in asked.path for asked in vendor.asked)


async def test_a_vault_that_slows_us_down_is_given_a_rest(client: httpx.AsyncClient) -> None:
    """By its headers, before it refuses anything."""
    async with opened(Vault()) as vault:
        assert isinstance(vault, Vault)
        vault.manners.append(Manner.SLOWS)
        answer = await make_crm(vault.account(), client).upsert(Kind.CALL, [a_call()])
        assert isinstance(answer, Upserted)
        assert answer.rest == A_MINUTE


async def test_a_vault_may_be_entered_by_a_token(client: httpx.AsyncClient) -> None:
    """Without a session."""
    async with opened(Vault()) as vault:
        assert isinstance(vault, Vault)
        account = vault.account(username=None, password=None, token="token-1")
        assert isinstance(await make_crm(account, client).upsert(Kind.CALL, [a_call()]), Upserted)
        assert vault.sessions == 0


async def test_a_session_of_another_vault_is_not_used(client: httpx.AsyncClient) -> None:
    """A wrong address opens one of another vault of the same user."""
    async with opened(Vault()) as vault:
        assert isinstance(vault, Vault)
        account = vault.account(url=f"http://localhost:{vault.port}")
        assert await make_crm(account, client).upsert(Kind.CALL, [a_call()]) == Away("wrong_vault")


async def test_a_call_deleted_in_salesforce_is_cancelled(client: httpx.AsyncClient) -> None:
    """Its lists tell of what was deleted."""
    async with opened(Org()) as org:
        assert isinstance(org, Org)
        org.call(1, NOW, IsDeleted=True)
        (row,) = await _all(make_crm(org.account(), client), Cursor(at=NOW))
        assert isinstance(row, ArrivedCall)
        assert row.status == "cancelled"


async def _all(crm: Crm, since: Cursor) -> list[Any]:
    rows: list[Any] = []
    for _ in range(20):
        page = await crm.changed(Arriving.CALL, since)
        assert isinstance(page, Page)
        rows += page.rows
        since = page.cursor
        if not page.more:
            return rows
    raise AssertionError("the list does not end")


def _object(vendor: Vendor, kind: Kind) -> str:
    vault = {Kind.CALL: "call2__v", Kind.SENT_EMAIL: "sent_email__v", Kind.SUGGESTION: "suggestion__v"}
    org = {Kind.CALL: "Call2_vod__c", Kind.SENT_EMAIL: "Sent_Email_vod__c", Kind.SUGGESTION: "Suggestion_vod__c"}
    return (vault if isinstance(vendor, Vault) else org)[kind]


def _id(row: dict[str, Any]) -> str:
    return str(row.get("id") or row["Id"])
