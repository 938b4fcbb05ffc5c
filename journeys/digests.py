"""What names a document by what it says: the same meaning gives the same digest, in whatever order its fields were written."""

import hashlib
import json


def digest_of(body: object) -> str:
    """SHA-256, in hexadecimal, over the document's JSON in UTF-8: keys sorted, no spaces."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
