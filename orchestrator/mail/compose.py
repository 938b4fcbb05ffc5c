"""From approved content to one message for one person: tokens are filled in, nothing else; links and unsubscribe carry signed tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from activities.ports import Message
from journeys.content import ContentVersion, Letter


class CannotComposeError(Exception):
    """The content cannot become a message for this person: no letter in a language of the market, or a token without a value."""


class Links(Protocol):
    """Where the links of a message lead: they name the touch, never the person."""

    def click(self, key: str, name: str) -> str: ...

    def unsubscribe(self, key: str) -> str: ...


@dataclass(frozen=True)
class Addressee:
    """The person a message is written to. In memory only."""

    given_name: str
    family_name: str
    salutation: str | None
    email: str
    languages: tuple[str, ...]
    """Preferred first."""


class Composer:
    """Composes messages. `sender` is the address every message comes from, `domain` the right-hand side of its Message-ID."""

    def __init__(self, links: Links, *, sender: str, domain: str) -> None:
        self._links = links
        self._sender = sender
        self._domain = domain
        self._text = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
        self._html = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)

    def message_id(self, key: str) -> str:
        """The Message-ID of a touch: the same key always gives the same id, from which nobody can read the key."""
        return f"<{sha256(key.encode()).hexdigest()[:40]}@{self._domain}>"

    def compose(self, key: str, *, content: ContentVersion, to: Addressee, rep: str | None) -> Message:
        """Fill the letter in the first of the person's languages that the content has. Raises CannotComposeError."""
        language, letter = _letter(content, to.languages)
        unsubscribe = self._links.unsubscribe(key)
        tokens = {
            "hcp": _person(to),
            "rep": {"name": _one_line(rep)},
            "links": {name: self._links.click(key, name) for name in content.links},
            "unsubscribe": unsubscribe,
        }
        try:
            return Message(
                key=key,
                message_id=self.message_id(key),
                sender=self._sender,
                to=to.email,
                subject=_one_line(self._fill(letter.subject, tokens)),
                text=self._fill(letter.text, tokens),
                html=self._html.from_string(letter.html).render(tokens),
                language=language,
                # RFC 8058: one click, no log-in.
                headers={"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Content-Language": language},
            )
        except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
            raise CannotComposeError(f"{content.ref}: {error}") from error

    def _fill(self, template: str, tokens: Mapping[str, Any]) -> str:
        return self._text.from_string(template).render(tokens)


def _person(to: Addressee) -> dict[str, str]:
    """How a letter may call its reader. One without a salutation is called by the given name: "Dear Ada Berg", not "Dear  Berg"."""
    return {
        "given_name": _one_line(to.given_name),
        "family_name": _one_line(to.family_name),
        "salutation": _one_line(to.salutation) or _one_line(to.given_name),
    }


def _one_line(name: str | None) -> str:
    """A name as it stands in a line: whatever breaks or bends one becomes a space."""
    return " ".join((name or "").split())


def _letter(content: ContentVersion, languages: tuple[str, ...]) -> tuple[str, Letter]:
    found = next((language for language in languages if language in content.letters), None)
    if found is None:
        raise CannotComposeError(f"{content.ref} has no letter in {', '.join(languages)}")
    return found, content.letters[found]
