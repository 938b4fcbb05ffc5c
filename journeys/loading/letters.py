"""The letters and texts of approved content may carry tokens from a closed list and nothing else of a template language; promotional ones let the
reader unsubscribe, and a text is no longer than a few segments."""

import re
from collections.abc import Iterator

from journeys.content import ContentVersion
from journeys.loading.findings import Loc, Remark
from journeys.segments import MOST, segments

TOKENS = ("hcp.salutation", "hcp.family_name", "hcp.given_name", "rep.name", "unsubscribe", "preferences")
"""What a letter or a text may say of the reader and the sender; to these come the content's own `links.…`."""

CALLING = tuple(token for token in TOKENS if token.startswith(("hcp.", "rep.")))
"""What an approved passage may say: how its reader and its sender are called."""

INVITING = ("event.starts", "answer.accept", "answer.decline")
"""What the letter of an invitation may say besides: when it begins, in the reader's time, and where to answer."""

OWN = {"transactional": ("confirm",), "medical_response": ("response",)}
"""What a letter of that purpose may say besides, where no journey sends it: the link that confirms a consent, medical's answer."""

ROOM = {"hcp.salutation": 12, "hcp.family_name": 20, "hcp.given_name": 15, "rep.name": 25}
"""Characters that a text keeps free for what is filled in. A longer name makes a longer message; it is sent all the same."""
ROOM_FOR_A_LINK = 60
"""The same for each link: a short one is the installation's public address and about twenty characters."""

_TOKEN = re.compile(r"\{\{ *([a-z_]+(?:\.[a-z0-9_]+)*) *\}\}")
_LINK = re.compile(r"://|www\.|\S@\S|\{\{", re.IGNORECASE)
_SYNTAX = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


def check_letters(content: ContentVersion) -> Iterator[Remark]:
    """Everything that keeps the letters and texts from being filled in safely and sent lawfully."""
    known = (*TOKENS, *_block(content), *_choices(content), *(f"links.{name}" for name in content.links), *OWN.get(content.purpose, ()))
    promotional = content.purpose == "promotional"
    for language, letter in content.letters.items():
        for part, text in (("subject", letter.subject), ("text", letter.text), ("html", letter.html)):
            loc: Loc = ("letters", language, part)
            yield from _words(loc, text, (*known, *INVITING))
            if part != "subject" and promotional:
                yield from _way_out(loc, text, f"{part} of a promotional letter")
    for language, passage in content.parts.items():
        for form, text in (("text", passage.text), ("html", passage.html)):
            yield from _words(("parts", language, form), text, CALLING)
    yield from _without_place(content)
    for language, text in content.texts.items():
        yield from _words(("texts", language), text, known)
        yield from _length(("texts", language), text)
        if promotional:
            yield from _way_out(("texts", language), text, "promotional text")


def _block(content: ContentVersion) -> tuple[str, ...]:
    """The token of the minimum information is one where every market of the content has a block to put in its place."""
    blocks = content.approval.minimum_information if content.approval is not None else {}
    return ("minimum_information",) if all(market in blocks for market in content.markets) else ()


def _choices(content: ContentVersion) -> tuple[str, ...]:
    """The tokens in whose place stands what the rep chooses."""
    return (*(("fragments",) if content.fragments is not None else ()), *(f"fill.{name}" for name in content.fill))


def _without_place(content: ContentVersion) -> Iterator[Remark]:
    """J507: what may be chosen has its place in both forms of every letter, and no value leads anywhere."""
    for language, letter in content.letters.items():
        for form, text in (("text", letter.text), ("html", letter.html)):
            for token in (one for one in _choices(content) if one not in _TOKEN.findall(text) and (one == "fragments" or form == "text")):
                yield Remark(("letters", language, form), f"the {form} has no `{{{{ {token} }}}}`", "add the token where the choice is to stand", code="J507")
    for name, values in content.fill.items():
        for key, words in values.items():
            for language in (*words, *(each for each in content.letters if each not in words)):
                if language not in words:
                    yield Remark(("fill", name, key), f"the value has no words in {language}", "give it in every language of the letter", code="J507")
                elif _LINK.search(words[language]):
                    yield Remark(("fill", name, key, language), "a value holds a link or an address", "links belong to the letter", code="J507")


def _words(loc: Loc, text: str, known: tuple[str, ...]) -> Iterator[Remark]:
    yield from _syntax(loc, text)
    yield from _tokens(loc, text, known)


def _way_out(loc: Loc, text: str, what: str) -> Iterator[Remark]:
    if "unsubscribe" not in _TOKEN.findall(text):
        yield Remark(loc, f"the {what} has no `{{{{ unsubscribe }}}}`", "add the token where the reader finds it", code="J503")


def _length(loc: Loc, text: str) -> Iterator[Remark]:
    """Counted with room for what the tokens become."""
    count = segments(_TOKEN.sub(lambda token: "x" * ROOM.get(token[1], ROOM_FOR_A_LINK), text))
    if count > MOST:
        yield Remark(loc, f"this text takes {count} segments, with room for what is filled in", f"say it in {MOST}, or send an e-mail", code="J504")


def _syntax(loc: Loc, text: str) -> Iterator[Remark]:
    found = _SYNTAX.search(_TOKEN.sub("", text))
    if found is not None:
        fix = "a letter carries tokens such as {{ hcp.family_name }} only: no logic, no filters, no comments"
        yield Remark(loc, f"`{found[0]}` begins or ends template syntax that is no token", fix, code="J501")


def _tokens(loc: Loc, text: str, known: tuple[str, ...]) -> Iterator[Remark]:
    for token in dict.fromkeys(_TOKEN.findall(text)):
        if token not in known:
            yield Remark(loc, f"`{{{{ {token} }}}}` is no known token", f"known here: {', '.join(known)}", code="J502")
