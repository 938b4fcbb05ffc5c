"""Rules on content: each piece is used on the channel, in the markets, for the product, purpose and audience that review approved it for, and in time."""

from collections.abc import Iterator

from journeys.access import MeetingForm
from journeys.choosing import needs_choice, unfit
from journeys.conditions import AllOf, FactIs
from journeys.content import EMAIL, MEETINGS, ContentState, ContentVersion
from journeys.definitions import Purpose, SendStep, VisitStep
from journeys.expiring import SOON
from journeys.facts import CATALOGUE
from journeys.linting.subject import Subject
from journeys.linting.truths import Truths, but_not
from journeys.loading import Loc, Remark, did_you_mean
from journeys.markets import MarketPolicy
from journeys.minimum_information import lacking


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
    """J406: what is sent to the nurse is approved for nurses, and what is for the HCP for a profession that may enter."""
    entering = _professions(subject)
    for loc, content, _ in _known_uses(subject):
        step, approved = subject.steps[str(loc[1])], ", ".join(content.audience)
        if isinstance(step, SendStep) and step.sending.to == "nurse":
            if "nurse" not in content.audience:
                yield Remark(loc, f'"{content.ref}" goes to the nurse and is approved for {approved}', "use content whose audience is the nurse")
        elif entering and not entering.intersection(content.audience):  # where nobody may enter, other rules say so
            message = f'"{content.ref}" is approved for {approved}, and nobody of these may enter'
            yield Remark(loc, message, "use content for those whom entry.when lets in, or let others enter")


def no_letter(subject: Subject) -> Iterator[Remark]:
    """J407: what is sent or shown has words in a language of every market: letters for e-mail, texts for any other channel, material for a visit."""
    for loc, content, what, policy, spoken in _spoken(subject):
        if not spoken.intersection(policy.languages):
            yield Remark(loc, f'"{content.ref}" has no {what} in a language of {policy.market}', f"add a {what} in {' or '.join(policy.languages)}")


def lacking_language(subject: Subject) -> Iterator[Remark]:
    """J412: in a market of several languages, who prefers one without words gets another."""
    for loc, content, what, policy, spoken in _spoken(subject):
        lacking = [language for language in policy.languages if language not in spoken]
        if lacking and spoken.intersection(policy.languages):
            message = f'"{content.ref}" has no {what} in {" or ".join(lacking)}, which {policy.market} speaks too'
            yield Remark(loc, message, f"add a {what} in {' and '.join(lacking)}")


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


def uninformed(subject: Subject) -> Iterator[Remark]:
    """J413: promotion carries the minimum information of every market of the journey that asks for it."""
    policies = [subject.library.markets[market] for market in subject.definition.markets if market in subject.library.markets]
    for loc, content, _ in _known_uses(subject):
        for policy in policies:
            lacks = lacking(content, policy) if policy.market in content.markets else None  # another market's content is another rule's matter
            if lacks is not None:
                yield Remark(loc, f'"{content.ref}" {lacks}', "use a version that carries it: without it the gate lets nothing out")


def unchoosable(subject: Subject) -> Iterator[Remark]:
    """J414: where a letter asks for a choice a rep sends it, and every passage that it offers may stand in it."""
    contents = subject.library.contents
    for loc, content, _ in _known_uses(subject):
        step = subject.steps[str(loc[1])]
        if isinstance(step, SendStep) and step.sending.sent_by == "automatic" and needs_choice(content):
            yield Remark(loc, f'"{content.ref}" asks somebody to choose, and is sent without a human\'s hand', "let the rep send it, or use another letter")
        for ref in content.fragments.offered if content.fragments is not None else ():
            lacks = unfit(contents.get(ref), content)
            if lacks is not None:
                yield Remark(loc, lacks, "offer passages made for this letter's product, readers and languages")


def promoting_meeting(subject: Subject) -> Iterator[Remark]:
    """J415: a meeting that is held as one about risks promotes nothing, so it is no step of a journey that promotes."""
    for step_id, step in subject.steps.items():
        promotes = isinstance(step, VisitStep) and step.visit.form is MeetingForm.RISK_MINIMISATION and subject.definition.purpose is Purpose.PROMOTIONAL
        if promotes:
            message = f'"{step_id}" is held as a meeting about risks, and this journey is promotional'
            yield Remark(("steps", step_id, "visit", "form"), message, "hold it as product_information or education, or give the journey the purpose safety")


def nothing_above(subject: Subject) -> Iterator[Remark]:
    """J411: a journey that speaks of the product alone has little to give to an HCP whom the product does not concern today."""
    pieces = {content.ref: content for _, content, _ in _known_uses(subject)}
    above = sum(content.above_the_brand for content in pieces.values())
    if subject.definition.purpose is Purpose.PROMOTIONAL and pieces and not above:
        message = f"0 of {len(pieces)} {'piece' if len(pieces) == 1 else 'pieces'} of content is above the brand: the journey speaks of the product alone"
        yield Remark(("steps",), message, "offer something about the therapy area, or about the HCP's own work", key=True)


def _spoken(subject: Subject) -> Iterator[tuple[Loc, ContentVersion, str, MarketPolicy, set[str]]]:
    """Every use of content in every market, with what holds its words and the languages that these are in. Material of which no words are given is
    left out: what a human shows may need none."""
    policies = [subject.library.markets[market] for market in subject.definition.markets if market in subject.library.markets]
    for loc, content, channel in _known_uses(subject):
        if content.made_for != channel:
            continue
        shown = channel in MEETINGS
        spoken = {*(content.material if shown else content.written_for(channel))}
        what = "material" if shown else "letter" if channel == EMAIL else "text"
        yield from ((loc, content, what, policy, spoken) for policy in policies if spoken or not shown)


def _professions(subject: Subject) -> set[str]:
    """The professions of those who may enter, and need not leave at once."""
    definition, truths = subject.definition, Truths(subject.told)
    ends = tuple(condition for condition in (definition.goal, definition.exit_when) if condition is not None)

    def may_enter(profession: str) -> bool:
        return truths.possible(but_not(AllOf(all=(definition.entry.when, FactIs(fact="profession", is_=profession))), ends))

    return {profession for profession in CATALOGUE["profession"].values if may_enter(profession)}


def _known_uses(subject: Subject) -> Iterator[tuple[Loc, ContentVersion, str]]:
    contents = subject.library.contents
    yield from ((loc, contents[ref], channel) for loc, ref, channel in subject.uses if ref in contents)
