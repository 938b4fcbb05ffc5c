"""Rules on content: each piece is used on the channel, in the markets, for the product, purpose and audience that review approved it for, and in time."""

from collections.abc import Iterator
from datetime import timedelta

from journeys.content import EMAIL, ContentState, ContentVersion
from journeys.definitions import Purpose, SendStep
from journeys.linting.subject import Subject
from journeys.loading import Loc, Remark, did_you_mean

SOON = timedelta(days=60)
"""How long before its expiry content is warned of: the time that a review for renewal is commonly given."""


def unknown_content(subject: Subject) -> Iterator[Remark]:
    """J202: content is named by an id and a version of the library."""
    known = [str(ref) for ref in subject.library.contents]
    for loc, ref, _ in subject.uses:
        if ref not in subject.library.contents:
            yield Remark(loc, f'there is no content "{ref}" in the library', did_you_mean(str(ref), known) or "add it to content/ first")


def reused_remotely(subject: Subject) -> Iterator[Remark]:
    """J401: what works in the room does not carry over to a screen or the telephone."""
    in_the_room = {ref for _, ref, channel in subject.uses if channel == "face_to_face"}
    for loc, ref, channel in subject.uses:
        if channel in ("remote", "phone") and ref in in_the_room:
            yield Remark(loc, f'"{ref}" is used face to face too: the room and the screen need different materials', f"use content that is made for {channel}")


def other_channel(subject: Subject) -> Iterator[Remark]:
    """J402: content is used on the channel that it was made for."""
    for loc, content, channel in _known_uses(subject):
        if content.made_for != channel:
            yield Remark(loc, f'"{content.ref}" is made for {content.made_for}, not for {channel}', f"use content that is made for {channel}")


def not_approved(subject: Subject) -> Iterator[Remark]:
    """J403: content is approved on the day."""
    for loc, content, _ in _known_uses(subject):
        state = content.state_at(subject.now)
        if state is not ContentState.APPROVED:
            yield Remark(loc, f'"{content.ref}" is {state.replace("_", " ")}', "use a version that is approved, or have this one approved")


def other_market(subject: Subject) -> Iterator[Remark]:
    """J404: content is approved for every market of the journey."""
    for loc, content, _ in _known_uses(subject):
        lacking = [market for market in subject.definition.markets if market not in content.markets]
        if lacking:
            yield Remark(loc, f'"{content.ref}" is not approved for {", ".join(lacking)}', f"it is approved for {', '.join(content.markets)}")


def other_product(subject: Subject) -> Iterator[Remark]:
    """J405: content belongs to the journey's product."""
    for loc, content, _ in _known_uses(subject):
        if content.product != subject.definition.product:
            message = f'"{content.ref}" belongs to {content.product}, this journey to {subject.definition.product}'
            yield Remark(loc, message, "use content of the journey's product")


def other_audience(subject: Subject) -> Iterator[Remark]:
    """J406: what is sent to the nurse is approved for nurses."""
    for loc, content, _ in _known_uses(subject):
        step = subject.steps[str(loc[1])]
        if isinstance(step, SendStep) and step.sending.to == "nurse" and "nurse" not in content.audience:
            yield Remark(loc, f'"{content.ref}" goes to the nurse and is approved for {", ".join(content.audience)}', "use content whose audience is the nurse")


def no_letter(subject: Subject) -> Iterator[Remark]:
    """J407: what is sent has words in a language of every market: letters for e-mail, texts for any other channel."""
    policies = [subject.library.markets[market] for market in subject.definition.markets if market in subject.library.markets]
    for loc, content, channel in _known_uses(subject):
        if not isinstance(subject.steps[str(loc[1])], SendStep) or content.made_for != channel:
            continue
        what = "letter" if channel == EMAIL else "text"
        for policy in policies:
            if not set(policy.languages).intersection(content.written_for(channel)):
                yield Remark(loc, f'"{content.ref}" has no {what} in a language of {policy.market}', f"add a {what} in {' or '.join(policy.languages)}")


def other_purpose(subject: Subject) -> Iterator[Remark]:
    """J408: content serves the purpose that consent was given for, and no other."""
    for loc, content, _ in _known_uses(subject):
        if content.purpose != subject.definition.purpose:
            yield Remark(loc, f'"{content.ref}" is {content.purpose}, this journey {subject.definition.purpose.value}', "use content of the journey's purpose")


def expires_soon(subject: Subject) -> Iterator[Remark]:
    """J409: journeys run for months; content that is about to expire needs a successor."""
    for loc, content, _ in _known_uses(subject):
        approved = content.state_at(subject.now) is ContentState.APPROVED and content.approval is not None
        if approved and content.approval is not None and content.approval.expires <= subject.now + SOON:
            yield Remark(loc, f'the approval of "{content.ref}" ends on {content.approval.expires.date()}', "have it renewed, or plan its successor")


def nothing_above(subject: Subject) -> Iterator[Remark]:
    """J411: a journey that speaks of the product alone has little to give to an HCP whom the product does not concern today."""
    pieces = {content.ref: content for _, content, _ in _known_uses(subject)}
    above = sum(content.above_the_brand for content in pieces.values())
    if subject.definition.purpose is Purpose.PROMOTIONAL and pieces and not above:
        message = f"0 of {len(pieces)} {'piece' if len(pieces) == 1 else 'pieces'} of content is above the brand: the journey speaks of the product alone"
        yield Remark(("steps",), message, "offer something about the therapy area, or about the HCP's own work", key=True)


def _known_uses(subject: Subject) -> Iterator[tuple[Loc, ContentVersion, str]]:
    contents = subject.library.contents
    yield from ((loc, contents[ref], channel) for loc, ref, channel in subject.uses if ref in contents)
