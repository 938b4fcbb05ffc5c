"""Importing a register: idempotent, resumable, never lifting a stop; on files of our own, and on the real extract where it stands."""

import asyncio
import csv
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select

from journeys.facts import CATALOGUE, Wall
from orchestrator.registries.entries import Reason
from orchestrator.registries.importing import Report, Tally, import_nppes
from orchestrator.registries.nppes import RegisterUnusableError
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.errors import TerritoryUnknownError
from orchestrator.store.facts import load_facts
from tests.database import Dirigent
from tests.orchestrator.registries.register_files import (
    CITY,
    DEACTIVATED,
    FAMILY,
    REACTIVATED,
    REAL_FILE,
    STATE,
    a_deactivated,
    a_file,
    a_person,
    an_npi,
    an_organisation,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 4, 6, 9, tzinfo=UTC)
real_data = pytest.mark.skipif(not REAL_FILE.exists(), reason="the public extracts do not stand beside this repository (../shared/data)")


async def _person(engine: AsyncEngine, number: int) -> tables.Person:
    async with transaction(engine) as session:
        named = select(tables.Person).join(tables.ExternalId).where(tables.ExternalId.source == "npi", tables.ExternalId.value == an_npi(number))
        return (await session.exec(named)).one()


async def _count(engine: AsyncEngine, table: type[tables.Person | tables.Organisation | tables.ExternalId | tables.Consent | tables.AuditEntry]) -> int:
    async with transaction(engine) as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def _with_boston(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        session.add(tables.Territory(id="boston", name="Boston", market="US"))
        session.add(tables.Territory(id="stockholm", name="Stockholm", market="SE"))


async def test_people_and_organisations_are_taken_in(engine: AsyncEngine, tmp_path: Path) -> None:
    """Individuals become people of the market US under a random OneID, organisations become HCOs; neither gets an e-mail address or a consent."""
    report = await import_nppes(engine, a_file(tmp_path, a_person(1), an_organisation(2), a_person(3)), now=NOW)
    assert report == Report(rows=3, people=Tally(created=2), organisations=Tally(created=1), problems=())
    person = await _person(engine, 1)
    assert (person.given_name, person.family_name, person.market, person.specialty) == ("Inga", "Bergfelt", "US", "cardiology")
    assert (person.email, person.language, person.status, person.created_at) == (None, None, "active", NOW)
    assert an_npi(1) not in person.id
    assert await _count(engine, tables.Organisation) == 1
    assert await _count(engine, tables.Consent) == 0


async def test_a_register_rates_nobody(engine: AsyncEngine, tmp_path: Path) -> None:
    """Whom it names has no tier, no decile and no fact of what they prescribe, unless somebody tells it."""
    await import_nppes(engine, a_file(tmp_path, a_person(1)), now=NOW)
    person = await _person(engine, 1)
    prescribing = [name for name, fact in CATALOGUE.items() if fact.wall is Wall.COMMERCIAL or "prescri" in name or "patients" in name]
    async with transaction(engine) as session:
        assert {"tier", "decile", "days_since_prescription"} <= set(prescribing)
        assert not any((await load_facts(session, person.id, prescribing, now=NOW)).values())
        assert await session.get(tables.CommercialProfile, person.id) is None


async def test_the_same_file_again_changes_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    """Everything is unchanged, nobody is touched, nothing is audited; a number that occurs twice in the file makes no difference."""
    path = a_file(tmp_path, a_person(1, {FAMILY: "OLDHAM"}), an_organisation(2), a_deactivated(3), a_person(1))
    first = await import_nppes(engine, path, now=NOW, batch=1)
    again = await import_nppes(engine, path, now=LATER, batch=1)
    assert again == Report(rows=4, people=Tally(unchanged=1), organisations=Tally(unchanged=1), problems=first.problems)
    assert (await _person(engine, 1)).updated_at == NOW
    assert await _count(engine, tables.AuditEntry) == 2


async def test_two_imports_at_once_make_nobody_twice(engine: AsyncEngine, tmp_path: Path) -> None:
    """They take turns, batch by batch."""
    path = a_file(tmp_path, *[a_person(number) for number in range(6)])
    reports = await asyncio.gather(*[import_nppes(engine, path, now=NOW, batch=2) for _ in range(2)])
    assert sum(report.people.created for report in reports) == sum(report.people.unchanged for report in reports) == 6


async def test_what_the_register_changed_is_changed(engine: AsyncEngine, tmp_path: Path) -> None:
    """The same person, by number, with the new name; a column that we do not take is no change."""
    await import_nppes(engine, a_file(tmp_path, a_person(1), a_person(2), an_organisation(3)), now=NOW)
    before = await _person(engine, 1)
    renamed = a_file(tmp_path, a_person(1, {FAMILY: "LUNDGROVE"}), a_person(2, {CITY: "TROY"}), an_organisation(3, "OAK CLINIC"))
    report = await import_nppes(engine, renamed, now=LATER)
    assert (report.people, report.organisations) == (Tally(updated=1, unchanged=1), Tally(updated=1))
    after = await _person(engine, 1)
    assert (after.id, after.family_name, after.updated_at) == (before.id, "Lundgrove", LATER)


@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_of_a_number_that_occurs_twice_the_last_row_wins(engine: AsyncEngine, tmp_path: Path, batch: int) -> None:
    """In the same batch or in another: the earlier row is reported, the later one stands."""
    path = a_file(tmp_path, a_person(1, {FAMILY: "OLDHAM"}), a_person(2), a_person(1))
    report = await import_nppes(engine, path, now=NOW, batch=batch)
    assert [(problem.line, problem.reason, problem.npi) for problem in report.problems] == [(2, Reason.DUPLICATE, an_npi(1))]
    assert (report.rows, report.people) == (3, Tally(created=2))
    assert (await _person(engine, 1)).family_name == "Bergfelt"


async def test_a_deactivated_number_stops_whom_it_names(engine: AsyncEngine, tmp_path: Path) -> None:
    """Somebody we know is deactivated, once; a number that we do not know is reported; a reactivated person is active again."""
    await import_nppes(engine, a_file(tmp_path, a_person(1)), now=NOW)
    gone = a_file(tmp_path, a_deactivated(1), a_deactivated(2))
    report = await import_nppes(engine, gone, now=NOW)
    assert report.people == Tally(deactivated=1)
    assert [(problem.line, problem.reason) for problem in report.problems] == [(3, Reason.DEACTIVATED)]
    assert (await _person(engine, 1)).status == "deactivated"
    assert (await import_nppes(engine, gone, now=NOW)).people == Tally(unchanged=1)
    back = a_file(tmp_path, a_person(1, {DEACTIVATED: "03/03/2021", REACTIVATED: "04/04/2021"}))
    assert (await import_nppes(engine, back, now=NOW)).people == Tally(updated=1)
    assert (await _person(engine, 1)).status == "active"


async def test_no_import_lifts_a_stop(engine: AsyncEngine, tmp_path: Path) -> None:
    """Neither an objection nor a suppression goes away, whatever the register says and however often; the address given to us stays, too."""
    await import_nppes(engine, a_file(tmp_path, a_person(1)), now=NOW)
    async with transaction(engine) as session:
        person = await session.get_one(tables.Person, (await _person(engine, 1)).id)
        person.status, person.email, person.language, person.zone = "restricted", "inga@example.org", "en", "America/Chicago"
        session.add(tables.Objection(id="o1", person_id=person.id, method="phone", captured_by="rep-grace", at=NOW))
    for rows in ([a_deactivated(1)], [a_person(1, {FAMILY: "LUNDGROVE", STATE: "FL"})]):
        await import_nppes(engine, a_file(tmp_path, *rows), now=LATER)
    after = await _person(engine, 1)
    assert (after.family_name, after.status, after.email, after.language, after.zone) == (
        "Lundgrove",
        "restricted",
        "inga@example.org",
        "en",
        "America/Chicago",
    )
    async with transaction(engine) as session:
        assert (await session.exec(select(tables.Objection.person_id))).all() == [after.id]


async def test_a_territory_is_given_to_those_who_have_none(engine: AsyncEngine, tmp_path: Path) -> None:
    """New people and those in no territory yet; nobody is moved out of the one they are in."""
    await _with_boston(engine)
    path = a_file(tmp_path, a_person(1))
    await import_nppes(engine, path, now=NOW)
    assert (await import_nppes(engine, path, territory="boston", now=NOW)).people == Tally(updated=1)
    assert (await _person(engine, 1)).territory_id == "boston"
    assert (await import_nppes(engine, path, territory="boston", now=NOW)).people == Tally(unchanged=1)


@pytest.mark.parametrize("territory", ["atlantis", "stockholm"])
async def test_a_territory_of_another_market_is_refused(engine: AsyncEngine, tmp_path: Path, territory: str) -> None:
    """Before anything is read, with the territories that would do."""
    await _with_boston(engine)
    with pytest.raises(TerritoryUnknownError, match="Known in US: boston"):
        await import_nppes(engine, a_file(tmp_path, a_person(1)), territory=territory, now=NOW)
    assert await _count(engine, tables.Person) == 0


async def test_an_import_that_was_cut_off_is_completed_by_the_next(engine: AsyncEngine, tmp_path: Path) -> None:
    """The batches before the failure are whole, the failing one left nothing, and running it again brings in the rest once."""
    path = a_file(tmp_path, *[a_person(number) for number in range(10)])
    async with engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE external_id ADD CONSTRAINT cut CHECK (value <> '{an_npi(7)}')"))
    with pytest.raises(IntegrityError):
        await import_nppes(engine, path, now=NOW, batch=3)
    assert await _count(engine, tables.Person) == await _count(engine, tables.ExternalId) == 6
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE external_id DROP CONSTRAINT cut"))
    assert (await import_nppes(engine, path, now=LATER, batch=3)).people == Tally(created=4, unchanged=6)
    assert await _count(engine, tables.Person) == await _count(engine, tables.ExternalId) == 10


async def test_each_batch_is_audited_by_its_figures(engine: AsyncEngine, tmp_path: Path) -> None:
    """In the same transaction, without a name or a number."""
    await import_nppes(engine, a_file(tmp_path, a_person(1), an_organisation(2)), now=NOW)
    async with transaction(engine) as session:
        (entry,) = await session.exec(select(tables.AuditEntry))
    assert (entry.action, entry.subject) == ("people.imported", "register:npi")
    assert entry.details == {"people": {"created": 1}, "organisations": {"created": 1}}


async def test_an_unusable_file_changes_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    """It is refused before the first batch."""
    with pytest.raises(RegisterUnusableError):
        await import_nppes(engine, a_file(tmp_path, header=["NPI", "Endpoint Type"]), now=NOW)
    assert await _count(engine, tables.AuditEntry) == 0


class TestCommandLine:
    """`dirigent people import`, as it is typed."""

    def test_the_summary_lists_the_first_problems(self, dirigent: Dirigent, tmp_path: Path) -> None:
        """Skipped rows are no failure: exit code 0, the counts, twenty problems, and how many more there are."""
        code, out, _ = dirigent("people", "import", "--format", "nppes", str(a_file(tmp_path, a_person(1), *[a_person(2, {"NPI": "7"})] * 23)))
        assert code == 0
        assert "people: 1 created, 0 updated, 0 unchanged, 0 deactivated" in out
        assert "line 3: npi_format (NPI 7): the number is not ten digits" in out
        assert "line 22:" in out
        assert "line 23:" not in out
        assert "… and 3 more" in out

    def test_the_whole_report_is_there_as_json(self, dirigent: Dirigent, tmp_path: Path) -> None:
        """Every problem with its line, reason and number."""
        code, out, _ = dirigent("people", "import", "--format", "nppes", "--json", str(a_file(tmp_path, *[a_person(2, {"NPI": "7"})] * 23)))
        assert code == 0
        assert json.loads(out)["problems"][22] == {"line": 24, "reason": "npi_format", "npi": "7"}

    @pytest.mark.parametrize("arguments", [["nowhere.csv"], [__file__], [".", "--territory", "atlantis"]])
    def test_what_cannot_be_imported_is_said_in_a_sentence(self, dirigent: Dirigent, arguments: list[str]) -> None:
        """Exit code 1, one line on standard error, and no stack trace."""
        code, out, err = dirigent("people", "import", "--format", "nppes", *arguments)
        assert (code, out, err.count("\n")) == (1, "", 1)


@pytest.mark.real_data
@real_data
class TestRealExtract:
    """The first thousand rows of the real register."""

    async def test_every_row_is_accounted_for(self, engine: AsyncEngine) -> None:
        """People, organisations and deactivated numbers, as a plain reading of the file counts them; the second time, nothing is new."""
        with REAL_FILE.open(encoding="utf-8", newline="") as file:
            kinds = Counter((row["Entity Type Code"], bool(row[DEACTIVATED]) and not row[REACTIVATED]) for row in csv.DictReader(file))
        report = await import_nppes(engine, REAL_FILE, now=NOW)
        assert report.rows == kinds.total()
        assert report.people == Tally(created=kinds["1", False])
        assert report.organisations == Tally(created=kinds["2", False])
        assert Counter(problem.reason for problem in report.problems) == {Reason.DEACTIVATED: sum(count for (_, gone), count in kinds.items() if gone)}
        again = await import_nppes(engine, REAL_FILE, now=LATER)
        assert (again.people, again.organisations) == (Tally(unchanged=kinds["1", False]), Tally(unchanged=kinds["2", False]))
        assert again.problems == report.problems

    async def test_an_older_header_reads_the_same(self, engine: AsyncEngine, tmp_path: Path) -> None:
        """The release that had 329 columns, and called the sex a gender."""
        with REAL_FILE.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        older = tmp_path / "older.csv"
        with older.open("w", encoding="utf-8", newline="") as file:
            last = header.index("Certification Date")
            names = [name.replace("Provider Sex Code", "Provider Gender Code") for name in header]
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([value for place, value in enumerate(row) if place != last] for row in [names, *rows])
        first = await import_nppes(engine, older, now=NOW)
        again = await import_nppes(engine, REAL_FILE, now=LATER)
        assert again.people == Tally(unchanged=first.people.created)
        assert [problem.line for problem in again.problems] == [problem.line for problem in first.problems]

    async def test_everybody_has_words_that_a_journey_may_use(self, engine: AsyncEngine) -> None:
        """Professions are those of the catalogue, names are written as in a letter, and nobody has an address or a consent."""
        await import_nppes(engine, REAL_FILE, now=NOW)
        async with transaction(engine) as session:
            people = (await session.exec(select(tables.Person))).all()
            consents = (await session.exec(select(func.count()).select_from(tables.Consent))).one()
            cardiologists = (await session.exec(select(func.count()).where(col(tables.Person.specialty) == "cardiology"))).one()
        assert {person.profession for person in people} <= {"physician", "nurse", "pharmacist", "other"}
        assert not [person.family_name for person in people if person.family_name.isupper() and len(person.family_name) > 2]
        assert {(person.market, person.email, person.status) for person in people} == {("US", None, "active")}
        assert (consents, cardiologists > 0) == (0, True)

    @pytest.mark.parametrize("name", ["pl_pfile_20251103-20251109.csv", "endpoint_pfile_20251103-20251109.csv", "othername_pfile_20251103-20251109.csv"])
    async def test_the_other_real_files_are_refused_by_name(self, engine: AsyncEngine, name: str) -> None:
        """The message says which of the release's files it is."""
        with pytest.raises(RegisterUnusableError, match=name.split("_", maxsplit=1)[0] + "_pfile"):
            await import_nppes(engine, REAL_FILE.parent / name, now=NOW)
