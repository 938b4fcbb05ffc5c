"""The recall of content at the front desk: counted, confirmed, done once, and told to be followed up."""

from api.who import Role
from journeys.definitions import ContentRef, Purpose
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.keeping import RECEIVED

AT = "/api/v1/content/hf-dialogue/versions/2"
BODY = {"reason": "label_changed", "remark": "The new label narrows the indication.", "safety": {"answer": "none"}}


async def test_a_version_is_withdrawn_with_the_count_that_was_told(as_: As, world: World) -> None:
    """Another number of people by now, and nothing is done; the reason's words are kept apart; a second time says so."""
    compliance = as_(Role.COMPLIANCE)
    told = (await compliance.get(f"{AT}/reach")).json()["runs"]
    other = await compliance.post(f"{AT}/withdraw", {**BODY, "expected": told + 1})
    assert (other.status_code, other.json()["code"], world.recalls) == (409, "count_changed", {})
    done = await compliance.post(f"{AT}/withdraw", {**BODY, "expected": told})
    assert (done.status_code, done.json()["recall"]["reason"]) == (200, "label_changed")
    assert BODY["remark"] in world.remarks.values()
    again = await as_(Role.MEDICAL).post(f"{AT}/withdraw", BODY)
    assert (again.status_code, again.json()["code"]) == (409, "already_withdrawn")
    assert (await as_(Role.ADMIN).get(f"{AT}/recall")).json() == done.json()


async def test_what_is_not_known_has_no_recall(as_: As) -> None:
    """Neither a version that nobody has, nor one that nobody withdrew."""
    marketing = as_(Role.MARKETING)
    for path in ("/reach", "/recall"):
        assert (await marketing.get(f"/api/v1/content/nothing/versions/1{path}")).status_code == 404
    assert (await marketing.post("/api/v1/content/nothing/versions/1/withdraw", BODY)).status_code == 404
    assert (await marketing.get(f"{AT}/recall")).status_code == 404


async def test_who_has_an_answer_of_medicals_is_medicals(as_: As, world: World) -> None:
    """A count that rises when a question is answered tells what was asked, and a list tells who asked it; of what promotes both are told."""
    answering = world.contents[ContentRef("hf-dialogue", 2)].model_copy(update={"content": "hf-answer", "version": 1, "purpose": Purpose.MEDICAL_RESPONSE})
    world.contents[answering.ref] = answering
    at = "/api/v1/content/hf-answer/versions/1"
    for role, may in ((Role.MARKETING, False), (Role.ADMIN, False), (Role.MEDICAL, True), (Role.COMPLIANCE, True)):
        counted = [(await as_(role).get(f"{each}/reach")).json()["received"] for each in (at, AT)]
        assert counted == [RECEIVED if may else None, RECEIVED], role
        listed = [(await as_(role).get(f"{each}/received")).status_code for each in (at, AT)]
        assert listed == [200 if may else 403, 200], role
    done = (await as_(Role.MARKETING).post(f"{at}/withdraw", BODY)).json()
    assert (done["recall"]["reach"]["received"], done["now"]["received"]) == (None, None)
