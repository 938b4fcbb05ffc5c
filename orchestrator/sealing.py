"""Seals the copies of what was sent: AES-256-GCM under a key from the environment, each copy bound to the touch that it is of. The name of the key goes with
it, so that keys can be changed: the newest seals, the older ones still open."""

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
"""Bytes, as NIST SP 800-38D recommends. They are random: the chance that two of four billion copies share one is below one in a billion."""


class SealedForGoodError(Exception):
    """The key is not here, or the copy is not the one that was sealed."""


class Sealing:
    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """`keys` by name, the one that seals first. Without any, nothing is sealed."""
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._newest = next(iter(self._ciphers), None)

    @property
    def seals(self) -> bool:
        """Whether there is a key to seal with."""
        return self._newest is not None

    def seal(self, words: bytes, *, of: str) -> tuple[str, bytes]:
        """The name of the key, and the words sealed for what `of` names and for nothing else."""
        if self._newest is None:
            raise SealedForGoodError("there is no key to seal with")
        nonce = os.urandom(_NONCE)
        return self._newest, nonce + self._ciphers[self._newest].encrypt(nonce, words, of.encode())

    def open(self, key: str, sealed: bytes, *, of: str) -> bytes:
        """The words again. Raises SealedForGoodError."""
        cipher = self._ciphers.get(key)
        if cipher is None:
            raise SealedForGoodError(f"the key {key} is not among DIRIGENT_COPY_KEYS")
        try:
            return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], of.encode())
        except InvalidTag:
            raise SealedForGoodError("this copy was sealed under another key of that name, or is not whole") from None
