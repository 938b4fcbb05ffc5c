"""The habits of one persona made ready to be drawn from: the shares of a step are laid side by side once, not at every task."""

from dataclasses import dataclass

from journeys.definitions import VisitStep
from journeys.rehearsal.behaviour import Answers, AtStep, Behaviour, Habits, Invitations, Letters, Visits, Weekly, Work
from journeys.rehearsal.delays import drawn
from journeys.rehearsal.population import Choice


@dataclass(frozen=True, slots=True)
class Hand:
    """How one task is done. `skipped` is counted from 0 on, like `undone`: it is where skipping ends and doing begins."""

    undone: float
    skipped: float
    uses: tuple[float, float, float]


class Post:
    """How what is sent is received."""

    def __init__(self, letters: Letters, invitations: Invitations) -> None:
        self.letters, self.invitations = letters, invitations
        self.opens_after, self.acts_after = drawn(letters.opens_after), drawn(letters.acts_after)
        self.answers_after = drawn(invitations.answers_after)


class Manners:
    """All habits of one persona, the gaps filled with everyone's."""

    def __init__(self, behaviour: Behaviour, persona: str) -> None:
        own, everyone = behaviour.personas.get(persona, Habits()), behaviour.everyone
        self.visits: Visits = own.visits or everyone.visits
        self.weekly: Weekly = own.weekly or everyone.weekly
        self.medical: Answers = everyone.medical
        self.post = Post(own.letters or everyone.letters, own.invitations or everyone.invitations)
        self._works: dict[str, Work] = {
            "visit": self.visits,
            "email": own.sending or everyone.sending,
            "message": own.sending or everyone.sending,
            "invite": own.sending or everyone.sending,
            "medical": everyone.medical,
            "escalate": everyone.escalations,
        }
        self._steps = {**everyone.steps, **own.steps}
        self._hands: dict[tuple[str, str], Hand] = {}
        self._outcomes: dict[tuple[str, str], Choice[str]] = {}

    def hand(self, step: str, kind: str) -> Hand:
        """How a task of that kind is done at that step."""
        found = self._hands.get((step, kind))
        if found is None:
            found = self._hands[step, kind] = _hand(self._works[kind], self._steps.get(step, AtStep()))
        return found

    def outcome(self, journey: str, step_id: str, step: VisitStep) -> Choice[str]:
        """What comes of a visit at that step."""
        found = self._outcomes.get((journey, step_id))
        if found is None:
            here = self._steps.get(step_id, AtStep()).outcomes or {}
            usual = self.visits.outcomes
            weights = {outcome: here.get(outcome, usual.get(outcome, self.visits.otherwise)) for outcome in step.visit.outcomes}
            found = self._outcomes[journey, step_id] = Choice(weights)
        return found


def _hand(work: Work, here: AtStep) -> Hand:
    undone = work.undone if here.undone is None else here.undone
    return Hand(undone=undone, skipped=undone + work.skipped * (1 - undone), uses=here.uses or work.uses)
