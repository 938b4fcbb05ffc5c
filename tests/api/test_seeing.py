"""Definitions to look at, over the API."""

import xml.etree.ElementTree as ET

import pytest

from api.who import Role
from tests.api.conftest import As
from tests.api.worlds import JOURNEY
from tests.builders import a_definition, written

VERSION = f"/api/v1/definitions/{JOURNEY}/1"


async def test_the_places_of_a_version_are_told(as_: As) -> None:
    """Every step has a box, and the entry has one."""
    layout = (await as_(Role.MARKETING).get(f"{VERSION}/graph")).json()
    assert [node["id"] for node in layout["nodes"]] == ["(entry)", "first-visit", "follow-up", "question", "late", "stuck", "told", "done"]
    assert {"kind", "title", "x", "y", "width", "height"} <= layout["nodes"][1].keys()


async def test_a_version_is_drawn_as_a_file_that_runs_nothing(as_: As) -> None:
    """SVG, and headers that keep a browser from running or loading anything."""
    answer = await as_(Role.REP).get(f"{VERSION}/graph.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert ET.fromstring(answer.text).tag.endswith("svg")  # noqa: S314 - our own text


async def test_a_version_is_told_in_sentences(as_: As) -> None:
    """The persona goes by its title, the steps by theirs."""
    told = (await as_(Role.COMPLIANCE).get(f"{VERSION}/explanation")).json()
    assert told["steps"][0]["title"] == "First meeting"
    assert any("First meeting" in sentence for sentence in told["entry"])


async def test_a_version_is_compared_with_another(as_: As) -> None:
    """With itself there is nothing to tell; a version that is not published is not found; the other one has to be named."""
    reader = as_(Role.MARKETING)
    assert (await reader.get(f"{VERSION}/changes", since=1)).json()["changes"] == []
    assert (await reader.get(f"{VERSION}/changes", since=2)).status_code == 404
    assert (await reader.get(f"{VERSION}/changes")).status_code == 422


@pytest.mark.parametrize("path", ["graph", "graph.svg", "explanation", "changes?since=1"])
async def test_a_draft_is_seen_by_those_who_review_it(path: str, as_: As) -> None:
    """They sign what they have read; to a rep it looks like nothing at all, also when a version in force is held against it."""
    draft = written(a_definition(journey=JOURNEY, version=2, title="Another title"))
    assert (await as_(Role.MARKETING).post("/api/v1/definitions", {"text": draft, "reason": "As agreed.", "safety": {"answer": "none"}})).status_code < 300
    at = f"/api/v1/definitions/{JOURNEY}/2/{path}"
    assert (await as_(Role.MEDICAL).get(at)).status_code == 200
    assert (await as_(Role.REP).get(at)).status_code == 404
    assert (await as_(Role.REP).get(f"{VERSION}/changes", since=2)).status_code == 404
