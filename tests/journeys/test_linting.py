"""The linter's rules beyond the examples of their pages: their edges, and what they must not complain about."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from journeys.content import ContentVersion
from journeys.linting import LintResult, lint_file, lint_text
from tests.builders import (
    NOW,
    a_branch,
    a_content,
    a_definition,
    a_library,
    a_medical_step,
    a_pause,
    a_rep_email,
    a_response,
    a_visit,
    a_wait,
    an_email,
    an_event,
    an_exit,
    written,
)

A_FACT = {"fact": "tier", "is": "A"}


def linted(**changes: Any) -> LintResult:
    """What the linter says of a definition that differs in these keys."""
    return lint_text(written(a_definition(**changes)), name="draft.yaml", library=a_library(), now=NOW)


def codes(*, start: str | None = None, **steps: Any) -> list[str]:
    """The codes found in a definition of these steps; hyphens in their names are written as underscores."""
    begins = {} if start is None else {"start": start}
    return [found.code for found in linted(steps={name.replace("_", "-"): step for name, step in steps.items()} | {"done": an_exit()}, **begins).findings]


def test_a_sound_strategy_is_clean() -> None:
    """Nothing is found where nothing is wrong."""
    assert linted() == LintResult(linted().definition, ())
    assert linted().ok


def test_warnings_do_not_forbid_publishing() -> None:
    """Only errors do."""
    result = linted(steps={"mail": an_email(email={"content": "hf-ending@1"}), "done": an_exit()})
    assert [found.severity for found in result.findings] == ["warning"]
    assert result.ok


def test_the_finding_stands_at_the_value_that_is_wrong() -> None:
    """Line and column are those of the misspelt word."""
    text = written(a_definition()) + "  extra: {wait: {time: 5 days}, next: {otherwise: dne}}\n"
    found = next(found for found in lint_text(text, name="x.yaml", library=a_library(), now=NOW).findings if found.code == "J101")
    assert text.splitlines()[found.line - 1][found.column - 1 :].startswith("dne")


@pytest.mark.parametrize(
    "steps",
    [
        {"first": a_visit(offers=["dnoe"])},
        {"first": an_email(blocked={"no_consent": "dnoe"})},
        {"first": an_email(blocked={"no_consent": "exti"})},
        {"first": an_email(next="second"), "second": a_wait(wait={"of": "frst"})},
        {"first": a_branch(({"outcome": "frst", "is": "sent"}, "done"))},
        {"first": a_branch((A_FACT, "done"), otherwise="dnoe")},
    ],
)
def test_every_place_that_names_a_step_is_checked(steps: dict[str, Any]) -> None:
    """Offers, blocked paths and fates, waits, conditions and branches."""
    found = [found for found in linted(steps={**steps, "done": an_exit()}).findings if found.code == "J101"]
    assert len(found) == 1
    assert found[0].fix


def test_a_misspelt_start_is_told_once() -> None:
    """Steps are not called unreachable where only the start is wrong."""
    assert codes(start="frist", first=a_pause()) == ["J101"]


def test_offers_and_blocked_paths_reach_steps_but_end_no_run() -> None:
    """A step that is only offered is reached; an exit that is only offered is no end."""
    assert codes(first=a_visit(offers=["aside"]), aside=a_pause()) == []
    assert codes(first=a_visit(next="first", offers=["done"])) == ["J103", "J111"]


def test_a_definition_without_an_exit_is_told_once() -> None:
    """Not once for each step."""
    steps = {"first": a_visit(next="second"), "second": a_visit(next="third"), "third": a_visit(next="second")}
    assert [found.code for found in linted(steps=steps).findings] == ["J103", "J111"]


def test_skipped_may_have_a_path_where_a_rep_acts() -> None:
    """Visits and e-mails that a rep sends can be skipped; hand-offs, waits and automatic e-mails cannot."""
    named = {"skipped": "done", "otherwise": "done"}
    assert codes(first=a_visit(next=named)) == []
    assert codes(first=a_rep_email(next=named)) == []
    assert codes(first=an_email(next=named)) == ["J105"]
    assert codes(first=a_pause(next=named)) == ["J105"]


def test_a_pause_may_name_its_timeout() -> None:
    """A wait for a length of time has one way out, by either name."""
    assert codes(first=a_pause(next={"timeout": "done"})) == []


@pytest.mark.parametrize(
    "steps",
    [
        {"first": an_email(next="second"), "second": a_branch((A_FACT, "done"), otherwise="first")},
        {"first": a_rep_email(next="done", blocked={"no_consent": "second"}), "second": an_email(next="first")},
        {"first": a_rep_email(next={"sent": "first", "otherwise": "done"}, blocked={"no_consent": "skip"})},
    ],
)
def test_loops_that_run_at_once_are_refused(steps: dict[str, Any]) -> None:
    """Automatic e-mail, branches and blocked paths do not pause; and nothing bounds these loops either."""
    assert {found.code for found in linted(steps={**steps, "done": an_exit()}).findings} == {"J106", "J111"}


@pytest.mark.parametrize(
    "steps",
    [
        {"first": a_visit(next={"interested": "done", "otherwise": "second"}), "second": a_branch((A_FACT, "done"), otherwise="first")},
        {"first": an_email(next="second"), "second": a_wait("clicked", next={"clicked": "first", "otherwise": "done"})},
        {
            "first": an_email(next="second", blocked={"otherwise": "skip"}),
            "second": a_wait("clicked", wait={"of": "first"}, next={"clicked": "first", "otherwise": "done"}),
        },
        {"first": a_branch((A_FACT, "done"), otherwise="second"), "second": a_pause(next="first")},
    ],
)
def test_loops_that_pause_are_allowed(steps: dict[str, Any]) -> None:
    """A visit, a wait for a length of time, or a wait for news of a new e-mail pauses; only a bound is missing."""
    assert {found.code for found in linted(steps={**steps, "done": an_exit()}).findings} == {"J111"}


def test_a_wait_of_a_step_that_sends_nothing_is_refused() -> None:
    """`of` names an e-mail."""
    assert codes(first=a_visit(next="second"), second=an_email(next="third"), third=a_wait(wait={"of": "first"})) == ["J110"]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"fact": "tier", "at_least": "B"}, None),
        ({"fact": "nurse_in_care_team", "is": False}, None),
        ({"fact": "decile", "in": [9, 10]}, None),
        ({"fact": "scientific_interest", "known": True}, "J301"),
        ({"fact": "profession", "at_least": "nurse"}, "J205"),
        ({"fact": "nurse_in_care_team", "is": "true"}, "J205"),
        ({"fact": "decile", "is": True}, "J205"),
        ({"fact": "tier", "is": 1}, "J205"),
        ({"fact": "persona", "is": "poineer"}, "J206"),
        ({"fact": "tier", "in": ["A", "E"]}, "J206"),
        ({"fact": "market", "is": "DK"}, "J206"),
        ({"outcome": "first-visit", "in": ["interested", "intrested"]}, "J206"),
        ({"outcome": "reading", "is": "clicked"}, "J207"),
        ({"fact": "profession", "is": ["physician", "nurse"]}, "J205"),
    ],
)
@pytest.mark.parametrize("where", ["entry", "goal", "exit_when", "branch", "nested"])
def test_conditions_are_checked_wherever_they_stand(condition: dict[str, Any], code: str | None, where: str) -> None:
    """The same judgement at the entry, the goal, the exit condition, in a branch and inside other conditions. An outcome has no place at the entry."""
    steps = {**a_definition()["steps"], "follow-up": an_email(next="decide"), "decide": a_branch((condition, "done"), otherwise="reading")}
    changes = {
        "entry": {"entry": {"when": condition}},
        "goal": {"goal": condition},
        "exit_when": {"exit_when": condition},
        "branch": {"steps": steps},
        "nested": {"goal": {"all": [{"fact": "language", "is": "sv"}, {"any": [{"not": condition}]}]}},
    }
    early = {"J217"} if where == "entry" and "outcome" in condition else set()
    assert {found.code for found in linted(**changes[where]).findings} == {*early, *([] if code is None else [code])}


def found_in_a_response(mail: dict[str, Any] | None = None, **changes: Any) -> list[str]:
    """The codes found in a medical response that sends one answer to a question."""
    sent = an_email(email={"content": "hf-answer@1"}, **(mail or {}))
    steps = {**_ASKED, "answer": {**_ANSWER["answer"], "next": "mail"}, "mail": sent, **changes.pop("steps", {}), "done": an_exit()}
    return [found.code for found in lint_text(written(a_response(steps=steps, **changes)), name="draft.yaml", library=a_library(), now=NOW).findings]


def test_medical_facts_and_events_steer_no_journey() -> None:
    """Not even a medical response: commercial sees where its runs stand, so the store tells it neither, and its ways would be dead."""
    assert found_in_a_response() == []
    assert found_in_a_response(goal={"fact": "kol_tier", "is": "local"}) == ["J301"]
    assert found_in_a_response(exit_on=[{"event": "advisory_board_joined"}]) == ["J305"]


@pytest.mark.parametrize(
    "changes",
    [
        {"goal": {"fact": "tier", "at_least": "B"}},
        {"goal": {"not": {"fact": "tags", "has": "dialysis"}}},
        {"exit_on": [{"event": "product_page_viewed"}]},
        *(
            {"steps": {"learn": {"update": update, "next": "done"}}}
            for update in ({"propose_stage": "user"}, {"propose_persona": "pioneer"}, {"add_tags": ["x"]})
        ),
    ],
    ids=str,
)
def test_what_commercial_thinks_of_an_hcp_steers_no_medical_response(changes: dict[str, Any]) -> None:
    """Facts, events and what an update would tell; the channel that the HCP prefers is nobody's secret."""
    viewed = an_event("product_page_viewed", key=None, fields={}, wall="commercial")
    library = a_library(events={**a_library().events, viewed.event: viewed})

    def found(**more: Any) -> list[str]:
        talk = {"visit": {"due": "5 days", "phone": {}, "outcomes": ["asked", "no"]}, "next": {"asked": "answer", "otherwise": "done"}}
        mail = an_email(email={"content": "hf-answer@1"}, next=next(iter(more["steps"])))
        answer = {"medical": {"needs": "inquiry", "due": "5 business days"}, "next": {"answered": "mail", "otherwise": "done"}}
        steps = {"talk": talk, "answer": answer, "mail": mail, **more.pop("steps"), "done": an_exit()}
        return [one.code for one in lint_text(written(a_response(steps=steps, **more)), name="x.yaml", library=library, now=NOW).findings]

    rest = {"rest": a_pause()}
    assert found(**{"steps": rest, **changes}) == ["J306"]
    assert found(steps={"learn": {"update": {"channel_preference": "email"}, "next": "done"}}, goal={"fact": "workplace", "is": "hospital"}) == []


@pytest.mark.parametrize("purpose", ["medical_response", "transactional", "safety"])
def test_only_promotion_leads_into_promotion(purpose: str) -> None:
    """By a step that starts another journey, and by the exit that hands on to the persona's strategy."""

    def found(purpose: str, **steps: Any) -> list[str]:
        text = written(a_response(purpose=purpose, steps={**steps, "done": an_exit()}))
        return [one.code for one in lint_text(text, name="x.yaml", library=a_library(), now=NOW).findings]

    starts = {"journey": {"start": "heart-failure-traditional", "awaited": False}, "next": "done"}
    ask = {"visit": {"due": "5 days", "phone": {}, "outcomes": ["yes", "no"]}, "next": {"yes": "on", "otherwise": "done"}}
    goes_on = {"ask": ask, "on": an_exit(continue_with="persona_strategy")}
    assert found(purpose, go=starts) == ["J307"]
    assert found(purpose, **goes_on) == ["J307"]
    assert found("promotional", go=starts) == []
    assert found("promotional", **goes_on) == []


@pytest.mark.parametrize(
    ("comparison", "told"),
    [
        ({"fact": "decile", "at_least": 50}, "write a whole number from 1 to 10"),
        ({"fact": "days_since_prescription", "at_most": -1}, "write a whole number, not below 0"),
        ({"fact": "tags", "has": "two words"}, "write a code: letters, digits and _ . : / -, at most 64, without spaces"),
        ({"fact": "specialty", "in": ["cardiology", ""]}, "write a code: letters, digits and _ . : / -, at most 64, without spaces"),
        ({"fact": "language", "is": "swedish"}, "write a language's two letters (ISO 639-1), such as sv"),
        ({"fact": "language", "is": "xx"}, "write a language's two letters (ISO 639-1), such as sv"),
    ],
    ids=str,
)
def test_a_value_that_the_fact_never_has_is_refused(comparison: dict[str, Any], told: str) -> None:
    """By the ranks, the codes and the languages by which facts are checked as they are told."""
    (found,) = linted(goal=comparison).findings
    assert (found.code, found.fix) == ("J206", told)


@pytest.mark.parametrize(
    "before",
    [
        a_visit(next={"interested": "answer", "otherwise": "done"}),
        a_visit(offers=["answer"]),
        a_rep_email(offers=["answer"]),
        a_medical_step(next={"answered": "answer", "otherwise": "done"}),
    ],
)
def test_medical_follows_what_a_human_was_told(before: dict[str, Any]) -> None:
    """An outcome of a visit, a medical answer, an offer."""
    found = codes(opening=a_visit(next={"interested": "first", "otherwise": "done"}), first=before, answer=a_medical_step())
    assert found == []


@pytest.mark.parametrize(
    "before",
    [
        a_visit(next={"overdue": "answer", "otherwise": "done"}),
        a_visit(next={"skipped": "answer", "otherwise": "done"}),
        a_visit(next="answer"),
        a_rep_email(next={"sent": "answer", "otherwise": "done"}),
        a_rep_email(next={"overdue": "answer", "otherwise": "done"}),
        {"escalate": {"about": "opening", "due": "2 days"}, "next": {"handled": "answer", "otherwise": "done"}},
        a_medical_step(next={"overdue": "answer", "otherwise": "done"}),
        an_email(next="answer"),
        an_email(blocked={"no_consent": "answer"}),
        a_pause(next="answer"),
        a_branch((A_FACT, "answer")),
        a_branch((A_FACT, "done"), otherwise="answer"),
    ],
)
def test_medical_never_comes_by_itself(before: dict[str, Any]) -> None:
    """Branches, waits, e-mails, escalations, blocked paths and undone tasks would solicit the question."""
    found = codes(opening=a_visit(next={"interested": "first", "otherwise": "done"}), first=before, answer=a_medical_step())
    assert found == ["J303"]


def a_hand_off_with_reminders() -> dict[str, Any]:
    """A hand-off, beside it a reminder every day and a lead who is called in: the acceptance case A13."""
    return {
        "both": {"parallel": {"branches": {"answer": "answer", "remind": "day", "call_in": "patience"}, "join": "any"}, "next": "done"},
        "answer": a_medical_step(next="join"),
        "day": {"wait": {"time": "1 day"}, "at_most": 365, "next": {"timeout": "reminder", "exhausted": "join"}},
        "reminder": {"notify": {"whom": "medical", "message": "A question of an HCP is waiting for its answer."}, "next": "day"},
        "patience": a_pause("60 hours", next="lead"),
        "lead": {"escalate": {"about": "answer", "due": "2 days"}, "next": "rest"},
        "rest": a_pause("365 days", next="join"),
    }


def test_a_hand_off_may_have_lines_beside_it() -> None:
    """Where the talk leads to lines of which one begins with the hand-off, medical has been asked on all of them."""
    opening = a_visit(next={"interested": "both", "otherwise": "done"})
    assert codes(opening=opening, **a_hand_off_with_reminders()) == []


def test_lines_with_a_hand_off_never_come_by_themselves() -> None:
    """No more than the hand-off itself would."""
    assert codes(opening=a_visit(next="both"), **a_hand_off_with_reminders()) == ["J303"]
    assert codes(opening=a_pause(next="both"), **a_hand_off_with_reminders()) == ["J303"]


def test_a_journey_never_begins_with_medical() -> None:
    """Nobody has asked yet."""
    assert codes(answer=a_medical_step()) == ["J303"]


def test_the_room_and_the_screen_are_compared_over_the_whole_journey() -> None:
    """Material of an earlier visit does not carry over to a later remote one either."""
    remote = {"due": "5 days", "remote": {"materials": ["hf-detail-aid@2"]}, "outcomes": ["yes"]}
    assert codes(first=a_visit(next="second"), second={"visit": remote, "next": "done"}) == ["J401", "J402"]


def test_content_is_judged_at_the_given_time() -> None:
    """The same text is clean today and refused when the approval has lapsed."""
    text = written(a_definition())
    later = NOW.replace(year=2030)
    assert {found.code for found in lint_text(text, name="x.yaml", library=a_library(), now=later).findings} == {"J403"}


def test_every_market_without_the_content_or_a_letter_counts() -> None:
    """One lacking market is enough."""
    assert {found.code for found in linted(markets=["SE", "UK"]).findings} == {"J404"}


def test_a_new_version_of_a_strategy_is_no_second_one() -> None:
    """The journey's own earlier version does not count."""
    result = linted(journey="heart-failure-traditional", version=2, persona="traditional")
    assert result.findings == ()


def test_a_file_is_linted_under_its_path(tmp_path: Path) -> None:
    """The path is what an editor opens; the file's name is a rule of its own."""
    path = tmp_path / "strategies" / "pioneers.yaml"
    path.parent.mkdir()
    path.write_text(written(a_definition()), encoding="utf-8")
    (found,) = lint_file(path, library=a_library(), now=NOW).findings
    assert (found.path, found.code, found.fix) == (str(path), "J007", "name it heart-failure-pioneer.yaml")


def test_a_very_long_strategy_is_judged_in_time() -> None:
    """A thousand steps in a row exhaust neither the stack nor patience."""
    steps = {f"step-{number}": a_pause(next=f"step-{number + 1}") for number in range(1000)} | {"step-1000": an_exit()}
    assert linted(steps=steps).findings == ()


_ASKED = {"talk": {"visit": {"due": "5 days", "phone": {}, "outcomes": ["asked", "no"]}, "next": {"asked": "answer", "otherwise": "done"}}}
_ANSWER = {"answer": {"medical": {"needs": "inquiry", "due": "5 days"}, "next": "done"}, "done": an_exit()}
ROUND_ABOUT: dict[str, Any] = {
    "an update in between": {
        "talk": {**_ASKED["talk"], "next": {"asked": "learn", "otherwise": "done"}},
        "learn": {"update": {"add_tags": ["renal"]}, "next": "answer"},
    },
    "a colleague who is told": {**_ASKED, "told": {"notify": {"whom": "conductor", "message": "Go on."}, "next": "answer"}},
    "another system's answer": {
        **_ASKED,
        "stock": {"request": {"to": "stock", "answers": ["asked", "no"], "up_to": "2 days"}, "next": {"asked": "answer", "otherwise": "done"}},
    },
    "the end of another journey": {**_ASKED, "more": {"journey": {"start": "heart-failure-traditional", "awaited": True, "up_to": "9 days"}, "next": "answer"}},
    "too often at the visit": {"talk": {**_ASKED["talk"], "at_most": 2, "next": {"asked": "answer", "exhausted": "answer", "otherwise": "done"}}},
    "an overdue visit": {"talk": {**_ASKED["talk"], "next": {"asked": "answer", "overdue": "answer", "otherwise": "done"}}},
    "a click": {**_ASKED, "read": {"wait": {"for": ["clicked"], "up_to": "2 days"}, "next": {"clicked": "answer", "otherwise": "done"}}},
}


@pytest.mark.parametrize("way", ROUND_ABOUT)
def test_no_way_round_leads_to_medical(way: str) -> None:
    """However many steps lie between a report and medical, a way on which nobody reports what the HCP said is refused."""
    text = written(a_definition(steps={**ROUND_ABOUT[way], **_ANSWER}))
    codes = [one.code for one in lint_text(text, name="x.yaml", library=a_library(), now=NOW).findings]
    assert "J303" in codes, codes


@pytest.mark.parametrize(
    "step",
    [
        {"why": "Ask your HCP about renal use."},
        {"title": "Encourage a question on dialysis"},
        {"visit": {"due": "5 days", "phone": {"message": "Fråga oss om dialys!"}, "outcomes": ["asked", "no"]}},
        {"visit": {"due": "5 days", "phone": {"message": "Nothing on off-label use?"}, "outcomes": ["asked", "no"]}},
    ],
    ids=str,
)
def test_words_that_invite_a_question_are_refused_where_medical_may_follow(step: dict[str, Any]) -> None:
    """In a title, a reason, a message; a journey without a hand-off may say what it likes of questions."""

    def found(**steps: Any) -> list[str]:
        text = written(a_definition(steps={**steps, "done": an_exit()}))
        return [one.code for one in lint_text(text, name="x.yaml", library=a_library(), now=NOW).findings]

    talk = {**_ASKED["talk"], **step}
    assert found(talk=talk, answer=_ANSWER["answer"]) == ["J308"]
    assert found(talk={**talk, "next": "done"}) == []


def test_a_letter_that_invites_a_question_is_refused_where_medical_may_follow() -> None:
    """The words of what is sent count as the journey's own."""
    letter = {"subject": "News", "text": "Ask us about use in dialysis. {{ unsubscribe }}", "html": "<p>Ask us about use in dialysis. {{ unsubscribe }}</p>"}
    content = ContentVersion.model_validate(a_content("prompting@1", letters={"sv": letter, "en": letter}))
    library = a_library()
    library = replace(library, contents={**library.contents, content.ref: content})
    mail = an_email(email={"content": "prompting@1"}, next="talk")
    text = written(a_definition(steps={"mail": mail, **_ASKED, **_ANSWER}))
    assert [one.code for one in lint_text(text, name="x.yaml", library=library, now=NOW).findings] == ["J308"]
