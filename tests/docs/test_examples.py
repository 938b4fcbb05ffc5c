"""What the documents show works: their journeys, their commands, their requests and their picture."""

import importlib
import json
import pkgutil
import re
from typing import Any, get_type_hints

import pytest
import typer
import yaml
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter

from api import schemas
from api.codes import TABLE, TYPES, Code
from api.problems import ProblemDetails
from journeys.conditions import Condition
from journeys.consent_texts import ConsentText
from journeys.definitions import OTHERWISE, Definition, Step, targets
from journeys.library import PACKAGED, Library, read_library
from journeys.linting import lint_text
from journeys.loading import read_definition
from journeys.loading.documents import parse
from journeys.reasons import Reason
from orchestrator.main import app as dirigent
from tests.api.conftest import desk
from tests.builders import NOW
from tests.docs.reading import PAGES, ROOT, Fence, Shown, code, commands, fences, requests

__all__ = ["desk"]

_SHOWN = requests()
_COMMAND = re.compile(r"(?:^|[\s/(])dirigent((?: +(?:--)?[a-z][\w-]*)*)")


@pytest.fixture(scope="module")
def library() -> Library:
    """The library that the examples refer to."""
    return read_library(PACKAGED)


@pytest.mark.parametrize("example", fences("yaml journey"), ids=lambda example: example.page)
def test_a_whole_journey_is_lint_clean(example: Fence, library: Library) -> None:
    """An author may begin with a copy of it."""
    journey = re.search(r"^journey: ([\w-]+)", example.text, re.MULTILINE)
    assert journey is not None
    assert lint_text(example.text, name=f"strategies/{journey[1]}.yaml", library=library, now=NOW).findings == ()


@pytest.mark.parametrize("example", fences("yaml consent-text"), ids=lambda example: example.page)
def test_the_text_of_a_consent_is_one(example: Fence) -> None:
    """Read as the library's own are."""
    assert ConsentText.model_validate(parse(example.text, name=example.page).value).text


@pytest.mark.parametrize("example", [fence for fence in fences("yaml") if fence.info == "yaml"], ids=lambda example: example.page)
def test_a_part_of_a_journey_is_of_the_grammar(example: Fence) -> None:
    """Steps, conditions and single keys are read by the models that read whole journeys."""
    if example.text.startswith("{"):
        for line in example.text.splitlines():
            read(Condition, yaml.safe_load(line))
        return
    part = parse(example.text, name=example.page).value  # as authors' files are read: `on` is a word there
    if "blocked" in part:
        assert set(part["blocked"]) <= {*Reason, OTHERWISE}
    elif "entry" in part:
        hints = get_type_hints(Definition, include_extras=True)
        for key, written in part.items():
            read(hints[key], written)
    else:
        read(dict[str, Step], part)


def read(form: Any, written: Any) -> None:
    """Read what an author wrote as the loader does: strictly, and as JSON."""
    TypeAdapter[Any](form).validate_json(json.dumps(written), strict=True, by_alias=True, by_name=False)


def test_every_command_of_dirigent_exists() -> None:
    """Each `dirigent …` in a shell block or in the prose names subcommands and options that there are."""
    plain = ((fence.page, line) for fence in fences("") if not fence.info for line in fence.text.splitlines())
    in_prose = ((page.name, text) for page in PAGES for text in code(page))
    written = [*commands(), *(one for one in (*plain, *in_prose) if one[1].startswith("dirigent "))]
    found = [(page, words.split()) for page, line in written for words in _COMMAND.findall(line) if words]
    assert len(found) > 10
    assert [(page, words) for page, words in found if not _exists(words)] == []


def _exists(words: list[str]) -> bool:
    command: Any = typer.main.get_command(dirigent)
    for word in words:
        if word.startswith("--"):
            if not any(word in option.opts for option in command.params):
                return False
        elif hasattr(command, "get_command"):
            command = command.get_command(None, word)
            if command is None:
                return False
    return True


def test_every_make_target_exists() -> None:
    """Each `make …` in a document is a target of the Makefile."""
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    written = [line for _, line in commands()] + [text for page in PAGES for text in code(page)]
    asked = {found for line in written for found in re.findall(r"^make ([a-z]+)$", line)}
    assert {"up", "test", "demo", "check"} <= asked <= known


@pytest.mark.parametrize("shown", _SHOWN, ids=str)
def test_a_request_that_is_shown_is_one_that_the_api_takes(shown: Shown, desk: FastAPI) -> None:
    """Method and path exist, its parameters are known, and its body has the shape that is asked for."""
    paths = {re.sub(r"\{[^}]*\}", "{}", path): methods for path, methods in desk.openapi()["paths"].items()}
    operation = paths.get(shown.path, {}).get(shown.method.lower())
    assert operation is not None
    assert set(shown.query) <= {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
    if shown.body is not None:
        _model(operation).model_validate(shown.body)


def _model(operation: dict[str, Any]) -> type[BaseModel]:
    """The model of a request's body, found by the name under which the contract publishes it."""
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    modules = (importlib.import_module(f"{schemas.__name__}.{module.name}") for module in pkgutil.iter_modules(schemas.__path__))
    model: type[BaseModel] = next(getattr(module, name) for module in modules if hasattr(module, name))
    return model


@pytest.mark.parametrize("example", [fence for fence in fences("json") if fence.info == "json"], ids=lambda example: example.page)
def test_a_problem_that_is_shown_is_one_of_ours(example: Fence) -> None:
    """Its status and title are those of its code, and it has no field that a problem has not."""
    told = ProblemDetails.model_validate_json(example.text)
    assert (told.status, told.title, told.type) == (*TABLE[Code(told.code)], TYPES + told.code)
    assert set(json.loads(example.text)) <= set(ProblemDetails.model_fields)


def test_the_picture_of_the_readme_is_of_the_strategy() -> None:
    """Each step and each way that it draws is in the pioneer's strategy."""
    (picture,) = (fence for fence in fences("mermaid") if fence.page == "README.md")
    strategy = read_definition(PACKAGED / "strategies" / "pioneer.yaml").value
    assert strategy is not None
    ways = {(step_id, way, to) for step_id, step in strategy.steps.items() for way, to in targets(step)}
    drawn = [
        (start.replace("_", "-"), way.strip().replace("blocked: ", "blocked.").replace(" ", "_"), to.replace("_", "-"))
        for start, named, to in re.findall(r"^  (\w+) -\.?->\|([^|]+)\| (\w+)$", picture.text, re.MULTILINE)
        for way in named.split(",")
    ]
    assert len(drawn) > 5
    assert [arrow for arrow in drawn if arrow not in ways] == []


def test_the_index_names_every_page() -> None:
    """Whoever looks for a document finds it in docs/README.md."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md" and f"({page.name})" not in index] == []
