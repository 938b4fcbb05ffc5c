"""Records of ours at a CRM, as people read them."""

from typing import Protocol

from api.paging import Batch, Slice
from api.schemas.crm import CrmRecordLine
from api.who import Who


class CrmRecords(Protocol):
    async def page(self, who: Who, *, kind: str | None, state: str | None, trouble: str | None, person_id: str | None, cut: Slice) -> Batch[CrmRecordLine]:
        """How each stands at the CRM, what has stood so longest first."""
        ...
