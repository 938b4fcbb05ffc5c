"""From approved content to one message for one person: tokens are filled in, nothing else; links, answers and unsubscribe lead back by the touch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, Protocol, TypeVar

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from activities.ports import Invitation, Message
from journeys.choosing import NOTHING, Chosen, spoken
from journeys.content import EMAIL, ContentVersion, Letter
from orchestrator.mail.moments import in_words

JOIN = "join"
"""The name of the link that is the address of a remote meeting's room. The calendar has it as it is: a click there is the calendar program's."""

Words = TypeVar("Words", Letter, str)


class CannotComposeError(Exception):
    """The content cannot become a message for this person: no words in a language of the market, or a token without a value."""


class Selection(NamedTuple):
    """What a rep chose for a letter, with the fragments among it, in their order."""

    chosen: Chosen = NOTHING
    fragments: tuple[ContentVersion, ...] = ()


class _MarkedUp(str):
    """Approved HTML, in which all that was filled in is escaped already: it stands in a letter as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class Links(Protocol):
    """Where the links of a message lead: they name the touch, never the person."""

    def click(self, key: str, name: str) -> str: ...

    def unsubscribe(self, key: str) -> str: ...

    def preferences(self, key: str) -> str: ...

    def answer(self, key: str, answer: str) -> str: ...

    def code(self, key: str) -> str:
        """The touch's short name, from which the key cannot be read."""
        ...

    def short_click(self, key: str, name: str) -> str: ...

    def short_unsubscribe(self, key: str) -> str: ...

    def short_preferences(self, key: str) -> str: ...


@dataclass(frozen=True)
class Addressee:
    """The person a message is written to. In memory only."""

    given_name: str
    family_name: str
    salutation: str | None
    address: str
    """An e-mail address, or a mobile number, as the channel asks."""
    languages: tuple[str, ...]
    """Preferred first."""
    country: str | None = None
    """Whose customs dates are written by."""
    market: str | None = None
    """Whose minimum information the letter carries."""
    zone: str = "UTC"


@dataclass(frozen=True)
class Occasion:
    """What an invitation invites to."""

    key: str
    """The touch that invited, by which the answers and the calendar's entry are known, also when it is changed."""
    starts: datetime
    ends: datetime
    sequence: int = 0
    called_off: bool = False


class Composer:
    """Composes messages. `sender` is the address that messages come from, unless `senders` has another for the reader's country; `domain` is the
    right-hand side of their Message-IDs."""

    def __init__(self, links: Links, *, sender: str, domain: str, senders: Mapping[str, str] | None = None, reply_to: str | None = None) -> None:
        self._links = links
        self._sender, self._senders = sender, senders or {}
        self._domain = domain
        self._reply_to = reply_to
        self._text = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
        self._html = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)

    def message_id(self, key: str) -> str:
        """The Message-ID of a touch: the same key always gives the same id, from which nobody can read the key."""
        return f"<{self._id(key)}>"

    def compose(
        self,
        key: str,
        *,
        content: ContentVersion,
        to: Addressee,
        rep: str | None,
        channel: str = EMAIL,
        occasion: Occasion | None = None,
        values: Mapping[str, str] | None = None,
        selection: Selection | None = None,
    ) -> Message:
        """Fill in the content's words for the channel, in the first of the person's languages that it has. `values` fill tokens of this letter alone,
        and none that every letter has; `selection` is what the rep chose for it. Raises CannotComposeError."""
        tokens: dict[str, Any] = {**(values or {}), "hcp": _person(to), "rep": {"name": _one_line(rep)}}
        try:
            if channel == EMAIL:
                return self._letter(key, content, to, tokens, occasion, selection or Selection())
            return self._plain(key, content, to, tokens)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise CannotComposeError(f"{content.ref}: {error}") from error

    def _letter(
        self,
        key: str,
        content: ContentVersion,
        to: Addressee,
        tokens: dict[str, Any],
        occasion: Occasion | None,
        selection: Selection,
    ) -> Message:
        chosen, fragments = selection
        written = spoken(content, fragments)
        language, letter = _first(content, content.letters, tuple(each for each in to.languages if each in written) or to.languages)
        unsubscribe = self._links.unsubscribe(key)
        tokens |= {"links": {name: self._links.click(key, name) for name in content.links}, "unsubscribe": unsubscribe, **_block(content, to, language)}
        tokens["preferences"] = self._links.preferences(key)
        if occasion is not None:
            tokens |= {
                "event": {"starts": in_words(occasion.starts, zone=to.zone, language=language, country=to.country)},
                "answer": {"accept": self._links.answer(occasion.key, "accepted"), "decline": self._links.answer(occasion.key, "declined")},
            }
        # A passage says no more than how its reader is called: what it is filled with is filled in before it stands in the letter.
        parts, called = [fragment.parts[language] for fragment in fragments], {"hcp": tokens["hcp"], "rep": tokens["rep"]}
        tokens["fill"] = {name: content.fill[name][value][language] for name, value in chosen.fill.items()}
        passages = "\n\n".join(self._fill(part.text, called).strip() for part in parts)
        marked_up = _MarkedUp("\n".join(self._html.from_string(part.html).render(called) for part in parts))
        return Message(
            key=key,
            message_id=self.message_id(key),
            sender=self._senders.get(to.country or "", self._sender),
            to=to.address,
            subject=_one_line(self._fill(letter.subject, tokens)),
            text=self._fill(letter.text, {**tokens, "fragments": passages}),
            html=self._html.from_string(letter.html).render({**tokens, "fragments": marked_up}),
            language=language,
            # RFC 8058: one click, no log-in.
            headers={
                "List-Unsubscribe": f"<{unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Content-Language": language,
                **self._answers_to(key),
            },
            invitation=self._invitation(content, occasion, tokens["rep"]["name"]) if occasion is not None else None,
            content=str(content.ref),
            tokens=_by_name(tokens),
        )

    def _answers_to(self, key: str) -> dict[str, str]:
        """Where an answer goes that does not say what it answers: the address says it, behind a plus."""
        if self._reply_to is None:
            return {}
        name, _, domain = self._reply_to.partition("@")
        return {"Reply-To": f"{name}+{self._id(key).partition('@')[0]}@{domain}"}

    def _plain(self, key: str, content: ContentVersion, to: Addressee, tokens: dict[str, Any]) -> Message:
        """A text, in which every character counts: its links are short."""
        language, text = _first(content, content.texts, to.languages)
        tokens |= {"links": {name: self._links.short_click(key, name) for name in content.links}, "unsubscribe": self._links.short_unsubscribe(key)}
        tokens["preferences"] = self._links.short_preferences(key)
        tokens |= _block(content, to, language)
        return Message(
            key=key,
            message_id=self.message_id(key),
            sender=self._senders.get(to.country or "", self._sender),
            to=to.address,
            text=self._fill(text, tokens),
            language=language,
            code=self._links.code(key),
            content=str(content.ref),
            tokens=_by_name(tokens),
        )

    def _invitation(self, content: ContentVersion, occasion: Occasion, rep: str) -> Invitation:
        return Invitation(
            uid=self._id(occasion.key),
            starts=occasion.starts,
            ends=occasion.ends,
            organiser=rep,
            where=content.links.get(JOIN),
            sequence=occasion.sequence,
            called_off=occasion.called_off,
        )

    def _id(self, key: str) -> str:
        return f"{sha256(key.encode()).hexdigest()[:40]}@{self._domain}"

    def _fill(self, template: str, tokens: Mapping[str, Any]) -> str:
        return self._text.from_string(template).render(tokens)


def _block(content: ContentVersion, to: Addressee, language: str) -> dict[str, str]:
    """The minimum information of the reader's market, for its token. Where there is none the token has no value, and a letter with it is not sent."""
    block = content.approval.minimum_information.get(to.market or "") if content.approval is not None else None
    return {"minimum_information": block.texts[language]} if block is not None and language in block.texts else {}


def _person(to: Addressee) -> dict[str, str]:
    """How a letter may call its reader. One without a salutation is called by the given name: "Dear Ada Berg", not "Dear  Berg"."""
    return {
        "given_name": _one_line(to.given_name),
        "family_name": _one_line(to.family_name),
        "salutation": _one_line(to.salutation) or _one_line(to.given_name),
    }


def _by_name(tokens: Mapping[str, Any]) -> dict[str, str]:
    """Tokens as content writes them, such as hcp.given_name."""
    return {
        f"{name}.{part}" if part else name: text
        for name, told in tokens.items()
        for part, text in (told.items() if isinstance(told, Mapping) else (("", told),))
    }


def _one_line(name: str | None) -> str:
    """A name as it stands in a line: whatever breaks or bends one becomes a space."""
    return " ".join((name or "").split())


def _first(content: ContentVersion, words: Mapping[str, Words], languages: tuple[str, ...]) -> tuple[str, Words]:
    found = next((language for language in languages if language in words), None)
    if found is None:
        kind = "letter" if words is content.letters else "text"
        raise CannotComposeError(f"{content.ref} has no {kind} in {', '.join(languages)}")
    return found, words[found]
