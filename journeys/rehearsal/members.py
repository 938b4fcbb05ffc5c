"""One person in play, and one run of theirs: what changes while the rehearsal goes on."""

from datetime import datetime

from journeys.arrivals import Arrival
from journeys.caps import Touched
from journeys.conditions import Value
from journeys.consents import ConsentAct, missing, withdrawn
from journeys.definitions import ContentRef
from journeys.events import Event
from journeys.facts import CATALOGUE, Wall
from journeys.policy import ONE_COPY, Waiting
from journeys.rehearsal.people import Person
from journeys.rehearsal.population import personal
from journeys.rehearsal.stage import Part, Stage
from journeys.rehearsal.tally import JourneyTally
from journeys.state import Entered, State

_CONSENT = "_consent"
_MEDICAL = frozenset(fact.name for fact in CATALOGUE.values() if fact.wall is Wall.MEDICAL)
"""What no journey is ever told."""


class Member:
    """A person of the circle. `touches` are those that count as contact pressure, in the order of time."""

    def __init__(self, person: Person, stage: Stage) -> None:
        self.person = person
        self.rng = personal(stage.seed, person.id)
        self.diary = stage.diary(person)
        self.zone_of = stage.zone_of(person)
        self.policy = stage.markets.get(person.market)
        self.facts: dict[str, Value | None] = {
            "language": self.policy.languages[0] if self.policy is not None else None,
            **{fact: value for fact, value in person.facts.items() if fact not in _MEDICAL},
            "profession": person.profession,
            "market": person.market,
            "nurse_in_care_team": bool(person.care_team),
        }
        self.consents = person.consents
        self.objected = person.objected
        self.touches: list[Touched] = []
        self.waiting: dict[str, tuple[Waiting, Run]] = {}
        """The touches to this person that keep a place, by their keys, with the runs that they are of."""
        self.sharing: dict[str, list[Member]] = {}
        """By channel: the other records that have the same address."""
        self.copies: list[tuple[datetime, str, ContentRef]] = []
        """What was sent to a person who shares an address: when, by which channel and what."""
        self.runs: list[Run] = []

    def has_copy(self, channel: str, content: ContentRef, now: datetime) -> bool:
        """Whether this very content went to the same address within `ONE_COPY`, to another record of it."""
        copies = (copy for other in self.sharing.get(channel, ()) for copy in other.copies)
        return any(by == channel and what == content and at > now - ONE_COPY for at, by, what in copies)

    def acts(self) -> tuple[ConsentAct, ...]:
        """Every act of consent that counts here: the person's own, and those of the other records that have the same address."""
        if not self.sharing:
            return self.consents
        others = ((other, channel) for channel, sharing in self.sharing.items() for other in sharing)
        told = (act.model_copy(update={"record": other.person.id}) for other, channel in others for act in other.consents if act.channel == channel)
        return (*self.consents, *told)

    def places(self, key: str) -> tuple[Waiting, ...]:
        """The other touches that keep a place: those whose runs still stand there. What has gone elsewhere loses its place."""
        return tuple(one for other, (one, run) in self.waiting.items() if other != key and run.stands_at(other))

    @property
    def open_runs(self) -> list["Run"]:
        """The runs that have begun and not ended."""
        return [run for run in self.runs if run.state is not None and run.ended is None]

    def known(self, names: tuple[str, ...], now: datetime, *, product: str) -> dict[str, Value | None]:
        """The named facts as they stand for a journey of that product; those of consent are read from the acts of consent."""
        facts = self.facts
        known = {name: facts.get(name) for name in names}
        for name in names:
            if name.endswith(_CONSENT):
                known[name] = self.allows(name.removesuffix(_CONSENT), now, product=product)
        return known

    def allows(self, channel: str, now: datetime, *, product: str | None = None) -> bool:
        """Whether consent to promotion on the channel stands."""
        return missing(self.acts(), channel=channel, purpose="promotional", market=self.person.market, now=now, product=product) is None


class Run:
    """One run of one member. It has no state before its turn comes for the first time."""

    def __init__(
        self, member: Member, part: Part, enrolment: str, *, since: datetime, entered: Entered | None, hundredth: int | None, count: JourneyTally
    ) -> None:
        self.member, self.part, self.enrolment, self.count = member, part, enrolment, count
        self.since, self.entered, self.hundredth = since, entered, hundredth
        self.began = since
        self.arrival: Arrival | None = None
        self.state: State | None = None
        self.ended: datetime | None = None
        self.alarm: datetime | None = None
        self.active = True
        """Whether it is this run's turn with the HCP."""
        self.leaving = False
        """Whether it has been told to give way, and will."""
        self.within: tuple[Run, str, bool] | None = None
        """The run and the passage that started this one, and whether it is awaited."""
        self.story: list[tuple[datetime, Event]] | None = None
        """What happened to it and when, where somebody wants to know."""

    def stands_at(self, key: str) -> bool:
        """Whether it goes on, and a line of it stands at that passage."""
        state = self.state
        return self.ended is None and state is not None and not state.pauses and state.at(key) is not None

    def arrive(self, channels: tuple[str, ...], now: datetime) -> Arrival:
        """What is known of the HCP at the door, at the moment at which the run begins."""
        member, product = self.member, self.part.definition.product
        taken_back = withdrawn(member.acts(), market=member.person.market, now=now, product=product)
        return Arrival.model_construct(
            calendar=member.diary.calendar,
            facts=member.known(self.part.definition.facts, now, product=product),
            withdrawn=tuple([channel for channel in taken_back if channel in channels]),
            objected=member.objected,
            entered=self.entered,
            hundredth=self.hundredth,
        )
