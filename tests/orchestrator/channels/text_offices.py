"""Providers of texts on this machine, each in the wire format of its documentation."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import HttpUrl, SecretStr

from orchestrator.channels import accounts
from orchestrator.clock import wall_clock
from orchestrator.requests.signing import Stamp, genuine
from tests.orchestrator.channels.offices import WAIT, Answer, Asked, Office, basic

_ACCOUNT = "AC" + "0" * 32


class TwilioOffice(Office):
    SENT_TO = f"/2010-04-01/Accounts/{_ACCOUNT}/Messages.json"
    LOCKED = Answer(401, {"code": 20003, "message": "Authenticate", "more_info": "https://www.twilio.com/docs/errors/20003", "status": 401})
    TO = "+46701740605"

    def account(self, patience: float) -> accounts.AnyAccount:
        callback = HttpUrl("https://dirigent.example/hooks/twilio?of=sms")
        login: dict[str, Any] = {"account": _ACCOUNT, "token": SecretStr("token-1"), "url": self.url, "callback": callback, "patience": patience}
        return accounts.TwilioSms(provider="twilio-sms", sender="+46701740600", **login)

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == basic(_ACCOUNT, "token-1")

    def message_of(self, asked: Asked) -> str:
        told = asked.form
        assert (told["To"], told["From"]) == (self.TO, "+46701740600")
        assert told["Body"]
        callback = urlsplit(told["StatusCallback"])
        assert (callback.path, parse_qs(callback.query)["of"]) == ("/hooks/twilio", ["sms"])
        return parse_qs(callback.query)["dirigent_message"][0]

    def accepted(self) -> Answer:
        return Answer(201, {"sid": "SM" + "1" * 32, "status": "queued", "error_code": None, "error_message": None})

    def refused(self) -> Answer:
        return Answer(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400})

    def throttled(self) -> Answer:
        return Answer(429, {"code": 20429, "message": "Too Many Requests", "status": 429}, (("Retry-After", str(int(WAIT.total_seconds()))),))


class WhatsAppOffice(TwilioOffice):
    def account(self, patience: float) -> accounts.AnyAccount:
        templates = {"hf-dialogue@2": {"en": accounts.Template(sid="HX" + "2" * 32, variables={"1": "hcp.salutation", "2": "unsubscribe"})}}
        login: dict[str, Any] = {"account": _ACCOUNT, "token": SecretStr("token-1"), "url": self.url, "patience": patience}
        callback = HttpUrl("https://dirigent.example/hooks/twilio")
        return accounts.TwilioWhatsApp(provider="twilio-whatsapp", sender="MG" + "3" * 32, templates=templates, callback=callback, **login)

    def message_of(self, asked: Asked) -> str:
        told = asked.form
        assert (told["To"], told["MessagingServiceSid"], told["ContentSid"]) == (f"whatsapp:{self.TO}", "MG" + "3" * 32, "HX" + "2" * 32)
        assert json.loads(told["ContentVariables"]) == {"1": "Dr", "2": "https://dirigent.example/u/abc"}
        assert "Body" not in told
        return parse_qs(urlsplit(told["StatusCallback"]).query)["dirigent_message"][0]


class WebhookOffice(Office):
    """A system that keeps the contract: each key once, and an answer other than 2xx says that it has not."""

    SENT_TO = "/"
    SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    def account(self, patience: float) -> accounts.AnyAccount:
        return accounts.Webhook(provider="webhook", url=self.url, secret=SecretStr(self.SECRET), patience=patience)

    def knows(self, asked: Asked) -> bool:
        stamp = Stamp(*(asked.headers[f"webhook-{part}"] for part in ("id", "timestamp", "signature")))
        return genuine(self.SECRET, stamp, asked.json["dirigent_message"], asked.body, now=wall_clock()) and asked.headers["idempotency-key"] == stamp.id

    def message_of(self, asked: Asked) -> str:
        told = asked.json
        assert all(told[name] for name in ("to", "language", "text"))
        return str(told["dirigent_message"])

    def accepted(self) -> Answer:
        return Answer(200, {"id": "their-1"})

    def refused(self) -> Answer:
        return Answer(422, {"detail": "no such person"})
