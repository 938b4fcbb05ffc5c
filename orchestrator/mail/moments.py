"""When something begins, as its reader would say it: in their own zone, language and order of day and month."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_name


def in_words(at: datetime, *, zone: str, language: str, country: str | None = None) -> str:
    """Such as "torsdag 4 mars 2027, 14:00 (centraleuropeisk normaltid)". A language that is not known is written as English."""
    local, locale = at.astimezone(ZoneInfo(zone)), _locale(language, country)
    return f"{format_date(local, 'full', locale)}, {format_time(local, 'short', locale=locale)} ({get_timezone_name(local, 'long', locale=locale)})"


def _locale(language: str, country: str | None) -> Locale:
    for name in (f"{language}_{country}", language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")
