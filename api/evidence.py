"""The digest of an evidence pack: whoever has the document can reckon it again and see that nothing was altered."""

from api.schemas.evidence import EvidencePack
from journeys import digests


def sealed(pack: EvidencePack) -> EvidencePack:
    """The same with its digest."""
    return pack.model_copy(update={"digest": digest_of(pack)})


def digest_of(pack: EvidencePack) -> str:
    """SHA-256 over its JSON with sorted keys, without spaces and without the digest, in UTF-8."""
    body = pack.model_dump(mode="json", exclude={"digest"})
    return digests.digest_of(body)
