"""A document in the making: values are copied to other places and keep knowing where their author wrote them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from journeys.loading.documents import Document
from journeys.loading.findings import Finding, Loc


class Copies:
    """The places of a document's values, to which copied ones are added, and what is found on the way."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._values = dict(document.values_at)
        self._keys = dict(document.keys_at)
        self._borrowed: dict[Loc, str] = {}
        self.findings: list[Finding] = []

    def copy(self, value: Any, *, source: Loc, target: Loc) -> Any:
        """The same value for another place."""
        self.place(source=source, target=target)
        if isinstance(value, Mapping):
            for key in value:
                self.place(source=(*source, key), target=(*target, key))
            return {key: self.copy(part, source=(*source, key), target=(*target, key)) for key, part in value.items()}
        if isinstance(value, list):
            return [self.copy(part, source=(*source, index), target=(*target, index)) for index, part in enumerate(value)]
        return value

    def place(self, *, source: Loc, target: Loc) -> None:
        """What stands at the target was written at the source."""
        for positions in (self._values, self._keys):
            if source in positions:
                positions[target] = positions[source]

    def borrowed(self, target: Loc, told: str) -> None:
        """Findings in what stands there say how it came there."""
        self._borrowed[target] = told

    def find(self, code: str, message: str, *, loc: Loc, key: bool = False, fix: str | None = None) -> None:
        """Something is wrong with what an author wrote there."""
        self.findings.append(self._document.finding(code, message, loc=loc, key=key, fix=fix))

    def document(self, value: Any) -> Document:
        """The document with this value, or one that cannot be used where something was found."""
        found = (*self._document.findings, *self.findings)
        spoilt = frozenset({()}) if self.findings else self._document.spoilt
        return replace(self._document, value=value, values_at=self._values, keys_at=self._keys, findings=found, spoilt=spoilt, borrowed=self._borrowed)
