"""Whether a version takes new people at an instant, and which of a journey's versions an HCP enters: asked wherever a run can begin."""

from collections.abc import Iterable

from journeys.lifecycle import Refusal, Refused
from journeys.shapes import Instant
from journeys.versions import Version, VersionState


def admission(version: Version, now: Instant) -> Refused | None:
    """Why nobody may enter this version at this instant; None where they may."""
    name = f"{version.journey} version {version.version}"
    match version.state:
        case VersionState.PUBLISHED if version.effective_from is None or version.effective_from > now:
            since = f" before {version.effective_from:%Y-%m-%d %H:%M} UTC" if version.effective_from is not None else ""
            return Refused(code=Refusal.NOT_IN_EFFECT, detail=f"{name} takes nobody{since}.")
        case VersionState.PUBLISHED if version.drains_from is None or version.drains_from > now:
            return None
        case VersionState.PUBLISHED | VersionState.DRAINING | VersionState.RETIRED:
            return Refused(code=Refusal.ADMITS_NOBODY, detail=f"{name} takes nobody any more: those who are in it play on, and new ones enter a later version.")
        case _:
            return Refused(code=Refusal.NOT_PUBLISHED, detail=f"{name} is not published.")


def in_effect(versions: Iterable[Version], now: Instant) -> Version | None:
    """Of the versions of one journey, the one that an HCP enters at this instant: the latest that admits."""
    return max((each for each in versions if admission(each, now) is None), key=lambda each: each.version, default=None)
