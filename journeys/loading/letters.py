"""The letters of approved e-mail may carry tokens from a closed list and nothing else of a template language; promotional ones let the reader unsubscribe."""

import re
from collections.abc import Iterator

from journeys.content import ContentVersion
from journeys.loading.findings import Loc, Remark

TOKENS = ("hcp.salutation", "hcp.family_name", "hcp.given_name", "rep.name", "unsubscribe")
"""What a letter may say of the reader and the sender; to these come the content's own `links.…`."""

_TOKEN = re.compile(r"\{\{ *([a-z_]+(?:\.[a-z0-9_]+)*) *\}\}")
_SYNTAX = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


def check_letters(content: ContentVersion) -> Iterator[Remark]:
    """Everything that keeps the letters from being filled in safely and sent lawfully."""
    known = (*TOKENS, *(f"links.{name}" for name in content.links))
    for language, letter in content.letters.items():
        for part, text in (("subject", letter.subject), ("text", letter.text), ("html", letter.html)):
            loc: Loc = ("letters", language, part)
            yield from _syntax(loc, text)
            yield from _tokens(loc, text, known)
            if part != "subject" and content.purpose == "promotional" and "unsubscribe" not in _TOKEN.findall(text):
                yield Remark(loc, f"the {part} of a promotional letter has no `{{{{ unsubscribe }}}}`", "add the token where the reader finds it", code="J503")


def _syntax(loc: Loc, text: str) -> Iterator[Remark]:
    found = _SYNTAX.search(_TOKEN.sub("", text))
    if found is not None:
        fix = "a letter carries tokens such as {{ hcp.family_name }} only: no logic, no filters, no comments"
        yield Remark(loc, f"`{found[0]}` begins or ends template syntax that is no token", fix, code="J501")


def _tokens(loc: Loc, text: str, known: tuple[str, ...]) -> Iterator[Remark]:
    for token in dict.fromkeys(_TOKEN.findall(text)):
        if token not in known:
            yield Remark(loc, f"`{{{{ {token} }}}}` is no known token", f"known here: {', '.join(known)}", code="J502")
