"""A version's life through the API: who does what, what is told on the way, and how the API says no."""

from typing import Any

import httpx
import pytest

from api.codes import Code
from api.ports import AskedSignature
from api.who import DOERS, REVIEWERS, Role, Who
from journeys.facts import Wall
from journeys.lifecycle import Act, Refusal
from journeys.signatures import ALWAYS, Party
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.worlds import ASTRID, JOURNEY, PIN, the_authored
from tests.builders import NOW, written

SECOND = f"/api/v1/definitions/{JOURNEY}/2"
SIGNERS = {Party.SALES: Role.SALES, Party.MARKETING: Role.MARKETING, Party.MEDICAL: Role.MEDICAL}
WHY = {"reason": "As agreed.", "safety": {"answer": "none"}}


def a_text(**changes: Any) -> str:
    """The second version of the journey."""
    return written({**the_authored(), "version": 2, **changes})


async def drafted(as_: As, **changes: Any) -> httpx.Response:
    return await as_(Role.MARKETING).post("/api/v1/definitions", {"text": a_text(**changes), **WHY})


async def signed(as_: As, party: Party, **changes: Any) -> httpx.Response:
    caller = as_(changes.pop("who", SIGNERS.get(party)))
    digest = (await caller.get(SECOND)).json()["digest"]
    return await caller.post(f"{SECOND}/sign", {"party": party, "digest": digest, "pin": PIN, **changes})


async def test_a_version_is_drafted_reviewed_signed_and_published(as_: As) -> None:
    """Every answer tells where it stands, who must still sign, and what the asker may do next."""
    answer = await drafted(as_)
    assert answer.status_code == 201, answer.text
    assert answer.json()["definition"]["may"] == ["replace", "submit", "withdraw"]
    submitted = (await as_(Role.MARKETING).post(f"{SECOND}/submit", WHY)).json()
    assert (submitted["state"], submitted["missing"], submitted["may_sign_for"]) == ("in_review", ["sales", "marketing", "medical"], ["marketing"])
    for party in ALWAYS:
        standing = (await signed(as_, party)).json()
    assert (standing["state"], standing["missing"], standing["may"]) == ("signed", [], ["send_back"])
    assert [(given["party"], given["name"], given["meaning"]) for given in standing["signatures"]] == [
        ("sales", "A sales", "approval"),
        ("marketing", "A marketing", "authorship"),
        ("medical", "A medical", "approval"),
    ]
    published = await as_(Role.MARKETING).post(f"{SECOND}/publish", {**WHY, "running": "pin", "from": "2027-04-01T00:00:00Z"})
    assert (published.json()["state"], published.json()["effective_from"], published.json()["running"]) == ("published", "2027-04-01T00:00:00Z", "pin")
    history = (await as_(Role.COMPLIANCE).get(SECOND)).json()["history"]
    assert [act["action"] for act in history] == [f"definition.{done}" for done in ("drafted", "submit", "sign", "sign", "sign", "publish")]


async def test_a_migration_is_previewed_before_it_is_chosen(as_: As) -> None:
    """Of a target that is signed; it begins with the publishing, which takes the map, or later."""
    marketing, step = as_(Role.MARKETING), next(iter(the_authored()["steps"]))
    plan = {"journey": JOURNEY, "source": 1, "target": 2, "mapping": {step: step}}
    await drafted(as_)
    assert (await marketing.post("/api/v1/migrations/preview", plan)).json()["code"] == "not_published"
    await marketing.post(f"{SECOND}/submit", WHY)
    for party in ALWAYS:
        await signed(as_, party)
    assert (await marketing.post("/api/v1/migrations/preview", plan)).status_code == 200
    for odd in ({step: "nowhere"}, {"nowhere": step}):
        refused = await marketing.post("/api/v1/migrations/preview", {**plan, "mapping": odd})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_step")
    early = await marketing.post("/api/v1/migrations", {**plan, "reason": "strategy_changed", "remark": "As agreed.", "safety": {"answer": "none"}})
    assert (early.status_code, early.json()["code"]) == (409, "not_published")
    for running in ("pin", None):
        stray = await marketing.post(f"{SECOND}/publish", {**WHY, "running": running, "mapping": {step: step}})
        assert (stray.status_code, stray.json()["code"]) == (422, "invalid")
    published = await marketing.post(f"{SECOND}/publish", {**WHY, "running": "migrate", "mapping": {step: step}})
    assert (published.status_code, published.json()["running"]) == (200, "migrate")


async def test_nobody_enters_what_is_not_published(as_: As) -> None:
    """A draft looks to a rep like nothing at all, and so it does at the door."""
    await drafted(as_)
    assert (await as_(Role.REP).get(SECOND)).status_code == 404
    assert [row["version"] for row in (await as_(Role.REP).get("/api/v1/definitions")).json()["items"]] == [1]
    for role in (Role.REP, Role.MARKETING):
        answer = await as_(role).post("/api/v1/enrolments", {"person_id": ASTRID, "journey": JOURNEY, "version": 2})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_versions_are_listed_by_state_and_journey(as_: As) -> None:
    """The latest version of a journey first; retired and withdrawn ones only where they are asked for."""
    await drafted(as_)
    marketer = as_(Role.MARKETING)

    async def listed(**asked: Any) -> list[tuple[int, str]]:
        return [(row["version"], row["state"]) for row in (await marketer.get("/api/v1/definitions", **asked)).json()["items"]]

    assert await listed() == [(2, "draft"), (1, "published")]
    assert await listed(state="draft") == [(2, "draft")]
    assert await listed(state=["draft", "published"]) == [(2, "draft"), (1, "published")]
    assert await listed(journey="another") == []
    await marketer.post(f"{SECOND}/withdraw", WHY)
    assert await listed() == [(1, "published")]
    assert await listed(state="withdrawn") == [(2, "withdrawn")]


async def test_a_signature_is_over_what_was_read(as_: As) -> None:
    """With the digest of another text, or a wrong PIN, there is none."""
    await drafted(as_)
    await as_(Role.MARKETING).post(f"{SECOND}/submit", WHY)
    other = await signed(as_, Party.SALES, digest="0" * 64)
    assert (other.status_code, other.json()["code"]) == (409, "digest_changed")
    wrong = await signed(as_, Party.SALES, pin="wrong-pin")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "pin_wrong")
    for party in (Party.MEDICAL, Party.MARKETING):
        strange = await signed(as_, party, who=Role.SALES)
        assert (strange.status_code, strange.json()["code"], strange.json()["allowed"]) == (403, "not_your_party", ["sales"])


async def test_a_pin_stays_out_of_everything_that_is_kept(world: World, as_: As) -> None:
    """The idempotency key's digest is the same for every PIN, so nothing of it can be guessed from there; no answer repeats it."""
    await drafted(as_)
    await as_(Role.MARKETING).post(f"{SECOND}/submit", WHY)
    digest = world.definitions[JOURNEY, 2].life.digest
    asked = {"party": "sales", "digest": digest, "pin": "wrong-pin"}
    assert (await as_(Role.SALES).post(f"{SECOND}/sign", asked, key="the-same-key")).json()["code"] == "pin_wrong"
    mended = await as_(Role.SALES).post(f"{SECOND}/sign", {**asked, "pin": PIN}, key="the-same-key")
    assert mended.status_code == 200
    again = await as_(Role.SALES).post(f"{SECOND}/sign", {**asked, "pin": "wrong-pin"}, key="the-same-key")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert PIN not in str(world.keys)
    assert len(world.definitions[JOURNEY, 2].life.signatures) == 1


async def test_being_sent_back_tells_why(as_: As) -> None:
    """The author reads the reviewer's reason, mends the text, and all sign anew."""
    await drafted(as_)
    await as_(Role.MARKETING).post(f"{SECOND}/submit", WHY)
    await signed(as_, Party.SALES)
    back = await as_(Role.MEDICAL).post(f"{SECOND}/send-back", {"reason": "The phone step promises too much.", "safety": {"answer": "none"}})
    assert (back.json()["state"], back.json()["signatures"], len(back.json()["missing"])) == ("draft", [], 3)
    read = (await as_(Role.MARKETING).get(SECOND)).json()
    assert read["history"][-1]["reason"] == "The phone step promises too much."
    mended = await as_(Role.ADMIN).post(f"{SECOND}/replace", {"text": a_text(priority=3), "reason": "Mended.", "safety": {"answer": "none"}})
    assert (mended.json()["definition"]["priority"], mended.json()["definition"]["authors"]) == (3, ["user-marketing", "user-admin"])


async def test_a_locked_text_is_not_replaced(as_: As) -> None:
    """And a text of another version never."""
    await drafted(as_)
    stray = await as_(Role.MARKETING).post(f"{SECOND}/replace", {"text": a_text(version=3), **WHY})
    assert (stray.status_code, stray.json()["errors"][0]["pointer"]) == (422, "/text")
    await as_(Role.MARKETING).post(f"{SECOND}/submit", WHY)
    locked = await as_(Role.MARKETING).post(f"{SECOND}/replace", {"text": a_text(), **WHY})
    assert (locked.status_code, locked.json()["code"], locked.json()["allowed"]) == (409, "not_in_this_state", ["send_back", "sign"])


async def test_what_does_not_lint_is_not_submitted(as_: As) -> None:
    """As a draft it is taken, with its findings; a text that is not well formed is not even that."""
    answer = await drafted(as_, persona="unheard_of")
    assert answer.status_code == 201
    assert answer.json()["findings"][0]["line"] > 0
    refused = await as_(Role.MARKETING).post(f"{SECOND}/submit", WHY)
    assert (refused.status_code, refused.json()["code"], refused.json()["findings"][0]["code"]) == (422, "not_lint_clean", "J201")
    broken = await as_(Role.MARKETING).post("/api/v1/definitions", {"text": "journey: [", **WHY})
    assert (broken.status_code, broken.json()["code"]) == (422, "not_lint_clean")


async def test_a_market_without_a_policy_stops_everything(world: World, as_: As) -> None:
    """It is told which, and nothing that leads forward is offered."""
    world.policies = {}
    await drafted(as_)
    refused = await as_(Role.MARKETING).post(f"{SECOND}/submit", WHY)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_market_policy")
    read = (await as_(Role.MARKETING).get(SECOND)).json()
    assert (read["no_policy"], read["may"]) == (["SE"], ["replace", "withdraw"])


@pytest.mark.parametrize("act", ["replace", "submit", "send-back", "sign", "publish", "drain", "retire", "withdraw"])
async def test_a_version_that_is_not_there_is_not_found(act: str, as_: As) -> None:
    """Whatever is asked of it."""
    body: dict[str, Any] = {"party": "marketing", "digest": "0" * 64, "pin": PIN} if act == "sign" else dict(WHY)
    if act == "replace":
        body |= {"text": a_text(version=7)}
    role = Role.MARKETING
    assert (await as_(role).post(f"/api/v1/definitions/{JOURNEY}/7/{act}", body)).status_code == 404


async def test_a_pin_is_changed_with_the_old_one(world: World, as_: As) -> None:
    """And is long enough."""
    change = "/api/v1/users/me/pin"
    assert (await as_(Role.MEDICAL).post(change, {"old": "wrong-pin", "new": "another-pin"})).json()["code"] == "pin_wrong"
    assert (await as_(Role.MEDICAL).post(change, {"old": PIN, "new": "short"})).json()["code"] == "invalid"
    assert (await as_(Role.MEDICAL).post(change, {"old": PIN, "new": "another-pin"})).json() == {"changed_at": NOW.isoformat().replace("+00:00", "Z")}
    assert world.pins["user-medical"] == "another-pin"


def test_every_refusal_of_an_act_is_a_problem() -> None:
    """The life cycle's codes are the API's; one that is missing here would be an error of ours."""
    assert {str(refusal) for refusal in Refusal} <= {str(code) for code in Code}


def test_no_commercial_role_signs_for_medical() -> None:
    """Nor the other way round; an administrator and those in the field sign for nobody."""
    for role in Role:
        who = Who("somebody", role)
        if Party.MEDICAL in who.parties:
            assert not who.sees(Wall.COMMERCIAL)
        if {Party.SALES, Party.MARKETING} & set(who.parties):
            assert not who.sees(Wall.MEDICAL)
        assert bool(who.parties) == who.may(Act.SIGN)
    assert [role for role in Role if not Who("x", role).parties] == [Role.REP, Role.MSL, Role.SAFETY, Role.ADMIN, Role.INTEGRATION]


def test_whoever_does_something_may_read_it() -> None:
    """Every act has its roles, and every one of them reviews."""
    assert set(DOERS) == set(Act)
    assert all(roles and roles <= REVIEWERS for roles in DOERS.values())


def test_a_signature_that_is_asked_for_does_not_print_its_pin() -> None:
    """A stray log line must not hold it."""
    asked = AskedSignature(party=Party.SALES, meaning=None, digest="0" * 64, pin=PIN)
    assert PIN not in repr(asked)
