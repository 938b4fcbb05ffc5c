"""Phrases that every sentence is made of: lists, conditions, and the names of things as their readers know them."""

from collections.abc import Sequence
from dataclasses import dataclass

from journeys.conditions import AllOf, AnyOf, Condition, FactIs, Not, OutcomeIs, Value
from journeys.content import EMAIL
from journeys.definitions import JOIN, ContentRef, Definition
from journeys.facts import CATALOGUE, PERSONA, Kind
from journeys.library import Library
from journeys.reasons import TOLD, Reason

_REFUSED = {
    Reason.NO_CONSENT: "there is no valid consent to it (none on record, expired or withdrawn)",
    Reason.OBJECTED: "the person objected to direct marketing or is on the stop list",
    Reason.CONTENT_NOT_APPROVED: "its content may not be shown to this person now (not approved, expired, or made for others)",
    Reason.NO_RECIPIENT: "there is nobody to write to (no address, or no such colleague in the care team)",
    Reason.NO_INQUIRY: "no such question is on record",
    Reason.HELD_TOO_LONG: "it has waited for as long as this step allows",
}
"""Reasons that take in narrower ones, or that read badly after "if"; the others are told as everywhere else."""

_FLAGS = {
    "nurse_in_care_team": ("there is a nurse in the care team", "there is no nurse in the care team"),
    "email_consent": ("consent to e-mail is on record", "no consent to e-mail is on record"),
}


def either(words: Sequence[str]) -> str:
    """a, b or c."""
    return _joined(words, "or")


def both(words: Sequence[str]) -> str:
    """a, b and c."""
    return _joined(words, "and")


def spoken(slug: str) -> str:
    """A word of the language as a person says it."""
    return slug.replace("_", " ")


def sentence(words: str) -> str:
    """The words as a sentence: a capital first, a full stop last, where a quotation at the end has none of its own."""
    return f"{words[:1].upper()}{words[1:]}{'' if words.removesuffix('”').endswith(('.', '?', '!')) else '.'}"


def refusal(reason: str) -> str:
    """Why a touch may not go out, after "if"."""
    if reason not in set(Reason):
        return spoken(reason)
    return _REFUSED.get(Reason(reason), TOLD[Reason(reason)])


@dataclass(frozen=True)
class Names:
    """What steps, content and personas are called. Without a library, content and personas go by their ids."""

    definition: Definition
    numbers: dict[str, int]
    library: Library | None = None

    def step(self, step_id: str) -> str:
        """A step by its number and title: step 4 “Time to read”."""
        number = self.numbers.get(step_id)
        return f"step {number} “{self.title(step_id)}”" if number is not None else f"a step “{step_id}” that does not exist"

    def onward(self, step_id: str) -> str:
        """What follows, as a clause: a step, or the end of a line."""
        return "this line ends" if step_id == JOIN else f"{self.step(step_id)} follows"

    def title(self, step_id: str) -> str:
        step = self.definition.steps.get(step_id)
        return (step.title if step is not None else None) or step_id

    def content(self, ref: ContentRef) -> str:
        known = self.library.contents.get(ref) if self.library is not None else None
        return f"“{known.title}” ({ref})" if known is not None else str(ref)

    def by(self, channel: str, content: ContentRef) -> str:
        """A message by another channel."""
        return f"{'an e-mail' if channel == EMAIL else f'a message by {spoken(channel).upper()}'}, {self.content(content)}"

    def persona(self, persona: str) -> str:
        known = self.library.personas.get(persona) if self.library is not None else None
        return known.title if known is not None else spoken(persona)

    def condition(self, condition: Condition) -> str:
        """A condition as a clause that follows "when"."""
        match condition:
            case AllOf():
                return _listed([self._bracketed(part) for part in condition.all])
            case AnyOf():
                return either([self._bracketed(part) for part in condition.any])
            case Not(not_=OutcomeIs() as reported):
                return f"what was last reported at {self.step(reported.outcome)}, if anything, is not {_reports(reported)}"
            case Not(not_=FactIs() as denied) if denied.known is None and denied.has is None and not isinstance(denied.is_, bool):
                return self._fact(denied, denied=True)
            case Not():
                return f"it is not so that {self._bracketed(condition.not_)}"
            case OutcomeIs():
                return f"what was last reported at {self.step(condition.outcome)} is {_reports(condition)}"
            case FactIs():
                return self._fact(condition)

    def _bracketed(self, condition: Condition) -> str:
        """Brackets stand where and and or mix."""
        return f"({self.condition(condition)})" if isinstance(condition, AllOf | AnyOf) else self.condition(condition)

    def _fact(self, condition: FactIs, *, denied: bool = False) -> str:
        """`denied` is told as what is not known: what nobody knows meets no comparison, so its denial holds."""
        name = f"the {spoken(condition.fact)}"
        known = CATALOGUE.get(condition.fact)
        if condition.known is not None:
            return f"{name} is {'' if condition.known else 'not '}known"
        if known is not None and known.kind is Kind.FLAG and isinstance(condition.is_, bool):
            holds, fails = _FLAGS.get(condition.fact, (f"“{spoken(condition.fact)}” holds", f"“{spoken(condition.fact)}” does not hold"))
            return holds if condition.is_ else fails
        if condition.has is not None:
            return f"the HCP has {'the tag' if condition.fact == 'tags' else f'among the {spoken(condition.fact)}'} “{spoken(condition.has)}”"
        be = "are" if known is not None and known.kind is Kind.NUMBER and known.unit in known.name else "is"
        if denied:
            be = f"{be} not known to be"
        if condition.in_ is not None:
            return f"{name} {be} {either([self._value(condition.fact, value) for value in condition.in_])}"
        for value, words in ((condition.at_least, f"{be} at least"), (condition.at_most, f"{be} at most"), (condition.is_, be)):
            if value is not None:
                return f"{name} {words} {self._value(condition.fact, value)}"
        return name

    def _value(self, fact: str, value: Value) -> str:
        if fact == PERSONA and isinstance(value, str):
            return self.persona(value)
        if isinstance(value, tuple):
            return both([spoken(item) for item in value])
        return spoken(str(value).lower() if isinstance(value, bool) else str(value))


def _listed(conditions: Sequence[str]) -> str:
    """Conditions that all hold. Of several, some may be lists themselves: a comma keeps them apart."""
    return f"{', '.join(conditions[:-1])}, and {conditions[-1]}" if len(conditions) > 2 else both(conditions)  # noqa: PLR2004 - two are a pair


def _reports(condition: OutcomeIs) -> str:
    values = condition.in_ if condition.in_ is not None else (condition.is_ or "",)
    return either([f"“{spoken(value)}”" for value in values])


def _joined(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)
