"""Register files of our own making: the real layout in small, with numbers below the first one that was ever given out."""

from collections.abc import Iterable, Mapping
from pathlib import Path

REAL = Path(__file__).parents[4] / "shared" / "data"
"""Where the public extracts stand beside the repository, if they do."""
REAL_FILE = REAL / "nppes" / "npidata_pfile_first1000_repaired.csv"

PLAIN = {
    "NPI": "",
    "Entity Type Code": "1",
    "Provider Organization Name (Legal Business Name)": "",
    "Provider Last Name (Legal Name)": "BERGFELT",
    "Provider First Name": "INGA",
    "Provider Name Prefix Text": "DR.",
    "Provider Business Mailing Address City Name": "ALBANY",
    "Provider Business Practice Location Address State Name": "NY",
    "Provider Business Practice Location Address Country Code (If outside U.S.)": "US",
    "NPI Deactivation Date": "",
    "NPI Reactivation Date": "",
    "Provider Sex Code": "F",
    "Healthcare Provider Taxonomy Code_1": "207RC0000X",
    "Healthcare Provider Primary Taxonomy Switch_1": "Y",
    "Healthcare Provider Taxonomy Code_2": "",
    "Healthcare Provider Primary Taxonomy Switch_2": "",
}
"""A cardiologist in New York."""

CITY = "Provider Business Mailing Address City Name"
DEACTIVATED = "NPI Deactivation Date"
REACTIVATED = "NPI Reactivation Date"
FAMILY = "Provider Last Name (Legal Name)"
STATE = "Provider Business Practice Location Address State Name"
COUNTRY = "Provider Business Practice Location Address Country Code (If outside U.S.)"
CODE = "Healthcare Provider Taxonomy Code_{}"
SWITCH = "Healthcare Provider Primary Taxonomy Switch_{}"


def an_npi(number: int) -> str:
    """The well-formed NPI of a number from 0 to 99,999, with its check digit."""
    first = f"1000{number:05d}"
    digits = [int(digit) for digit in f"80840{first}"]
    doubled = [digit if place % 2 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    # Luhn: from the right, the digit beside the check digit is doubled first.
    return f"{first}{-sum(doubled) % 10}"


def a_person(number: int, changed: Mapping[str, str] | None = None) -> dict[str, str]:
    """The row of a person, with some columns changed."""
    return {**PLAIN, "NPI": an_npi(number), **(changed or {})}


def an_organisation(number: int, name: str = "LINDGROVE CLINIC, INC.") -> dict[str, str]:
    """The row of an organisation."""
    return a_person(number, {"Entity Type Code": "2", FAMILY: "", "Provider First Name": "", "Provider Organization Name (Legal Business Name)": name})


def a_deactivated(number: int) -> dict[str, str]:
    """A row as the register blanks it: the number, and the date since which it is not in force."""
    return {**dict.fromkeys(PLAIN, ""), "NPI": an_npi(number), DEACTIVATED: "03/03/2021"}


def line(values: Iterable[str]) -> bytes:
    """One record, with everything in quotation marks, as the register writes it."""
    return (",".join('"' + value.replace('"', '""') + '"' for value in values) + "\r\n").encode()


def a_file(folder: Path, *rows: Mapping[str, str] | bytes, header: Iterable[str] = PLAIN, name: str = "npidata_pfile.csv") -> Path:
    """A file with a header and rows; a row in bytes is written as it is."""
    path = folder / name
    path.write_bytes(line(header) + b"".join(row if isinstance(row, bytes) else line(row.values()) for row in rows))
    return path
