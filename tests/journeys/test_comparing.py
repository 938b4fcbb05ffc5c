"""Two versions compared by meaning: nothing that differs goes unsaid, and what means the same is no change."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from journeys.comparing import Change, ChangeKind, compare
from journeys.definitions import Definition
from tests.builders import Authored, a_branch, a_definition, a_journey, a_medical_step, a_pause, a_rep_email, a_visit, a_wait, an_email, an_exit
from tests.journeys import strategies
from tests.journeys.every_kind import every_kind
from tests.journeys.playing import a_parallel
from tests.journeys.wholes import wholes

_SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def the_steps(**changes: Any) -> Authored:
    """A visit, an e-mail of the rep, a wait, a branch, a hand-off, a rest and an end."""
    steps = {
        "talk": a_visit(title="The talk", why="They asked.", next={"interested": "mail", "otherwise": "done"}, offers=["question", "rest"]),
        "mail": a_rep_email(next={"sent": "reading", "overdue": "talk"}, blocked={"no_consent": "talk", "otherwise": "wait"}),
        "reading": a_wait(wait={"of": "mail"}, next={"clicked": "which", "otherwise": "rest"}),
        "which": a_branch(({"fact": "tier", "at_least": "B"}, "note"), otherwise="rest"),
        "note": an_email(email={"to": "nurse"}),
        "question": a_medical_step(),
        "rest": a_pause("10 days"),
        "done": an_exit(),
    }
    return {**steps, **changes}


def changes(*, since: Authored | None = None, to: Authored | None = None, **head: Any) -> tuple[Change, ...]:
    """What changes between two sets of steps, and in the later head."""
    before = a_journey(steps=the_steps() if since is None else since)
    return compare(before, a_journey(steps=the_steps() if to is None else to, **head)).changes


def one(*, to: Authored) -> Change:
    """The only change."""
    (change,) = changes(to=to)
    return change


def without(*names: str, **changed: Any) -> Authored:
    return {name: step for name, step in the_steps(**changed).items() if name not in names}


def test_a_shortened_wait_says_what_becomes_of_those_who_wait() -> None:
    """Those who are past it go on at once."""
    change = one(to=the_steps(reading=a_wait(wait={"of": "mail", "up_to": "3 days"}, next={"clicked": "which", "otherwise": "rest"})))
    assert (change.kind, change.step) == (ChangeKind.TIMED, "reading")
    assert change.what == "`reading`: the longest that it waits is now 3 days instead of 5 days."
    assert change.people == (
        "People waiting at `reading`: it is now 3 days instead of 5 days, counted from when they came; for those who are past it, it is over at once."
    )


def test_a_lengthened_wait_goes_on() -> None:
    """Nobody is sent on."""
    assert one(to=the_steps(rest=a_pause("20 days"))).people.endswith("counted from when they came; they go on.")


def test_a_removed_step_needs_a_map() -> None:
    """Those who lead to it are rewired; the people at it are told to need one."""
    found = changes(
        to=without(
            "rest",
            talk=a_visit(title="The talk", why="They asked.", next={"interested": "mail", "otherwise": "done"}, offers=["question"]),
            reading=a_wait(wait={"of": "mail"}, next={"clicked": "which", "otherwise": "done"}),
            which=a_branch(({"fact": "tier", "at_least": "B"}, "note")),
        )
    )
    assert [(change.kind, change.step) for change in found] == [
        (ChangeKind.REMOVED, "rest"),
        (ChangeKind.REWIRED, "talk"),
        (ChangeKind.REWIRED, "reading"),
        (ChangeKind.REWIRED, "which"),
    ]
    assert found[0].people == (
        "People waiting at `rest` need a map to another step; without one they are refused and stay as they are. "
        "Mapped to a new step of its kind, they stay as they are, under its name."
    )
    assert found[1].what == "`talk`: `rest` is no longer offered."
    assert found[2].what == "`reading`: if it is answered or nothing of that happens in that time, it leads to `done` instead of `rest`."


def test_an_added_step_says_where_its_people_come_from() -> None:
    """And who is rewired to it."""
    found = changes(to=the_steps(pause=a_pause(), question=a_medical_step(next="pause")))
    assert [(change.kind, change.step) for change in found] == [(ChangeKind.ADDED, "pause"), (ChangeKind.REWIRED, "question")]
    assert found[0].people == "Nobody is in it yet; people come to it from `question`."


def test_a_renamed_step_is_one_change() -> None:
    """However many steps name it, and though one of them is renamed as well."""
    steps = the_steps()
    to = {name: step for name, step in steps.items() if name not in ("rest", "note")} | {
        "pause": steps["rest"],
        "nurse": steps["note"],
        "talk": {**steps["talk"], "offers": ["question", "pause"]},
        "reading": {**steps["reading"], "next": {"clicked": "which", "otherwise": "pause"}},
        "which": {"branch": [{"when": {"fact": "tier", "at_least": "B"}, "next": "nurse"}], "next": "pause"},
    }
    found = changes(to=to)
    assert [(change.kind, change.what) for change in found] == [
        (ChangeKind.RENAMED, "`note` is now called `nurse`."),
        (ChangeKind.RENAMED, "`rest` is now called `pause`."),
    ]
    assert "`rest: pause`; with it they stay as they are" in found[1].people
    assert "Without one they are refused" in found[1].people


def test_steps_that_lead_to_each_other_are_renamed_together() -> None:
    """A chain of new names is a chain of renames, from its end."""
    before = {"one": a_pause(next="two"), "two": a_pause("2 days", next="done"), "done": an_exit()}
    after = {"first": a_pause(next="second"), "second": a_pause("2 days", next="end"), "end": an_exit()}
    found = changes(since=before, to=after)
    assert {change.kind for change in found if change.step is not None} == {ChangeKind.RENAMED}


def test_a_moved_step_is_told_as_moved() -> None:
    """Others lead to it and it leads to others."""
    before = {"one": a_pause(next="two"), "two": a_pause("2 days", next="three"), "three": a_pause("3 days"), "done": an_exit()}
    after = {"one": a_pause(next="three"), "three": a_pause("3 days", next="two"), "two": a_pause("2 days"), "done": an_exit()}
    found = changes(since=before, to=after)
    assert [(change.kind, change.step) for change in found] == [(ChangeKind.MOVED, "two"), (ChangeKind.MOVED, "three"), (ChangeKind.REWIRED, "one")]
    assert (
        found[0].what
        == "`two` stands at another place: `three` leads to it instead of `one`; from there, if that time has come, it leads to `done` instead of `three`."
    )


def test_another_kind_under_the_same_id_is_a_replacement() -> None:
    """Nobody can stay where they are."""
    change = one(to=the_steps(question=a_pause()))
    assert (change.kind, change.what) == (ChangeKind.REPLACED, "`question` is now a step of the kind wait instead of medical.")
    assert "need a map" in change.people


def test_words_content_and_conditions_are_told_apart() -> None:
    """Each with what it does to people."""
    found = changes(
        to=the_steps(
            rest=a_pause("10 days", title="A rest"),
            note=an_email(email={"to": "nurse", "content": "hf-dialogue@3"}),
            which=a_branch(({"fact": "tier", "at_least": "A"}, "note"), otherwise="rest"),
        )
    )
    assert [(change.kind, change.step) for change in found] == [
        (ChangeKind.CONTENT, "note"),
        (ChangeKind.CONDITION, "which"),
        (ChangeKind.REWORDED, "rest"),
    ]
    assert found[1].what == "`which`: the condition of case 1 is now “the tier is at least A” instead of “the tier is at least B”."


def test_another_condition_of_a_wait_ends_it_for_those_of_whom_it_holds() -> None:
    """A condition that was widened is met at once by some who wait; nobody waits at a branch."""
    waiting, wider = (
        {"until-user": {"wait": {"when": {"fact": "adoption_stage", "at_least": stage}, "up_to": "9 days"}, "next": "done"}} for stage in ("user", "trial")
    )
    (change,) = changes(since={**waiting, "done": an_exit()}, to={**wider, "done": an_exit()})
    assert change.what == (
        "`until-user`: the condition that it waits for is now “the adoption stage is at least trial” instead of “the adoption stage is at least user”."
    )
    assert change.people == "People waiting at `until-user` of whom the new condition holds already go on at once; the others wait for it to come true."


def test_a_comparison_speaks_as_an_account_for_a_sign_off_does() -> None:
    """No word of the grammar and no path into the file: fields, values, hours and ways are told by what they mean."""
    rest = {"wait": {"local": {"at": "09:00", "on": ["thu"]}}, "next": "done"}
    found = changes(
        since={"talk": a_visit(), "rest": rest, "draw": {"split": {"arms": {"a": 1, "b": 1}}, "next": {"a": "rest", "b": "talk"}}, "done": an_exit()},
        to={
            "talk": a_visit(visit={"due": "3 days", "phone": {"message": "Hello."}}, at_most=2),
            "rest": {**rest, "wait": {"local": {"at": "10:00", "on": ["thu"]}}},
            "draw": {"split": {"arms": {"a": 3, "b": 1}}, "next": {"a": "rest", "b": "done"}},
            "done": an_exit("no_time"),
        },
        markets=["SE", "UK"],
        when_busy="give_way",
        exit_on=[{"event": "contract_ended"}],
    )
    assert [change.what for change in found] == [
        "`talk`: if the HCP has been here as often as this step allows, it now leads to `done`.",
        "`draw`: if the draw falls on “b”, it leads to `done` instead of `talk`.",
        "`talk`: the time in which it is to be done is now 3 days instead of 10 business days.",
        "`rest`: the hour until which it rests, by the HCP's own clock, is now 10:00 on Thursdays instead of 09:00 on Thursdays.",
        "`talk`: how often an HCP comes here at most is now 2; before, there was none.",
        "`draw`: the weight of “a” is now 3 instead of 1.",
        "`done`: the reason that is noted is now no time instead of finished.",
        "`talk`: the message by phone is now “Hello.”; before, there was none.",
        "The markets are now SE and UK instead of SE.",
        "What it does when a journey of a higher priority has the HCP is now to give way and end instead of to wait for its turn.",
        "The event that makes an HCP leave is now contract ended; before, there was none.",
    ]


def test_the_same_meaning_written_otherwise_is_told_as_such() -> None:
    """Two ways to write one path, and a first step that is named or not."""
    change = one(to=the_steps(note=an_email(email={"to": "nurse"}, next={"sent": "done"})))
    assert (change.kind, change.people) == (ChangeKind.REWRITTEN, "Nobody is touched.")
    (named,) = changes(start="talk")
    assert named.kind is ChangeKind.REWRITTEN


def test_another_first_step_is_a_change_though_no_field_differs() -> None:
    """Without `start` the first one written is the first."""
    steps = the_steps()
    (change,) = changes(to={"mail": steps.pop("mail"), **steps})
    assert change.what == "The journey begins with `mail` instead of `talk`."


def test_a_market_that_goes_keeps_its_people() -> None:
    """They are told apart from those who come."""
    (gone,) = compare(a_journey(markets=["SE", "UK"]), a_journey(markets=["SE"])).changes
    assert gone.people == "Nobody enters in UK any more; people who are in the journey there stay in it."


def test_the_version_is_told_and_is_no_change() -> None:
    """The same text under another number changes nothing for anybody."""
    found = compare(a_journey(), a_journey(version=2))
    assert (found.before, found.after, found.changes) == (1, 2, ())


def test_a_renamed_step_keeps_its_sub_journey() -> None:
    """A journey may be called as a step is: a new name of the one is none of the other."""
    before = {"nurse": a_pause(next="go"), "go": {"journey": {"start": "nurse", "awaited": False}, "next": "done"}, "done": an_exit()}
    after = {"nurses": a_pause(next="go"), "go": before["go"], "done": an_exit()}
    (change,) = (change for change in changes(since=before, to=after) if change.step is not None)
    assert change.kind is ChangeKind.RENAMED


def test_lines_in_another_order_are_a_change() -> None:
    """They begin in it."""
    before = {"both": a_parallel("done", one="pause", two="rest"), "pause": a_pause(next="join"), "rest": a_pause("9 days", next="join"), "done": an_exit()}
    after = {**before, "both": a_parallel("done", two="rest", one="pause")}
    (change,) = changes(since=before, to=after)
    assert change.kind is ChangeKind.REWRITTEN


def _mutants(value: Any) -> Iterator[Any]:
    """The same authored value with one thing changed, at every place and in several ways."""
    match value:
        case dict():
            for key, inside in value.items():
                yield {other: kept for other, kept in value.items() if other != key}
                yield from ({**value, key: mutant} for mutant in _mutants(inside))
        case list():
            yield value[:-1]
            yield [*value, *value[:1]]
            yield list(reversed(value))
            for number, inside in enumerate(value):
                yield from ([*value[:number], mutant, *value[number + 1 :]] for mutant in _mutants(inside))
        case bool():
            yield not value
        case int():
            yield value + 1
        case str():
            yield from (f"{value}x", "SE", "hcp", "rep", "7 days", "hf-other@9", "rest", "clicked", "safety", "never", "C")
        case _:
            return


def _valid(authored: Authored) -> Definition | None:
    try:
        return Definition.model_validate(authored)
    except ValidationError:
        return None


_SMALL = a_definition(steps=the_steps(), start="talk", goal={"fact": "adoption_stage", "at_least": "user"}, exit_when={"not": {"fact": "tier", "known": True}})


@pytest.mark.parametrize("authored", [_SMALL, every_kind()], ids=["small", "every kind"])
def test_whatever_is_changed_is_told(authored: Authored) -> None:
    """Any field of a journey, changed in any way that is still of the grammar, is at least one change."""
    before = Definition.model_validate(authored)
    mutants = [mutant for mutant in map(_valid, _mutants(authored)) if mutant is not None]
    told = [compare(before, mutant).changes for mutant in mutants]
    assert len(mutants) > 300
    assert [mutant for mutant, found in zip(mutants, told, strict=True) if bool(found) is (mutant.model_copy(update={"version": 1}) == before)] == []


@_SOME
@given(before=strategies.definitions(), after=strategies.definitions())
def test_a_comparison_is_empty_exactly_where_nothing_differs(before: Definition, after: Definition) -> None:
    """Between any two journeys; with itself there is nothing to tell."""
    assert compare(before, before).changes == ()
    assert bool(compare(before, after).changes) is (before != after or before.first != after.first)


@_SOME
@given(before=wholes(), after=wholes())
def test_whole_journeys_are_compared(before: Definition, after: Definition) -> None:
    """With every kind of step; each change says what it is and what it does to people."""
    assert compare(before, before).changes == ()
    found = compare(before, after).changes
    assert bool(found) is (before != after or before.first != after.first)
    assert all(change.what and change.people for change in found)


def test_a_draft_that_does_not_lint_is_compared_too() -> None:
    """It can be held against the version in force before it is mended."""
    found = changes(to=without("rest", "done"))
    assert {change.step for change in found if change.kind is ChangeKind.REMOVED} == {"rest", "done"}
