"""What a rehearsal tells in figures: the work that is asked for against what can be done, who came in and who was touched, and what begins what."""

from dataclasses import replace
from typing import Any

from journeys.definitions import Definition
from journeys.rehearsal import Person, Report, Territory, populate, rehearse, told
from journeys.rehearsal.people import circles
from tests.journeys.playing import a_journey, a_medical, a_sub_journey, a_visit, a_wait, an_email, an_escalation
from tests.journeys.rehearsal.stages import a_behaviour, a_person, a_stage

ONE_REP = (Territory("stockholm", "SE", reps=1, msls=0),)


def in_stockholm(*definitions: Definition, hcps: int = 3, weeks: int = 6, **behaviour: Any) -> Report:
    """The rehearsal of a few HCPs, all in the territory of one rep who can do two tasks a week."""
    stage = a_stage(*definitions, behaviour=a_behaviour(**{"capacity": {"rep": 2, "msl": 5}, **behaviour}), weeks=weeks)
    return rehearse(replace(stage, territories=ONE_REP), [a_person(f"hcp-{number}") for number in range(hcps)])


def test_work_is_what_is_asked_for_done_or_not() -> None:
    """Three visits that nobody comes to are three tasks of the week in which they were opened, which is too many, and overdue two weeks later."""
    left = in_stockholm(a_journey({"visit": a_visit("bye")}), everyone={"visits": {"undone": 1}})
    work = left.workload[0].model_dump()
    opened, none, overdue = (3, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0), (0, 0, 3, 0, 0, 0)
    assert work == {"territory": "stockholm", "side": "rep", "capacity": 2, "opened": opened, "done": none, "overdue": overdue, "weeks_over": 1}


def test_a_week_is_over_when_more_is_asked_than_can_be_done() -> None:
    """Two tasks in a week are what the rep can do, three are not; the second visits of the same three come in a week of their own."""
    twice = a_journey({"visit": a_visit("rest"), "rest": a_wait("again", up_to="14 days"), "again": a_visit("bye")})
    assert [(work.opened, work.done, work.weeks_over) for work in in_stockholm(twice).workload] == [((3, 0, 3, 0, 0, 0), (3, 0, 3, 0, 0, 0), 2)]
    assert [(work.opened, work.weeks_over) for work in in_stockholm(twice, hcps=2).workload] == [((2, 0, 2, 0, 0, 0), 0)]


def test_every_side_has_its_own_work() -> None:
    """An MSL's hand-offs where there is no MSL are over in their week; what a lead can do is not known."""
    steps = {"visit": a_visit("ask"), "ask": a_medical({"overdue": "chase", "otherwise": "bye"}), "chase": an_escalation("bye", "ask")}
    report = in_stockholm(a_journey(steps), hcps=1, everyone={"medical": {"undone": 1}})
    assert [(work.side, work.capacity, sum(work.opened), sum(work.done), sum(work.overdue), work.weeks_over) for work in report.workload] == [
        ("rep", 2, 1, 1, 0, 0),
        ("msl", 0, 1, 0, 1, 1),
        ("lead", None, 1, 1, 0, 0),
    ]


def test_hcps_and_colleagues_are_told_apart() -> None:
    """Whoever was offered the strategy, whoever came in, and the nurse who was written to; the mean is of those who were touched."""
    journey = a_journey({"mail": an_email("to-nurse"), "to-nurse": an_email("bye", to="nurse", content="hf-nurse-guide@1")})
    people = (
        a_person("nurse", profession="nurse", enters=False),
        a_person("idle-nurse", profession="nurse", enters=False),
        a_person("one", care_team=("nurse",)),
        a_person("two", objected=True, care_team=("idle-nurse",)),
        a_person("three", facts={"persona": "ordinary"}),
    )
    report = rehearse(a_stage(journey), people)
    assert (report.hcps, report.entered, report.colleagues) == (3, 1, 1)
    assert (report.pressure.per_hcp, report.pressure.touched, report.pressure.mean) == ({0: 2, 1: 2}, 2, 1.0)
    assert told(report).startswith("3 HCPs were offered the strategies over 26 weeks from 2026-03-02; 1 of them came in; nurses")


def test_a_rehearsal_tells_how_it_is_repeated() -> None:
    """The first day and the seed stand in its head, as the options that give the same play again."""
    assert "--start 2026-03-02 --seed 1 plays it again" in told(in_stockholm(a_journey({"visit": a_visit("bye")})))


def test_a_journey_that_another_begins_is_not_entered_for_its_own_sake() -> None:
    """It is told which one begins it, and nobody came in by the door."""
    outer = a_journey({"visit": a_visit("inner"), "inner": a_sub_journey("bye")})
    inner = a_journey({"mail": an_email("bye")}, journey=outer.steps["inner"].model_dump()["journey"]["start"])
    report = rehearse(a_stage(outer, inner), [a_person(), a_person("other", objected=True)])
    within = next(each for each in report.journeys if each.journey == inner.journey)
    assert (within.begun_by, within.entered, within.not_entered) == ((outer.journey,), 1, {})
    assert f"begun by {outer.journey}" in told(report)


def test_two_records_of_an_invented_person_share_their_addresses() -> None:
    """Where the behaviour says that everybody is on record twice, each HCP has a second record with the same facts, beside which one copy is enough."""
    behaviour = a_behaviour()
    everybody = behaviour.population.model_copy(update={"twice": 1.0, "nurse_in_care_team": 0.0})
    stage = a_stage(a_journey({"mail": an_email("bye")}))
    people: tuple[Person, ...] = populate(everybody, count=3, seed=1, start=stage.start, markets=stage.markets)
    assert [person.id for person in people] == [f"hcp-{number:06}{again}" for number in (1, 2, 3) for again in ("", "-again")]
    assert all(one.shares == two.shares == dict.fromkeys(one.channels, one.id) for one, two in zip(people[::2], people[1::2], strict=True))
    assert [len(circle) for circle in circles(people)] == [2, 2, 2]
