"""What every room of one rehearsal shares: the strategies, the rules, the behaviour, the time span, and what can be reckoned of them once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from typing import Literal

from journeys.channels import channels
from journeys.content import ContentVersion
from journeys.definitions import INVITED, ContentRef, Definition, InviteStep, JourneyStep, VisitStep, WaitStep, hands_over, kind_of
from journeys.durations import Calendar, is_zone
from journeys.markets import MarketPolicy
from journeys.rehearsal.behaviour import Behaviour, Happening
from journeys.rehearsal.delays import Diary, Draw, drawn
from journeys.rehearsal.manners import Manners
from journeys.rehearsal.people import Person, Territory


class Part:
    """One strategy of the rehearsal."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.kinds = {step_id: kind_of(step) or "" for step_id, step in definition.steps.items()}
        self.handing_over = frozenset(step_id for step_id in definition.steps if hands_over(definition.steps, step_id))
        """The steps to which only a question of the HCP leads."""
        self.channels = {step_id: tuple(step.visit.channels) for step_id, step in definition.steps.items() if isinstance(step, VisitStep)}
        heard = {heard for step in definition.steps.values() if isinstance(step, WaitStep) for heard in step.wait.for_}
        invites = any(isinstance(step, InviteStep) for step in definition.steps.values())
        self.hears = frozenset(heard | {*INVITED} if invites else heard)
        """What can be heard of a touch that some step waits for."""

    @property
    def journey(self) -> str:
        return self.definition.journey


@dataclass(frozen=True)
class Stage:
    """Played from `start` on, for `weeks`. `holidays` are those of each country; `territories` say what reps and MSLs can do."""

    definitions: tuple[Definition, ...]
    contents: Mapping[ContentRef, ContentVersion]
    markets: Mapping[str, MarketPolicy]
    behaviour: Behaviour
    start: datetime
    weeks: int = 26
    seed: int = 1
    territories: tuple[Territory, ...] = ()
    holidays: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(weeks=self.weeks)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The strategies, the highest priority first."""
        return tuple(Part(definition) for definition in sorted(self.definitions, key=lambda each: (-each.priority, each.journey)))

    @cached_property
    def by_journey(self) -> dict[str, Part]:
        return {part.journey: part for part in self.parts}

    @cached_property
    def _starting(self) -> dict[str, tuple[str, ...]]:
        started = [(step.journey.start, part.journey) for part in self.parts for step in part.definition.steps.values() if isinstance(step, JourneyStep)]
        return {journey: tuple(sorted({by for inner, by in started if inner == journey})) for journey, _ in started}

    def begun_by(self, journey: str) -> tuple[str, ...]:
        """The journeys that start this one in a step of theirs. Where there are any, nobody is entered in it for its own sake: what it is for
        begins in the middle of another one."""
        return self._starting.get(journey, ())

    @cached_property
    def automatic(self) -> tuple[Part, ...]:
        """The journeys that whoever meets their condition enters."""
        return tuple(part for part in self.parts if part.definition.entry.automatic)

    @cached_property
    def personas(self) -> tuple[str, ...]:
        """The personas that a rep may meet: those of the population and of the strategies."""
        return tuple(sorted({*self.behaviour.population.personas, *(part.definition.persona for part in self.parts if part.definition.persona is not None)}))

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The channels on which something is sent."""
        return tuple(sorted({channel for part in self.parts for channel in channels(part.definition)}))

    @cached_property
    def happenings(self) -> tuple[Happening, ...]:
        """Those of the behaviour's happenings that concern a strategy: by their name, their sequel's, or a fact that they set."""
        heard = {event for part in self.parts for event in part.definition.listens}
        heard |= {part.definition.entry.on.event for part in self.parts if part.definition.entry.on is not None}
        named = {fact for part in self.parts for fact in part.definition.facts}
        return tuple(
            each
            for each in self.behaviour.happenings
            if {each.event, *([each.then.event] if each.then is not None else [])} & heard or named & each.facts.keys()
        )

    @cached_property
    def answers_after(self) -> Draw:
        """How long other systems take to answer."""
        return drawn(self.behaviour.requests.after)

    @cached_property
    def _manners(self) -> dict[object, Manners]:
        return {}

    @cached_property
    def _diaries(self) -> dict[tuple[str, str], Diary]:
        return {}

    def manners(self, persona: object) -> Manners:
        """The habits of a persona; of somebody whose persona is not known, everyone's."""
        found = self._manners.get(persona)
        if found is None:
            found = self._manners[persona] = Manners(self.behaviour, persona if isinstance(persona, str) else "")
        return found

    def diary(self, person: Person) -> Diary:
        """The person's calendar: in the person's zone, else the market's; one that is not known is never an error."""
        policy = self.markets.get(person.market)
        country = policy.country if policy is not None else ""
        zone = self._zone(person)[0]
        if (zone, country) not in self._diaries:
            self._diaries[zone, country] = Diary(Calendar(zone=zone, holidays=self.holidays.get(country, ())))
        return self._diaries[zone, country]

    def zone_of(self, person: Person) -> Literal["person", "market"] | None:
        """Whose zone the person's calendar is in; None where none is known."""
        return self._zone(person)[1]

    def _zone(self, person: Person) -> tuple[str, Literal["person", "market"] | None]:
        policy = self.markets.get(person.market)
        if person.zone is not None and _is_zone(person.zone):
            return person.zone, "person"
        if policy is not None and policy.zone is not None and _is_zone(policy.zone):
            return policy.zone, "market"
        return "UTC", None


_is_zone = cache(is_zone)
"""Asked for everybody, of few zones."""
