"""The pages on which somebody answers an invitation, in the language of the letter that invited: a question with one button, and what came of it."""

from dataclasses import dataclass
from html import escape

from fastapi.responses import HTMLResponse

from api import pages
from journeys.definitions import Heard


@dataclass(frozen=True)
class _Answer:
    ask: str
    button: str
    done: str
    close: str


@dataclass(frozen=True)
class _Words:
    accepted: _Answer
    declined: _Answer
    over: str
    too_late: str
    off: str
    off_why: str
    when: str

    def of(self, answer: Heard) -> _Answer:
        return self.accepted if answer is Heard.ACCEPTED else self.declined


_LANGUAGES = {
    "en": _Words(
        accepted=_Answer(
            ask="Will you take part?",
            button="Yes, I will",
            done="You have accepted",
            close="We look forward to it. Should something come up, use the other link of the letter. You may close this page.",
        ),
        declined=_Answer(
            ask="Can you not take part?",
            button="No, I cannot",
            done="You have declined",
            close="Thank you for telling us. Should that change, please answer the letter. You may close this page.",
        ),
        over="It has begun already",
        too_late="Your answer could not be taken any more.",
        off="It is called off",
        off_why="It does not take place. You do not need to answer.",
        when="It begins: {when}.",
    ),
    "sv": _Words(
        accepted=_Answer(
            ask="Vill du delta?",
            button="Ja, jag deltar",
            done="Du har tackat ja",
            close="Vi ser fram emot det. Får du förhinder kan du använda den andra länken i brevet. Du kan stänga sidan.",
        ),
        declined=_Answer(
            ask="Kan du inte delta?",
            button="Nej, jag kan inte",
            done="Du har tackat nej",
            close="Tack för beskedet. Om det ändrar sig är du välkommen att svara på brevet. Du kan stänga sidan.",
        ),
        over="Det har redan börjat",
        too_late="Ditt svar kunde inte tas emot längre.",
        off="Det är inställt",
        off_why="Det blir inte av. Du behöver inte svara.",
        when="Det börjar: {when}.",
    ),
}


def ask(language: str, answer: Heard, when: str) -> HTMLResponse:
    """The question and its button; the form posts to the same address."""
    words = _LANGUAGES[language]
    form = f'<form method="post"><button type="submit">{escape(words.of(answer).button)}</button></form>'
    return pages.page(language, words.of(answer).ask, words.when.format(when=when), form)


def done(language: str, answer: Heard) -> HTMLResponse:
    """The answer that stands now."""
    words = _LANGUAGES[language].of(answer)
    return pages.page(language, words.done, words.close)


def called_off(language: str) -> HTMLResponse:
    """For an answer to what does not take place."""
    words = _LANGUAGES[language]
    return pages.page(language, words.off, words.off_why)


def over(language: str) -> HTMLResponse:
    """For an answer that comes when it has begun."""
    words = _LANGUAGES[language]
    return pages.page(language, words.over, words.too_late)
