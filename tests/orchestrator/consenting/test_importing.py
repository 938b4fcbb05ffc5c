"""Consents that were collected elsewhere, on a real PostgreSQL: taken once, with their evidence or not at all, and never against what a person took back."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from orchestrator.consenting.files import ConsentFileError, Format, opened
from orchestrator.consenting.importing import Imported, import_consents
from orchestrator.store import library, tables
from orchestrator.store.engine import transaction
from orchestrator.store.facts import load_facts
from tests.builders import NOW, a_consent_text
from tests.database import Dirigent
from tests.orchestrator.store.desk.filling import ASTRID, ENROLMENT, add, every
from tests.orchestrator.store.sending import a_consent, a_withdrawal, fill

GIVEN: dict[str, str] = {"source_id": "c-1", "id_source": "crm", "id_value": "77", "act": "given", "channel": "email", "purpose": "promotional"}
GIVEN |= {"text_version": "se-email-1", "language": "sv", "method": "paper", "proof": "scan-9", "at": "2027-02-01T10:00:00+01:00"}


@pytest.fixture
async def elsewhere(engine: AsyncEngine) -> AsyncEngine:
    """The world of the gate, in which the CRM knows Astrid as 77 and the library has one text."""
    await fill(engine)
    await add(engine, tables.ExternalId(source="crm", value="77", person_id=ASTRID))
    async with transaction(engine) as session:
        await library.publish_consent_text(session, a_consent_text(lasts="2 days"), now=NOW)
    return engine


def _csv(*rows: dict[str, str]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return "\n".join([",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]) + "\n"


async def _bring(engine: AsyncEngine, folder: Path, text: str, kind: Format = Format.CSV, *, dry_run: bool = False) -> Imported:
    file = folder / f"consents.{kind}"
    file.write_text(text, encoding="utf-8")
    with opened(file, kind) as rows:
        return await import_consents(engine, rows, source="crm", now=NOW, dry_run=dry_run)


@pytest.mark.parametrize("kind", list(Format))
async def test_an_act_is_taken_once_by_its_id(elsewhere: AsyncEngine, tmp_path: Path, kind: Format) -> None:
    """With all its evidence and its source; again it changes nothing; under the same id it never says something else. A dry run changes nothing at all."""
    text = _csv(GIVEN) if kind is Format.CSV else json.dumps(GIVEN) + "\n"
    assert (await _bring(elsewhere, tmp_path, text, kind, dry_run=True)).created == 1
    assert len(await every(elsewhere, tables.Consent)) == 1
    assert [(await _bring(elsewhere, tmp_path, text, kind)).created for _ in range(2)] == [1, 0]
    (act,) = [act for act in await every(elsewhere, tables.Consent) if act.source == "crm"]
    assert (act.person_id, act.source_id, act.market, act.text_version, act.proof, act.captured_by) == (ASTRID, "c-1", "SE", "se-email-1", "scan-9", "crm")
    assert act.expires - act.at == timedelta(days=2)
    (problem,) = (await _bring(elsewhere, tmp_path, text.replace("scan-9", "scan-8"), kind)).problems
    assert problem.why == "changed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id_value": "78"}, "2:3: person_unknown"),
        ({"purpose": "information"}, "2:6: invalid: purpose"),
        ({"act": "perhaps"}, "2:4: invalid: act"),
        ({"at": "yesterday"}, "2:11: invalid: at"),
        ({"at": "2027-02-01T10:00:00"}, "2:11: invalid: at"),
        ({"at": "2028-01-01T00:00:00Z"}, "2:11: in_the_future"),
        ({"text_version": ""}, "2:7: text_missing"),
        ({"language": ""}, "2:8: text_missing"),
        ({"text_version": "other"}, "2:7: text_unknown"),
        ({"channel": "sms"}, "2:5: text_differs"),
        ({"language": "de"}, "2:8: text_differs"),
        ({"proof": ""}, "2:10: proof_missing"),
        ({"id_source": ""}, "2:1: invalid: name the person"),
    ],
)
async def test_a_row_without_its_evidence_is_refused_at_its_place(elsewhere: AsyncEngine, tmp_path: Path, change: dict[str, str], said: str) -> None:
    """With line, column and reason; the row after it is taken all the same."""
    report = await _bring(elsewhere, tmp_path, _csv({**GIVEN, **change}, {**GIVEN, "source_id": "c-2"}))
    (problem,) = report.problems
    assert str(problem).startswith(said)
    assert (report.rows, report.created, report.refused, report.why) == (2, 1, 1, {str(problem.why): 1})


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "1:1"), ("source_id,colour\n", "1:2: there is no column 'colour'"), ("source_id,act\n", "1:1: these columns are missing: channel, purpose")],
)
async def test_a_file_whose_columns_are_wrong_is_not_begun(elsewhere: AsyncEngine, tmp_path: Path, text: str, said: str) -> None:
    """Every row would mean something else."""
    with pytest.raises(ConsentFileError, match=said):
        await _bring(elsewhere, tmp_path, text)


async def test_lines_that_are_no_objects_cost_themselves_alone(elsewhere: AsyncEngine, tmp_path: Path) -> None:
    """Broken JSON is named by the character at which it breaks, an unknown field by its own."""
    lines = ["{", "[1]", json.dumps({**GIVEN, "colour": "red"}), "", json.dumps(GIVEN)]
    report = await _bring(elsewhere, tmp_path, "\n".join(lines), Format.JSON_LINES)
    assert [(problem.line, problem.why) for problem in report.problems] == [(1, "unreadable"), (2, "unreadable"), (3, "invalid")]
    assert (report.problems[2].column > 100, report.created) == (True, 1)


async def _allowed(engine: AsyncEngine) -> Any:
    async with transaction(engine) as session:
        return (await load_facts(session, ASTRID, ["email_consent"], now=NOW, product="cardiolex"))["email_consent"]


async def test_no_file_undoes_what_was_taken_back_here(elsewhere: AsyncEngine, tmp_path: Path) -> None:
    """However late the CRM's consent is, the withdrawal that was heard here stands; a withdrawal of the CRM's counts, and reaches the running journey."""
    await add(elsewhere, a_withdrawal(at=NOW - timedelta(minutes=30)))
    assert (await _bring(elsewhere, tmp_path, _csv({**GIVEN, "at": (NOW - timedelta(minutes=1)).isoformat()}))).created == 1
    assert await _allowed(elsewhere) is False
    await add(elsewhere, a_consent(id="again", at=NOW - timedelta(minutes=5)))
    assert await _allowed(elsewhere) is True
    taken_back = {**GIVEN, "source_id": "c-2", "act": "withdrawn", "text_version": "", "language": "", "proof": "", "at": NOW.isoformat()}
    assert (await _bring(elsewhere, tmp_path, _csv(taken_back))).created == 1
    assert await _allowed(elsewhere) is False
    assert (ENROLMENT, "consent_withdrawn") in {(row.enrolment_id, row.payload["is_"]) for row in await every(elsewhere, tables.Outbox)}


async def test_no_file_lifts_an_objection(elsewhere: AsyncEngine, tmp_path: Path) -> None:
    """Of who objected a withdrawal is taken and a consent is not."""
    await add(elsewhere, tables.Objection(id="o1", person_id=ASTRID, method="letter", captured_by="user-rep", at=NOW))
    report = await _bring(elsewhere, tmp_path, _csv(GIVEN, {**GIVEN, "source_id": "c-2", "act": "withdrawn"}))
    assert (report.created, report.why) == (1, {"objected": 1})


def test_the_command_says_what_became_of_each_row(dirigent: Dirigent, tmp_path: Path) -> None:
    """The summary has the figures and the reasons; a file that is not there, or a source that is our own, is an error."""
    file = tmp_path / "consents.csv"
    file.write_text(_csv(GIVEN), encoding="utf-8")
    said = dirigent("consents", "import", str(file), "--source", "crm", "--dry-run")
    assert (said.code, said.out.splitlines()[1:3]) == (0, ["0 created, 0 unchanged, 1 refused", "  1 person_unknown"])
    assert dirigent("consents", "import", str(tmp_path / "none.csv"), "--source", "crm").code == 1
    assert dirigent("consents", "import", str(file), "--source", "dirigent").code == 2
