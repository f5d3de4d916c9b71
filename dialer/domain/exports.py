"""Exports: of what, in which form, and how far."""

from enum import StrEnum


class ExportKind(StrEnum):
    CALLS = "calls"
    CONTACTS = "contacts"


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    NDJSON = "ndjson"
    """A JSON object a line."""

    @property
    def media_type(self) -> str:
        if self is ExportFormat.CSV:
            return "text/csv"
        if self is ExportFormat.NDJSON:
            return "application/x-ndjson"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportState(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    """The file can be fetched, until `expires_at`."""
    FAILED = "failed"
    EXPIRED = "expired"
    """The file is gone."""
