"""`dirigent journeys simulate` on the command line."""

import json
import re
from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import CliRunner, Result

from journeys.library import PACKAGED
from journeys.rehearsal import Report
from journeys.rehearsal.behaviour import PACKAGED_BEHAVIOUR
from orchestrator.commands.journeys import app
from tests.orchestrator.registries.register_files import a_file, a_person

PIONEER = PACKAGED / "strategies" / "pioneer.yaml"
PEOPLE = PACKAGED / "sample" / "people.yaml"
START = ("--start", "2026-03-02")


def run(*arguments: object) -> Result:
    """The command's result; an exception that escapes fails the test."""
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)], catch_exceptions=False)


def test_a_library_is_rehearsed_over_an_invented_population() -> None:
    """Every strategy is told of, and the output is the same when it is asked for again."""
    first, second = (run(PACKAGED, "--population", 60, "--weeks", 8, "--seed", 3, *START) for _ in range(2))
    assert first.exit_code == 0
    assert first.output == second.output
    assert "pioneer version" in first.output
    assert "Nothing was sent: this was a rehearsal." in first.output


def test_the_report_is_typed_json_on_request() -> None:
    """For tools: the report's own model reads it back."""
    report = Report.model_validate_json(run(PIONEER, "--population", 40, "--weeks", 8, "--json", *START).output)
    assert (report.weeks, [journey.journey for journey in report.journeys]) == (8, ["pioneer"])


def test_the_sample_s_people_are_rehearsed_with_their_territories() -> None:
    """Reps and MSLs are counted from the file's users."""
    report = Report.model_validate_json(run(PIONEER, "--people", PEOPLE, "--json", *START).output)
    able = {("stockholm", "rep"): 50, ("skane", "rep"): 50, ("london", "rep"): 25, ("boston", "rep"): 25} | {
        ("stockholm", "msl"): 8,
        ("skane", "msl"): 8,
        ("london", "msl"): 8,
        ("boston", "msl"): 8,
    }
    asked = {(work.territory, work.side): work.capacity for work in report.workload}
    assert {territory for territory, side in asked if side == "rep"} == {"stockholm", "skane", "london"}, "where the four pioneers are"
    assert asked == {whose: able[whose] for whose in asked}
    passages = {step.step: step.passages for step in report.journeys[0].steps if step.kind == "visit"}
    opened = sum(sum(work.opened) for work in report.workload if work.side == "rep")
    assert 0 < sum(passages.values()) <= opened
    assert all(sum(work.done) + sum(work.overdue) <= sum(work.opened) for work in report.workload)
    assert report.journeys[0].entered == 4


def test_one_person_s_path_is_told_in_full() -> None:
    """In sentences, with every question of the door and every check of the gate on its grounds; and as JSON."""
    told = run(PIONEER, "--people", PEOPLE, "--trace", "hcp-0001", *START).output
    assert told.startswith("hcp-0001 over 26 weeks from 2026-03-02. Nothing was sent: this was a rehearsal. --start 2026-03-02 --seed 1 plays it again.\n")
    assert "pioneer: Comes in, at once or when its turn comes.\n                  objection: passed\n" in told
    assert "entry condition: persona pioneer, profession physician, passed\n" in told
    assert "pioneer: “First visit, on the evidence” was completed by the rep" in told
    assert "pioneer: The gate is asked for “Send the evidence you talked about” (hf-dialogue@2): allowed.\n" in told
    assert "cap: 1 of 3 in the last 7 days, allowed\n" in told
    assert not re.search(r"[a-z]_[a-z]|=", told), "codes are told in words"
    lines = json.loads(run(PIONEER, "--people", PEOPLE, "--trace", "hcp-0001", "--json", *START).output)
    assert [line["kind"] for line in lines[:3]] == ["door", "begin", "note"]
    assert lines[2]["told"].startswith("Enrolled in “Pioneer")
    nobody = run(PIONEER, "--people", PEOPLE, "--trace", "nobody", *START)
    assert (nobody.exit_code, nobody.stderr) == (1, "nobody here is nobody: the people are called like hcp-0001, hcp-0002, hcp-0003\n")


def test_a_behaviour_of_one_s_own(tmp_path: Path) -> None:
    """It is judged like any file, and followed."""
    text = PACKAGED_BEHAVIOUR.read_text(encoding="utf-8")
    path = tmp_path / "behaviour.yaml"
    path.write_text(
        text.replace("undone: 0.10", "undone: 1.00").replace("skipped: 0.02                    #", "skipped: 0.00                    #"), encoding="utf-8"
    )
    report = Report.model_validate_json(run(PIONEER, "--behaviour", path, "--population", 60, "--json", *START).output)
    assert next(step for step in report.journeys[0].steps if step.step == "first-visit").ways.keys() == {"overdue"}
    path.write_text(text.replace("intake_days: 20", "intake_days: many"), encoding="utf-8")
    refused = run(PIONEER, "--behaviour", path, *START)
    assert refused.exit_code == 1
    assert f"{path}:7:14: J004 `intake_days` must be a whole number" in refused.stderr


def test_what_cannot_be_rehearsed_is_told(tmp_path: Path) -> None:
    """Broken strategies, one journey twice, no strategy at all, and people from two places at once."""
    broken, twin = tmp_path / "broken.yaml", tmp_path / "twin.yaml"
    broken.write_text("journey: pioneer\n", encoding="utf-8")
    twin.write_text(PIONEER.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert "J005" in run(broken, *START).stderr
    assert "rehearse one version of it at a time" in run(PIONEER, twin, *START).stderr
    assert "no strategy" in run(tmp_path / "empty", *START).stderr
    assert run(PIONEER, "--people", PEOPLE, "--population", 5).exit_code == 2
    assert run(PIONEER, "--people", broken, *START).exit_code == 1


@pytest.mark.parametrize("name", ["people.csv", "PEOPLE.CSV"])
def test_a_register_s_people_are_rehearsed(tmp_path: Path, name: str) -> None:
    """Its gaps are invented; a file that is no register is refused in words."""
    path = a_file(tmp_path, *(a_person(number) for number in range(1, 6)), name=name)
    report = Report.model_validate_json(run(PACKAGED, "--people", path, "--json", *START).output)
    assert report.hcps == 5
    path.write_text("just, words\n", encoding="utf-8")
    assert run(PACKAGED, "--people", path, *START).exit_code == 1


def a_library_of_one_s_own(folder: Path) -> Path:
    """The packaged library with the pioneer strategy alone, to be changed."""
    copytree(PACKAGED, folder, ignore=lambda at, names: [name for name in names if Path(at).name == "strategies" and name != "pioneer.yaml"])
    return folder / "strategies" / "pioneer.yaml"


def test_the_library_s_own_behaviour_is_played(tmp_path: Path) -> None:
    """Where nobody gives another: what the library says of its people holds, and a mistake in it is told, as of a file that is given."""
    pioneer = a_library_of_one_s_own(tmp_path / "ours")
    behaviour = tmp_path / "ours" / "behaviour.yaml"
    text = behaviour.read_text(encoding="utf-8")
    arguments = (pioneer, "--population", 40, "--weeks", 6, "--json", *START)
    behaviour.write_text(text.replace("undone: 0.10 ", "undone: 1.00 ").replace("skipped: 0.02 ", "skipped: 0.00 "), encoding="utf-8")
    ours = Report.model_validate_json(run(*arguments).output)
    assert next(step for step in ours.journeys[0].steps if step.step == "first-visit").ways.keys() == {"overdue"}
    behaviour.write_text(text.replace("intake_days: 20", "intake_dais: 20"), encoding="utf-8")
    refused = run(*arguments)
    assert (refused.exit_code, "intake_dais" in refused.stderr) == (1, True)
    behaviour.unlink()
    assert run(*arguments).output == run(*arguments, "--behaviour", PACKAGED_BEHAVIOUR).output


def test_a_strategy_with_errors_is_not_rehearsed(tmp_path: Path) -> None:
    """The linter is asked first, and what it finds is told with its place: a way that leads nowhere is no fault in the middle of a run."""
    pioneer = a_library_of_one_s_own(tmp_path / "ours")
    pioneer.write_text(pioneer.read_text(encoding="utf-8").replace("timeout: phone-call}", "timeout: fone-call}", 1), encoding="utf-8")
    refused = run(pioneer, "--population", 5, *START)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "J101" in refused.stderr
    assert "fone-call" in refused.stderr


def test_strategies_that_are_rehearsed_together_know_each_other(tmp_path: Path) -> None:
    """A journey that a step starts may stand among the files instead of in their library. It is not entered by key: a step brings none."""
    course, pioneer = tmp_path / "our-course.yaml", tmp_path / "pioneer.yaml"
    education = (PACKAGED / "strategies" / "education.yaml").read_text(encoding="utf-8")
    course.write_text(education.replace("journey: education", "journey: our-course").replace("again: by_key", "again: 180 days"), encoding="utf-8")
    step = "  begin-the-course:\n    journey: {start: our-course, awaited: false}\n    next: {otherwise: completed}\n\n  completed:\n"
    text = PIONEER.read_text(encoding="utf-8").replace("  completed:\n", step, 1).replace("{sent: completed}", "{sent: begin-the-course}", 1)
    pioneer.write_text(text, encoding="utf-8")
    assert "J215" in run(pioneer, "--population", 5, "--weeks", 2, *START).stderr
    assert run(tmp_path, "--population", 5, "--weeks", 2, *START).exit_code == 0
