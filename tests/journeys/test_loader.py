"""The loader: strict with what people write, exact about where, and plain about what to do."""

from pathlib import Path

import pytest
import yaml

from journeys.definitions import BranchStep, ContentRef, WaitStep
from journeys.loading import LARGEST, Finding, load_content, load_definition, read_definition
from journeys.loading.scalars import plain
from tests.builders import a_branch, a_content, a_definition, a_journey, a_letter, a_pause, an_exit, written


def codes(text: str) -> list[str]:
    """The codes found in a text."""
    return [found.code for found in load_definition(text, name="x.yaml").findings]


def only(text: str) -> Finding:
    """The one thing found in a text."""
    (found,) = load_definition(text, name="x.yaml").findings
    return found


def with_lines(**lines: str) -> str:
    """A sound definition's text with some of its top-level keys written by hand, at its end."""
    kept = {key: value for key, value in a_definition().items() if key not in lines}
    return written(kept) + "".join(f"{key}: {text}\n" for key, text in lines.items())


def test_a_sound_text_becomes_the_definition() -> None:
    """What is written is what is read, in YAML and in JSON."""
    loaded = load_definition(written(a_definition()), name="x.yaml")
    assert (loaded.value, loaded.findings) == (a_journey(), ())


@pytest.mark.parametrize("values", ["remote", ["remote"], ["face_to_face", "remote"]])
def test_the_field_of_an_event_has_one_value_or_any_of_a_list(values: object) -> None:
    """An author writes either, for the event by which an HCP enters as for one that is waited for."""
    asked = {"event": "appointment_booked", "where": {"channel": values}}
    entered = a_definition(entry={"when": {"fact": "persona", "is": "pioneer"}, "on": asked})
    waiting = {"wait": {**asked, "up_to": "5 days"}, "next": "done"}
    loaded = load_definition(written({**entered, "steps": {**entered["steps"], "reading": waiting}}), name="x.yaml")
    assert loaded.findings == ()
    assert loaded.value is not None
    assert loaded.value.entry.on is not None
    assert loaded.value.entry.on.where == {"channel": tuple(values) if isinstance(values, list) else (values,)}


def test_json_is_read_as_well() -> None:
    """A definition that a program sends as JSON is the same definition."""
    as_json = a_journey(title="Smile \U0001f600").model_dump_json(by_alias=True, exclude_defaults=True)
    assert load_definition(as_json.replace("\U0001f600", "\\ud83d\\ude00"), name="body").value == a_journey(title="Smile \U0001f600")


def test_a_single_step_may_stand_for_all_paths() -> None:
    """The short form of `next` is read as its long one."""
    loaded = load_definition(written(a_definition(steps={"pause": a_pause(), "done": an_exit()})), name="x.yaml")
    assert loaded.value is not None
    assert loaded.value.steps["pause"].next == {"otherwise": "done"}  # type: ignore[union-attr]


def test_every_error_of_a_file_is_told_in_the_order_of_the_text() -> None:
    """An author mends a file in one go, not one error at a time."""
    text = "journey: My Journey\nversion: three\nversion: 4\ncolour: blue\nmarkets: [SE, sweden]\nsteps: {}\n"
    loaded = load_definition(text, name="x.yaml")
    told = [(found.code, found.line, found.column) for found in loaded.findings]
    assert told[:7] == [("J005", 1, 1)] * 5 + [("J004", 1, 10), ("J004", 2, 10)]
    assert told[7:] == [("J003", 3, 1), ("J002", 4, 1), ("J004", 5, 15), ("J004", 6, 8)]


def test_a_finding_reads_like_a_compiler_message() -> None:
    """Path, line, column, code, message, and the question that helps."""
    text = with_lines(steps="{pause: {wait: {tme: 5 days}, next: done}, done: {exit: {reason: finished}}}")
    line = text.count("\n")
    found = load_definition(text, name="strategies/pioneer.yaml").findings
    assert f'strategies/pioneer.yaml:{line}:24: J002 unknown key `tme` in `steps.pause.wait` (did you mean "time"?)' in map(str, found)


def test_the_python_names_of_keys_are_not_the_authors() -> None:
    """`for_` and `is_` are how we spell a key, not how an author may."""
    assert codes(with_lines(entry="{when: {fact: persona, is_: pioneer}}"))[0] == "J002"


@pytest.mark.parametrize("word", ["NO", "no", "on", "off", "yes", "True", "12:30", "017", "0x1F", "2027-01-31", "1_000", "1e3", ".5", "=", "<<"])
def test_words_stay_words(word: str) -> None:
    """Norway is no truth value, and half past twelve no number."""
    assert plain(word) == word


@pytest.mark.parametrize(
    ("word", "value"), [("true", True), ("false", False), ("12", 12), ("-3", -3), ("0", 0), ("1.5", 1.5), ("null", None), ("~", None), ("", None)]
)
def test_numbers_and_truth_values_are_the_plain_ones(word: str, value: object) -> None:
    """Only what cannot be mistaken is converted."""
    assert plain(word) == value
    assert type(plain(word)) is type(value)


def test_the_market_of_norway_is_a_market() -> None:
    """The best known trap of YAML."""
    loaded = load_definition(with_lines(markets="[NO, SE]"), name="x.yaml")
    assert loaded.value is not None
    assert loaded.value.markets == ("NO", "SE")


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ({"version": '"3"'}, "J004", "must be a whole number (remove the quotes)"),
        ({"version": "0"}, "J004", "must be 1 or more"),
        ({"title": "2027"}, "J004", 'must be text (put it in quotes: "2027")'),
        ({"title": "x" * 121}, "J004", "at most 120 characters"),
        ({"markets": "SE"}, "J004", "must be a list (put it in brackets: [SE])"),
        ({"markets": "[se]"}, "J004", 'must be two capital letters (did you mean "SE"?)'),
        ({"markets": "[]"}, "J004", "is empty: give at least one"),
        ({"persona": "Rising-Star"}, "J004", 'did you mean "rising_star"?'),
        ({"purpose": "promotion"}, "J004", 'did you mean "promotional"?'),
        ({"goal": "{fakt: tier, is: A}"}, "J004", 'did you mean "fact"?'),
        ({"goal": "{fact: tier}"}, "J004", "give exactly one of is, in, at_least, at_most, has, known"),
        ({"goal": "{fact: tier, is: 1.5}"}, "J004", "must be true or false or a whole number or text"),
        ({"steps": "{pause: {wiat: {time: 5 days}, next: pause}}"}, "J004", 'did you mean "wait"?'),
        ({"steps": "{Pause: {exit: {reason: finished}}}"}, "J004", 'hyphens, beginning with a letter (did you mean "pause"?)'),
        ({"steps": "[]"}, "J004", "`steps` must be a mapping of keys and values"),
        (
            {"entry": "{when: {fact: tier, is: A}, again: 5 fortnights}"},
            "J004",
            "must be never or after_exit or by_key; or is not right: a duration",
        ),
        ({"goal": ""}, "J008", "nothing is written for `goal`"),
        ({"markets": "[SE, ~]"}, "J008", "nothing is written for an entry of `markets`"),
        ({"title": '"bell \\a"'}, "J004", "holds a character that is not text"),
        ({"title": '"half \\ud83d"'}, "J004", "holds a character that is not text"),
        ({"markets": "&m [SE]"}, "J006", "the anchor &m is not allowed"),
        ({"persona": "!!str pioneer"}, "J006", "a tag (a word that begins with !) is not allowed"),
        ({"title": "a: b"}, "J001", "a colon stands where no key can be"),
        ({"title": "\tx\n\ty: z"}, "J001", "spaces"),
        ({"title": "[a, b"}, "J001", "a brace or bracket is opened and never closed"),
        ({"title": "*nowhere"}, "J006", "the alias *nowhere is not allowed"),
        ({"title": "x\n---\ntitle: y"}, "J001", "a second document begins here"),
        ({"title": '"\\UFFFFFFFF"'}, "J001", "a number that cannot be"),
        ({"title": "a\x07b"}, "J001", "character U+0007"),
        ({"title": "x\n? [a]\n: b"}, "J001", "a key must be a plain word"),
        ({"title": "[" * 60 + "]" * 60}, "J001", "nested deeper than 40 levels"),
    ],
)
def test_mistakes_are_told_in_plain_words(lines: dict[str, str], code: str, words: str) -> None:
    """One mistake gives one finding, which says what to write instead."""
    found = only(with_lines(**lines))
    assert found.code == code
    assert words in str(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "empty"), ("# only a remark\n", "empty"), ("- a\n- b\n", "must be a mapping"), ("hello", "must be a mapping"), ("x" * (LARGEST + 1), "larger")],
)
def test_what_is_no_definition_at_all_is_told(text: str, words: str) -> None:
    """An empty file, a list and a word are refused with a way forward."""
    found = only(text)
    assert (found.code, found.line, found.column) == ("J001", 1, 1)
    assert words in found.message
    assert found.fix


def test_aliases_never_unfold() -> None:
    """The billion laughs are refused where they are written, at no cost."""
    bomb = "a: &a [x, x]\n" + "".join(f"{after}: &{after} [*{before}, *{before}]\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    assert set(codes(bomb)) == {"J002", "J005", "J006"}


def test_the_second_of_two_steps_is_told_and_the_first_is_kept() -> None:
    """A step that stands twice is told once, with where it stood first, and does not hide other errors."""
    text = with_lines(steps="\n  done: {exit: {reason: a}}\n  done: {exit: {reason: b, resaon: c}}")
    found = only(text)
    assert found.code == "J003"
    assert found.message == f"`done` stands here a second time; the first is on line {found.line - 1}"


def test_an_error_inside_a_condition_is_told_at_its_own_place() -> None:
    """Nested conditions do not blur the place."""
    text = with_lines(goal="\n  all:\n    - not: {fact: tier, at_lest: A}\n    - {fact: decile, is: 3}")
    found = load_definition(text, name="x.yaml").findings[0]
    assert (found.code, found.line, found.column) == ("J002", text.count("\n") - 1, 25)
    assert found.message == "unknown key `at_lest` in `goal.all.0.not`"


def test_loaded_knows_where_values_stand() -> None:
    """`at` gives the place of a value; for one that is left out, the nearest around it."""
    loaded = load_definition("journey: x\nentry:\n  when: {fact: tier, is: A}\n", name="x.yaml")
    assert (loaded.at(("entry", "when", "is")).line, loaded.at(("entry", "when", "is")).column) == (3, 26)
    assert loaded.at(("entry", "again", "x")) == loaded.at(("entry",))


def test_files_that_cannot_be_read_are_findings(tmp_path: Path) -> None:
    """Missing, a folder, of another encoding, or too large: told, not raised."""
    latin, large, marked = tmp_path / "latin.yaml", tmp_path / "large.yaml", tmp_path / "marked.yaml"
    latin.write_bytes(b"journey: a\ntitle: Gr" + "ü".encode("latin-1") + b"n\n")
    large.write_bytes(b"x" + "ü".encode() * LARGEST)
    marked.write_bytes(b"\xef\xbb\xbf" + written(a_definition()).encode())
    found = read_definition(latin).findings[0]
    assert (found.line, found.column, found.message) == (2, 10, "this is not UTF-8")
    assert "larger" in read_definition(large).findings[0].message
    assert "cannot be read" in read_definition(tmp_path / "none.yaml").findings[0].message
    assert "cannot be read" in read_definition(tmp_path).findings[0].message
    assert read_definition(marked).value == a_journey()


def test_branches_are_read_with_their_conditions() -> None:
    """A union of steps and a union of conditions are told apart by their keys."""
    steps = {"decide": a_branch(({"any": [{"fact": "tier", "in": ["A", "B"]}, {"not": {"fact": "tier", "known": True}}]}, "done")), "done": an_exit()}
    loaded = load_definition(written(a_definition(steps=steps)), name="x.yaml")
    assert loaded.value is not None
    assert isinstance(loaded.value.steps["decide"], BranchStep)


def test_content_is_read_with_its_dates() -> None:
    """An expiry is text in YAML and an instant in the model, whether or not it is in quotes."""
    plain_date = yaml.safe_dump(a_content()).replace("'2030-01-01T00:00:00Z'", "2030-01-01T00:00:00Z")
    loaded = load_content(plain_date, name="c.yaml")
    assert loaded.value is not None
    assert loaded.value.approval is not None
    assert (loaded.value.ref, loaded.value.approval.expires.year) == (ContentRef("hf-dialogue", 2), 2030)


def test_an_expiry_without_a_zone_is_refused() -> None:
    """An instant needs a zone."""
    (found,) = load_content(written(a_content(approval={"id": "x", "expires": "2030-01-01T00:00:00"})), name="c.yaml").findings
    assert "a date and time with its zone" in found.message


@pytest.mark.parametrize("text", ["{% if x %}", "{{ hcp.family_name | e }}", "{# x #}", "{{ hcp['x'] }}", "{{", "{{{{ hcp.family_name }}}}", "{{ a\n }}"])
def test_template_syntax_in_letters_is_refused(text: str) -> None:
    """Tokens and nothing else."""
    loaded = load_content(written(a_content(letters={"en": a_letter(subject=text)})), name="c.yaml")
    assert [found.code for found in loaded.findings] == ["J501"]
    assert loaded.value is None


def test_links_of_the_content_are_tokens() -> None:
    """A letter may use the links that its content names, and no others."""
    letter = a_letter(subject="{{ links.study }} {{links.stdy}}")
    (found,) = load_content(written(a_content(letters={"en": letter}, links={"study": "https://example.org"})), name="c.yaml").findings
    assert (found.code, "links.study" in (found.fix or "")) == ("J502", True)


def test_only_promotional_letters_need_the_way_out() -> None:
    """A medical response is no marketing."""
    bare = a_letter(text="Dear {{ hcp.family_name }}", html="<p>Dear {{ hcp.family_name }}</p>")
    assert [found.code for found in load_content(written(a_content(letters={"en": bare})), name="c.yaml").findings] == ["J503", "J503"]
    assert load_content(written(a_content(letters={"en": bare}, purpose="medical_response")), name="c.yaml").findings == ()


@pytest.mark.parametrize(("wanted", "values"), [("[face_to_face, remote]", ("face_to_face", "remote")), ("remote", ("remote",)), ("[30, 60]", (30, 60))])
def test_a_field_may_have_one_value_or_any_of_a_list(wanted: str, values: tuple[object, ...]) -> None:
    """Where HCPs enter, where they leave, and where a run waits."""
    event = f"{{event: appointment_booked, where: {{channel: {wanted}}}}}"
    steps = f"{{rest: {{wait: {event[:-1]}, up_to: 5 days}}, next: done}}, done: {{exit: {{reason: finished}}}}}}"
    read = load_definition(with_lines(entry=f"{{when: {{fact: tier, is: A}}, on: {event}}}", exit_on=f"[{event}]", steps=steps), name="x.yaml").value
    assert read is not None
    wait = read.steps["rest"]
    assert isinstance(wait, WaitStep)
    assert read.entry.on is not None
    assert [each["channel"] for each in (read.entry.on.where, read.exit_on[0].where, wait.wait.where)] == [values] * 3


def test_a_field_that_may_have_no_value_is_refused() -> None:
    """No event could be meant."""
    found = only(with_lines(exit_on="[{event: appointment_booked, where: {channel: []}}]"))
    assert (found.code, found.message) == ("J004", "`exit_on.0.where.channel` is empty: give at least one")


@pytest.mark.parametrize(
    "ref",
    [f"hf-basics@{'9' * 5000}", "hf-basics@2147483648", "hf-basics@\u0661", "hf-basics@01", "hf-basics@0", "../hf@1", "Hf-basics@1", "@1"],
    ids=lambda ref: ref[:24],
)
def test_content_is_named_as_the_library_names_it(ref: str) -> None:
    """An id and a version in plain digits, no greater than a database keeps."""
    found = only(with_lines(steps=f'{{mail: {{email: {{content: "{ref}"}}, next: done}}, done: {{exit: {{reason: finished}}}}}}'))
    assert "content is named with its version" in found.message


@pytest.mark.parametrize(("version", "told"), [("2147483648", "must be 2147483647 or less"), ("9" * 30, "must be a whole number")])
def test_a_version_is_a_number_that_a_database_keeps(version: str, told: str) -> None:
    """It is refused as it is read, not when it is stored."""
    found = only(with_lines(version=version))
    assert (found.code, told in found.message, found.fix) == ("J004", True, "write a smaller number" if len(version) > 20 else None)


def test_a_list_for_an_outcome_asks_for_another_comparison() -> None:
    """As one for a fact does."""
    found = only(with_lines(goal="{outcome: first-visit, is: [interested, not_now]}"))
    assert found.fix == 'write "in" for any of several'
