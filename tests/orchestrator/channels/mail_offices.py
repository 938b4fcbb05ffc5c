"""Providers of e-mail on this machine, each in the wire format of its documentation."""

import base64
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from orchestrator.channels import accounts
from orchestrator.channels.sigv4 import Signer
from orchestrator.clock import wall_clock
from tests.orchestrator.channels.offices import WAIT, Answer, Asked, Office, basic


class SendGridOffice(Office):
    SENT_TO = "/v3/mail/send"

    def account(self, patience: float) -> accounts.AnyAccount:
        return accounts.SendGrid(provider="sendgrid", key=SecretStr("SG.key"), url=self.url, activity=True, patience=patience)

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == "Bearer SG.key"

    def message_of(self, asked: Asked) -> str:
        told = asked.json
        assert told["personalizations"][0]["to"][0]["email"]
        assert told["from"]["email"]
        assert told["subject"]
        assert [part["type"] for part in told["content"]][:2] == ["text/plain", "text/html"]
        assert not told["tracking_settings"]["click_tracking"]["enable"]
        assert all(isinstance(value, str) for value in told["custom_args"].values())
        return str(told["custom_args"]["dirigent_message"])

    def accepted(self) -> Answer:
        return Answer(202, None, (("X-Message-Id", "14c5d75ce93.dfd.64b469"),))

    def refused(self) -> Answer:
        return Answer(400, {"errors": [{"message": "Does not contain a valid address.", "field": "personalizations.0.to.0.email", "help": None}]})

    def throttled(self) -> Answer:
        reset = str(int((wall_clock() + WAIT).timestamp()) + 1)
        return Answer(429, {"errors": [{"message": "too many requests"}]}, (("X-RateLimit-Reset", reset),))

    def shown(self, asked: Asked) -> Answer:
        found = [message for message in self.taken if asked.query["query"] == f"(unique_args['dirigent_message']=\"{message}\")"]
        return Answer(200, {"messages": [{"msg_id": "x", "status": "processed"} for _ in found]})


class MailgunOffice(Office):
    SENT_TO = "/v3/mg.dirigent.example/messages.mime"

    def account(self, patience: float) -> accounts.AnyAccount:
        return accounts.Mailgun(provider="mailgun", key=SecretStr("key-1"), domain="mg.dirigent.example", url=self.url, patience=patience)

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == basic("api", "key-1")

    def message_of(self, asked: Asked) -> str:
        parts = asked.parts
        assert parts["to"]
        assert parts["o:tracking"] == b"no"
        mail = BytesParser(EmailMessage, policy=SMTP).parsebytes(parts["message"])
        assert mail["From"]
        assert mail["Subject"]
        message = parts["v:dirigent_message"].decode()
        assert mail["Message-ID"] == f"<{message}>"
        return message

    def accepted(self) -> Answer:
        return Answer(200, {"id": "<abc@mail.example>", "message": "Queued. Thank you."})

    def refused(self) -> Answer:
        return Answer(400, {"message": "to parameter is not a valid address. please check documentation"})

    def shown(self, asked: Asked) -> Answer:
        assert urlsplit(asked.path).path == "/v3/mg.dirigent.example/events"
        return Answer(200, {"items": [{"event": "accepted"}] if asked.query["message-id"] in self.taken else [], "paging": {}})


class PostmarkOffice(Office):
    SENT_TO = "/email"
    LOCKED = Answer(401, {"ErrorCode": 10, "Message": "No Account or Server API tokens were supplied in the HTTP headers."})

    def account(self, patience: float) -> accounts.AnyAccount:
        return accounts.Postmark(provider="postmark", token=SecretStr("token-1"), url=self.url, patience=patience)

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("x-postmark-server-token") == "token-1" and asked.headers.get("accept") == "application/json"

    def message_of(self, asked: Asked) -> str:
        told = asked.json
        assert all(told[name] for name in ("From", "To", "Subject", "TextBody", "HtmlBody"))
        assert (told["MessageStream"], told["TrackOpens"], told["TrackLinks"]) == ("outbound", False, "None")
        assert all(len(name) <= 20 and len(value) <= 80 for name, value in told["Metadata"].items())
        return str(told["Metadata"]["dirigent_message"])

    def accepted(self) -> Answer:
        told = {"To": "astrid@clinic.example", "SubmittedAt": "2027-03-01T09:00:00Z", "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d"}
        return Answer(200, {**told, "ErrorCode": 0, "Message": "OK"})

    def refused(self) -> Answer:
        return Answer(422, {"ErrorCode": 406, "Message": "You tried to send to a recipient that has been marked as inactive."})

    def throttled(self) -> Answer:
        return Answer(429, {"ErrorCode": 429, "Message": "Rate limit exceeded"}, (("Retry-After", str(int(WAIT.total_seconds()))),))

    def shown(self, asked: Asked) -> Answer:
        assert (urlsplit(asked.path).path, asked.query["count"], asked.query["offset"]) == ("/messages/outbound", "1", "0")
        found = [{"MessageID": "x"}] if asked.query["metadata_dirigent_message"] in self.taken else []
        return Answer(200, {"TotalCount": len(found), "Messages": found})


class SesOffice(Office):
    SENT_TO = "/v2/email/outbound-emails"
    LOCKED = Answer(403, {"message": "The security token included in the request is invalid."}, (("x-amzn-ErrorType", "UnrecognizedClientException"),))
    BREAKS_WITH = Answer(500, {"message": None}, (("x-amzn-ErrorType", "InternalFailure"),))

    def account(self, patience: float) -> accounts.AnyAccount:
        key = {"access_key": "AKIDEXAMPLE", "secret_key": SecretStr("secret"), "region": "eu-north-1"}
        return accounts.Ses(provider="ses", configuration_set="dirigent", url=self.url, patience=patience, **key)  # type: ignore[arg-type]

    def knows(self, asked: Asked) -> bool:
        """Signed anew from what came, with the date that came."""
        names = asked.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
        request = httpx.Request(asked.method, str(self.url).rstrip("/") + asked.path, content=asked.body)
        request.headers = httpx.Headers({name: asked.headers[name] for name in names if name != "x-amz-date"})
        at = _when(asked.headers["x-amz-date"])
        signer = Signer(access_key="AKIDEXAMPLE", secret_key=SecretStr("secret"), region="eu-north-1", service="ses")
        return signer.signed(request, now=at).headers["authorization"] == asked.headers["authorization"] and abs(wall_clock() - at) < timedelta(minutes=5)

    def message_of(self, asked: Asked) -> str:
        told = asked.json
        assert told["FromEmailAddress"]
        assert told["Destination"]["ToAddresses"]
        assert told["ConfigurationSetName"] == "dirigent"
        mail = BytesParser(EmailMessage, policy=SMTP).parsebytes(base64.b64decode(told["Content"]["Raw"]["Data"]))
        assert mail["Subject"]
        tags = {tag["Name"]: tag["Value"] for tag in told["EmailTags"]}
        assert all(set(value) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@") for value in tags.values())
        return str(tags["dirigent_message"])

    def accepted(self) -> Answer:
        return Answer(200, {"MessageId": "0100017a-3fa1-4b9c-8a4f-7d1e0c1f2a3b-000000"})

    def refused(self) -> Answer:
        return Answer(400, {"message": "Bad content"}, (("x-amzn-ErrorType", "MessageRejected"),))

    def throttled(self) -> Answer:
        """It says that, and not for how long."""
        return Answer(429, {"message": "Maximum sending rate exceeded."}, (("x-amzn-ErrorType", "TooManyRequestsException"),))


def _when(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
