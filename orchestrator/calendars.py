"""Public holidays by country: what a business day leaves out besides the weekend."""

from datetime import date
from functools import cache

import holidays

YEARS_AHEAD = 6
"""How far public holidays are drawn up when a run opens; beyond them a business day is a weekday."""

_KEPT = (holidays.PUBLIC, holidays.DE_FACTO)


@cache
def public_holidays(country: str, year: int) -> tuple[date, ...]:
    """The country's public holidays, and those that custom keeps like them, such as Midsummer Eve in Sweden; none for a country that is not known."""
    kept = holidays.list_supported_countries().get(country)
    if kept is None:
        return ()
    known = holidays.country_holidays(country).supported_categories
    days = holidays.country_holidays(country, years=range(year, year + YEARS_AHEAD), categories=[each for each in _KEPT if each in known])
    # Sweden's law counts every Sunday as a public holiday; the weekend already says so.
    return tuple(sorted(day for day in days if day.weekday() < 5))  # noqa: PLR2004 - 5 is Saturday
