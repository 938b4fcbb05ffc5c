"""What approval must say of content before anybody may be shown it: its market's minimum information, what the product is approved for, how recent the
content is, and where the summary of product characteristics is. Asked where content comes in; drafts may still lack it."""

from collections.abc import Iterator, Mapping

from journeys.content import ContentState, ContentVersion
from journeys.loading.findings import Remark
from journeys.markets import MarketPolicy
from journeys.minimum_information import lacking


def check_approval(content: ContentVersion, markets: Mapping[str, MarketPolicy]) -> Iterator[Remark]:
    """Everything that approved content lacks in the markets whose policies are known."""
    if content.state is not ContentState.APPROVED or content.approval is None:
        return
    for market in content.markets:
        lacks = lacking(content, markets[market]) if market in markets else None
        if lacks is not None:
            fix = "give the block under approval.minimum_information, and its token {{ minimum_information }} or its words in every letter and text"
            yield Remark(("approval", "minimum_information", market), f"this content {lacks}", fix, code="J505")
    unsaid = tuple(_unsaid(content)) if content.promotes else ()
    if unsaid:
        yield Remark(("approval",), f"promotion of a product says {', '.join(unsaid)}: not said here", "add it from the approval", code="J506")


def _unsaid(content: ContentVersion) -> Iterator[str]:
    """Dir. 2001/83 Art. 91 and 92: within the label, accurate, and dated."""
    approval = content.approval
    if approval is None:
        return
    if approval.indication is None:
        yield "its `indication`"
    if approval.revised is None:
        yield "when it was `revised`"
    where = [market for market in content.markets if market not in approval.smpc]
    if where:
        yield f"where the `smpc` of {' and '.join(where)} is"
