"""Small rehearsals: a person, a behaviour in which everything is certain, and a stage on which one or a few journeys are played."""

from datetime import UTC, datetime
from typing import Any

from journeys.content import ContentVersion
from journeys.definitions import Definition
from journeys.rehearsal import Behaviour, Person, Report, Stage, packaged_behaviour, rehearse
from journeys.rehearsal.population import consent
from tests.builders import CONTENTS, a_market

START = datetime(2026, 3, 2, tzinfo=UTC)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)

AT_ONCE = [0, 0, 0]
SOON = ["1 hour", "1 hour", "1 hour"]
CERTAIN: dict[str, Any] = {
    "intake_days": 1,
    "proposals_accepted": 1,
    "capacity": {"rep": 10, "msl": 5},
    "everyone": {
        "visits": {"undone": 0, "uses": AT_ONCE, "outcomes": {"interested": 1}, "otherwise": 0},
        "sending": {"undone": 0, "uses": AT_ONCE},
        "medical": {"undone": 0, "withdrawn": 0, "uses": AT_ONCE},
        "escalations": {"undone": 0, "uses": AT_ONCE},
        "letters": {"bounced": 0, "opened": 1, "clicked": 1, "replied": 0, "opens_after": SOON, "acts_after": SOON},
        "invitations": {"accepted": 1, "declined": 0, "attended": 1, "answers_after": SOON},
        "weekly": {"consent_given": 0, "consent_withdrawn": 0, "objected": 0},
    },
    "requests": {"failed": 0, "unanswered": 0, "after": SOON},
}
"""Everybody does everything, soon."""


def a_behaviour(**changes: Any) -> Behaviour:
    """A behaviour without chance; `everyone` is merged into the certain one, part by part."""
    population = packaged_behaviour().population.model_dump(mode="json", exclude_defaults=True)
    everyone = {part: {**habits, **changes.get("everyone", {}).get(part, {})} for part, habits in CERTAIN["everyone"].items()}
    steps = {"steps": changes["everyone"]["steps"]} if "steps" in changes.get("everyone", {}) else {}
    return Behaviour.model_validate({**CERTAIN, "population": population, **changes, "everyone": {**everyone, **steps}})


def a_person(person: str = "hcp", **changes: Any) -> Person:
    """A pioneer in Sweden who can be written to and has consented."""
    facts = {"persona": "pioneer", "adoption_stage": "aware", **changes.pop("facts", {})}
    given = (consent("email", "SE", at=LONG_AGO), consent("sms", "SE", at=LONG_AGO))
    told = {"market": "SE", "profession": "physician", "territory": "stockholm", "consents": given, "channels": ("email", "sms")}
    return Person(id=person, facts=facts, **{**told, **changes})


def a_stage(*definitions: Definition, behaviour: Behaviour | None = None, weeks: int = 26, seed: int = 1, **market: Any) -> Stage:
    """A stage with the tests' content and the market SE."""
    contents = [ContentVersion.model_validate(content) for content in CONTENTS]
    policies = {"SE": a_market(**{"weekly_cap": 5, **market})}
    return Stage(definitions, {content.ref: content for content in contents}, policies, behaviour or a_behaviour(), START, weeks, seed)


def ends(report: Report, journey: int = 0) -> dict[str, int]:
    """How the runs of a journey ended, as `kind: reason`."""
    return {f"{end.kind}: {end.reason}": end.runs for end in report.journeys[journey].ends}


def ways(report: Report, step: str, journey: int = 0) -> dict[str, int]:
    """The ways that were taken out of a step."""
    return next(each.ways for each in report.journeys[journey].steps if each.step == step)


def played(*definitions: Definition, people: tuple[Person, ...] | None = None, **stage: Any) -> Report:
    """The report of a rehearsal of one person, unless others are given."""
    return rehearse(a_stage(*definitions, **stage), people or (a_person(),))
