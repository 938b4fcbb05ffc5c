"""Encrypts what Temporal keeps: every payload is sealed with AES-256-GCM before it leaves the process, when a key is configured."""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

ENCODING = b"binary/encrypted"
_NONCE = 12


class PayloadKeyError(ValueError):
    """The key is not the one with which a payload was sealed."""


class Encryption(PayloadCodec):
    """Seals and opens payloads. One that was written before a key was configured is read as it is."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes, for AES-256."""
        self._cipher = AESGCM(key)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._open(payload) if payload.metadata.get("encoding") == ENCODING else payload for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE)
        return Payload(metadata={"encoding": ENCODING}, data=nonce + self._cipher.encrypt(nonce, payload.SerializeToString(), ENCODING))

    def _open(self, payload: Payload) -> Payload:
        try:
            return Payload.FromString(self._cipher.decrypt(payload.data[:_NONCE], payload.data[_NONCE:], ENCODING))
        except InvalidTag:
            raise PayloadKeyError("a payload was sealed with another key than DIRIGENT_PAYLOAD_KEY") from None
