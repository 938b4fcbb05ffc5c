"""A clinic that no longer receives reps, through the whole house."""

from tests.end_to_end.house import House

NO_MORE = {"visits": {"product_information": "none"}, "remark": "Their letter of today.", "safety": {"answer": "none"}}


async def test_a_clinic_that_closes_takes_the_visit_away(house: House) -> None:
    """The visit that stands open is skipped by the house and the journey goes on without it; the next run's visit does not stay open either."""
    anna = house.desk("rep-anna")
    run = await anna.enrol(await anna.person("Åskhult"), "traditional")
    visit = await anna.task(run, "introduction-visit")
    assert (await anna.get(f"/tasks/{visit}"))["visiting"]["access"] == "open"
    assert (await anna.post("/organisations/norrviken-university-hospital/access", NO_MORE))["skipped"] == 1
    await anna.task(run, "secretary-call")
    (closed,) = [line for line in await anna.story(run) if line["what"] == "task_closed"]
    assert (closed["step"], closed["to"], closed["reason"]) == ("introduction-visit", "skipped", "access_forbidden")
    told = await anna.get(f"/tasks/{visit}")
    assert (told["status"], told["visiting"]["access"], told["allowed"]) == ("skipped", "none", [])
