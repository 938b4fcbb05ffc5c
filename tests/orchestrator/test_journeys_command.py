"""`dirigent journeys` on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from journeys.library import PACKAGED
from orchestrator.commands.journeys import app
from tests.builders import a_content, a_definition, a_market, a_pause, a_persona, an_email, an_exit, written


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A library whose one strategy is sound."""
    parts = {
        "markets.yaml": {"markets": [a_market().model_dump(mode="json", exclude_none=True)]},
        "personas/pioneer.yaml": a_persona().model_dump(mode="json"),
        "content/hf-dialogue@2.yaml": a_content(),
        "strategies/heart-failure-pioneer.yaml": a_definition(steps={"mail": an_email(), "done": an_exit()}),
    }
    for name, part in parts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(written(part), encoding="utf-8")
    return tmp_path


def run(*arguments: object) -> Result:
    """The command's result; an exception that escapes fails the test."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_sound_library_is_clean(root: Path) -> None:
    """All kinds of files are checked, and the exit code is 0."""
    result = run("lint", root)
    assert (result.exit_code, result.output) == (0, "4 files checked: nothing found\n")


def test_a_folder_without_files_is_an_error(tmp_path: Path) -> None:
    """It is most often another than was meant, and must not pass for one without faults."""
    result = run("lint", tmp_path)
    assert result.exit_code == 1
    assert result.output.startswith(f"{tmp_path}:1:1: J001 no YAML file lies in this folder")


def test_errors_are_lines_and_the_exit_code_is_one(root: Path) -> None:
    """Path, line, column, code, message; a summary at the end."""
    path = root / "strategies/heart-failure-pioneer.yaml"
    text = written(a_definition(steps={"pause": a_pause(next="doen"), "done": an_exit()}))
    path.write_text(text, encoding="utf-8")
    line = text[: text.index("doen")].count("\n") + 1
    result = run("lint", path)
    assert result.exit_code == 1
    assert f'{path}:{line}:11: J101 there is no step "doen" (did you mean "done"?)' in result.output.splitlines()
    assert result.output.splitlines()[-1] == "1 file checked: 2 errors, 0 warnings"


def test_findings_are_an_array_on_request(root: Path) -> None:
    """For editors and build servers: nothing but JSON is printed."""
    (root / "personas/pioneer.yaml").write_text("persona: pioneer\n", encoding="utf-8")
    result = run("lint", root / "personas", "--json")
    assert result.exit_code == 1
    assert {(found["code"], found["severity"], found["line"]) for found in json.loads(result.output)} == {("J005", "error", 1)}
    assert json.loads(run("lint", root / "content", "--json").output) == []


def test_strategies_are_not_judged_against_a_broken_library(root: Path) -> None:
    """What is broken is told, once, and not that everything is missing."""
    (root / "content/hf-dialogue@2.yaml").write_text("content: hf-dialogue\nversion: two\n", encoding="utf-8")
    result = run("lint", root)
    assert result.exit_code == 1
    assert "J202" not in result.output
    assert result.output.count("`version` must be a whole number") == 1


def test_how_people_behave_is_no_strategy(root: Path) -> None:
    """A library's behaviour.yaml is read as what it is, and may name only what the library has."""
    text = (PACKAGED / "behaviour.yaml").read_text(encoding="utf-8")
    (root / "behaviour.yaml").write_text(text, encoding="utf-8")
    assert run("lint", PACKAGED / "behaviour.yaml").exit_code == 0
    result = run("lint", root / "behaviour.yaml")
    assert result.exit_code == 1
    assert "J201 the persona 'rising_star' is not known" in result.output


def test_another_library_may_be_named(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A draft that lies elsewhere is judged against the library that it will join."""
    draft = tmp_path_factory.mktemp("drafts") / "draft.yaml"
    draft.write_text(written(a_definition(steps={"mail": an_email(), "done": an_exit()})), encoding="utf-8")
    assert run("lint", draft, "--library", root).exit_code == 0


def test_misnamed_files_are_told(root: Path) -> None:
    """Personas and content go by their file names too."""
    (root / "personas/pioneer.yaml").rename(root / "personas/first.yaml")
    result = run("lint", root / "personas")
    assert (result.exit_code, "J007" in result.output) == (1, True)


def test_a_strategy_is_drawn(root: Path) -> None:
    """Mermaid on standard output."""
    result = run("graph", root / "strategies/heart-failure-pioneer.yaml")
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "flowchart TD")


def test_a_broken_strategy_is_not_drawn(root: Path) -> None:
    """It says what is broken instead."""
    result = run("graph", root / "personas/pioneer.yaml")
    assert result.exit_code == 1
    assert "J002 unknown key `identity`" in result.stderr


def test_a_strategy_is_drawn_for_browsers_and_for_editors(root: Path) -> None:
    """SVG and JSON, with all arrows or with the paths alone."""
    path = root / "strategies/heart-failure-pioneer.yaml"
    assert run("graph", path, "--format", "svg").output.startswith("<svg ")
    layout = json.loads(run("graph", path, "--format", "json", "--paths-only").output)
    assert [node["id"] for node in layout["nodes"]] == ["(entry)", "mail", "done"]
    assert [(edge["from"], edge["to"]) for edge in layout["edges"]] == [("(entry)", "mail"), ("mail", "done")]


def test_a_strategy_is_told_with_the_titles_of_its_library(root: Path) -> None:
    """A Markdown page, or the same as JSON."""
    path = root / "strategies/heart-failure-pioneer.yaml"
    page = run("explain", path).output
    assert page.startswith("# Heart failure, the pioneer\n")
    assert "“Our talk on heart failure” (hf-dialogue@2)" in page
    assert [step["id"] for step in json.loads(run("explain", path, "--json").output)["steps"]] == ["mail", "done"]


def test_a_strategy_is_not_told_from_a_broken_library(root: Path) -> None:
    """A page that is signed must not lack the titles of its content."""
    (root / "content/hf-dialogue@2.yaml").write_text("content: hf-dialogue\nversion: two\n", encoding="utf-8")
    result = run("explain", root / "strategies/heart-failure-pioneer.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "`version` must be a whole number" in result.stderr


def test_two_versions_are_compared(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A line for what changes and one for the people in it; nothing but the head where nothing does."""
    before = root / "strategies/heart-failure-pioneer.yaml"
    after = tmp_path_factory.mktemp("drafts") / "pioneer.yaml"
    after.write_text(written(a_definition(version=2, steps={"mail": an_email(title="A letter"), "done": an_exit()})), encoding="utf-8")
    assert run("diff", before, before).output == "heart-failure-pioneer, version 1 to 1: no changes\n"
    assert run("diff", before, after).output.splitlines() == [
        "heart-failure-pioneer, version 1 to 2: 1 change",
        "reworded: `mail`: the title is now “A letter”; before, there was none.",
        "    Nobody is moved; the new words are shown from then on, in open tasks too.",
    ]
    assert json.loads(run("diff", before, after, "--json").output)["changes"][0]["kind"] == "reworded"


@pytest.mark.parametrize(
    "arguments",
    [
        ["lint"],
        ["lint", "no/such/file.yaml"],
        ["lint", "--library", "no/such", "."],
        ["graph"],
        ["graph", "--format", "png", "."],
        ["explain"],
        ["diff", "."],
        ["paint"],
    ],
)
def test_wrong_usage_is_exit_code_two(arguments: list[str]) -> None:
    """Usage errors are told apart from findings."""
    assert run(*arguments).exit_code == 2
