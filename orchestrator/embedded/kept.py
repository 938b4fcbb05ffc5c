"""Values that are made once and kept with the data: keys, passwords, the origin of journey time. Readable by their owner alone."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept(file: Path, make: Callable[[], str]) -> str:
    """The file's value; at first use, what `make` returns, written before it is used."""
    if not file.exists():
        write_private(file, make())
    return file.read_text(encoding="utf-8").strip()


def secret() -> str:
    """A new random secret of 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def key() -> str:
    """A new random key for AES-256, in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def write_private(file: Path, text: str) -> None:
    """Replace the file at once and whole, readable by its owner alone."""
    draft = file.with_name(f".{file.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(file)
