"""The register of the United States, NPPES, in its monthly and weekly files (`npidata_pfile_….csv`). We take names, place and taxonomy, and nothing
that we do not need: no sex, no licence, no street. Columns are found by name, because releases add, rename and reorder them. The register knows no
e-mail address and no consent, so neither is ever set from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from orchestrator.registries.entries import Deactivated, Problem, Reason, RegisteredOrganisation, RegisteredPerson, Row, Rows
from orchestrator.registries.names import salutation, spoken
from orchestrator.registries.npi import check_digit_holds, well_formed
from orchestrator.registries.records import Record, records
from orchestrator.registries.taxonomy import calling_of
from orchestrator.registries.zones import zone_of

SOURCE = "npi"
MARKET = "US"
MOST_TAXONOMIES = 15

Get = Callable[[str], str]
"""The value of a column by its name, stripped; empty where the file has no such column."""

_CODE, _SWITCH = "Healthcare Provider Taxonomy Code_{}", "Healthcare Provider Primary Taxonomy Switch_{}"
_REQUIRED = (
    "NPI",
    "Entity Type Code",
    "Provider Organization Name (Legal Business Name)",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Business Practice Location Address State Name",
    "NPI Deactivation Date",
    "NPI Reactivation Date",
    _CODE.format(1),
    _SWITCH.format(1),
)
_COUNTRY = "Provider Business Practice Location Address Country Code (If outside U.S.)"
_FOREIGN_FILES = {
    "endpoint type": "the endpoint file (endpoint_pfile)",
    "provider secondary practice location address- address line 1": "the file of secondary locations (pl_pfile)",
    "provider other organization name type code": "the file of other names (othername_pfile)",
}
_DATE = "%m/%d/%Y"


class RegisterUnusableError(Exception):
    """The file as a whole cannot be imported. The message says what it is and what is wanted."""


@contextmanager
def opened(path: Path) -> Iterator[Rows]:
    """Open a file and read its rows one at a time. Raises RegisterUnusableError where it is no register file at all."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise RegisterUnusableError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    with file:
        content = records(file)
        yield _rows(content, _header(path, next(content, None)))


def _header(path: Path, first: Record | Problem | None) -> dict[str, int]:
    """Where each column is, by its name in lower case."""
    if not isinstance(first, Record) or len(first.values) < 2:  # noqa: PLR2004 - one value is what any text file has
        raise RegisterUnusableError(f"{path} is not a CSV file with a header line{_archive(path)}. Give the file npidata_pfile_….csv.")
    columns = {_plain(name): place for place, name in reversed(list(enumerate(first.values)))}
    missing = [name for name in _REQUIRED if _plain(name) not in columns]
    if not missing:
        return columns
    for mark, what in _FOREIGN_FILES.items():
        if mark in columns:
            raise RegisterUnusableError(f"{path} is {what}, which holds no people to import. Give the file npidata_pfile_….csv of the same release.")
    raise RegisterUnusableError(f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(f'“{name}”' for name in missing)} of the NPPES file.")


def _archive(path: Path) -> str:
    with path.open("rb") as file:
        return " but a ZIP archive: unpack it first" if file.read(2) == b"PK" else ""


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _rows(content: Iterator[Record | Problem], columns: dict[str, int]) -> Rows:
    places = {name: columns.get(_plain(name)) for name in (*_REQUIRED, _COUNTRY, "Provider Name Prefix Text", *_taxonomy_columns())}
    for record in content:
        if isinstance(record, Problem):
            yield record
            continue
        get = partial(_value, places, record.values)
        row = _row(record.line, get)
        yield Problem(line=record.line, reason=row, npi=get("NPI") or None) if isinstance(row, Reason) else row


def _value(places: Mapping[str, int | None], values: Sequence[str], name: str) -> str:
    place = places[name]
    return "" if place is None else values[place].strip()


def _taxonomy_columns() -> Iterator[str]:
    for number in range(1, MOST_TAXONOMIES + 1):
        yield from (_CODE.format(number), _SWITCH.format(number))


def _row(line: int, get: Get) -> Row | Reason:
    npi = get("NPI")
    if not well_formed(npi):
        return Reason.NPI_FORMAT if npi else Reason.BLANK
    if not check_digit_holds(npi):
        return Reason.NPI_LUHN
    if not _in_force(get):
        return Deactivated(line=line, npi=npi)
    if get(_COUNTRY) not in {"", MARKET}:
        return Reason.MARKET
    match get("Entity Type Code"):
        case "1":
            return _person(line, npi, get)
        case "2":
            name = get("Provider Organization Name (Legal Business Name)")
            return RegisteredOrganisation(line=line, npi=npi, name=name, zone=_zone(get)) if name else Reason.NAME
        case _:
            return Reason.ENTITY_TYPE


def _in_force(get: Get) -> bool:
    """A number is in force unless it was deactivated and not reactivated since."""
    deactivated, reactivated = get("NPI Deactivation Date"), get("NPI Reactivation Date")
    if not deactivated or not reactivated:
        return not deactivated
    try:
        return datetime.strptime(reactivated, _DATE) >= datetime.strptime(deactivated, _DATE)  # noqa: DTZ007 - dates, compared with each other
    except ValueError:
        return False  # fail closed: a date that cannot be read does not bring anybody back


def _person(line: int, npi: str, get: Get) -> RegisteredPerson | Reason:
    given, family = spoken(get("Provider First Name")), spoken(get("Provider Last Name (Legal Name)"))
    if not family:
        return Reason.NAME
    profession, specialty = calling_of(_primary_taxonomy(get))
    return RegisteredPerson(
        line=line,
        npi=npi,
        given_name=given,
        family_name=family,
        salutation=salutation(get("Provider Name Prefix Text")),
        profession=profession,
        specialty=specialty,
        zone=_zone(get),
    )


def _zone(get: Get) -> str | None:
    """Of the place where they practise."""
    return zone_of(get("Provider Business Practice Location Address State Name").upper())


def _primary_taxonomy(get: Get) -> str:
    """The code marked as primary, else the first."""
    numbers = range(1, MOST_TAXONOMIES + 1)
    return next((get(_CODE.format(number)) for number in numbers if get(_SWITCH.format(number)) == "Y"), get(_CODE.format(1)))
