"""What a rep chooses for an approved letter: passages among those that it offers, in its order, and values of its closed lists. Nothing is free, so nothing
that review has not seen can go out."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from journeys.content import EMAIL, FRAGMENT, ContentState, ContentVersion
from journeys.definitions import Content, ContentRef
from journeys.shapes import Slug, Stored


class Chosen(Stored):
    """Fragments by their ids, in the order of the letter, and for each token the key of the value that stands there."""

    fragments: tuple[Content, ...] = ()
    fill: dict[Slug, Slug] = {}


NOTHING = Chosen()


def open_to_choice(letter: ContentVersion) -> bool:
    """Whether there is anything to choose."""
    return letter.fragments is not None or bool(letter.fill)


def needs_choice(letter: ContentVersion) -> bool:
    """Whether the letter cannot go out without somebody who chooses."""
    return bool(letter.fill) or (letter.fragments is not None and letter.fragments.at_least > 0)


def first_choice(letter: ContentVersion) -> Chosen:
    """As little as the letter asks for, the first of each: what a rehearsal's rep chooses."""
    fragments = letter.fragments.offered[: letter.fragments.at_least] if letter.fragments is not None else ()
    return Chosen(fragments=fragments, fill={name: next(iter(values)) for name, values in letter.fill.items()})


def misfit(letter: ContentVersion, chosen: Chosen, known: Mapping[ContentRef, ContentVersion], *, market: str, now: datetime) -> str | None:
    """Why the choice does not fit the letter in that market now, in words; None where it does. Asked when a rep chooses, and again at the sending."""
    return next(_misfits(letter, chosen, known, market, now), None)


def unfit(fragment: ContentVersion | None, letter: ContentVersion) -> str | None:
    """Why a passage may not stand in a letter, whoever it goes to; None where it may."""
    return next(_unfits(fragment, letter), None)


def spoken(letter: ContentVersion, fragments: Iterable[ContentVersion]) -> tuple[str, ...]:
    """The languages in which the letter and every passage and value in it have words."""
    parts = [fragment.parts for fragment in fragments]
    values = [words for options in letter.fill.values() for words in options.values()]
    return tuple(language for language in letter.letters if all(language in each for each in parts) and all(language in each for each in values))


def _misfits(letter: ContentVersion, chosen: Chosen, known: Mapping[ContentRef, ContentVersion], market: str, now: datetime) -> Iterator[str]:
    offered = letter.fragments.offered if letter.fragments is not None else ()
    most = letter.fragments.at_most if letter.fragments is not None else 0
    least = letter.fragments.at_least if letter.fragments is not None else 0
    stranger = next((ref for ref in chosen.fragments if ref not in offered), None)
    if stranger is not None:
        yield f"{letter.ref} does not offer {stranger}"
    elif list(chosen.fragments) != [ref for ref in offered if ref in chosen.fragments]:
        yield f"{letter.ref} has its fragments once each, in the order {', '.join(map(str, offered))}"
    elif not least <= len(chosen.fragments) <= most:
        yield f"{letter.ref} takes from {least} to {most} fragments, not {len(chosen.fragments)}"
    for ref in chosen.fragments:
        fragment = known.get(ref)
        lacks = unfit(fragment, letter)
        if lacks is not None:
            yield lacks
        elif fragment is not None and (fragment.state_at(now) is not ContentState.APPROVED or market not in fragment.markets):
            yield f"{ref} is {fragment.state_at(now).replace('_', ' ')}" if market in fragment.markets else f"{ref} is not approved for {market}"
    if set(chosen.fill) != set(letter.fill):
        yield f"{letter.ref} has a value for each of {', '.join(letter.fill) or 'no token'}, and for no other"
    for name, key in chosen.fill.items():
        if name in letter.fill and key not in letter.fill[name]:
            yield f"{key} is no value of {name}: {', '.join(letter.fill[name])}"


def _unfits(fragment: ContentVersion | None, letter: ContentVersion) -> Iterator[str]:
    if fragment is None:
        yield f"{letter.ref} offers a fragment that is not on record"
        return
    if fragment.made_for != FRAGMENT:
        yield f"{fragment.ref} is made for {fragment.made_for}, not to stand in a letter"
    if letter.made_for == EMAIL and (fragment.product, fragment.purpose) != (letter.product, letter.purpose):
        yield f"{fragment.ref} is of another product or purpose than {letter.ref}"
    if not set(letter.audience) <= set(fragment.audience):
        yield f"{fragment.ref} is not approved for every reader of {letter.ref}"
    lacking = [language for language in letter.letters if language not in fragment.parts]
    if lacking:
        yield f"{fragment.ref} has no words in {' and '.join(lacking)}"
