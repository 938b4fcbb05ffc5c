"""The page on which somebody chooses what they get, and the one that asks for the second click of a double opt-in. Plain HTML with one form for each choice:
it works without scripts, by keyboard and with a screen reader, and says what was done where a screen reader reads it first."""

from dataclasses import dataclass
from enum import StrEnum
from html import escape

from fastapi.responses import HTMLResponse

from api import pages
from api.rows import OptInRow, PreferenceLine, PreferenceRow


class Done(StrEnum):
    """What the last click came to."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    NOT_HERE = "not_here"


@dataclass(frozen=True)
class _Words:
    title: str
    intro: str
    line: str
    line_of: str
    on: str
    off: str
    words: str
    agreed: str
    give: str
    withdraw: str
    elsewhere: str
    held: str
    all_title: str
    all_text: str
    all_button: str
    object_title: str
    object_text: str
    object_button: str
    objected: str
    done: dict[Done, str]
    confirm: str
    confirm_text: str
    confirm_button: str
    confirmed: str
    confirmed_text: str
    over: str
    over_text: str


_LANGUAGES = {
    "en": _Words(
        title="Your choices",
        intro="Here you see what you have agreed to get from us. Every change takes effect at once.",
        line="Promotion by {channel}",
        line_of="Promotion of {product} by {channel}",
        on="You have agreed to this.",
        off="You have not agreed to this.",
        words="What you agree to",
        agreed="What you have agreed to",
        give="Agree to: {line}",
        withdraw="Stop: {line}",
        elsewhere="You can agree to this by a link that we send by {channel}, or with our representative.",
        held="You have said no to this in another way, which this page cannot change. Our representative can help, should you wish it after all.",
        all_title="Stop everything",
        all_text="Takes back everything that you have agreed to, for every channel and product.",
        all_button="Stop all of it",
        object_title="Object to all marketing",
        object_text="Nobody contacts you for marketing any more, our representatives included, and we do not assess what might interest you. It stays so.",
        object_button="Object to all marketing",
        objected="You have objected to all marketing. We do not contact you for it, and nothing here needs to be chosen.",
        done={
            Done.GIVEN: "Thank you: your consent is recorded.",
            Done.WITHDRAWN: "It is stopped, from now on.",
            Done.OBJECTED: "Your objection is recorded. It takes effect at once.",
            Done.NOT_HERE: "This could not be recorded here. Please use the link in the message itself, or ask our representative.",
        },
        confirm="Do you agree?",
        confirm_text="Nothing is sent before you agree. You can take it back at any time.",
        confirm_button="Yes, I agree",
        confirmed="Your consent is recorded",
        confirmed_text="Thank you. You can take it back at any time by the link in every message. You may close this page.",
        over="This link no longer works",
        over_text="Its time is over, or you have changed your choice since. Nothing new was recorded. Ask us for a new letter if you wish one.",
    ),
    "sv": _Words(
        title="Dina val",
        intro="Här ser du vad du har samtyckt till att få från oss. Varje ändring gäller genast.",
        line="Reklam via {channel}",
        line_of="Reklam om {product} via {channel}",
        on="Du har samtyckt till detta.",
        off="Du har inte samtyckt till detta.",
        words="Vad du samtycker till",
        agreed="Vad du har samtyckt till",
        give="Samtyck till: {line}",
        withdraw="Avsluta: {line}",
        elsewhere="Du kan samtycka till detta med en länk som vi skickar via {channel}, eller hos vår representant.",
        held="Du har sagt nej till detta på ett annat sätt, som inte kan ändras här. Vår representant kan hjälpa dig om du vill det ändå.",
        all_title="Avsluta allt",
        all_text="Återkallar allt som du har samtyckt till, för alla kanaler och produkter.",
        all_button="Avsluta allt",
        object_title="Invänd mot all marknadsföring",
        object_text="Ingen kontaktar dig mer för marknadsföring, inte heller våra representanter, och vi bedömer inte vad som intresserar dig. Det förblir så.",
        object_button="Invänd mot all marknadsföring",
        objected="Du har invänt mot all marknadsföring. Vi kontaktar dig inte för det, och inget behöver väljas här.",
        done={
            Done.GIVEN: "Tack, ditt samtycke är registrerat.",
            Done.WITHDRAWN: "Det är avslutat från och med nu.",
            Done.OBJECTED: "Din invändning är registrerad och gäller genast.",
            Done.NOT_HERE: "Det kunde inte registreras här. Använd länken i själva meddelandet eller fråga vår representant.",
        },
        confirm="Samtycker du?",
        confirm_text="Inget skickas förrän du har samtyckt. Du kan återkalla ditt samtycke när som helst.",
        confirm_button="Ja, jag samtycker",
        confirmed="Ditt samtycke är registrerat",
        confirmed_text="Tack. Du kan återkalla det när som helst via länken i varje meddelande. Du kan stänga sidan.",
        over="Länken gäller inte längre",
        over_text="Tiden har gått ut, eller så har du ändrat ditt val sedan dess. Inget nytt har registrerats. Be oss om ett nytt brev om du vill.",
    ),
}


def choices(language: str, row: PreferenceRow, done: Done | None = None) -> HTMLResponse:
    """Every choice with how it stands; `done` is what the click before came to."""
    words = _LANGUAGES[language]
    told = words.done[done] if done is not None else None
    if row.objected:
        return pages.page(language, words.title, words.objected, told=told)
    lines = "".join(_line(language, words, line) for line in row.lines)
    stop = _section(words.all_title, words.all_text, _button("act", "withdraw-all", words.all_button))
    objection = _section(words.object_title, words.object_text, _button("act", "object", words.object_button))
    return pages.page(language, words.title, words.intro, lines + stop + objection, told=told)


def ask(language: str, opt_in: OptInRow) -> HTMLResponse:
    """The very words, and one button. Reading it gives nothing: mail scanners open every link."""
    words = _LANGUAGES[language]
    return pages.page(language, words.confirm, words.confirm_text, _quoted(opt_in.words, opt_in.language) + _button("act", "confirm", words.confirm_button))


def confirmed(language: str) -> HTMLResponse:
    """After the second click, and whenever it is made again."""
    words = _LANGUAGES[language]
    return pages.page(language, words.confirmed, words.confirmed_text)


def over(language: str) -> HTMLResponse:
    """When the time of the link is over, or nothing may be given any more."""
    words = _LANGUAGES[language]
    return pages.page(language, words.over, words.over_text, status=410)


def language_of(line: PreferenceLine, page: str) -> str:
    """The language in which somebody who reads the page agrees: the page's, where the text has it."""
    return page if page in line.words else next(iter(line.words))


def _line(language: str, words: _Words, line: PreferenceLine) -> str:
    channel = pages.channel_name(language, line.channel)
    name = words.line_of.format(product=line.product.capitalize(), channel=channel) if line.product is not None else words.line.format(channel=channel)
    of = language_of(line, language)
    more = f"<details><summary>{escape(words.agreed if line.allowed else words.words)}</summary>{_quoted(line.words[of], of)}</details>"
    if line.allowed:
        more += _button("act", f"withdraw {line.channel} {line.product or ''}".strip(), words.withdraw.format(line=name))
    elif line.can_give:
        more += _button("act", f"give {line.text} {of}", words.give.format(line=name), quiet=True)
    elif line.held:
        more += f"<p>{escape(words.held)}</p>"
    else:
        more += f"<p>{escape(words.elsewhere.format(channel=channel))}</p>"
    return _section(name, words.on if line.allowed else words.off, more)


def _section(title: str, text: str, more: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(text)}</p>{more}</section>"


def _quoted(text: str, language: str) -> str:
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.strip().split("\n\n"))
    return f'<blockquote lang="{escape(language)}">{paragraphs}</blockquote>'


def _button(name: str, value: str, text: str, *, quiet: bool = False) -> str:
    """A form of one button. A quiet one stands back beside those that stop something: nobody is nudged to agree."""
    look = ' class="quiet"' if quiet else ""
    return f'<form method="post"><input type="hidden" name="{name}" value="{escape(value)}"><button type="submit"{look}>{escape(text)}</button></form>'
