"""What an advertisement to HCPs must carry in a market, asked of one version of content: by whoever imports it, the linter before a journey is
published, and the gate at each sending."""

from collections.abc import Sequence

from journeys.content import FRAGMENT, MEETINGS, ContentVersion
from journeys.markets import MarketPolicy


def lacking(content: ContentVersion, policy: MarketPolicy, *, fragments: Sequence[ContentVersion] = ()) -> str | None:
    """What the content lacks of the market's minimum information, in words; None where it lacks nothing, or the market does not ask.

    A fragment carries none of its own: the letter in which it stands does, also where only the fragment speaks of the product.
    LER Ch. 1 Div. 1 art. 17 (minimum information) and art. 19 (legibility) for Sweden; what the other markets rest on is in their policy's `source`.
    """
    promotes = any(each.promotes for each in (content, *fragments))
    if policy.minimum_information == "not_required" or not promotes or content.made_for == FRAGMENT:
        return None
    block = content.approval.minimum_information.get(policy.market) if content.approval is not None else None
    if block is None:
        return f"has no minimum information for {policy.market}"
    if not block.legible:
        return f"has minimum information for {policy.market} that review has not found legible"
    spoken = content.material or block.texts if content.made_for in MEETINGS else content.written_for(content.made_for)
    missing = [language for language in policy.languages if language in spoken and language not in content.informed[policy.market]]
    if missing:
        return f"does not show the minimum information of {policy.market} in {' and '.join(missing)}, word for word, in each form of its words"
    return None
