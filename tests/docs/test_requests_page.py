"""The example of docs/requests.md is what Dirigent signs and takes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.requests.signing import Stamp, genuine, stamped
from tests.docs.reading import fences
from tests.orchestrator.requests.others import SECRET

KEY, BODY = "enr1.stock.1", b'{"key": "enr1.stock.1"}'


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    """The names that the example defines."""
    (example,) = (fence for fence in fences("python") if fence.page.endswith("requests.md"))
    names: dict[str, Any] = {}
    exec(compile(example.text, example.page, "exec"), names)  # noqa: S102 - a document of ours
    return names


def test_the_other_system_knows_a_question_of_ours(shown: dict[str, Any]) -> None:
    """And not one that was changed, signed by another, or of an hour ago."""
    now, other = datetime.now(UTC), "whsec_" + "A" * 32
    headers = stamped(SECRET, KEY, BODY, now=now).headers
    assert shown["is_from_dirigent"](SECRET, headers, BODY)
    assert not shown["is_from_dirigent"](SECRET, headers, BODY + b" ")
    assert not shown["is_from_dirigent"](other, headers, BODY)
    assert not shown["is_from_dirigent"](SECRET, stamped(SECRET, KEY, BODY, now=now - timedelta(hours=1)).headers, BODY)


def test_its_answer_is_one_that_we_take(shown: dict[str, Any]) -> None:
    """Headers and body as the example makes them."""
    headers, body = shown["an_answer"](SECRET, KEY, "in_stock")
    stamp = Stamp(*(headers[f"webhook-{part}"] for part in ("id", "timestamp", "signature")))
    assert body == b'{"answer": "in_stock"}'
    assert genuine(SECRET, stamp, KEY, body, now=datetime.now(UTC))
