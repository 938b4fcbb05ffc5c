"""The mapping between our words and a CRM's: defaults that fit, changes that are checked, records that carry codes alone."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from orchestrator.crm.accounts import AnyCrm, Veeva
from orchestrator.crm.defaults import SALESFORCE, VEEVA
from orchestrator.crm.mapping import KNOWN, CrmMapping
from orchestrator.crm.records import (
    OURS,
    ArrivedCall,
    ArrivedFeedback,
    Arriving,
    CallRecord,
    Kind,
    Record,
    SentEmailRecord,
    SuggestionRecord,
    Unreadable,
    external_id,
)
from tests.builders import NOW
from tests.orchestrator.crm.test_contract import a_call, a_suggestion, an_email

ACCOUNT = TypeAdapter(AnyCrm)


def an_account(**changes: Any) -> Veeva:
    told = {"kind": "veeva", "url": "https://crm.example", "token": "hush", "products": {"cardiolex": "V5J1"}}
    made = ACCOUNT.validate_python({**told, **changes})
    assert isinstance(made, Veeva)
    return made


@pytest.mark.parametrize("given", [VEEVA, SALESFORCE])
def test_the_defaults_name_every_field_that_we_have(given: CrmMapping) -> None:
    """Each is mapped, or left out on purpose."""
    for kind, known in KNOWN.items():
        assert set(getattr(given, kind).fields) == known


def test_an_external_id_is_a_hash_that_is_the_same_each_time() -> None:
    """Of kind and key: a visit and its suggestion have the same key and are two records."""
    assert external_id(Kind.CALL, "enr1.visit.1") == external_id(Kind.CALL, "enr1.visit.1")
    assert external_id(Kind.CALL, "enr1.visit.1") != external_id(Kind.SUGGESTION, "enr1.visit.1")
    assert external_id(Kind.CALL, "enr1.visit.1").startswith(OURS)
    assert "enr1" not in external_id(Kind.CALL, "enr1.visit.1")


def test_no_record_has_room_for_what_somebody_typed() -> None:
    """A field that is added here is looked at by whoever adds it: codes, ids, instants, and what stands in a signed definition."""
    fields = {shape.__name__: set(shape.model_fields) for shape in get_args(Record)}
    common = {"external_id", "account", "user", "product", "kind"}
    assert fields == {
        "CallRecord": common | {"channel", "outcome", "at"},
        "SentEmailRecord": common | {"content", "status", "at"},
        "SuggestionRecord": common | {"action", "title", "why", "posted", "expires", "open", "done"},
    }
    assert not {
        name for mapped in (VEEVA, SALESFORCE) for field in mapped.call.selected() for name in ("Notes", "notes", "Comments", "comments") if name in field
    }


def test_a_digest_tells_whether_the_crm_has_been_told_all() -> None:
    """The same record has the same one; any change another."""
    assert a_call().digest == a_call().digest
    assert len({a_call().digest, a_call(outcome="neutral").digest, a_call(at=NOW + timedelta(minutes=1)).digest, an_email().digest}) == 4


def test_a_record_is_written_in_the_crm_s_words_and_no_others() -> None:
    """What has no field is left out; what always says the same is added."""
    mapping = an_account(sent_email={"fixed": {"record_type__c": "dirigent"}, "fields": {"user": None}}).mapping
    assert mapping.written(an_email()) == {
        "external_id__v": an_email().external_id,
        "account__v": "V4T1",
        "product__v": "V5J1",
        "sent_email_status__v": "sent__v",
        "email_sent_date__v": NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "record_type__c": "dirigent",
    }
    assert mapping.written(a_suggestion(done=True))["marked_as_complete__v"] == 1


@pytest.mark.parametrize(
    ("record", "lacks"),
    [
        (a_call(product="renalix"), "unmapped_product"),
        (a_call(channel="carrier-pigeon"), "unmapped_channel"),
        (a_suggestion(action="invitation"), "unmapped_action"),
        (a_suggestion(product="renalix"), None),  # which no field has
        (an_email(content="x@1"), None),
    ],
)
def test_what_has_no_word_in_the_crm_is_told_by_name(record: CallRecord | SentEmailRecord | SuggestionRecord, lacks: str | None) -> None:
    """Where its field is mapped."""
    assert an_account().mapping.lacks(record) == lacks


def test_outcomes_may_have_other_names_there() -> None:
    """In both directions."""
    mapping = an_account(call={"fields": {"outcome": "outcome__c"}, "values": {"outcome": {"interested": "positive__c"}}}).mapping
    assert mapping.written(a_call())["outcome__c"] == "positive__c"
    assert mapping.lacks(a_call(outcome="not_now")) == "unmapped_outcome"
    row = {"account__v": "A", "user__v": "U", "product_priority_1__v": "V5J1", "call_channel__v": ["phone__v"], "outcome__c": "positive__c"}
    row |= {"call2_status__v": ["submitted__v"], "call_date__v": "2026-03-02"}
    read = mapping.read(Arriving.CALL, row, id="V1", revised_at=NOW)
    assert isinstance(read, ArrivedCall)
    assert (read.outcome, read.channel, read.product, read.at.isoformat()) == ("interested", "phone", "cardiolex", "2026-03-02T12:00:00+00:00")


@pytest.mark.parametrize(
    ("row", "read"),
    [
        (
            {"suggestion__v": "S1", "record_type_name__v": "dismiss__v"},
            ArrivedFeedback(id="F", revised_at=NOW, suggestion="S1", answer="dismissed", reason=None),
        ),
        ({"suggestion__v": "S1", "record_type_name__v": "liked__v"}, Unreadable(id="F", revised_at=NOW, trouble="unknown_answer")),
        ({"record_type_name__v": "dismiss__v"}, Unreadable(id="F", revised_at=NOW, trouble="no_suggestion")),
    ],
)
def test_feedback_is_read_or_told_to_be_unreadable(row: dict[str, Any], read: object) -> None:
    """By the record type of the CRM."""
    assert an_account().mapping.read(Arriving.FEEDBACK, row, id="F", revised_at=NOW) == read


@pytest.mark.parametrize(("said", "reason"), [("not_relevant__v", "not_relevant__v"), ("Not now", "later"), ("She has moved to Lund.", "other"), (None, None)])
def test_the_reason_of_feedback_is_a_code(said: str | None, reason: str | None) -> None:
    """Of the CRM's list, or ours for it; what might have been typed is none."""
    mapping = an_account(feedback={"fields": {"reason": "reason__c"}, "values": {"reason": {"later": "Not now"}}}).mapping
    row = {"suggestion__v": "S1", "record_type_name__v": "dismiss__v", "reason__c": said}
    read = mapping.read(Arriving.FEEDBACK, row, id="F", revised_at=NOW)
    assert isinstance(read, ArrivedFeedback)
    assert read.reason == reason


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"products": {}}, "products: names none of yours"),
        ({"products": {"a": "1", "b": "1"}}, "two of ours have the same id"),
        ({"call": {"fields": {"chanel": "x__c"}}}, "call: chanel is none of ours, which are account, at, channel"),
        ({"call": {"fields": {"channel": None}}}, "call: channel must have a field"),
        ({"call": {"fields": {"outcome": "x; DELETE"}}}, "String should match pattern"),
        ({"call": {"values": {"channel": {"remote": "x", "phone": "x"}}}}, "two codes of channel have the same value"),
        ({"token": None}, "give a token, or a username and a password"),
        ({"username": "me"}, "give a token, or a username and a password"),
        ({"url": "http://crm.example"}, "is not https"),
        ({"version": "latest"}, "String should match pattern"),
    ],
)
def test_a_wrong_mapping_or_account_is_told_what_is_wrong(changes: dict[str, Any], said: str) -> None:
    """Before anything is said to the CRM."""
    with pytest.raises(ValidationError, match=said):
        an_account(**changes)


def test_one_product_may_need_no_field() -> None:
    """Then it needs no id either."""
    left_out = {"fields": {"product": None}}
    with pytest.raises(ValidationError, match="call: product must have a field"):
        an_account(products={}, call=left_out, sent_email=left_out)
