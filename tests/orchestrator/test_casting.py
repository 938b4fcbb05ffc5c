"""Real people in a rehearsal: what a file says of them, without their names and addresses."""

from datetime import UTC, datetime
from pathlib import Path

from journeys.library import PACKAGED, read_library
from journeys.rehearsal import packaged_behaviour
from orchestrator.casting import cast
from orchestrator.store.sample import PEOPLE

LIBRARY = read_library(PACKAGED)
START = datetime(2026, 3, 2, tzinfo=UTC)


def test_records_that_share_an_address_know_each_other_and_not_the_address(tmp_path: Path) -> None:
    """Letters of an e-mail address are compared without regard to case, as in the store; everybody else shares nothing."""
    path = tmp_path / "people.yaml"
    text = PEOPLE.read_text(encoding="utf-8")
    first, second = [line.partition("email:")[2].strip().strip(",") for line in text.splitlines() if line.strip().startswith("email:")][:2]
    path.write_text(text.replace(second, first.upper(), 1), encoding="utf-8")
    people, _ = cast(path, behaviour=packaged_behaviour(), library=LIBRARY, seed=1, start=START)
    sharing = {person.id: person.shares for person in people if person.shares}
    assert [*sharing.values()] == [{"email": next(iter(sharing))}] * 2
    assert first not in repr(people)
