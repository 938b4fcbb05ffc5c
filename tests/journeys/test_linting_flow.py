"""The linter on the roads of a journey: bounds, lines side by side, latest moments, pressure and what must not follow what."""

import time
from datetime import timedelta
from typing import Any

import pytest

from journeys.content import ContentVersion
from journeys.linting import LintResult, lint_text
from journeys.linting.pressure import Pressure
from journeys.linting.subject import Subject
from journeys.linting.work import Work
from tests.builders import (
    NOW,
    a_branch,
    a_content,
    a_definition,
    a_journey,
    a_library,
    a_market,
    a_medical_step,
    a_pause,
    a_rep_email,
    a_response,
    a_visit,
    a_wait,
    an_email,
    an_exit,
    written,
)
from tests.journeys.large import a_large_definition

Steps = dict[str, Any]


def linted(steps: Steps, **changes: Any) -> LintResult:
    """What the linter says of these steps, to which an exit called done is added."""
    return lint_text(written(a_definition(steps={**steps, "done": an_exit()}, **changes)), name="draft.yaml", library=a_library(), now=NOW)


def codes(steps: Steps, **changes: Any) -> list[str]:
    """The codes found."""
    return [found.code for found in linted(steps, **changes).findings]


def a_parallel(to: str = "done", **branches: str) -> Any:
    """Lines side by side, by the names of their first steps."""
    return {"parallel": {"branches": branches}, "next": to}


BOUNDED = {"interested": "done", "exhausted": "done", "otherwise": "later"}


@pytest.mark.parametrize(
    "steps",
    [
        {"call": a_visit(next={"interested": "done", "otherwise": "later"}), "later": a_pause(next="call")},
        {"call": a_visit(offers=["later"]), "later": a_pause(next="call")},
        {"mail": an_email(blocked={"no_consent": "ask"}), "ask": a_visit(next={"interested": "mail", "otherwise": "done"})},
        {"call": a_visit(next="escalation"), "escalation": {"escalate": {"about": "call", "due": "2 days"}, "next": {"handled": "call", "otherwise": "done"}}},
        {"call": a_visit(at_most=2, next={"interested": "done", "otherwise": "later"}), "later": a_pause(next="call")},
        {
            "both": a_parallel("call", a="mail", b="note"),
            "mail": an_email(next="join"),
            "note": a_pause(next="join"),
            "call": a_visit(next={"interested": "done", "otherwise": "both"}),
        },
    ],
    ids=["path", "offer", "blocked", "escalation", "exhausted leads back", "through a parallel"],
)
def test_a_loop_by_any_way_needs_a_bound(steps: Steps) -> None:
    """Paths, offers, blocked paths and joins all count, and so does the way of an exhausted step."""
    assert codes(steps) == ["J111"]


@pytest.mark.parametrize(
    "steps",
    [
        {"call": a_visit(at_most=2, next=BOUNDED), "later": a_pause(next="call")},
        {"call": a_visit(next={"interested": "done", "otherwise": "later"}), "later": a_pause(at_most=2, next={"timeout": "call", "exhausted": "done"})},
        {"call": a_visit(next={"interested": "done", "otherwise": "ask"}), "ask": {**a_branch(({"fact": "tier", "is": "A"}, "call")), "at_most": 3}},
    ],
)
def test_one_bounded_step_is_enough(steps: Steps) -> None:
    """Wherever in the loop it stands; an exhausted branch goes on by its `next`."""
    assert codes(steps) == []


def test_a_bounded_step_says_where_it_leads_when_exhausted() -> None:
    """By name or by `otherwise`."""
    assert codes({"call": a_visit(at_most=2, next={"interested": "done", "not_now": "done", "overdue": "done"})}) == ["J104"]
    assert codes({"call": a_visit(at_most=2)}) == []


@pytest.mark.parametrize(
    ("waiting", "spins"),
    [
        ({"local": {"at": "09:00"}}, False),
        ({"local": {"between": ["09:00", "17:00"]}}, True),
        ({"when": {"fact": "tier", "is": "A"}, "up_to": "5 days"}, True),
        ({"event": "webinar_attended", "up_to": "5 days"}, False),
        ({"until": {"at": "2028-01-01T00:00:00Z"}}, True),
    ],
)
def test_what_may_be_over_as_it_begins_is_no_pause(waiting: Any, spins: bool) -> None:
    """A window may be open, a condition true, a date past; an hour of the day is always still to come."""
    steps = {
        "wait-here": {"wait": waiting, "at_most": 3, "next": {"exhausted": "done", "otherwise": "look"}},
        "look": a_branch(({"fact": "tier", "is": "B"}, "done"), otherwise="wait-here"),
    }
    assert ("J106" in codes(steps)) is spins


def test_every_kind_of_step_may_be_free_of_lint() -> None:
    """One journey that uses them all."""
    steps = {
        "start": {"split": {"arms": {"letter": 50, "talk": 50}}, "next": {"letter": "both", "talk": "call"}},
        "both": a_parallel("invitation", letter="mail", desk="ask-house"),
        "mail": an_email(next="reading"),
        "reading": a_wait(next="join", wait={"of": "mail"}),
        "ask-house": {
            "request": {"to": "warehouse", "facts": ["tier"], "answers": ["sent", "none_left"], "up_to": "2 days"},
            "next": {"sent": "tell", "otherwise": "join"},
        },
        "tell": {"notify": {"whom": "conductor", "message": "The folder is on its way."}, "next": "learn"},
        "learn": {"update": {"add_tags": ["folder"], "propose_persona": "traditional"}, "next": "join"},
        "invitation": {
            "invite": {"content": "hf-dialogue@2", "occasion": "webinar", "starts": {"at": "2027-06-01T16:00:00Z"}, "answer_by": "10 days"},
            "next": {"attended": "call", "otherwise": "morning"},
        },
        "morning": {"wait": {"local": {"at": "09:00", "on": "working_days"}}, "next": "call"},
        "call": a_visit(next={"interested": "question", "overdue": "late", "otherwise": "other"}),
        "late": {"escalate": {"about": "call", "due": "2 business days"}, "next": "other"},
        "question": a_medical_step(next="other"),
        "other": {"journey": {"start": "heart-failure-traditional", "up_to": "90 days"}, "next": "done"},
    }
    assert [str(found) for found in linted(steps, start="start").findings] == []


def test_lines_keep_their_steps_and_share_the_exit() -> None:
    """A step of one line may not be offered on another; an exit may be come to from all."""
    lines = {"both": a_parallel(a="mail", b="call"), "mail": an_email(next="rest"), "rest": a_pause(next={"timeout": "join"})}
    assert codes({**lines, "call": a_visit(next={"interested": "done", "otherwise": "join"})}) == []
    (found,) = linted({**lines, "call": a_visit(next="join", offers=["rest"])}).findings
    assert found.code == "J113"
    assert 'the line "b" of "both"' in found.message


def test_a_parallel_within_itself_is_refused() -> None:
    """Its lines would never come to an end."""
    assert "J113" in codes({"both": a_parallel(a="both", b="mail"), "mail": an_email(next="join")})


def test_a_nested_parallel_joins_into_the_line_around_it() -> None:
    """The inner join leads on along the outer line, and from there after the outer parallel."""
    inner = {"inner": a_parallel("join", x="one", y="two"), "one": an_email(next="join"), "two": a_pause(next="join")}
    assert codes({"outer": a_parallel(a="inner", b="rest"), **inner, "rest": a_pause(next="join")}) == []


def test_who_is_not_known_to_have_an_appointment_is_not_reminded() -> None:
    """`missing` is named, or `otherwise` leads elsewhere than the time; said on purpose, both may lead to one step."""

    def found(**paths: str) -> list[str]:
        return codes({"day-before": {"wait": {"until": {"fact": "next_appointment_on", "minus": "1 day"}}, "next": paths}, "reminder": an_email()})

    assert found(otherwise="reminder") == ["J112"]
    assert found(timeout="reminder", otherwise="done") == []
    assert found(timeout="reminder", missing="reminder") == []


def test_the_latest_moment_counts_every_round_of_a_loop() -> None:
    """Three rounds of 30 days outlive an approval of two months; one does not, nor does a short horizon."""

    def steps(rounds: int) -> Steps:
        again = {"at_most": rounds, "next": {"interested": "mail", "exhausted": "done", "otherwise": "later"}}
        return {
            "call": a_visit(**again),
            "later": a_pause("30 days", next="call"),
            "mail": an_email(email={"content": "hf-next-month@1", "hold_up_to": "1 day"}),
        }

    assert codes(steps(3)) == ["J410"]
    assert "call (3 times)" in linted(steps(3)).findings[0].message
    assert codes(steps(3), horizon="40 days") == []
    assert codes({"mail": steps(1)["mail"]}) == []


def test_pressure_counts_what_no_way_avoids() -> None:
    """A branch around a touch, or a week between, is enough; the nurse's mail counts for the nurse."""
    talk = {"talk": a_visit(visit={"due": "2 days"})}
    first, second = an_email(next="second"), an_email(next="talk")
    assert codes({"first": first, "second": second, **talk}) == ["J601"]
    assert codes({"first": first, "second": an_email(next="rest"), "rest": a_pause("7 days", next="talk"), **talk}) == []
    assert codes({"first": first, "second": an_email(next="ask"), "ask": a_branch(({"fact": "tier", "is": "A"}, "talk")), **talk}) == []
    assert codes({"first": first, "second": an_email(email={"to": "nurse"}, next="talk"), **talk}) == []


def test_pressure_adds_up_over_lines_that_are_all_waited_for() -> None:
    """Three letters side by side are three; one line with a week's rest before its letter, or a way past it, takes the pressure off."""

    def found(join: str = "all", **third: Any) -> list[str]:
        lines = {f"line-{number}": an_email(next="join") for number in (1, 2)}
        both = {"parallel": {"branches": {"one": "line-1", "two": "line-2", "three": next(iter(third))}, "join": join}, "next": "done"}
        return codes({"both": both, **lines, **{name.replace("_", "-"): step for name, step in third.items()}})

    letter = an_email(next="join")
    assert found(letter=letter) == ["J601"]
    assert found(join="any", letter=letter) == []
    assert found(quiet=a_pause("7 days", next="letter"), letter=letter) == []
    assert found(ask=a_branch(({"fact": "tier", "is": "A"}, "letter"), otherwise="join"), letter=letter) == []
    assert found(ask=a_branch(({"fact": "tier", "is": "A"}, "letter"), otherwise="done"), letter=letter) == []
    inner = a_parallel("join", x="rest", y="letter")
    assert found(inner=inner, rest=a_pause("2 days", next="join"), letter=letter) == ["J601"]
    assert found(inner=inner, rest=a_pause("2 days", next="join"), letter=a_pause("3 days", next="join")) == []


def test_what_comes_before_and_after_lines_counts_with_them() -> None:
    """The slowest line decides when it goes on."""

    def found(rest: str) -> list[str]:
        lines = {"letter": an_email(next="join"), "quiet": a_pause(rest, next="join")}
        return codes({"first": an_email(next="both"), "both": a_parallel("last", a="letter", b="quiet"), **lines, "last": an_email()})

    assert (found("2 days"), found("8 days")) == (["J601"], [])


def test_rounds_that_a_bound_ends_within_the_cap_are_no_pressure() -> None:
    """Two letters and out; three would be too many."""

    def found(rounds: int) -> list[str]:
        return codes({"mail": an_email(at_most=rounds, next={"sent": "rest", "exhausted": "done"}), "rest": a_pause("1 day", next="mail")})

    assert (found(2), found(3)) == ([], ["J601"])


def test_pressure_is_told_within_bounded_work() -> None:
    """Thirty letters with loops of minutes between: whoever may wait as long as they like has all the time there is."""
    steps: Steps = {}
    for number in range(30):
        again = {"wait": f"rest-{number}", "on": f"mail-{number + 1}" if number < 29 else "done", "exhausted": "done"}
        steps[f"mail-{number}"] = an_email(next=f"rest-{number}")
        steps[f"rest-{number}"] = a_pause("1 minute", next=f"which-{number}")
        steps[f"which-{number}"] = {"split": {"arms": {"wait": 1, "on": 1}}, "at_most": 1000, "next": again}
    subject = Subject(a_journey(steps={**steps, "done": an_exit()}), a_library(), NOW)
    work = Work(10_000)
    policy = a_market("SE")
    assert not any(Pressure(subject, policy, policy.caps[0], work).must_exceed(step) for step in steps if step.startswith("mail"))
    assert work.done < 1000


def test_the_strictest_market_decides_on_pressure() -> None:
    """One market with a lower cap is enough."""
    library = a_library(markets={"SE": a_market("SE", weekly_cap=9), "UK": a_market("UK", weekly_cap=1)})
    text = written(a_definition(markets=["SE", "UK"], steps={"first": an_email(next="second"), "second": an_email(), "done": an_exit()}))
    told = [found.message for found in lint_text(text, name="x.yaml", library=library, now=NOW).findings if found.code == "J601"]
    assert told == ['from "first" on, every way leads through more touches than the cap allows: 1 in 7 days, in UK']


@pytest.mark.parametrize(
    ("blocked", "refused"),
    [
        ({"objected": "call"}, True),
        ({"suppressed": "call"}, True),
        ({"otherwise": "call"}, True),
        ({"objected": "skip"}, True),
        ({"objected": "done", "otherwise": "call"}, False),
        ({"objected": "exit", "suppressed": "call"}, True),
        ({"no_consent": "call"}, False),
        ({"otherwise": "wait"}, False),
    ],
)
def test_nothing_promotional_follows_an_objection(blocked: dict[str, str], refused: bool) -> None:
    """By whatever key the objection is caught; the stop list falls under it."""
    assert ("J602" in codes({"mail": an_email(blocked=blocked, next="call"), "call": a_visit()})) is refused


def test_an_invitation_that_an_objection_skips_goes_on_unanswered() -> None:
    """So that is the way that must not lead to promotion."""
    invite = {"content": "hf-dialogue@2", "occasion": "meeting", "starts": {"at": "2027-06-01T16:00:00Z"}, "answer_by": "10 days"}

    def found(**next_: str) -> list[str]:
        return codes({"meet": {"invite": invite, "blocked": {"objected": "skip"}, "next": next_}, "call": a_visit()}, start="meet")

    assert found(no_answer="call", otherwise="done") == ["J602"]
    assert found(no_answer="done", otherwise="call") == []


def test_a_visit_needs_no_gate_in_other_purposes() -> None:
    """An objection is to direct marketing; a medical response goes on."""
    mail = an_email(email={"content": "hf-answer@1"}, blocked={"objected": "call"})
    talk = {"visit": {"due": "5 days", "phone": {}, "outcomes": ["asked", "no"]}, "next": {"asked": "answer", "otherwise": "done"}}
    answer = {"medical": {"needs": "inquiry", "due": "5 days"}, "next": {"answered": "mail", "otherwise": "done"}}
    steps = {"talk": talk, "answer": answer, "mail": mail, "call": a_visit(visit={"face_to_face": {}, "remote": {}})}
    text = written(a_response(steps={**steps, "done": an_exit()}))
    assert lint_text(text, name="x.yaml", library=a_library(), now=NOW).findings == ()


def test_medical_facts_are_out_of_reach_in_every_form() -> None:
    """Conditions of waits, and what is told to other systems."""
    asks = {"request": {"to": "crm", "facts": ["kol_tier"], "answers": ["yes"], "up_to": "2 days"}, "next": "done"}
    waits = {"wait": {"when": {"fact": "scientific_interest", "known": True}, "up_to": "5 days"}, "next": "done"}
    assert codes({"ask": asks}) == ["J301"]
    assert codes({"ask": waits}) == ["J301"]


def test_journeys_that_start_each_other_in_a_ring_are_refused() -> None:
    """This one starts another, which starts this one."""
    library = a_library()
    back = a_definition(
        journey="heart-failure-traditional",
        persona="traditional",
        steps={"again": {"journey": {"start": "heart-failure-pioneer", "awaited": False}, "next": "done"}, "done": an_exit()},
    )
    ring = library.strategies["heart-failure-traditional"].model_validate(back)
    text = written(a_definition(steps={"go": {"journey": {"start": "heart-failure-traditional", "awaited": False}, "next": "done"}, "done": an_exit()}))
    found = lint_text(text, name="x.yaml", library=a_library(strategies={ring.journey: ring}), now=NOW).findings
    assert [one.message for one in found] == ["this journey starts itself: heart-failure-pioneer → heart-failure-traditional → heart-failure-pioneer"]


def test_a_horizon_is_compared_with_what_an_author_wrote() -> None:
    """The silent patience of a held touch is not complained about."""
    assert codes({"mail": an_email()}, horizon="3 days") == []
    assert codes({"mail": an_email(email={"hold_up_to": "9 days"})}, horizon="3 days") == ["J117"]
    assert codes({"mail": a_rep_email(email={"due": "9 days"})}, horizon="3 days") == ["J117"]


def test_five_hundred_steps_with_parallels_within_parallels_take_less_than_a_second() -> None:
    """Loops on every line included; measured in the time of this process, so that a busy machine does not matter."""
    large = a_large_definition()
    assert len(large["steps"]) > 500
    text = written(large)
    library, taken = a_library(), []
    for _ in range(3):  # of three, the one that the rest of the machine disturbed least
        begun = time.process_time()
        result = lint_text(text, name="large.yaml", library=library, now=NOW)
        taken.append(timedelta(seconds=time.process_time() - begun))
        assert result.ok
    assert min(taken) < timedelta(seconds=1)


def test_a_text_message_needs_texts_in_a_language_of_every_market() -> None:
    """As an e-mail needs letters; content made for another channel is that rule's business alone."""
    steps = {"text": {"message": {"channel": "sms", "content": "hf-text@1"}, "next": "done"}, "done": an_exit()}
    library = a_library()

    def found(**texts: str) -> list[str]:
        text = ContentVersion.model_validate(
            a_content("hf-text@1", made_for="sms", texts={lang: f"{words} {{{{ unsubscribe }}}}" for lang, words in texts.items()})
        )
        known = a_library(contents={**library.contents, text.ref: text})
        return [one.code for one in lint_text(written(a_definition(steps=steps)), name="x.yaml", library=known, now=NOW).findings]

    assert found(sv="Hej!", en="Hello!") == []
    assert found(sv="Hej!") == ["J412"]
    assert found(no="Hei!") == ["J407"]
    assert codes({"text": {"message": {"channel": "sms", "content": "hf-dialogue@2"}, "next": "done"}}) == ["J402"]


def test_a11_two_steps_that_point_at_each_other_need_a_bound() -> None:
    """The acceptance case's second half: with nothing that bounds the loop it is refused, with a bound it is not."""
    mail = an_email(next={"sent": "rest", "otherwise": "done"})
    assert codes({"mail": mail, "rest": a_pause(next="mail")}) == ["J111"]
    assert codes({"mail": {**mail, "at_most": 2, "next": {"sent": "rest", "otherwise": "done"}}, "rest": a_pause(next="mail")}) == []


def test_a16_a_date_that_is_missing_or_invalid_is_refused_with_its_place() -> None:
    """An offset that is none is a clear error at its line; a date that may be missing must say where that leads."""
    text = written(a_definition(steps={"meeting": {"wait": {"until": {"fact": "next_appointment_on", "minus": "soon"}}, "next": "done"}, "done": an_exit()}))
    (found,) = lint_text(text, name="draft.yaml", library=a_library(), now=NOW).findings
    assert (found.code, "soon" in text.splitlines()[found.line - 1], "a duration is a whole number" in found.message) == ("J004", True, True)
    assert codes({"meeting": {"wait": {"until": {"fact": "next_appointment_on"}}, "next": {"timeout": "done", "past": "done"}}}) == ["J104"]


FAR: Steps = {"wait": {"until": {"at": "9999-12-31T00:00:00Z", "plus": "3650 days"}}}
ROUNDS = {"call": a_visit(at_most=1000, visit={"due": "3650 days"}, next={"interested": "mail", "exhausted": "mail", "otherwise": "call"})}


@pytest.mark.parametrize("steps", [{"rest": FAR | {"next": "mail"}}, ROUNDS, {"rest": FAR | {"next": "call"}, **ROUNDS}], ids=["date", "loop", "both"])
def test_times_beyond_every_calendar_are_judged(steps: Steps) -> None:
    """They count as a thousand years."""
    assert set(codes({**steps, "mail": an_email()})) == {"J410"}


@pytest.mark.parametrize(
    ("local", "days"),
    [
        ({"at": "09:00"}, 1),
        ({"between": ["09:00", "11:00"], "on": "working_days"}, 3),
        ({"at": "09:00", "on": ["mon"]}, 7),
        ({"at": "09:00", "on": ["mon", "wed"]}, 5),
    ],
)
def test_a_local_time_is_as_far_away_as_the_longest_gap_between_its_days(local: Any, days: int) -> None:
    """Told by the day of the horizon's warning, whose approval ends on the 1st of May: sixty days and a half after the entry."""

    def found(pause: int) -> list[str]:
        mail = an_email(email={"content": "hf-next-month@1", "hold_up_to": "1 day"})
        return codes({"quiet": a_pause(f"{pause} days", next="morning"), "morning": {"wait": {"local": local}, "next": "mail"}, "mail": mail})

    assert (found(60 - days), found(61 - days)) == ([], ["J410"])


@pytest.mark.parametrize(("join", "found"), [("all", ["J410"]), ("any", [])])
def test_where_the_first_line_goes_on_the_slower_ones_do_not_count(join: str, found: list[str]) -> None:
    """A quick line within one that waits for all counts by the slowest of its own."""
    steps = {
        "race": {"parallel": {"branches": {"slow": "long-rest", "quick": "both"}, "join": join}, "next": "mail"},
        "long-rest": a_pause("60 days", next="join"),
        "both": a_parallel("join", one="rest", two="other-rest"),
        "rest": a_pause("10 days", next="join"),
        "other-rest": a_pause("20 days", next="join"),
        "mail": an_email(email={"content": "hf-next-month@1"}),
    }
    assert codes(steps) == found
    longer = {**steps, "rest": a_pause("55 days", next="join")}
    assert codes(longer) == ["J410"]


def test_a_date_that_is_not_known_is_as_far_away_as_the_horizon_allows() -> None:
    """Without a horizon only what is added to it counts."""

    def found(mark: dict[str, str], **changes: Any) -> list[str]:
        mail = an_email(email={"content": "hf-next-month@1", "hold_up_to": "1 day"})
        return codes({"day": {"wait": {"until": mark}, "next": {"timeout": "mail", "otherwise": "done"}}, "mail": mail}, **changes)

    congress = {"fact": "congress_attended_on"}
    assert found(congress) == []
    assert found({**congress, "plus": "70 days"}) == ["J410"]
    assert found(congress, horizon="365 days") == ["J410"]
    assert found(congress, horizon="50 days") == []


@pytest.mark.parametrize(
    "step",
    [
        {"wait": {"until": {"fact": "congress_attended_on", "plus": "90 days"}}, "next": {"timeout": "done", "missing": "done"}},
        {"invite": {"content": "hf-dialogue@2", "occasion": "meeting", "starts": {"at": "2027-03-20T16:00:00Z"}, "answer_by": "9 days", "lasts": "90 days"}},
    ],
    ids=["plus", "lasts"],
)
def test_a_horizon_is_compared_with_all_that_an_author_wrote(step: Any) -> None:
    """Time after a date, and how long an occasion lasts; a date that may be past keeps nobody from an exit."""
    assert codes({"here": {"next": "done", **step}}, horizon="60 days") == ["J117"]


def test_a_fixed_date_that_is_past_is_told() -> None:
    """Of a wait and of an invitation; moved into the future it is not past."""

    def found(at: str, **moved: str) -> list[str]:
        invite = {"content": "hf-dialogue@2", "occasion": "meeting", "starts": {"at": at, **moved}, "answer_by": "9 days"}
        return codes({"day": {"wait": {"until": {"at": at, **moved}}, "next": "meet"}, "meet": {"invite": invite, "next": "done"}})

    assert found("2027-02-28T09:00:00Z") == ["J119", "J119"]
    assert found("2027-02-28T09:00:00Z", plus="5 days") == []
    assert found("2027-03-08T09:00:00Z", minus="10 days") == ["J119", "J119"]


def test_who_is_held_out_of_a_split_is_left_alone() -> None:
    """Let go, or on a line that joins; by its own name or by `otherwise`."""
    mail, join = an_email(), an_email(next="join")

    def split(**next_: str) -> Any:
        return {"split": {"arms": {"letter": 90, "hold_out": 10}}, "next": next_}

    assert codes({"which": split(letter="mail", hold_out="done"), "mail": mail}) == []
    assert codes({"which": split(letter="mail", otherwise="done"), "mail": mail}) == []
    assert codes({"which": split(letter="done", otherwise="mail"), "mail": mail}) == ["J121"]
    line = {"both": a_parallel(a="which", b="rest"), "which": split(letter="mail", hold_out="join"), "mail": join, "rest": a_pause(next="join")}
    assert codes(line) == []


def test_nobody_is_held_out_of_a_safety_journey_by_a_split_either() -> None:
    """An arm of weight 0 holds nobody back."""

    def found(weight: int) -> list[str]:
        split = {"split": {"arms": {"letter": 90, "hold_out": weight}}, "next": {"letter": "mail", "hold_out": "done"}}
        return codes({"which": split, "mail": an_email(email={"content": "hf-alert@1"})}, purpose="safety")

    assert (found(10), found(0)) == (["J603"], ["J116"])
