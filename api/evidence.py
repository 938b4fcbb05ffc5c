"""The digest of an evidence pack: whoever has the document can reckon it again and see that nothing was altered."""

import hashlib
import json

from api.schemas.evidence import EvidencePack


def sealed(pack: EvidencePack) -> EvidencePack:
    """The same with its digest."""
    return pack.model_copy(update={"digest": digest_of(pack)})


def digest_of(pack: EvidencePack) -> str:
    """SHA-256 over its JSON with sorted keys, without spaces and without the digest, in UTF-8."""
    body = pack.model_dump(mode="json", exclude={"digest"})
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
