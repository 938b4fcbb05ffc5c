"""How payloads are read: pydantic models from JSON, tolerant of what another release wrote. After a rollback a worker reads definitions and states that hold
fields it does not know, and a run must not stand still for them."""

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter, JSONPlainPayloadConverter

_adapter = lru_cache(maxsize=None)(TypeAdapter)
"""One for each type that an activity or a workflow takes or returns: a few dozen."""


class TolerantJson(PydanticJSONPlainPayloadConverter):
    """Writes as its base does; reads and leaves out fields that no model knows, those inside of what authors wrote too."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        return _adapter(Any if type_hint is None else type_hint).validate_json(payload.data, extra="ignore")


class TolerantPayloads(CompositePayloadConverter):
    """The SDK's converters, with the tolerant one for JSON."""

    def __init__(self) -> None:
        json = TolerantJson()
        super().__init__(*(json if isinstance(one, JSONPlainPayloadConverter) else one for one in DefaultPayloadConverter.default_encoding_payload_converters))


PAYLOADS = DataConverter(payload_converter_class=TolerantPayloads)
