"""A rep's letter at the front desk: what it leaves to the rep, and what is taken of what the rep chose."""

from dataclasses import replace
from typing import Any

import pytest

from api.who import Role
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Definition
from tests.api.conftest import As
from tests.api.fakes import World
from tests.api.living import a_row
from tests.api.worlds import JOURNEY, VISIT, a_task, the_authored
from tests.builders import NOW, a_fragment, a_rep_email, written

MAIL = "enr1.follow-up.1"
AT = f"/api/v1/tasks/{MAIL}"
GOOD = {"fragments": ["hf-renal@1"], "fill": {"occasion": "round"}}


@pytest.fixture(autouse=True)
def task(world: World) -> None:
    """The rep has a letter with a choice to send."""
    authored = the_authored()
    authored["steps"]["follow-up"] = a_rep_email(next="done", email={"content": "hf-choice@1"})
    row = a_row(Definition.model_validate(authored), written(authored), now=NOW, world=world, state="published", effective_from=NOW)
    world.definitions[JOURNEY, 1] = replace(row, published_by="user-marketing", published_at=NOW)
    world.tasks[MAIL] = a_task(id=MAIL, kind="email", step="follow-up")


async def test_the_task_tells_what_may_be_chosen(as_: As, world: World) -> None:
    """Each passage with its words and whether it may stand there now, and each value in words."""
    world.contents[ContentRef("hf-dosing", 1)] = ContentVersion.model_validate(a_fragment("hf-dosing@1", state="withdrawn"))
    letter = (await as_(Role.REP).get(AT)).json()["letter"]
    assert [(one["content"], one["usable"], one["state"]) for one in letter["fragments"]] == [
        ("hf-renal@1", True, "approved"),
        ("hf-dosing@1", False, "withdrawn"),
    ]
    assert (letter["at_least"], letter["at_most"], letter["fill"]) == (1, 2, {"occasion": {"round": "ronden", "congress": "kongressen"}})


async def test_a_choice_that_fits_is_kept_by_ids_beside_the_task(as_: As, world: World) -> None:
    """The run is told of none of it."""
    answer = await as_(Role.REP).post(f"{AT}/complete", {"outcome": "sent", "letter": GOOD})
    assert answer.status_code == 200, answer.text
    letter, chosen = world.choices[MAIL]
    assert (str(letter), [str(ref) for ref in chosen.fragments], chosen.fill) == ("hf-choice@1", ["hf-renal@1"], {"occasion": "round"})
    assert "hf-renal" not in world.commands[0].model_dump_json()


@pytest.mark.parametrize(
    ("letter", "told"),
    [
        (None, "takes from 1 to 2 fragments"),
        ({**GOOD, "fragments": ["hf-other@1"]}, "does not offer hf-other@1"),
        ({**GOOD, "fragments": ["hf-dosing@1", "hf-renal@1"]}, "in the order"),
        ({**GOOD, "fill": {"occasion": "elsewhere"}}, "elsewhere is no value of occasion"),
        ({**GOOD, "fill": {}}, "has a value for each of occasion"),
    ],
)
async def test_a_choice_that_does_not_fit_is_refused(as_: As, world: World, letter: dict[str, Any] | None, told: str) -> None:
    """Nothing is done, and what the letter offers is named."""
    answer = await as_(Role.REP).post(f"{AT}/complete", {"outcome": "sent", **({"letter": letter} if letter is not None else {})})
    assert (answer.status_code, answer.json()["code"]) == (422, "choice_unfit")
    assert told in answer.json()["detail"]
    assert answer.json()["allowed"] == ["hf-renal@1", "hf-dosing@1"]
    assert (world.commands, world.choices) == ([], {})


async def test_free_words_are_no_value(as_: As) -> None:
    """Neither as a key, nor beside the keys."""
    for letter in ({**GOOD, "fill": {"occasion": "See https://x.example"}}, {**GOOD, "words": "Hello"}):
        assert (await as_(Role.REP).post(f"{AT}/complete", {"outcome": "sent", "letter": letter})).json()["code"] == "invalid"


async def test_a_task_without_a_letter_takes_no_choice(as_: As) -> None:
    """Nor does one that is left for another step."""
    body = {"outcome": "interested", "channel": "remote", "letter": GOOD}
    assert (await as_(Role.REP).post(f"/api/v1/tasks/{VISIT}/complete", body)).json()["code"] == "choice_unfit"


async def test_material_tells_its_state(as_: As, world: World) -> None:
    """So that nobody shows what was withdrawn."""
    ref = ContentRef("hf-detail-aid", 2)
    world.contents[ref] = world.contents[ref].model_copy(update={"state": "withdrawn"})
    channels = (await as_(Role.REP).get(f"/api/v1/tasks/{VISIT}")).json()["channels"]
    assert {material["content"]: material["state"] for channel in channels for material in channel["materials"]} == {
        "hf-detail-aid@2": "withdrawn",
        "hf-remote-deck@1": "approved",
    }
