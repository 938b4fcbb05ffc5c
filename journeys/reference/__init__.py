"""The language told from its own models: a JSON Schema for editors, and the reference pages under docs/reference."""

from journeys.reference.pages import pages
from journeys.reference.schema import journey_schema

__all__ = ["journey_schema", "pages"]
