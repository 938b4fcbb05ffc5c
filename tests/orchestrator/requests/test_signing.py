"""Signatures by Standard Webhooks: the published example, and everything that must not pass."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.requests.signing import PREFIX, Stamp, genuine, key_of, stamped
from tests.orchestrator.requests.others import SECRET

KEY, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
STAMP = Stamp(KEY, "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")


def test_the_published_example_is_ours() -> None:
    """The example of the scheme's own libraries comes out the same, and is taken."""
    assert stamped(SECRET, KEY, BODY, now=AT) == STAMP
    assert genuine(SECRET, STAMP, KEY, BODY, now=AT)


@pytest.mark.parametrize("place", range(len(BODY)))
def test_one_changed_byte_is_refused(place: int) -> None:
    """Wherever it is."""
    changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
    assert not genuine(SECRET, STAMP, KEY, changed, now=AT)


@pytest.mark.parametrize(("away", "taken"), [(300, True), (-300, True), (301, False), (-301, False), (86_400, False)])
def test_a_timestamp_holds_for_five_minutes(away: int, taken: bool) -> None:
    """Old or of the future: what was overheard cannot be said again."""
    assert genuine(SECRET, STAMP, KEY, BODY, now=AT + timedelta(seconds=away)) is taken


def test_a_later_timestamp_cannot_be_put_on_an_old_signature() -> None:
    """The timestamp is signed too."""
    later = AT + timedelta(hours=1)
    assert not genuine(SECRET, STAMP._replace(timestamp=str(int(later.timestamp()))), KEY, BODY, now=later)


def test_a_signature_for_one_key_is_none_for_another() -> None:
    """Neither under the other's name nor under its own."""
    assert not genuine(SECRET, STAMP, "another", BODY, now=AT)
    assert not genuine(SECRET, STAMP._replace(id="another"), "another", BODY, now=AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": ""},
        {"signature": "v1,"},
        {"signature": STAMP.signature.removeprefix("v1,")},
        {"signature": STAMP.signature.replace("v1", "v2")},
        {"signature": "v1,é"},
        {"timestamp": ""},
        {"timestamp": "now"},
        {"timestamp": "1614265330.0"},
        {"timestamp": "-1"},
        {"timestamp": "9" * 40},
        {"timestamp": "¹²"},
    ],
)
def test_what_is_no_stamp_is_refused(changes: dict[str, str]) -> None:
    """Without an exception, whatever is written."""
    assert not genuine(SECRET, STAMP._replace(**changes), KEY, BODY, now=AT)


def test_one_good_signature_of_several_is_enough() -> None:
    """So that a secret can be changed on the other side."""
    assert genuine(SECRET, STAMP._replace(signature=f"v1,AAAA v1a,BBBB {STAMP.signature}"), KEY, BODY, now=AT)


def test_another_secret_is_refused() -> None:
    """Only who knows the secret can sign."""
    assert not genuine(f"{PREFIX}{'A' * 32}", STAMP, KEY, BODY, now=AT)


@pytest.mark.parametrize("secret", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", f"{PREFIX}c2hvcnQ=", f"{PREFIX}!", f"{PREFIX}{'A' * 96}"])
def test_a_weak_secret_is_none(secret: str) -> None:
    """24 to 64 bytes in base64, named as what it is."""
    with pytest.raises(ValueError, match="whsec_"):
        key_of(secret)
