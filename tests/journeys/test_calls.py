"""Which visit a call was: by rep, product and time, and never a guess."""

from datetime import timedelta

import pytest

from journeys.calls import Call, CallWords, Visit, matching
from tests.builders import NOW

DUE = NOW + timedelta(days=10)
VISIT = Visit("t1", "cardiolex", "rep-1", NOW, DUE)
CALL = Call("cardiolex", "rep-1", NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("call", "visit", "fits"),
    [
        (CALL, VISIT, True),
        (CALL, VISIT._replace(rep=None), True),
        (CALL, VISIT._replace(rep="rep-2"), False),
        (CALL._replace(rep=None), VISIT._replace(rep=None), False),
        (CALL._replace(product="other"), VISIT, False),
        (CALL._replace(at=NOW - timedelta(days=3)), VISIT, True),
        (CALL._replace(at=NOW - timedelta(days=3, seconds=1)), VISIT, False),
        (CALL._replace(at=DUE + timedelta(days=14)), VISIT, True),
        (CALL._replace(at=DUE + timedelta(days=14, seconds=1)), VISIT, False),
    ],
)
def test_a_call_fits_a_visit(call: Call, visit: Visit, fits: bool) -> None:
    """Of the same rep, or of nobody; about the same product; and near enough in time."""
    assert bool(matching(call, [visit], CallWords())) is fits


def test_of_several_the_nearest_comes_first() -> None:
    """And of two as near, the one that was asked for first; the order in which they are told is nothing."""
    later, twin = VISIT._replace(task="t2", due=NOW + timedelta(days=2)), VISIT._replace(task="t0", opened_at=NOW - timedelta(days=1))
    assert [visit.task for visit in matching(CALL, [VISIT, later, twin], CallWords())] == ["t2", "t0", "t1"]


def test_a_crm_s_words_are_told_in_ours() -> None:
    """What is not named stands for itself; a channel that is none of ours is none."""
    words = CallWords.model_validate({"outcomes": {"Positive": "interested"}, "channels": {"F2F": "face_to_face"}})
    assert (words.outcome("Positive"), words.outcome("not_now"), words.outcome(None)) == ("interested", "not_now", None)
    assert (words.channel("F2F"), words.channel("remote"), words.channel("pigeon")) == ("face_to_face", "remote", None)
