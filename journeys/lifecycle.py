"""The life cycle of a version of a journey: the acts that lead from one state to the next, whoever does them, and why an act is refused.

draft → in_review (its text is locked) → signed → published (from a date) → draining → retired; sent back from a review to draft, withdrawn from there.
Pure: no clock, no roles, nothing is stored.
"""

from enum import StrEnum
from typing import assert_never

from journeys.expiring import ACKNOWLEDGED
from journeys.means import Lacking
from journeys.shapes import Instant, Stored
from journeys.signatures import OF_AUTHORS, OF_OTHERS, Meaning, Party, Signature
from journeys.versions import Policies, Version, VersionState, complete, current, missing, required, unknown_markets


class Act(StrEnum):
    DRAFT = "draft"
    REPLACE = "replace"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    SIGN = "sign"
    PUBLISH = "publish"
    DRAIN = "drain"
    RETIRE = "retire"
    WITHDRAW = "withdraw"


class Running(StrEnum):
    """What happens to those who are in earlier versions when a version is published."""

    PIN = "pin"
    """They play on where they are; the earlier version takes nobody new unless it is named."""
    MIGRATE = "migrate"
    """They move to the new version."""
    DRAIN = "drain"
    """They play on; the earlier versions take nobody at all and retire when the last run has ended."""


class Refusal(StrEnum):
    NOT_IN_THIS_STATE = "not_in_this_state"
    VERSION_EXISTS = "version_exists"
    NO_MARKET_POLICY = "no_market_policy"
    DIGEST_CHANGED = "digest_changed"
    NOT_YOUR_PARTY = "not_your_party"
    PARTY_NOT_ASKED = "party_not_asked"
    PARTY_SIGNED = "party_signed"
    SIGNED_ALREADY = "signed_already"
    MEANING_NOT_YOURS = "meaning_not_yours"
    PIN_NOT_SET = "pin_not_set"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    SIGNATURES_MISSING = "signatures_missing"
    FROM_IN_THE_PAST = "from_in_the_past"
    NOT_THE_LATEST = "not_the_latest"
    RUNNING_CHOICE_REQUIRED = "running_choice_required"
    MIGRATION_UNAVAILABLE = "migration_unavailable"
    UNKNOWN_STEP = "unknown_step"
    CHANNEL_NOT_CONFIGURED = "channel_not_configured"
    ENDPOINT_NOT_CONFIGURED = "endpoint_not_configured"
    RUNS_OPEN = "runs_open"
    NOT_PUBLISHED = "not_published"
    NOT_IN_EFFECT = "not_in_effect"
    ADMITS_NOBODY = "admits_nobody"
    PLAN_REQUIRED = "plan_required"
    UNKNOWN_SUCCESSOR = "unknown_successor"


class Refused(Stored):
    """An act that is not done, and what would be."""

    code: Refusal
    detail: str
    allowed: tuple[str, ...] = ()


class Replace(Stored):
    """Another text for a draft."""

    by: str
    digest: str
    markets: tuple[str, ...]


class Submit(Stored):
    """Lock the text and put it before those who sign. That it lints clean is asked outside."""


class SendBack(Stored):
    """Unlock the text; no signature that was given counts any more."""


class Withdraw(Stored):
    """Give a draft up. Its number stays taken."""


class Sign(Stored):
    by: str
    name: str
    parties: tuple[Party, ...]
    """For whom this user may sign at all."""
    party: Party
    meaning: Meaning
    digest: str
    """Of what the signer has read."""
    at: Instant


class Publish(Stored):
    digest: str
    """Of the text as it is read on this day, which must be the one that was signed."""
    effective_from: Instant
    now: Instant
    latest: int | None = None
    """The latest version that is released already."""
    running: Running | None = None
    mapping: dict[str, str] = {}
    """Where those go who migrate and whose step is gone."""
    can_migrate: bool = False
    lacking: Lacking = Lacking()
    """What the text names and this installation does not have."""
    ending: tuple[str, ...] = ()
    """The contents that the text names and whose approval ends soon."""
    plan: dict[str, str] = {}
    """What is planned for each of them: the version that succeeds it, or `acknowledged`."""
    successors: tuple[str, ...] = ()
    """What may succeed: every version of content of the product that is on record."""


class Drain(Stored):
    """From an instant on take nobody new, under any name; those who are in it play on."""

    since: Instant
    now: Instant


class Retire(Stored):
    """Lay a version down in which nobody is."""

    open_runs: int


Step = Replace | Submit | SendBack | Withdraw | Sign | Publish | Drain | Retire

_FROM: dict[Act, frozenset[VersionState]] = {
    Act.REPLACE: frozenset({VersionState.DRAFT}),
    Act.SUBMIT: frozenset({VersionState.DRAFT}),
    Act.WITHDRAW: frozenset({VersionState.DRAFT}),
    Act.SEND_BACK: frozenset({VersionState.IN_REVIEW, VersionState.SIGNED}),
    # A market may come to ask for one more party after the last of the others has signed.
    Act.SIGN: frozenset({VersionState.IN_REVIEW, VersionState.SIGNED}),
    Act.PUBLISH: frozenset({VersionState.SIGNED}),
    Act.DRAIN: frozenset({VersionState.PUBLISHED}),
    Act.RETIRE: frozenset({VersionState.PUBLISHED, VersionState.DRAINING}),
}


def acts_in(state: VersionState) -> tuple[Act, ...]:
    """The acts that a version in this state takes, whoever does them."""
    return tuple(act for act, states in _FROM.items() if state in states)


def perform(version: Version, step: Step, policies: Policies) -> Version | Refused:
    """The version after the act, or why the act is not done."""
    return _wrong_state(version, step) or _refusal(version, step, policies) or _after(version, step, policies)


def _wrong_state(version: Version, step: Step) -> Refused | None:
    act = _ACT_OF[type(step)]
    if version.state in _FROM[act]:
        return None
    states = " or ".join(sorted(_FROM[act]))
    detail = f"{version.journey} version {version.version} is {version.state}; {act} is for one that is {states}."
    return Refused(code=Refusal.NOT_IN_THIS_STATE, detail=detail, allowed=acts_in(version.state))


def _refusal(version: Version, step: Step, policies: Policies) -> Refused | None:
    match step:
        case Submit():
            return _no_policy(version, policies)
        case Sign():
            return _no_policy(version, policies) or _not_the_signer(version, step, policies) or _signed(version, step)
        case Publish():
            return _no_policy(version, policies) or _unsigned(version, step, policies) or _unequipped(step) or _unplanned(step) or _wrong_moment(version, step)
        case Retire(open_runs=runs) if runs:
            return Refused(code=Refusal.RUNS_OPEN, detail=f"{runs} runs are in this version. Drain it: it retires when the last of them has ended.")
        case _:
            return None


def _no_policy(version: Version, policies: Policies) -> Refused | None:
    unknown = unknown_markets(version, policies)
    if not unknown:
        return None
    return Refused(
        code=Refusal.NO_MARKET_POLICY, detail=f"No policy is known for {', '.join(unknown)}, so nobody knows who must sign. Import the market's policy first."
    )


def _not_the_signer(version: Version, step: Sign, policies: Policies) -> Refused | None:
    asked = required(version, policies)
    if step.party not in step.parties:
        mine = f"you sign for {' or '.join(step.parties)}" if step.parties else "your role signs for nobody"
        return Refused(code=Refusal.NOT_YOUR_PARTY, detail=f"You cannot sign for {step.party}: {mine}.", allowed=step.parties)
    if step.party not in asked:
        return Refused(code=Refusal.PARTY_NOT_ASKED, detail=f"No market of this journey asks {step.party} to sign.", allowed=missing(version, policies))
    meanings = OF_AUTHORS if step.by in version.authors else OF_OTHERS
    if step.meaning not in meanings:
        told = "wrote of this text: an author signs for authorship or responsibility" if step.by in version.authors else "did not write of this text"
        return Refused(code=Refusal.MEANING_NOT_YOURS, detail=f"{step.meaning} is not yours to give; you {told}.", allowed=tuple(sorted(meanings)))
    return None


def _signed(version: Version, step: Sign) -> Refused | None:
    if step.digest != version.digest:
        return _other_text(version)
    for given in current(version):
        if given.party == step.party:
            return Refused(code=Refusal.PARTY_SIGNED, detail=f"{given.name} has signed for {step.party} already.")
        if given.by == step.by:
            return Refused(code=Refusal.SIGNED_ALREADY, detail=f"You have signed this version for {given.party}; one person signs once.")
    return None


def _unsigned(version: Version, step: Publish, policies: Policies) -> Refused | None:
    if step.digest != version.digest:
        return _other_text(version)
    if complete(version, policies):
        return None
    lacking = missing(version, policies)
    detail = f"{', '.join(lacking)} must sign first." if lacking else "Somebody who is no author must sign too."
    return Refused(code=Refusal.SIGNATURES_MISSING, detail=detail, allowed=lacking)


def _unequipped(step: Publish) -> Refused | None:
    """A run that comes to what is not there would be held or fail, one HCP after the other."""
    named = ", ".join(step.lacking.channels or step.lacking.endpoints)
    if step.lacking.channels:
        return Refused(code=Refusal.CHANNEL_NOT_CONFIGURED, detail=f"This installation has no channel {named}. Name what carries it in DIRIGENT_CHANNELS.")
    if step.lacking.endpoints:
        return Refused(code=Refusal.ENDPOINT_NOT_CONFIGURED, detail=f"This installation does not know how to ask {named}. Name it in DIRIGENT_ENDPOINTS.")
    return None


def _unplanned(step: Publish) -> Refused | None:
    """Steps outlive content whose approval ends: whoever publishes says what comes after it."""
    open_ = tuple(content for content in step.ending if content not in step.plan)
    if open_:
        detail = f"The approval of {', '.join(open_)} ends soon. Say in `plan` which version succeeds it, or that you acknowledge it."
        return Refused(code=Refusal.PLAN_REQUIRED, detail=detail, allowed=open_)
    for content, successor in step.plan.items():
        if successor == content or (successor != ACKNOWLEDGED and successor not in step.successors):
            detail = f"{successor} cannot succeed {content}: it is no other content of this product on record."
            return Refused(code=Refusal.UNKNOWN_SUCCESSOR, detail=detail)
    return None


def _wrong_moment(version: Version, step: Publish) -> Refused | None:
    if step.effective_from < step.now:
        return Refused(code=Refusal.FROM_IN_THE_PAST, detail="A version takes effect now or later.")
    if step.latest is None:
        return None
    if step.latest > version.version:
        return Refused(
            code=Refusal.NOT_THE_LATEST, detail=f"Version {step.latest} is published already, and the latest counts: give this one a higher version."
        )
    if step.running is None:
        return Refused(code=Refusal.RUNNING_CHOICE_REQUIRED, detail="Say what happens to those who are in earlier versions.", allowed=tuple(sorted(Running)))
    if step.running is Running.MIGRATE and not step.can_migrate:
        allowed = (Running.DRAIN, Running.PIN)
        return Refused(code=Refusal.MIGRATION_UNAVAILABLE, detail="This installation cannot move runs to another version.", allowed=allowed)
    return None


def _other_text(version: Version) -> Refused:
    return Refused(code=Refusal.DIGEST_CHANGED, detail=f"The text is another one than that with the digest {version.digest}. Read it again.")


def _after(version: Version, step: Step, policies: Policies) -> Version:
    match step:
        case Replace():
            authors = version.authors if step.by in version.authors else (*version.authors, step.by)
            return version.model_copy(update={"digest": step.digest, "markets": step.markets, "authors": authors})
        case Submit():
            return _to(version, VersionState.IN_REVIEW)
        case SendBack():
            return version.model_copy(update={"state": VersionState.DRAFT, "round": version.round + 1})
        case Withdraw():
            return _to(version, VersionState.WITHDRAWN)
        case Sign():
            return _with(version, step, policies)
        case Publish():
            return version.model_copy(update={"state": VersionState.PUBLISHED, "effective_from": step.effective_from})
        case Drain():
            return _draining(version, step)
        case Retire():
            return _to(version, VersionState.RETIRED)
        case _:
            assert_never(step)


def _draining(version: Version, step: Drain) -> Version:
    since = min(filter(None, (version.drains_from, step.since)))
    state = VersionState.DRAINING if since <= step.now else version.state
    return version.model_copy(update={"state": state, "drains_from": since})


def _with(version: Version, step: Sign, policies: Policies) -> Version:
    given = Signature(round=version.round, **step.model_dump(exclude={"parties"}))
    signed = version.model_copy(update={"signatures": (*version.signatures, given)})
    return _to(signed, VersionState.SIGNED) if complete(signed, policies) else signed


def _to(version: Version, state: VersionState) -> Version:
    return version.model_copy(update={"state": state})


_ACT_OF: dict[type[Step], Act] = {
    Replace: Act.REPLACE,
    Submit: Act.SUBMIT,
    SendBack: Act.SEND_BACK,
    Withdraw: Act.WITHDRAW,
    Sign: Act.SIGN,
    Publish: Act.PUBLISH,
    Drain: Act.DRAIN,
    Retire: Act.RETIRE,
}
