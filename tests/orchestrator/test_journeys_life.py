"""A version's life on the command line, as it is typed: what is printed, and how it ends."""

from pathlib import Path

import pytest

from journeys.library import PACKAGED, read_library
from tests.database import Dirigent, Said

PIN = "a-pin-of-mine"
LENA, MAJ, OMAR = ("--as", "mkt-lena"), ("--as", "sales-maj"), ("--as", "med-omar")
WHY = ("--reason", "As agreed.", "--safety", "none")
SIGNERS = (("sales", MAJ), ("marketing", LENA), ("medical", OMAR))


@pytest.fixture
def journeys(dirigent: Dirigent, monkeypatch: pytest.MonkeyPatch) -> Dirigent:
    """`dirigent journeys …` on the sample's users, each with the same PIN, and the packaged library as drafts of Lena's."""
    dirigent("people", "sample")
    dirigent("library", "import", *LENA)
    monkeypatch.setenv("DIRIGENT_PIN", PIN)
    for _, (_, user) in SIGNERS:
        assert dirigent("users", "pin", user).code == 0
    return lambda *words: dirigent("journeys", *words)


def _signed(journeys: Dirigent, ref: str = "pioneer@2") -> None:
    assert journeys("submit", ref, *LENA, *WHY).code == 0
    for party, user in SIGNERS:
        assert journeys("sign", ref, *user, "--for", party).code == 0


def _second(tmp_path: Path) -> Path:
    """The next version of a strategy, with other words."""
    text = (PACKAGED / "strategies" / "pioneer.yaml").read_text(encoding="utf-8")
    file = tmp_path / "pioneer.yaml"
    file.write_text(text.replace("version: 2", "version: 3", 1).replace("priority: 70", "priority: 71", 1), encoding="utf-8")
    return file


def test_a_version_goes_into_force_and_out_of_it(journeys: Dirigent) -> None:
    """Each act tells where the version stands then, and `show` the whole story."""
    assert journeys("submit", "pioneer@2", *LENA, *WHY).out == "pioneer@2 in_review; sales, marketing, medical must sign\n"
    assert journeys("sign", "pioneer@2", *MAJ, "--for", "sales").out == "pioneer@2 in_review; marketing, medical must sign\n"
    assert journeys("sign", "pioneer@2", *LENA, "--for", "marketing").out == "pioneer@2 in_review; medical must sign\n"
    assert journeys("sign", "pioneer@2", *OMAR, "--for", "medical", "--meaning", "review").out == "pioneer@2 signed\n"
    published = journeys("publish", "pioneer@2", *LENA, *WHY)
    assert published.out.startswith("pioneer@2 published; from 20")
    shown = journeys("show", "pioneer@2").out
    assert "signed for marketing: Lena Rosenvik" in shown
    assert "signed for medical: Omar Haddiri" in shown
    assert "submitted by Lena Rosenvik: As agreed." in shown
    assert journeys("drain", "pioneer@2", *LENA, *WHY).out == "pioneer@2 retired\n"


def test_versions_are_listed(journeys: Dirigent) -> None:
    """All that live, or those that are asked for."""
    _signed(journeys)
    listed = journeys("list").out.splitlines()
    assert [line for line in listed if not line.endswith(" draft")] == ["pioneer@2 signed"]
    assert [line.partition("@")[0] for line in listed] == sorted(read_library(PACKAGED).strategies)
    assert journeys("list", "--state", "signed").out == "pioneer@2 signed\n"
    assert journeys("list", "--journey", "ordinary").out == "ordinary@2 draft\n"


def test_a_file_becomes_a_draft_and_its_next_version_the_one_in_effect(journeys: Dirigent, tmp_path: Path) -> None:
    """The choice for those in the earlier version is asked for; drained and empty, that one retires."""
    _signed(journeys)
    journeys("publish", "pioneer@2", *LENA, *WHY)
    file = _second(tmp_path)
    assert journeys("draft", str(file), *LENA, *WHY).out == "pioneer@3 draft\n"
    again = journeys("draft", str(file), *LENA, *WHY)
    assert (again.code, again.err) == (1, "version_exists: pioneer version 3 is on record and is draft. Replace its text.\n")
    assert journeys("draft", str(file), "--replace", *LENA, *WHY).code == 0
    _signed(journeys, "pioneer@3")
    refused = journeys("publish", "pioneer@3", *LENA, *WHY)
    assert (refused.code, refused.err.partition(":")[0]) == (1, "running_choice_required")
    assert journeys("publish", "pioneer@3", *LENA, *WHY, "--running", "drain").code == 0
    assert journeys("list", "--journey", "pioneer", "--state", "retired").out == "pioneer@2 retired\n"


def test_publishing_shows_first_who_would_move_where(journeys: Dirigent, tmp_path: Path) -> None:
    """With `--running migrate`, and then asks; the map is of steps that there are."""
    _signed(journeys)
    journeys("publish", "pioneer@2", *LENA, *WHY)
    journeys("draft", str(_second(tmp_path)), *LENA, *WHY)
    _signed(journeys, "pioneer@3")
    migrate = ("publish", "pioneer@3", *LENA, *WHY, "--running", "migrate")
    asked = journeys(*migrate)
    assert (asked.code, "from version 2:\n0 runs movable" in asked.err) == (1, True)
    assert journeys("list", "--journey", "pioneer", "--state", "signed").out == "pioneer@3 signed\n"
    assert journeys(*migrate, "--yes", "--map", "first-visit=nowhere").err.splitlines()[-1].startswith("unknown_step: Version 3 has no step 'nowhere'.")
    assert journeys("publish", "pioneer@3", *LENA, *WHY, "--running", "pin", "--map", "first-visit=first-visit").code == 2
    assert journeys(*migrate, "--yes", "--map", "first-visit=first-visit").out.startswith("pioneer@3 published; from 20")


def test_what_is_published_for_later_waits(journeys: Dirigent) -> None:
    """The date is said in UTC."""
    _signed(journeys)
    assert journeys("publish", "pioneer@2", *LENA, *WHY, "--from", "2099-04-01").out == "pioneer@2 published; from 2099-04-01 00:00 UTC\n"
    past = journeys("publish", "ordinary@2", *LENA, *WHY, "--from", "2001-04-01")
    assert (past.code, past.err.partition(":")[0]) == (1, "not_in_this_state")


def test_a_version_is_sent_back_replaced_and_withdrawn(journeys: Dirigent, tmp_path: Path) -> None:
    """Its signatures count no more."""
    _signed(journeys)
    assert journeys("send-back", "pioneer@2", *OMAR, *WHY).out == "pioneer@2 draft\n"
    assert "signed for" not in journeys("show", "pioneer@2").out
    assert journeys("withdraw", "pioneer@2", *LENA, *WHY).out == "pioneer@2 withdrawn\n"
    assert journeys("retire", "pioneer@2", *LENA, *WHY).code == 1


def test_a_text_with_errors_says_where(journeys: Dirigent, tmp_path: Path) -> None:
    """One that is not well formed is no draft; one that does not lint is no more than that."""
    file = _second(tmp_path)
    sound = file.read_text(encoding="utf-8")
    file.write_text(sound.replace("priority: 71", "priorty: 71"), encoding="utf-8")
    refused = journeys("draft", str(file), *LENA, *WHY)
    assert refused.code == 1
    assert f"{file}:" in refused.err
    assert "Traceback" not in refused.err
    file.write_text(sound.replace("hf-detail-aid@2", "hf-detail-aid@99"), encoding="utf-8")
    drafted = journeys("draft", str(file), *LENA, *WHY)
    assert (drafted.code, "hf-detail-aid@99" in drafted.err) == (0, True)
    submitted = journeys("submit", "pioneer@3", *LENA, *WHY)
    assert (submitted.code, "hf-detail-aid@99" in submitted.err) == (1, True)


def test_what_is_not_done_is_said_in_a_sentence(journeys: Dirigent) -> None:
    """With exit code 1."""
    for words, because in (
        (("submit", "pioneer@2", "--as", "rep-anna", *WHY), "'rep-anna' is not an active user who may submit: admin, marketing."),
        (("submit", "pioneer@2", "--as", "nobody", *WHY), "'nobody' is not an active user"),
        (("submit", "pioneer@9", *LENA, *WHY), "There is no version pioneer@9."),
        (("show", "unheard-of@1"), "There is no version unheard-of@1."),
        (("sign", "pioneer@2", *MAJ, "--for", "sales"), "not_in_this_state: "),
        (("publish", "pioneer@2", *LENA, *WHY), "not_in_this_state: "),
    ):
        refused: Said = journeys(*words)
        assert (refused.code, refused.out) == (1, "")
        assert because in refused.err


def test_a_reason_is_given_with_the_answer_about_adverse_events(journeys: Dirigent, dirigent: Dirigent) -> None:
    """Without an answer nothing is done; what the reason tells of is a safety case, whether the act is done or refused."""
    unanswered = journeys("submit", "pioneer@2", *LENA, "--reason", "As agreed.")
    assert (unanswered.code, "adverse event" in unanswered.out) == (1, True)
    assert journeys("list", "--journey", "pioneer").out == "pioneer@2 draft\n"
    told = ("--reason", "A rash was told of at the meeting.", "--safety", "adverse_event")
    assert journeys("retire", "pioneer@2", *LENA, *told).code == 1
    assert journeys("submit", "pioneer@2", *LENA, *told).code == 0
    assert dirigent("safety", "list").out.count("adverse_event  open") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("submit", "pioneer", *LENA, *WHY),
        ("submit", "pioneer@2", *LENA),
        ("submit", "pioneer@2", *WHY),
        ("submit", "pioneer@2", *LENA, "--reason", " ", "--safety", "none"),
        ("submit", "pioneer@2", *LENA, "--reason", "As agreed.", "--safety", "perhaps"),
        ("sign", "pioneer@2", *LENA, "--for", "finance"),
    ],
)
def test_wrong_usage_is_exit_code_two(words: tuple[str, ...], dirigent: Dirigent) -> None:
    """No version, no user, no reason, no such party."""
    assert dirigent("journeys", *words).code == 2


def test_a_pin_is_missed_and_locked(journeys: Dirigent, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fifth miss in a row locks it; whoever sets another lifts the lock."""
    journeys("submit", "pioneer@2", *LENA, *WHY)
    monkeypatch.setenv("DIRIGENT_PIN", "wrong-pin")
    codes = [journeys("sign", "pioneer@2", *MAJ, "--for", "sales").err.splitlines()[-1].partition(":")[0] for _ in range(5)]
    assert codes == [*["pin_wrong"] * 4, "pin_locked"]


def test_a_pin_is_set_for_active_users_and_is_long_enough(dirigent: Dirigent, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never stands on the command line."""
    dirigent("people", "sample")
    monkeypatch.setenv("DIRIGENT_PIN", "short")
    assert dirigent("users", "pin", "mkt-lena").code == 2
    monkeypatch.setenv("DIRIGENT_PIN", PIN)
    assert dirigent("users", "pin", "mkt-lena") == (0, "Lena Rosenvik signs with the new PIN from now on.\n", "")
    assert dirigent("users", "pin", "nobody").err == "'nobody' is not an active user.\n"
