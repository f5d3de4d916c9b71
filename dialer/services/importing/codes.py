"""Why a row did not become a contact: the codes of the refusals report, which are part of the API."""

from enum import StrEnum
from typing import Final

from dialer.domain.phone import PhoneRefusalCode


class RowCode(StrEnum):
    """Codes of rows that are refused for something other than their phone number."""

    DUPLICATE = "duplicate"
    """The number is on this list or in the campaign already."""
    DNC = "dnc"
    """The number must not be called, everywhere or by this campaign."""
    TOO_MANY_CELLS = "too_many_cells"
    BAD_QUOTING = "bad_quoting"
    TOO_LONG = "row_too_long"
    NO_VALUE = "formula_without_value"
    """A workbook's formula was never calculated."""
    CELL_ERROR = "cell_error"
    """A workbook's cell holds an error, such as #N/A."""
    TIME_ZONE = "unknown_time_zone"
    PRIORITY = "invalid_priority"
    REGION = "unknown_region"
    CONSENT = "invalid_consent_at"
    VALUE_TOO_LONG = "value_too_long"
    CONTROL_CHARACTERS = "control_characters"
    VARIABLE_NAME = "invalid_variable_name"
    """Only for contacts given as JSON: in a file, the header's names are made valid."""
    CANCELLED = "campaign_cancelled"
    """The campaign was cancelled while the list was being imported."""
    WITHDRAWN = "list_withdrawn"
    """The list was pulled out again while it was being imported."""
    SET_ASIDE = "set_aside"
    """Whoever began to import this part of the list died of it, again and again."""


ALL_CODES: Final[tuple[str, ...]] = (*RowCode, *PhoneRefusalCode)
