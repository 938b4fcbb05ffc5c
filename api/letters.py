"""The letter that a rep sends: what it leaves to the rep, and whether what was chosen may stand in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from api.codes import Code
from api.ports import Ports
from api.problems import in_field
from api.rows import TaskRow
from api.schemas.tasks import Complete, Fragment, LetterChoices
from api.who import Who
from journeys.choosing import Chosen, misfit, open_to_choice, unfit
from journeys.content import ContentState, ContentVersion
from journeys.definitions import ContentRef, SendStep, Step

Contents = Mapping[ContentRef, ContentVersion]


async def keep_choice(house: Ports, who: Who, task: TaskRow, step: Step | None, body: Complete) -> None:
    """Write down what the rep chose, under the passage's key: the gate looks again when the letter goes out. Raises Problem where it does not fit, or where
    the letter asks for a choice and none was made."""
    letter = None
    if isinstance(step, SendStep) and body.choose is None:
        letter = (await house.contents.versions((step.sending.content,))).get(step.sending.content)
    if letter is None or not open_to_choice(letter):
        if body.letter is not None:
            raise in_field(Code.CHOICE_UNFIT, "No letter with a choice is sent here.", "/letter")
        return
    if task.status != "open":
        return  # the run says so
    chosen = _chosen(body)
    now = house.clock.now()
    lacks = misfit(letter, chosen, await house.contents.versions(chosen.fragments), market=task.person.market, now=now)
    if lacks is not None:
        offered = letter.fragments.offered if letter.fragments is not None else ()
        raise in_field(Code.CHOICE_UNFIT, f"{lacks}.", "/letter", allowed=[str(ref) for ref in offered])
    await house.choices.keep(who, task.id, letter.ref, chosen, now=now)


def offered(letter: ContentVersion | None) -> tuple[ContentRef, ...]:
    """The passages that a letter offers."""
    return letter.fragments.offered if letter is not None and letter.fragments is not None else ()


def choices(letter: ContentVersion | None, contents: Contents, *, market: str, languages: Sequence[str], now: datetime) -> LetterChoices | None:
    """What the letter leaves to the rep, in the first of these languages that it has."""
    if letter is None or not open_to_choice(letter):
        return None
    language = next((each for each in languages if each in letter.letters), next(iter(letter.letters), ""))
    fragments = tuple(_fragment(ref, contents.get(ref), letter, language, market, now) for ref in offered(letter))
    fill = {name: {key: words.get(language, key) for key, words in values.items()} for name, values in letter.fill.items()}
    if letter.fragments is None:
        return LetterChoices(fill=fill)
    return LetterChoices(fragments=fragments, at_least=letter.fragments.at_least, at_most=letter.fragments.at_most, fill=fill)


def _chosen(body: Complete) -> Chosen:
    if body.letter is None:
        return Chosen()
    return Chosen(fragments=tuple(ContentRef.parse(each) for each in body.letter.fragments), fill=body.letter.fill)


def _fragment(ref: ContentRef, fragment: ContentVersion | None, letter: ContentVersion, language: str, market: str, now: datetime) -> Fragment:
    if fragment is None:
        return Fragment(content=str(ref), title=str(ref), usable=False)
    state = fragment.state_at(now)
    usable = state is ContentState.APPROVED and market in fragment.markets and unfit(fragment, letter) is None
    part = fragment.parts.get(language)
    return Fragment(content=str(ref), title=fragment.title, language=language or None, text=part.text if part else None, state=state, usable=usable)
