"""Links in messages: a signed token that names a touch and nothing else, so that no link carries personal data and none can be made up. Where every
character counts a short code stands for the touch: a part of the signature alone, which the touch itself is found by."""

import base64
import binascii
import hashlib
import hmac


class BadLinkError(Exception):
    """The token is not one that we signed, or not for this use."""


class Links:
    """Makes and reads the tokens of one installation. They do not expire: an unsubscribe link must work for as long as the mail is kept."""

    def __init__(self, key: str) -> None:
        # A key of its own, drawn from the signing key: a link can never pass for a log-in, nor the reverse.
        self._key = hmac.digest(key.encode(), b"dirigent links", hashlib.sha256)

    def unsubscribe(self, touch: str) -> str:
        """The token of a touch's unsubscribe link: /u/{token}."""
        return self._sign("u", touch)

    def click(self, touch: str, link: str) -> str:
        """The token of one named link of a touch's content: /t/{token}."""
        return self._sign("t", touch, link)

    def answer(self, touch: str, answer: str) -> str:
        """The token of one answer to an invitation: /a/{token}."""
        return self._sign("a", touch, answer)

    def preferences(self, touch: str) -> str:
        """The token of a touch's preference centre: /p/{token}."""
        return self._sign("p", touch)

    def confirm(self, opt_in: str) -> str:
        """The token of the second click of a double opt-in: /c/{token}. When it is over stands with the opt-in."""
        return self._sign("c", opt_in)

    def code(self, touch: str) -> str:
        """The short code of a touch, 65 bits that nobody can guess: thirteen letters and digits, so that no telephone cuts a link short."""
        return base64.b32encode(self._seal(f"code\n{touch}".encode())).decode()[:13].lower()

    def read_answer(self, token: str) -> tuple[str, str]:
        """The touch and the answer. Raises BadLinkError."""
        touch, answer = self._read(token, "a", 2)
        return touch, answer

    def read_unsubscribe(self, token: str) -> str:
        """The touch. Raises BadLinkError."""
        (touch,) = self._read(token, "u", 1)
        return touch

    def read_preferences(self, token: str) -> str:
        """The touch. Raises BadLinkError."""
        (touch,) = self._read(token, "p", 1)
        return touch

    def read_confirm(self, token: str) -> str:
        """The opt-in. Raises BadLinkError."""
        (opt_in,) = self._read(token, "c", 1)
        return opt_in

    def read_click(self, token: str) -> tuple[str, str]:
        """The touch and the name of the link. Raises BadLinkError."""
        touch, link = self._read(token, "t", 2)
        return touch, link

    def _sign(self, use: str, *parts: str) -> str:
        body = "\n".join((use, *parts)).encode()
        return f"{_text(body)}.{_text(self._seal(body))}"

    def _read(self, token: str, use: str, count: int) -> list[str]:
        body, seal = (_bytes(part) for part in _halves(token))
        if not hmac.compare_digest(seal, self._seal(body)):
            raise BadLinkError
        found, *parts = body.decode().split("\n")
        if found != use or len(parts) != count:
            raise BadLinkError
        return parts

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)


def _halves(token: str) -> tuple[str, str]:
    body, dot, seal = token.partition(".")
    if not dot:
        raise BadLinkError
    return body, seal


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadLinkError from None
