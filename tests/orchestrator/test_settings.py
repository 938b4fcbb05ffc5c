"""What a process says about its settings before it does anything else."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestrator.settings import Settings, SettingsInvalidError, embedded_file, load

_COMPLETE = {
    "DATABASE_URL": "postgresql://dirigent:hidden-word@db/dirigent",
    "TEMPORAL_ADDRESS": "temporal:7233",
    "SMTP_HOST": "mail",
    "MAIL_FROM": "no-reply@example.test",
    "MAIL_DOMAIN": "example.test",
    "PUBLIC_URL": "https://dirigent.example.test",
    "SIGNING_KEY": "k" * 32,
}


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "SetTo":
    return SetTo(monkeypatch, tmp_path)


class SetTo:
    """An environment with these settings, and no other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
        self._monkeypatch = monkeypatch
        self.data_dir = data_dir

    def __call__(self, settings: Mapping[str, str]) -> Settings:
        for name in Settings.model_fields:
            self._monkeypatch.delenv(f"DIRIGENT_{name.upper()}", raising=False)
        for name, value in {"DATA_DIR": str(self.data_dir), **settings}.items():
            self._monkeypatch.setenv(f"DIRIGENT_{name}", value)
        return load()


def test_every_missing_variable_is_listed_at_once(set_to: SetTo) -> None:
    """Nobody should have to start a process seven times to learn seven names."""
    with pytest.raises(SettingsInvalidError) as refused:
        set_to({})
    assert all(f"DIRIGENT_{name}: is not set" in str(refused.value) for name in _COMPLETE)


def test_a_wrong_value_is_named_and_not_shown(set_to: SetTo) -> None:
    """A message may be pasted into a ticket: it never holds a secret."""
    with pytest.raises(SettingsInvalidError) as refused:
        set_to({**_COMPLETE, "SIGNING_KEY": "too-short-word", "DATABASE_URL": "mysql://dirigent:hidden-word@db/x"})
    said = str(refused.value)
    assert "DIRIGENT_SIGNING_KEY: is shorter than 32 characters" in said
    assert "DIRIGENT_DATABASE_URL: is not a PostgreSQL address" in said
    assert "too-short-word" not in said
    assert "hidden-word" not in said


_ENDPOINT = '{"stock": {"url": "%s", "secret": "%s"}}'
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_other_systems_are_read_by_name(set_to: SetTo) -> None:
    """An address over https, or on this machine; a representation hides the secret."""
    for address in ("https://stock.example/ask", "http://localhost:8080/", "http://127.0.0.1:8080/", "http://[::1]:8080/"):
        read = set_to({**_COMPLETE, "ENDPOINTS": _ENDPOINT % (address, _SECRET)})
        assert (str(read.endpoints["stock"].url), read.endpoints["stock"].secret.get_secret_value()) == (address, _SECRET)
        assert "MfKQ9r8G" not in repr(read)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (_ENDPOINT % ("http://stock.example", _SECRET), "DIRIGENT_ENDPOINTS stock url: is not https"),
        (_ENDPOINT % ("https://me:hidden-word@stock.example", _SECRET), "DIRIGENT_ENDPOINTS stock url: holds a user or a password"),
        (_ENDPOINT % ("https://stock.example", "hidden-word"), "DIRIGENT_ENDPOINTS stock secret: is not whsec_"),
        ('{"hidden-word"', "DIRIGENT_ENDPOINTS: is not JSON like"),
        ('["hidden-word"]', "DIRIGENT_ENDPOINTS: is not JSON like"),
        ('{"stock": {"url": "https://stock.example"}}', "DIRIGENT_ENDPOINTS stock secret: is not set"),
    ],
)
def test_an_endpoint_that_is_wrong_is_named_and_not_shown(set_to: SetTo, written: str, said: str) -> None:
    """Which one, and what is the matter; never what was written."""
    with pytest.raises(SettingsInvalidError) as refused:
        set_to({**_COMPLETE, "ENDPOINTS": written})
    assert said in str(refused.value)
    assert "hidden-word" not in str(refused.value)


def test_the_database_is_reached_by_psycopg(set_to: SetTo) -> None:
    """The address that every hosting service prints works as it is; a representation hides it."""
    settings = set_to(_COMPLETE)
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://dirigent:hidden-word@db/dirigent"
    assert "hidden-word" not in repr(settings)


@pytest.mark.parametrize("setting", [{"CLOCK_SPEED": "60"}, {"INBOX_DIR": "inbox"}, {"CLOCK_ORIGIN": "2026-01-01T00:00:00Z"}])
def test_only_the_embedded_runtime_bends_time_and_reads_mail(set_to: SetTo, setting: dict[str, str]) -> None:
    """A production process with a fast clock would send a month of mail in a minute."""
    with pytest.raises(SettingsInvalidError, match="belong to the embedded runtime"):
        set_to({**_COMPLETE, **setting})


def test_a_fast_clock_needs_its_origin(set_to: SetTo) -> None:
    """Two processes that began to run fast at different instants would disagree about the time."""
    with pytest.raises(SettingsInvalidError, match="DIRIGENT_CLOCK_SPEED needs DIRIGENT_CLOCK_ORIGIN"):
        set_to({**_COMPLETE, "EMBEDDED": "true", "CLOCK_SPEED": "60"})
    assert set_to({**_COMPLETE, "EMBEDDED": "true", "CLOCK_SPEED": "60", "CLOCK_ORIGIN": "2026-03-02T09:00:00Z"}).clock_speed == 60


def test_a_second_terminal_reaches_the_running_embedded_runtime(set_to: SetTo) -> None:
    """Without settings of its own, a command takes those that the runtime left beside its data; with them, it does not look."""
    beside = embedded_file(set_to.data_dir)
    beside.parent.mkdir()
    beside.write_text("".join(f'DIRIGENT_{name}="{value}"\n' for name, value in _COMPLETE.items()))
    assert set_to({}).temporal_address == "temporal:7233"
    assert set_to({**_COMPLETE, "TEMPORAL_ADDRESS": "elsewhere:7233"}).temporal_address == "elsewhere:7233"


def test_gateways_are_named_with_their_domains(set_to: SetTo) -> None:
    """One variable for all channels besides e-mail; none means that e-mail is all there is."""
    assert set_to({**_COMPLETE, "MESSAGE_GATEWAYS": "sms=sms.gateway.example, pager=page.example"}).message_gateways == {
        "sms": "sms.gateway.example",
        "pager": "page.example",
    }
    assert set_to(_COMPLETE).message_gateways == {}


@pytest.mark.parametrize("written", ["sms", "sms=", "sms=no domain", "SMS=sms.example", "email=mail.example", "sms=a@b.example", "sms=x.example,,"])
def test_a_gateway_that_cannot_be_is_refused(set_to: SetTo, written: str) -> None:
    """A name without a domain, a domain that is none, and e-mail, which has a server of its own."""
    with pytest.raises(SettingsInvalidError, match="DIRIGENT_MESSAGE_GATEWAYS"):
        set_to({**_COMPLETE, "MESSAGE_GATEWAYS": written})


def test_copies_are_sealed_by_the_first_key_or_switched_off_by_name(set_to: SetTo) -> None:
    """Without a key a worker would send what nobody could show: it is told so. Switched off, it needs none; a key that is too short is no key."""
    keys = ",".join(f"{name}={base64.urlsafe_b64encode(word * 32).decode()}" for name, word in (("k2", b"n"), ("k1", b"o")))
    assert list(set_to({**_COMPLETE, "COPY_KEYS": keys}).sealing_keys.items()) == [("k2", b"n" * 32), ("k1", b"o" * 32)]
    with pytest.raises(SettingsInvalidError, match="DIRIGENT_COPY_KEYS: is not set"):
        _ = set_to(_COMPLETE).sealing_keys
    assert set_to({**_COMPLETE, "KEEP_COPIES": "false"}).sealing_keys == {}
    with pytest.raises(SettingsInvalidError, match="DIRIGENT_COPY_KEYS: holds a key that is not 32 bytes"):
        set_to({**_COMPLETE, "COPY_KEYS": "k1=c2hvcnQ="})
    with pytest.raises(SettingsInvalidError, match="DIRIGENT_COPY_KEYS: names something twice"):
        set_to({**_COMPLETE, "COPY_KEYS": keys.replace("k2", "k1")})


_POSTMARK = '{"email": {"provider": "postmark", "token": "hidden-word"}}'


def test_a_channel_is_named_with_its_provider_and_account(set_to: SetTo) -> None:
    """One variable for all; a representation hides what is secret, and e-mail that goes elsewhere needs no SMTP."""
    read = set_to({**{name: value for name, value in _COMPLETE.items() if name != "SMTP_HOST"}, "CHANNELS": _POSTMARK})
    assert (read.channels["email"].provider, read.channels["email"].at_once, read.smtp_host) == ("postmark", 8, None)
    assert "hidden-word" not in repr(read)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("hidden-word", 'DIRIGENT_CHANNELS: is not JSON like {"email"'),
        ('{"email": {"provider": "pigeon"}}', "DIRIGENT_CHANNELS email: Input tag 'pigeon'"),
        ('{"email": {"provider": "postmark"}}', "DIRIGENT_CHANNELS email postmark token: is not set"),
        ('{"email": {"provider": "postmark", "token": ""}}', "DIRIGENT_CHANNELS email postmark token: "),
        ('{"email": {"provider": "postmark", "token": "hidden-word", "tokn": 1}}', "DIRIGENT_CHANNELS email postmark tokn: Extra inputs"),
        ('{"email": {"provider": "postmark", "token": "hidden-word", "url": "http://x.example"}}', "DIRIGENT_CHANNELS email postmark url: is not https"),
        ('{"email": {"provider": "postmark", "token": "hidden-word", "per_second": 0}}', "DIRIGENT_CHANNELS email postmark per_second"),
        ('{"sms": {"provider": "postmark", "token": "hidden-word"}}', "DIRIGENT_CHANNELS: sms: postmark carries e-mail alone"),
        (
            '{"email": {"provider": "twilio-sms", "account": "AC00000000000000000000000000000000", "token": "hidden-word", "sender": "+46701740600"}}',
            "DIRIGENT_CHANNELS: email: twilio-sms carries no e-mail",
        ),
        ('{"sms": {"provider": "webhook", "url": "https://x.example", "secret": "hidden-word"}}', "DIRIGENT_CHANNELS sms webhook secret: is not whsec_"),
    ],
)
def test_a_channel_that_is_wrong_is_named_and_its_account_not_shown(set_to: SetTo, written: str, said: str) -> None:
    """Which one, and what is the matter; never what was written."""
    with pytest.raises(SettingsInvalidError) as refused:
        set_to({**_COMPLETE, "CHANNELS": written})
    assert said in str(refused.value)
    assert "hidden-word" not in str(refused.value)


_VEEVA = '{"kind": "veeva", "url": "https://crm.example", "token": "hidden-word", "products": {"cardiolex": "V5J1"}}'


def test_a_crm_is_named_with_its_account(set_to: SetTo) -> None:
    """None is the rule; a representation hides what is secret."""
    read = set_to({**_COMPLETE, "CRM": _VEEVA})
    assert (read.crm is not None and read.crm.kind, set_to(_COMPLETE).crm) == ("veeva", None)
    assert "hidden-word" not in repr(read)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("hidden-word", 'DIRIGENT_CRM: is not JSON like {"kind"'),
        ('{"kind": "paper"}', "DIRIGENT_CRM: Input tag 'paper'"),
        (_VEEVA.replace("V5J1", ""), "DIRIGENT_CRM veeva products cardiolex"),
        (_VEEVA.replace('"V5J1"}', '"V5J1"}, "call": {"fields": {"x": "y"}}'), "DIRIGENT_CRM veeva: call: x is none of ours"),
    ],
)
def test_a_crm_that_is_wrong_is_told_so_and_its_account_not_shown(set_to: SetTo, written: str, said: str) -> None:
    """What is the matter; never what was written."""
    with pytest.raises(SettingsInvalidError) as refused:
        set_to({**_COMPLETE, "CRM": written})
    assert said in str(refused.value)
    assert "hidden-word" not in str(refused.value)


def test_a_channel_goes_one_way(set_to: SetTo) -> None:
    """Two answers to how a text is sent would be none."""
    sms = json.dumps({"sms": {"provider": "webhook", "url": "https://x.example", "secret": _SECRET}})
    with pytest.raises(SettingsInvalidError, match="DIRIGENT_MESSAGE_GATEWAYS: names sms, which DIRIGENT_CHANNELS has already"):
        set_to({**_COMPLETE, "CHANNELS": sms, "MESSAGE_GATEWAYS": "sms=sms.gateway.example"})


def test_postmark_keeps_short_ids_alone(set_to: SetTo) -> None:
    """A longer domain would have it refuse every message."""
    with pytest.raises(SettingsInvalidError, match="DIRIGENT_MAIL_DOMAIN is longer than 39 characters"):
        set_to({**_COMPLETE, "CHANNELS": _POSTMARK, "MAIL_DOMAIN": f"{'m' * 32}.example"})


def test_a_country_may_have_a_sender_of_its_own(set_to: SetTo) -> None:
    """By its code; every other reader is written to by the one sender."""
    assert set_to({**_COMPLETE, "MAIL_SENDERS": "SE=hej@x.example, GB=hello@x.example"}).mail_senders == {"SE": "hej@x.example", "GB": "hello@x.example"}
    assert set_to(_COMPLETE).mail_senders == {}


@pytest.mark.parametrize("written", ["SE", "SE=", "se=a@b.example", "SE=nobody", "SE=a@b.example,,", "SE=a b@c.example"])
def test_a_sender_that_cannot_be_is_refused(set_to: SetTo, written: str) -> None:
    """A country without an address, an address that is none."""
    with pytest.raises(SettingsInvalidError, match="DIRIGENT_MAIL_SENDERS"):
        set_to({**_COMPLETE, "MAIL_SENDERS": written})
