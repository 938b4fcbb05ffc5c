"""How an approval that ends is told in a sentence."""

from api.schemas.expiring import ContentWarned
from api.schemas.recalls import ContentReach


def told(warned: ContentWarned) -> str:
    """The warning, with the journeys, steps and people that it concerns."""
    return f"The approval of {warned.content} ends on {warned.expires.date()}, in {warned.days} days or sooner. {concerned(warned.reach)}"


def concerned(reach: ContentReach) -> str:
    """Where the content is used, and how many people are there."""
    if not reach.journeys:
        return "No journey names it."
    where = "; ".join(f"{one.journey}@{one.version} at {', '.join(one.steps)} ({one.runs} {'run' if one.runs == 1 else 'runs'})" for one in reach.journeys)
    people = f"{reach.people} {'person' if reach.people == 1 else 'people'}"
    return f"It concerns {people}: {where}."
