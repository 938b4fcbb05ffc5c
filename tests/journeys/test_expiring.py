"""When approvals that end are warned of, and what a journey needs before it is published with them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from journeys.content import ContentVersion
from journeys.definitions import ContentRef
from journeys.expiring import ending, warning_due
from journeys.lifecycle import Publish, Refusal, Refused, perform
from journeys.signatures import ALWAYS, Meaning, Signature
from journeys.versions import Version, VersionState
from tests.builders import NOW, a_content, a_journey

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def expiring(at: datetime, **changes: Any) -> ContentVersion:
    return ContentVersion.model_validate(a_content(approval={"id": "MLR-1", "expires": at}, **changes))


@pytest.mark.parametrize(
    ("left", "days"),
    [(61 * DAY, None), (60 * DAY + SECOND, None), (60 * DAY, 60), (31 * DAY, 60), (30 * DAY, 30), (8 * DAY, 30), (7 * DAY, 7), (SECOND, 7), (0 * DAY, None)],
)
def test_the_latest_threshold_that_was_reached_is_warned_of(left: timedelta, days: int | None) -> None:
    """A worker that was down for a month warns of what is true now, not of every threshold that it missed."""
    assert warning_due(expiring(NOW + left), NOW) == days


@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn", "expired"])
def test_only_what_is_approved_is_warned_of(state: str) -> None:
    """The others go out to nobody."""
    assert warning_due(expiring(NOW + DAY, state=state), NOW) is None


def test_the_contents_of_a_journey_that_end_are_named_once() -> None:
    """What is not on record is another rule's matter."""
    soon, later = expiring(NOW + DAY), ContentVersion.model_validate(a_content("hf-news@1"))
    refs = (soon.ref, soon.ref, later.ref, ContentRef("hf-nothing", 1))
    assert ending(refs, {soon.ref: soon, later.ref: later}, NOW) == (soon.ref,)


def published(**plan: Any) -> Version | Refused:
    """What becomes of publishing a signed version whose letter ends soon."""
    definition = a_journey()
    signed = tuple(Signature(round=1, by=party, name=party, party=party, meaning=Meaning.APPROVAL, digest=definition.digest, at=NOW) for party in ALWAYS)
    version = Version(
        journey=definition.journey, version=1, digest=definition.digest, state=VersionState.SIGNED, round=1, authors=("a",), markets=("SE",), signatures=signed
    )
    told: dict[str, Any] = {"ending": ("hf-dialogue@2",), "successors": ("hf-dialogue@2", "hf-dialogue@3"), **plan}
    return perform(version, Publish(digest=definition.digest, effective_from=NOW, now=NOW, **told), {"SE": ALWAYS})


@pytest.mark.parametrize("plan", [{"hf-dialogue@2": "hf-dialogue@3"}, {"hf-dialogue@2": "acknowledged"}])
def test_a_journey_with_a_plan_is_published(plan: dict[str, str]) -> None:
    """A successor, or the word of whoever publishes that they know."""
    assert isinstance(published(plan=plan), Version)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({}, Refusal.PLAN_REQUIRED),
        ({"hf-news@1": "acknowledged"}, Refusal.PLAN_REQUIRED),
        ({"hf-dialogue@2": "hf-dialogue@2"}, Refusal.UNKNOWN_SUCCESSOR),
        ({"hf-dialogue@2": "other-brand@1"}, Refusal.UNKNOWN_SUCCESSOR),
    ],
)
def test_a_journey_without_one_is_not(plan: dict[str, str], code: Refusal) -> None:
    """Nor does content succeed itself, or that of another product."""
    refused = published(plan=plan)
    assert isinstance(refused, Refused)
    assert refused.code is code
