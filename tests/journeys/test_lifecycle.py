"""The life of a version: what leads to publication, what does not, and the laws that hold whoever acts in whatever order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys import lifecycle as life
from journeys.admission import admission, in_effect
from journeys.lifecycle import Act, Refusal, Refused, Running, acts_in, perform
from journeys.signatures import ALWAYS, Meaning, Party, Signature
from journeys.versions import RELEASED, Policies, Version, VersionState, complete, current, missing, required
from tests.builders import NOW, a_market

POLICIES: Policies = {"SE": ALWAYS, "UK": (*ALWAYS, Party.LEGAL)}
LATER = NOW + timedelta(days=10)


def a_version(**changes: Any) -> Version:
    """A draft by Lena for Sweden."""
    told: dict[str, Any] = {"journey": "pioneer", "version": 1, "digest": "d1", "markets": ("SE",), "authors": ("lena",)}
    return Version(**{**told, **changes})


def a_signature(party: Party, *, by: str | None = None, **changes: Any) -> life.Sign:
    """Somebody signs for the party, and for no other."""
    signer = by or f"the-{party}"
    meaning = Meaning.AUTHORSHIP if signer == "lena" else Meaning.APPROVAL
    told: dict[str, Any] = {"by": signer, "name": signer, "parties": (party,), "party": party, "meaning": meaning, "digest": "d1", "at": NOW}
    return life.Sign(**{**told, **changes})


def a_publication(**changes: Any) -> life.Publish:
    return life.Publish(**{"digest": "d1", "effective_from": NOW, "now": NOW, **changes})


def done(version: Version, *steps: life.Step, policies: Policies = POLICIES) -> Version:
    """The version after acts of which none is refused."""
    for step in steps:
        result = perform(version, step, policies)
        assert isinstance(result, Version), result
        version = result
    return version


def refused(version: Version, step: life.Step, policies: Policies = POLICIES) -> Refusal:
    result = perform(version, step, policies)
    assert isinstance(result, Refused), result
    return result.code


def signed(version: Version | None = None, policies: Policies = POLICIES) -> Version:
    """Submitted, and signed by all that must."""
    submitted = done(version or a_version(), life.Submit(), policies=policies)
    return done(submitted, *(a_signature(party) for party in missing(submitted, policies)), policies=policies)


def test_a_version_goes_from_draft_to_retired() -> None:
    """Each act leads one state on."""
    version = a_version()
    states = [version.state]
    steps: list[life.Step] = [life.Submit(), *(a_signature(party) for party in ALWAYS), a_publication()]
    for step in (*steps, life.Drain(since=NOW, now=NOW), life.Retire(open_runs=0)):
        version = done(version, step)
        states.append(version.state)
    assert states == ["draft", "in_review", "in_review", "in_review", "signed", "published", "draining", "retired"]


@pytest.mark.parametrize("markets", [("SE",), ("UK",), ("SE", "UK")])
def test_each_market_may_ask_for_more_and_the_union_counts(markets: tuple[str, ...]) -> None:
    """The three always sign; the United Kingdom's policy asks legal too."""
    version = signed(a_version(markets=markets))
    assert [given.party for given in version.signatures] == [*ALWAYS, *([Party.LEGAL] if "UK" in markets else [])]
    assert version.state is VersionState.SIGNED


def test_a_market_may_not_ask_for_fewer() -> None:
    """A policy without medical is not a policy."""
    assert a_market(signatures=["sales", "marketing", "medical", "legal"]).signatures[-1] is Party.LEGAL
    with pytest.raises(ValidationError, match="medical must be among them"):
        a_market(signatures=["sales", "marketing"])


@pytest.mark.parametrize(
    ("version", "step"),
    [
        (a_version(markets=("SE", "NO")), life.Submit()),
        (a_version(markets=("SE", "NO"), state=VersionState.IN_REVIEW), a_signature(Party.SALES)),
        (signed().model_copy(update={"markets": ("SE", "NO")}), a_publication()),
    ],
)
def test_a_market_without_a_policy_blocks_every_step_forward(version: Version, step: life.Step) -> None:
    """Nobody knows who would have to sign."""
    assert refused(version, step) is Refusal.NO_MARKET_POLICY


def test_a_policy_that_asks_for_more_in_the_meantime_is_heeded() -> None:
    """What is signed is not published until the new party has signed as well."""
    version, stricter = signed(), {"SE": (*ALWAYS, Party.REGULATORY)}
    assert refused(version, a_publication(), stricter) is Refusal.SIGNATURES_MISSING
    version = done(version, a_signature(Party.REGULATORY), a_publication(), policies=stricter)
    assert version.state is VersionState.PUBLISHED


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (a_signature(Party.SALES, parties=(Party.MARKETING,)), Refusal.NOT_YOUR_PARTY),
        (a_signature(Party.SALES, parties=()), Refusal.NOT_YOUR_PARTY),
        (a_signature(Party.LEGAL), Refusal.PARTY_NOT_ASKED),
        (a_signature(Party.MARKETING), Refusal.PARTY_SIGNED),
        (a_signature(Party.SALES, by="the-marketing"), Refusal.SIGNED_ALREADY),
        (a_signature(Party.SALES, digest="d2"), Refusal.DIGEST_CHANGED),
        (a_signature(Party.SALES, meaning=Meaning.AUTHORSHIP), Refusal.MEANING_NOT_YOURS),
        (a_signature(Party.SALES, by="lena", meaning=Meaning.APPROVAL), Refusal.MEANING_NOT_YOURS),
    ],
)
def test_who_may_not_sign(step: life.Sign, code: Refusal) -> None:
    """For another party, for one that nobody asks, twice, over another text, or as what one is not."""
    version = done(a_version(), life.Submit(), a_signature(Party.MARKETING))
    assert refused(version, step) is code


def test_the_author_signs_for_one_party_at_most() -> None:
    """Even where one party were enough, the author alone would not be."""
    version = done(a_version(), life.Submit(), a_signature(Party.MARKETING, by="lena"))
    assert refused(version, a_signature(Party.SALES, by="lena")) is Refusal.SIGNED_ALREADY
    alone = a_version(state=VersionState.SIGNED, signatures=tuple(_given(party, "lena") for party in ALWAYS))
    assert missing(alone, POLICIES) == ()
    assert refused(alone, a_publication()) is Refusal.SIGNATURES_MISSING


def _given(party: Party, by: str) -> Signature:
    return Signature(party=party, by=by, name=by, meaning=Meaning.AUTHORSHIP, at=NOW, digest="d1", round=1)


def test_being_sent_back_voids_the_signatures() -> None:
    """They stay on record and count no more, even over the same text."""
    version = done(signed(), life.SendBack())
    assert (version.state, len(version.signatures), current(version)) == (VersionState.DRAFT, 3, ())
    again = done(version, life.Submit())
    assert missing(again, POLICIES) == ALWAYS
    assert refused(again, a_publication()) is Refusal.NOT_IN_THIS_STATE


@pytest.mark.parametrize("version", [done(a_version(), life.Submit()), signed(), done(signed(), a_publication())])
def test_a_text_is_locked_once_it_is_submitted(version: Version) -> None:
    """Another text needs a way back to draft, or another version."""
    assert refused(version, life.Replace(by="lena", digest="d2", markets=("SE",))) is Refusal.NOT_IN_THIS_STATE


def test_whoever_writes_of_the_text_is_an_author() -> None:
    """Each is named once, the first one first."""
    steps = [life.Replace(by=by, digest=f"d{number}", markets=("SE",)) for number, by in enumerate(("bo", "lena", "bo"))]
    assert done(a_version(), *steps).authors == ("lena", "bo")


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (a_publication(digest="d2"), Refusal.DIGEST_CHANGED),
        (a_publication(effective_from=NOW - timedelta(seconds=1)), Refusal.FROM_IN_THE_PAST),
        (a_publication(latest=2), Refusal.NOT_THE_LATEST),
        (a_publication(latest=1), Refusal.RUNNING_CHOICE_REQUIRED),
        (a_publication(latest=1, running=Running.MIGRATE), Refusal.MIGRATION_UNAVAILABLE),
    ],
)
def test_what_is_signed_may_still_not_be_published(step: life.Publish, code: Refusal) -> None:
    """As another text, in the past, below a later version, or without saying what becomes of those who are on their way."""
    assert refused(signed(a_version(version=1 if code is Refusal.NOT_THE_LATEST else 3)), step) is code


def test_a_version_with_people_in_it_is_not_laid_down() -> None:
    """It is drained first."""
    assert refused(done(signed(), a_publication()), life.Retire(open_runs=1)) is Refusal.RUNS_OPEN


def test_nobody_enters_before_the_date_or_after_the_drain() -> None:
    """A drain in the future leaves the version open until then."""
    version = done(signed(), a_publication(effective_from=LATER))
    code = admission(version, NOW)
    assert code is not None
    assert code.code is Refusal.NOT_IN_EFFECT
    assert admission(version, LATER) is None
    draining = done(version, life.Drain(since=LATER + timedelta(days=1), now=LATER))
    assert (draining.state, admission(draining, LATER)) == (VersionState.PUBLISHED, None)
    over = admission(draining, LATER + timedelta(days=1))
    assert over is not None
    assert over.code is Refusal.ADMITS_NOBODY


def test_until_its_date_the_earlier_version_goes_on() -> None:
    """Of several that admit, the latest counts."""
    first = done(signed(), a_publication())
    second = done(signed(a_version(version=2)), a_publication(effective_from=LATER))
    assert in_effect([first, second], NOW) == first
    assert in_effect([first, second], LATER) == second
    assert in_effect([second], NOW) is None


def test_every_state_says_what_it_takes() -> None:
    """A refusal names the acts of the state; nothing comes back from retired or withdrawn."""
    assert acts_in(VersionState.DRAFT) == (Act.REPLACE, Act.SUBMIT, Act.WITHDRAW)
    assert acts_in(VersionState.RETIRED) == acts_in(VersionState.WITHDRAWN) == ()


USERS = ("lena", "bo", "sara", "max", "mira")
_mostly_the_text = st.sampled_from(("d1", "d1", "d1", "d1", "d2"))
_markets = st.sampled_from((("SE",), ("UK",), ("SE", "UK"), ("SE", "NO")))
_times = st.sampled_from((NOW, LATER))
_policies: st.SearchStrategy[Policies] = st.sampled_from((POLICIES, POLICIES, POLICIES, {"SE": (*ALWAYS, Party.REGULATORY)}, {"UK": ALWAYS}))


def _a_sign(by: str, party: Party, digest: str, odd: int = 0) -> life.Step:
    meaning = Meaning.AUTHORSHIP if (by == "lena") != (odd == 1) else Meaning.APPROVAL
    return life.Sign(by=by, name=by, parties=() if odd == 2 else (party,), party=party, meaning=meaning, digest=digest, at=NOW)


def _anything(users: tuple[str, ...]) -> st.SearchStrategy[life.Step]:
    return st.one_of(
        st.builds(_a_sign, st.sampled_from(users), st.sampled_from(Party), _mostly_the_text, st.integers(0, 9)),
        st.builds(life.Publish, digest=_mostly_the_text, effective_from=_times, now=_times, latest=st.none(), running=st.none()),
        st.builds(life.Replace, by=st.sampled_from(users), digest=_mostly_the_text, markets=_markets),
        st.builds(life.Submit),
        st.builds(life.SendBack),
        st.builds(life.Withdraw),
        st.builds(life.Drain, since=_times, now=_times),
        st.builds(life.Retire, open_runs=st.integers(0, 1)),
    )


def _sense(signers: list[str]) -> list[life.Step]:
    """A review as it should go, with the signers that were drawn."""
    signs = [_a_sign(by, party, "d1") for by, party in zip(signers, Party, strict=True)]
    return [life.Submit(), *signs, life.Publish(digest="d1", effective_from=LATER, now=LATER)]


Walk = list[tuple[life.Step, Policies]]


def _walks_of(users: tuple[str, ...] = USERS) -> st.SearchStrategy[Walk]:
    """Now a review as it should go, by whomever, now anything; under policies that change."""
    sensible = st.lists(st.sampled_from(users), min_size=len(Party), max_size=len(Party)) | st.permutations((users * len(Party))[: len(Party)])
    chapters = st.lists(sensible.map(_sense) | st.lists(_anything(users), min_size=1, max_size=5), min_size=1, max_size=6)
    acts = chapters.map(lambda parts: [step for part in parts for step in part])
    return acts.flatmap(lambda steps: st.tuples(*(st.tuples(st.just(step), _policies) for step in steps)).map(list))


_walks = _walks_of()


def _walked(walk: Walk, each: Callable[[Version, life.Step, Policies, Version], None]) -> Version:
    """Go as far as the acts are taken, and look at every one that is."""
    version = a_version()
    for step, policies in walk:
        result = perform(version, step, policies)
        if isinstance(result, Version):
            each(version, step, policies, result)
            version = result
    return version


def test_the_walks_lead_somewhere() -> None:
    """The laws below would hold of walks that never publish anything: these do."""
    assert find(_walks, lambda walk: _walked(walk, lambda *_: None).state is VersionState.PUBLISHED)


@given(_walks)
def test_nothing_is_published_that_was_not_signed_by_all_over_the_same_text(walk: Walk) -> None:
    """Whoever does what in whatever order: as many different people as parties, one of them no author, and every market has its policy."""

    def look(before: Version, step: life.Step, policies: Policies, after: Version) -> None:
        if isinstance(step, life.Publish):
            given = current(before)
            assert {one.party for one in given} >= set(required(before, policies))
            assert {one.digest for one in given} == {after.digest}
            assert len({one.by for one in given}) == len(given)
            assert {one.by for one in given} - set(before.authors)
            assert set(before.markets) <= set(policies)

    _walked(walk, look)


@given(_walks_of(("lena",)))
def test_the_author_alone_never_completes_a_version(walk: Walk) -> None:
    """Not with every role in the house."""
    assert _walked(walk, lambda *_: None).state in {VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.WITHDRAWN}


@given(_walks)
def test_a_text_changes_in_draft_only_and_no_signature_is_ever_lost(walk: Walk) -> None:
    """A draft has no signature that counts; what was given stays on record, in its order."""

    def look(before: Version, step: life.Step, _: Policies, after: Version) -> None:
        assert after.digest == before.digest or before.state is after.state is VersionState.DRAFT
        assert after.signatures[: len(before.signatures)] == before.signatures
        assert len(after.signatures) - len(before.signatures) == isinstance(step, life.Sign)
        assert after.state is not VersionState.DRAFT or current(after) == ()
        assert before.state not in RELEASED or after.state in RELEASED

    _walked(walk, look)


@given(_walks)
def test_signed_means_complete(walk: Walk) -> None:
    """The state follows from the signatures at the moment of the last of them."""

    def look(before: Version, _: life.Step, policies: Policies, after: Version) -> None:
        if (before.state, after.state) == (VersionState.IN_REVIEW, VersionState.SIGNED):
            assert complete(after, policies)

    _walked(walk, look)
