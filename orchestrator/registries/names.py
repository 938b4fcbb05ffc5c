"""Names out of a register that writes them in capitals, as one would write them in a letter."""

import re

_WORD = re.compile(r"[^\W\d_]+")
_SALUTATIONS = {"DR": "Dr.", "MR": "Mr.", "MRS": "Mrs.", "MS": "Ms.", "MISS": "Miss", "PROF": "Prof."}


def spoken(name: str) -> str:
    """`MCCOY` → `McCoy`, `O'DONNELL` → `O'Donnell`, `YOUNG-MAYKA` → `Young-Mayka`. A name that is not all capitals was written with care: it stays.
    What only its bearer knows (`MacDonald` or `Macdonald`) is not guessed."""
    name = " ".join(name.split())
    return _WORD.sub(_capitalised, name) if name.isupper() else name


def salutation(prefix: str) -> str | None:
    """The form of address for a register's name prefix; None for one that we do not know."""
    return _SALUTATIONS.get(prefix.strip().rstrip(".").upper())


def _capitalised(word: re.Match[str]) -> str:
    letters = word.group()
    if letters.startswith("MC") and len(letters) > len("MC"):
        return f"Mc{letters[2:].capitalize()}"
    return letters.capitalize()
