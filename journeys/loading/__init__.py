"""From the YAML that people write to typed models: strict, with every error of a file at its line and column and in plain words."""

from journeys.loading.documents import LARGEST, Document
from journeys.loading.files import STRUCTURE, Loaded, load, load_content, load_definition, read, read_content, read_definition, read_text
from journeys.loading.findings import Finding, Loc, Position, Remark, Severity, did_you_mean

__all__ = [
    "LARGEST",
    "STRUCTURE",
    "Document",
    "Finding",
    "Loaded",
    "Loc",
    "Position",
    "Remark",
    "Severity",
    "did_you_mean",
    "load",
    "load_content",
    "load_definition",
    "read",
    "read_content",
    "read_definition",
    "read_text",
]
