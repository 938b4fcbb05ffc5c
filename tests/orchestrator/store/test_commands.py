"""The store's commands, as they are typed: what they print, how they exit, and that they may be run again."""

import shutil
from pathlib import Path

import pytest

from journeys.library import PACKAGED, files_in
from orchestrator.embedded import answering
from orchestrator.embedded.postgres import Postgres
from orchestrator.store.sample import read_sample
from tests.database import Dirigent


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of the packaged library that a test may edit."""
    return shutil.copytree(PACKAGED, tmp_path / "library")


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_migrating_again_says_that_there_is_nothing_to_do(dirigent: Dirigent) -> None:
    """It may be run at every start."""
    assert dirigent("migrate") == (0, "the schema is up to date\n", "")


def test_a_database_that_does_not_answer_is_said_in_a_sentence(dirigent: Dirigent, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that needs it says where it was sought, with exit code 1 and no stack trace."""
    monkeypatch.setenv("DIRIGENT_DATABASE_URL", "postgresql://nobody:hush@127.0.0.1:1/none")
    for command in (["migrate"], ["library", "import"], ["people", "sample"]):
        code, out, err = dirigent(*command)
        assert (code, out) == (1, "")
        assert err.startswith("The database at 127.0.0.1:1/none does not answer.")
        assert "hush" not in err


def test_a_database_without_the_schema_is_said_in_a_sentence(dirigent: Dirigent, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to run."""
    monkeypatch.setenv("DIRIGENT_DATABASE_URL", postgres_server.create_database("bare"))
    code, _, err = dirigent("people", "sample")
    postgres_server.drop_database("bare")
    assert (code, err.count("\n")) == (1, 1)
    assert "dirigent migrate" in err


def test_the_packaged_library_is_imported_once(dirigent: Dirigent) -> None:
    """The second time nothing is new."""
    first, again = dirigent("library", "import"), dirigent("library", "import")
    assert first.code == again.code == 0
    assert "published market:SE" in first.out
    assert "drafted definition:pioneer@2" in first.out
    assert again.out.startswith("0 published, 0 drafted, 0 changed, ")


def test_a_changed_version_is_refused(dirigent: Dirigent, library: Path) -> None:
    """With what to do about it."""
    dirigent("library", "import", "--path", str(library))
    _edit(library / "strategies" / "pioneer.yaml", "priority: 70", "priority: 71")
    code, out, err = dirigent("library", "import", "--path", str(library))
    assert (code, out) == (1, "")
    assert "pioneer@2 is on record with another meaning" in err


def test_a_library_that_cannot_be_read_is_not_imported(dirigent: Dirigent, library: Path) -> None:
    """Nothing of it; the findings have their places."""
    _edit(library / "strategies" / "pioneer.yaml", "priority: 70", "priorty: 70")
    code, out, err = dirigent("library", "import", "--path", str(library))
    assert (code, out) == (1, "")
    assert "strategies/pioneer.yaml:" in err
    assert dirigent("library", "import").out.count("drafted definition:") == len(files_in(library / "strategies"))


def test_drafts_may_be_somebodys(dirigent: Dirigent) -> None:
    """Of a user who drafts, and of no other."""
    dirigent("people", "sample")
    for nobody in ("rep-anna", "sales-maj", "unheard-of"):
        code, _, err = dirigent("library", "import", "--as", nobody)
        assert (code, err) == (1, f"{nobody!r} is not an active user who drafts: admin or marketing.\n")
    assert "drafted definition:pioneer@2" in dirigent("library", "import", "--as", "mkt-lena").out


def test_the_sample_signs_in_the_embedded_runtime_alone(dirigent: Dirigent, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its PINs are known to everybody; there it puts the library in force, once."""
    dirigent("people", "sample")
    refused = dirigent("library", "sample")
    assert (refused.code, refused.out) == (1, "")
    assert "embedded runtime" in refused.err
    monkeypatch.setenv("DIRIGENT_EMBEDDED", "true")
    monkeypatch.setenv("DIRIGENT_MESSAGE_GATEWAYS", "sms=sms.dirigent.test")
    monkeypatch.setenv("DIRIGENT_ENDPOINTS", answering.settings("http://127.0.0.1:1", "of-nobody-s-business-and-long-enough"))
    assert dirigent("library", "sample").code == 0
    assert dirigent("library", "sample").out.startswith("0 published, 0 drafted, 0 changed, ")


def test_the_sample_is_loaded_once(dirigent: Dirigent) -> None:
    """The second time nobody is added."""
    assert dirigent("people", "sample") == (0, f"{len(read_sample().people)} people added\n", "")
    assert dirigent("people", "sample") == (0, "0 people added\n", "")
