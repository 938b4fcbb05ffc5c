"""One request, one effect: a key names what a user asks for, so that a phone that loses the network may simply ask again.

A repeated request with the same body gets the answer of the first. A refused request leaves no trace and its key may be used again. One
that was cut short is done again; that is safe because every id it makes follows from the key.
"""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Header
from pydantic import BaseModel

_OURS = uuid.UUID("6f0f5c52-0d7c-5f0c-9a37-3f8a3b1c9f4e")

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="Chosen by the caller, new for each thing asked; the same again when asking again.",
        examples=["0d8b5c1e-6f0e-4a51-9d55-0c1f4b7a2d10"],
    ),
]


@dataclass(frozen=True)
class Once:
    """One request under a key: whose, which key, and the digest of what was asked."""

    user_id: str
    key: str
    digest: str

    def id(self, noun: str) -> str:
        """The id of the one thing of this kind that the request makes: the same again when it is done again."""
        return uuid.uuid5(_OURS, f"{self.user_id}\n{self.key}\n{self.digest}\n{noun}").hex

    @property
    def command_id(self) -> str:
        """Under which a run takes the command once. It names the user too, so that two users' keys cannot meet."""
        return f"{self.user_id}:{self.key}"


@dataclass(frozen=True)
class Claim:
    """What became of a key: `new` (or cut short: do it), `answered` (here is the answer), `reused` (it named something else)."""

    state: Literal["new", "answered", "reused"]
    response: dict[str, object] | None = None


def digest(method: str, path: str, body: BaseModel) -> str:
    """SHA-256 over what is asked, in hexadecimal; two spellings of the same body are the same request."""
    return hashlib.sha256(f"{method} {path}\n{body.model_dump_json(by_alias=True)}".encode()).hexdigest()
