"""Payloads are sealed when a key is configured, and only then."""

import base64
import os

import pytest
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload

from journeys.events import Skip
from orchestrator.settings import Settings
from orchestrator.temporal.client import converter
from orchestrator.temporal.codec import ENCODING, Encryption, PayloadKeyError

_EVENT = Skip(id="rep:1", by="rep-anna", task="enr1.first-visit.1", reason="not_available")


def _settings(payload_key: str | None) -> Settings:
    return Settings.model_validate(
        {
            "database_url": "postgresql://localhost/x",
            "temporal_address": "localhost:7233",
            "smtp_host": "localhost",
            "mail_from": "no-reply@dirigent.test",
            "mail_domain": "dirigent.test",
            "public_url": "http://localhost",
            "signing_key": "k" * 32,
            "payload_key": payload_key,
        }
    )


def _key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


async def test_a_sealed_payload_tells_nothing_and_opens_again() -> None:
    """With a key, what Temporal keeps does not contain the words, and comes back whole."""
    sealing = converter(_settings(_key()))
    payloads = await sealing.encode([_EVENT])
    assert payloads[0].metadata == {"encoding": ENCODING}
    assert b"rep-anna" not in payloads[0].SerializeToString()
    assert await sealing.decode(payloads, [Skip]) == [_EVENT]


async def test_the_same_payload_is_sealed_differently_each_time() -> None:
    """Equal contents cannot be told from what is stored."""
    sealing = converter(_settings(_key()))
    assert await sealing.encode([_EVENT]) != await sealing.encode([_EVENT])


async def test_what_was_written_before_a_key_was_configured_is_still_read() -> None:
    """A deployment may turn encryption on while journeys run."""
    plain = await converter(_settings(None)).encode([_EVENT])
    assert await converter(_settings(_key())).decode(plain, [Skip]) == [_EVENT]


async def test_another_key_is_refused_in_plain_words() -> None:
    """A wrong key says which setting to look at, and opens nothing."""
    sealed = await converter(_settings(_key())).encode([_EVENT])
    with pytest.raises(PayloadKeyError, match="DIRIGENT_PAYLOAD_KEY"):
        await converter(_settings(_key())).decode(sealed, [Skip])


async def test_one_changed_byte_is_refused() -> None:
    """What was tampered with is not read."""
    codec = Encryption(os.urandom(32))
    (sealed,) = await codec.encode([Payload(data=b"x")])
    with pytest.raises(PayloadKeyError):
        await codec.decode([Payload(metadata=sealed.metadata, data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))])


@pytest.mark.parametrize("key", ["short", base64.urlsafe_b64encode(b"x" * 31).decode(), "ä" * 43])
def test_a_key_of_another_shape_is_refused_at_the_start(key: str) -> None:
    """A process with a key that cannot work does not start."""
    with pytest.raises(ValidationError, match="32 bytes"):
        _settings(key)
