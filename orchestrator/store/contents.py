"""A version of content as it stands: the body that never changes, under the state and expiry that review gave it since."""

from journeys.content import ContentState, ContentVersion
from journeys.shapes import read_back
from orchestrator.store import tables


def current(row: tables.ContentVersion) -> ContentVersion:
    """The version with the state and expiry of its row, which review may have changed since the body was stored."""
    version = read_back(ContentVersion, row.body)
    approval = version.approval
    if approval is not None and row.expires is not None:
        approval = approval.model_copy(update={"expires": row.expires})
    return version.model_copy(update={"state": ContentState(row.state), "approval": approval})
