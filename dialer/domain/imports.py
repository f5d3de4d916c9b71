"""The states of an import."""

from enum import StrEnum


class ImportState(StrEnum):
    RECEIVING = "receiving"
    """The upload is under way. Nothing is imported yet, and nothing will be if it breaks off."""
    IMPORTING = "importing"
    """All rows are stored; they are being made into contacts."""
    COMPLETED = "completed"
    FAILED = "failed"
    """Nothing was imported; `error` says why."""
