"""The National Provider Identifier of the United States."""

import re

_FORMAT = re.compile(r"[12][0-9]{9}", re.ASCII)
_PREFIX = 24
"""What the prefix 80840 (health applications, United States) adds to the sum of the digits."""


def well_formed(npi: str) -> bool:
    """Whether it has the form of an NPI: ten digits, of which the first is 1 or 2 (45 CFR 162.406)."""
    return _FORMAT.fullmatch(npi) is not None


def check_digit_holds(npi: str) -> bool:
    """Whether a well-formed NPI ends in its check digit: Luhn's formula (ISO/IEC 7812-1) over the number with the prefix 80840.
    Source: CMS, "Requirements for National Provider Identifier (NPI) and NPI Check Digit", 2004."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in npi[-2::-2])
    return (_PREFIX + doubled + sum(int(digit) for digit in npi[-1::-2])) % 10 == 0
