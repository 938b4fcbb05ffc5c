"""What a comparison finds: the kinds of change, one change, and all of them."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ChangeKind(StrEnum):
    """The kinds of change, in the order in which they are told."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    """Another id for a step that is otherwise the same."""
    REPLACED = "replaced"
    """A step of another kind under the same id."""
    MOVED = "moved"
    """The same step at another place: other steps lead to it, and it leads to others."""
    REWIRED = "rewired"
    TIMED = "timed"
    CONTENT = "content"
    CONDITION = "condition"
    CHANGED = "changed"
    """Anything else that a step does: its outcomes, its channels, who sends."""
    REWORDED = "reworded"
    REWRITTEN = "rewritten"
    """Other words of the language for the same meaning."""
    HEAD = "head"
    """What the journey is for: its entry, goal, exit, persona, markets, product, purpose, priority."""


class _Found(BaseModel):
    model_config = ConfigDict(frozen=True)


class Change(_Found):
    kind: ChangeKind
    step: str | None
    """The step, by its id in the later definition, or in the earlier one where it is gone; none where the journey as a whole is meant."""
    what: str
    people: str
    """What it does to the people who are in the journey when they are moved to the later version."""

    def __str__(self) -> str:
        return f"{self.what} {self.people}"


class Comparison(_Found):
    journey: str
    before: int
    after: int
    changes: tuple[Change, ...]

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind is kind)
