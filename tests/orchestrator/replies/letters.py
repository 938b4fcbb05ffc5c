"""E-mails as they come in: from people, from programs, and from mail systems."""

from email.message import EmailMessage

OURS = "5f0c9a373f8a4b1c9f4e6f0f5c520d7c00000000@mail.example"


def a_letter(words: str = "Thank you, please come on Tuesday.", *, html: str | None = None, **headers: str) -> EmailMessage:
    """An answer to a message of ours; `headers` are given with underscores."""
    message = EmailMessage()
    told = {"From": "Astrid <astrid@clinic.example>", "To": "replies@mail.example", "Message-ID": "<answer-1@clinic.example>", "Subject": "Re: Heart failure"}
    told |= {"In-Reply-To": f"<{OURS}>", "Date": "Mon, 01 Mar 2027 10:00:00 +0100", **{name.replace("_", "-"): value for name, value in headers.items()}}
    for name, value in told.items():
        if value:
            message[name] = value
    message.set_content(words)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


def a_report(*, action: str = "failed", status: str = "5.1.1", original: str = OURS, kind: str = "delivery-status") -> bytes:
    """What a mail system reports of a message (RFC 3464), or a provider of a complaint (RFC 5965)."""
    fields = {
        "delivery-status": f"Reporting-MTA: dns; mx.clinic.example\r\n\r\nAction: {action}\r\nStatus: {status}\r\n",
        "feedback-report": "Feedback-Type: abuse\r\nVersion: 1\r\n",
    }[kind]
    return (
        f"From: MAILER-DAEMON@clinic.example\r\nMessage-ID: <report-1@clinic.example>\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        f"--b\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Heart failure\r\nMessage-ID: <{original}>\r\n\r\n--b--\r\n"
    ).encode()
