"""A library folder is read as a whole, and refused as a whole where what strategies rest on is broken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from journeys.definitions import ContentRef
from journeys.library import PACKAGED, LibraryError, library_around, read_library
from journeys.linting import lint_file
from tests.builders import a_content, a_definition, a_market, a_persona, written


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small sound library."""
    parts = {
        "markets.yaml": {"markets": [a_market().model_dump(mode="json", exclude_none=True)]},
        "personas/pioneer.yaml": a_persona().model_dump(mode="json"),
        "content/hf-dialogue@2.yaml": a_content(),
        "content/hf-detail-aid@2.yaml": a_content("hf-detail-aid@2", made_for="face_to_face"),
        "strategies/heart-failure-pioneer.yaml": a_definition(),
    }
    for name, part in parts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(written(part), encoding="utf-8")
    return tmp_path


def test_a_library_is_read_by_its_names(root: Path) -> None:
    """Personas by slug, content by reference, markets by code, strategies by journey id and with the author's text."""
    library = read_library(root)
    assert list(library.personas) == ["pioneer"]
    assert sorted(library.contents) == [ContentRef("hf-detail-aid", 2), ContentRef("hf-dialogue", 2)]
    assert list(library.markets) == ["SE"]
    assert list(library.strategies) == ["heart-failure-pioneer"]
    assert library.strategy_texts == {"heart-failure-pioneer": written(a_definition())}
    assert library.findings == ()


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("personas/pioneer.yaml", "persona: pioneer\n", "J005"),
        ("personas/other.yaml", written(a_persona("traditional").model_dump(mode="json")), "J007"),
        ("content/hf-dialogue@3.yaml", written(a_content("hf-dialogue@2")), "J003"),
        ("markets.yaml", "markets: []\n", "J004"),
        ("markets.yaml", written({"markets": [a_market().model_dump(mode="json", exclude_none=True) | {"zone": "Europe/Stockhlm"}]}), "J004"),
        ("markets.yaml", written({"markets": [a_market().model_dump(mode="json", exclude_none=True)] * 2}), "J003"),
    ],
)
def test_broken_parts_break_the_library(root: Path, name: str, text: str, code: str) -> None:
    """The error carries what was found and where."""
    (root / name).write_text(text, encoding="utf-8")
    with pytest.raises(LibraryError) as error:
        read_library(root)
    assert code in {found.code for found in error.value.findings}
    assert {found.path for found in error.value.findings} == {str(root / name)}


def test_an_older_file_of_markets_is_told_what_to_write(root: Path) -> None:
    """Its one cap is not passed over: each key that has gone is named with what takes its place."""
    old = a_market().model_dump(mode="json", exclude_none=True) | {"weekly_cap": 3, "cap_period": "7 days"}
    del old["caps"]
    (root / "markets.yaml").write_text(written({"markets": [old]}), encoding="utf-8")
    with pytest.raises(LibraryError) as refused:
        read_library(root)
    assert sorted(finding.code for finding in refused.value.findings) == ["J002", "J002", "J005"]
    assert all("caps: [{at_most: 3, per: week}]" in (finding.fix or "") for finding in refused.value.findings if finding.code == "J002")


def test_a_folder_without_markets_is_no_library(tmp_path: Path) -> None:
    """It says which file is missing."""
    with pytest.raises(LibraryError, match=r"markets.yaml:1:1: J001 the file cannot be read: No such file"):
        read_library(tmp_path)


def test_broken_strategies_are_reported_and_left_out(root: Path) -> None:
    """One author's slip does not take the others' strategies away."""
    (root / "strategies/rising-star.yaml").write_text("journey: x\n", encoding="utf-8")
    library = read_library(root)
    assert list(library.strategies) == ["heart-failure-pioneer"]
    assert {found.code for found in library.findings} == {"J005"}


def test_a_journey_id_stands_in_one_file(root: Path) -> None:
    """The second file is reported, the first one counts."""
    (root / "strategies/heart-failure-pioneer.yml").write_text(written(a_definition(persona="traditional")), encoding="utf-8")
    library = read_library(root)
    assert library.strategies["heart-failure-pioneer"].persona == "pioneer"
    assert [found.code for found in library.findings] == ["J003"]


def test_a_file_belongs_to_the_library_it_lies_in(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Elsewhere it is judged against the packaged one."""
    assert library_around(root) == root
    assert library_around(root / "strategies" / "pioneer.yaml") == root
    assert library_around(tmp_path_factory.mktemp("alone") / "draft.yaml") == PACKAGED


def test_the_packaged_library_is_free_of_errors() -> None:
    """What we ship passes our own linter."""
    library = read_library(PACKAGED)
    assert library.findings == ()
    results = [lint_file(path, library=library, now=datetime(2026, 12, 1, tzinfo=UTC)) for path in sorted((PACKAGED / "strategies").glob("*.yaml"))]
    assert results
    assert [str(found) for result in results for found in result.findings] == []
