"""Reading the United States register: by column name, row by row, with every bad row told by its line and the good ones kept."""

from pathlib import Path

import pytest

from orchestrator.registries.entries import Deactivated, Problem, Reason, RegisteredOrganisation, RegisteredPerson, Row
from orchestrator.registries.names import salutation, spoken
from orchestrator.registries.npi import check_digit_holds, well_formed
from orchestrator.registries.nppes import RegisterUnusableError, opened
from orchestrator.registries.taxonomy import calling_of
from orchestrator.registries.zones import zone_of
from tests.orchestrator.registries.register_files import (
    CITY,
    CODE,
    COUNTRY,
    DEACTIVATED,
    FAMILY,
    PLAIN,
    REACTIVATED,
    STATE,
    SWITCH,
    a_deactivated,
    a_file,
    a_person,
    an_npi,
    an_organisation,
    line,
)


def _read(path: Path) -> list[Row | Problem]:
    with opened(path) as rows:
        return list(rows)


def _problems(path: Path) -> list[tuple[int, Reason]]:
    return [(row.line, row.reason) for row in _read(path) if isinstance(row, Problem)]


def _person(path: Path) -> RegisteredPerson:
    (row,) = _read(path)
    assert isinstance(row, RegisteredPerson)
    return row


def test_a_person_is_read_in_our_own_words(tmp_path: Path) -> None:
    """Names as in a letter, profession and specialty by taxonomy, the zone of a state that has one."""
    assert _person(a_file(tmp_path, a_person(1))) == RegisteredPerson(
        line=2,
        npi=an_npi(1),
        given_name="Inga",
        family_name="Bergfelt",
        salutation="Dr.",
        profession="physician",
        specialty="cardiology",
        zone="America/New_York",
    )


def test_an_organisation_keeps_its_legal_name(tmp_path: Path) -> None:
    """What is an abbreviation in a company's name cannot be told, so nothing of it is rewritten."""
    assert _read(a_file(tmp_path, an_organisation(1, "PEKIN MRI, LLC"))) == [
        RegisteredOrganisation(line=2, npi=an_npi(1), name="PEKIN MRI, LLC", zone="America/New_York")
    ]


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    """Reordered, renamed elsewhere and differently spaced headers read the same; so does a release without the columns that we can do without."""
    row = a_person(1)
    drifted = {name.upper().replace(" ", "  "): value for name, value in reversed(row.items()) if name != COUNTRY}
    drifted["PROVIDER GENDER CODE"] = drifted.pop("PROVIDER  SEX  CODE")
    assert _person(a_file(tmp_path, drifted, header=drifted)) == _person(a_file(tmp_path, row))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"NPI": "123456789"}, Reason.NPI_FORMAT),
        ({"NPI": "3000000005"}, Reason.NPI_FORMAT),
        ({"NPI": "1234567893.0"}, Reason.NPI_FORMAT),
        ({"NPI": "１２３４５６７８９３"}, Reason.NPI_FORMAT),
        ({"NPI": "1234567894"}, Reason.NPI_LUHN),
        ({"NPI": ""}, Reason.BLANK),
        ({"Entity Type Code": ""}, Reason.ENTITY_TYPE),
        ({"Entity Type Code": "3"}, Reason.ENTITY_TYPE),
        ({FAMILY: " "}, Reason.NAME),
        ({COUNTRY: "CA"}, Reason.MARKET),
        ({"Provider First Name": "IN\0GA"}, Reason.NUL),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_kept(tmp_path: Path, changed: dict[str, str], reason: Reason) -> None:
    """The problem names the line and the reason; the rows around it are read."""
    path = a_file(tmp_path, a_person(1), a_person(2, changed), a_person(3))
    assert _problems(path) == [(3, reason)]
    assert [row.npi for row in _read(path) if isinstance(row, RegisteredPerson)] == [an_npi(1), an_npi(3)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"\r\n", Reason.BLANK),
        (line(list(PLAIN.values())[:-1]), Reason.COLUMNS),
        (line([*PLAIN.values(), "more"]), Reason.COLUMNS),
        (line(a_person(9).values()).replace(b"INGA", b"\xff\xfe"), Reason.ENCODING),
        (line(a_person(9).values()).replace(b'"INGA"', b'"INGA'), Reason.QUOTES),
        (line(a_person(9).values()).replace(b"INGA", b'the "great"'), Reason.QUOTES),
    ],
    ids=["blank", "short", "long", "not UTF-8", "open quotation", "stray quotation"],
)
def test_a_broken_line_costs_only_itself(tmp_path: Path, broken: bytes, reason: Reason) -> None:
    """Even an open quotation mark does not swallow the rows that follow it."""
    followers = [a_person(number) for number in range(10, 40)]
    path = a_file(tmp_path, a_person(1), broken, *followers)
    assert _problems(path) == [(3, reason)]
    assert [row.line for row in _read(path) if isinstance(row, RegisteredPerson)] == [2, *range(4, 34)]


def test_line_numbers_are_those_of_an_editor(tmp_path: Path) -> None:
    """A line end inside quotation marks counts, so the rows after it are where an editor shows them."""
    path = a_file(tmp_path, a_person(1, {CITY: "SAINT\r\nALBANS\nHILL"}), a_person(2, {"NPI": "1"}))
    assert _problems(path) == [(5, Reason.NPI_FORMAT)]


def test_a_file_that_was_cut_off_is_read_up_to_its_last_whole_row(tmp_path: Path) -> None:
    """The half row at the end is the only problem."""
    path = a_file(tmp_path, a_person(1), line(a_person(2).values())[:60])
    assert _problems(path)[0][0] == 3
    assert len(_read(path)) == 2


def test_a_number_out_of_force_is_a_deactivation(tmp_path: Path) -> None:
    """The register blanks the row but for the number and the date."""
    assert _read(a_file(tmp_path, a_deactivated(1))) == [Deactivated(line=2, npi=an_npi(1))]


@pytest.mark.parametrize(
    ("deactivated", "reactivated", "in_force"),
    [
        ("", "", True),
        ("05/23/2005", "05/24/2005", True),
        ("05/23/2005", "05/23/2005", True),
        ("05/24/2005", "05/23/2005", False),
        ("05/24/2005", "", False),
        ("05/24/2005", "soon", False),
    ],
)
def test_a_reactivated_number_is_in_force(tmp_path: Path, deactivated: str, reactivated: str, *, in_force: bool) -> None:
    """The later of the two dates decides; a date that cannot be read brings nobody back."""
    (row,) = _read(a_file(tmp_path, a_person(1, {DEACTIVATED: deactivated, REACTIVATED: reactivated})))
    assert isinstance(row, RegisteredPerson) is in_force


def test_the_primary_taxonomy_decides(tmp_path: Path) -> None:
    """Wherever it stands; without one, the first does."""
    nurse = {CODE.format(2): "163W00000X", SWITCH.format(2): "Y", SWITCH.format(1): "N"}
    assert _person(a_file(tmp_path, a_person(1, nurse))).profession == "nurse"
    assert _person(a_file(tmp_path, a_person(1, {**nurse, SWITCH.format(2): "X"}))).specialty == "cardiology"


def test_the_digest_is_of_what_we_take(tmp_path: Path) -> None:
    """A column that nobody reads, or another place in the file, changes no digest; a name does."""
    plain, moved = _person(a_file(tmp_path, a_person(1))), _person(a_file(tmp_path, a_person(1, {CITY: "TROY"})))
    renamed = _person(a_file(tmp_path, a_person(1, {FAMILY: "LUNDGROVE"})))
    assert plain.digest == moved.digest != renamed.digest
    assert plain.digest == plain.model_copy(update={"line": 77}).digest


def test_missing_columns_are_named(tmp_path: Path) -> None:
    """One clear error, instead of a problem per row."""
    header = [name for name in PLAIN if name not in {"NPI", STATE}]
    with pytest.raises(RegisterUnusableError, match=f"lacks the columns “NPI”, “{STATE}”"), opened(a_file(tmp_path, header=header)):
        pass


@pytest.mark.parametrize(
    ("header", "what"),
    [
        (["NPI", "Endpoint Type", "Endpoint"], "endpoint_pfile"),
        (["NPI", "Provider Secondary Practice Location Address- Address Line 1"], "pl_pfile"),
        (["NPI", "Provider Other Organization Name", "Provider Other Organization Name Type Code"], "othername_pfile"),
    ],
)
def test_the_other_weekly_files_are_recognised(tmp_path: Path, header: list[str], what: str) -> None:
    """They hold no people, and the message says which file does."""
    with pytest.raises(RegisterUnusableError, match=rf"{what}.*npidata_pfile"), opened(a_file(tmp_path, header=header)):
        pass


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a CSV file"),
        (b"hello\n", "not a CSV file"),
        (b"PK\x03\x04\0\0", "ZIP archive"),
        (b"\x89PNG\r\n\x1a\n\0", "not a CSV file"),
        (b"x" * 3_000_000, "not a CSV file"),
    ],
    ids=["empty", "text", "zip", "png", "one endless line"],
)
def test_what_is_no_register_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """Whatever is handed in, the answer is one sentence."""
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(RegisterUnusableError, match=said), opened(path):
        pass


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A folder, or nothing at all, is no file to read."""
    with pytest.raises(RegisterUnusableError, match="no such file"), opened(tmp_path / "nowhere.csv"):
        pass
    with pytest.raises(RegisterUnusableError, match="is a directory"), opened(tmp_path):
        pass


def test_the_check_digit_is_luhns_with_the_prefix() -> None:
    """The example of the standard holds, and no single wrong digit passes."""
    assert well_formed("1234567893")
    assert check_digit_holds("1234567893")
    wrong = {"1234567893"[:place] + digit + "1234567893"[place + 1 :] for place in range(10) for digit in "0123456789"} - {"1234567893"}
    assert not any(check_digit_holds(npi) for npi in wrong)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("MCCOY", "McCoy"),
        ("O'DONNELL", "O'Donnell"),
        ("YOUNG-MAYKA", "Young-Mayka"),
        ("VAN  HOUTEN-SAUTER", "Van Houten-Sauter"),
        ("C. SHANE", "C. Shane"),
        ("MC", "Mc"),
        ("NUÑEZ", "Nuñez"),
        ("deVries", "deVries"),
        ("", ""),
    ],
)
def test_names_are_written_as_in_a_letter(written: str, read: str) -> None:
    """Capitals become a name; what is not all capitals was written with care."""
    assert spoken(written) == read


def test_only_known_forms_of_address_are_used() -> None:
    """An unknown prefix is none, because a letter would begin with it."""
    assert [salutation(prefix) for prefix in ("DR.", "ms", "Prof.", "LORD", "")] == ["Dr.", "Ms.", "Prof.", None, None]


def test_the_longest_prefix_of_a_taxonomy_code_decides() -> None:
    """An internist's sub-specialty is more than internal medicine; an unknown code is another profession."""
    callings = {code: tuple(calling_of(code)) for code in ("207R00000X", "207RC0000X", "207RA0000X", "163WC3500X", "363LF0000X", "1835P1200X", "999", "")}
    assert callings == {
        "207R00000X": ("physician", "internal_medicine"),
        "207RC0000X": ("physician", "cardiology"),
        "207RA0000X": ("physician", "internal_medicine"),
        "163WC3500X": ("nurse", "cardiology"),
        "363LF0000X": ("nurse", None),
        "1835P1200X": ("pharmacist", None),
        "999": ("other", None),
        "": ("other", None),
    }


def test_a_state_in_two_zones_has_none() -> None:
    """Florida and Tennessee lie in two zones each; New York and Hawaii in one."""
    assert [zone_of(state) for state in ("NY", "HI", "FL", "TN", "AE", "")] == ["America/New_York", "Pacific/Honolulu", None, None, None, None]
