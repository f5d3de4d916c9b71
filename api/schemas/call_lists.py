"""Call lists and their import."""

from typing import Any, Literal

from pydantic import Field

from api.schemas.campaigns import KnownRegion
from api.schemas.common import BigId, Moment, Name, PageQuery, Patch, Schema, unset
from api.schemas.files import TableQuery
from dialer.db.imports import CallListInfo
from dialer.domain.imports import ImportState
from dialer.services.decisions import Decided


class CallListPath(Schema):
    call_list_id: BigId


class ListQuery(TableQuery):
    default_region: KnownRegion | None = Field(None, description="Of national numbers; empty: the campaign's.")


class UploadQuery(ListQuery):
    name: Name | None = Field(None, description="Empty: the file's.")


class CallListOut(Schema):
    """A call list, and how far its import is."""

    id: int
    campaign_id: int
    name: str
    active: bool = Field(description="Off, none of its contacts is dialed.")
    withdrawn_at: Moment | None = Field(description="Since when it is pulled out again. It stays off.")
    removed: int = Field(description="Contacts that were not finished and have been removed since.")
    removal_finished_at: Moment | None = Field(description="When the last of them was.")
    version: int
    state: ImportState
    default_region: str | None
    columns: dict[str, Any] = Field(description="What the file and its header were understood as.")
    rows: int
    rows_done: int = Field(description="Rows of which it is known what became of them.")
    imported: int
    duplicates: int
    refused: int
    repaired: int = Field(description="Contacts with a number that a spreadsheet had changed: see `/repairs`.")
    error: str | None
    created_by: str
    created_at: Moment
    received_at: Moment
    finished_at: Moment | None


class CallListPatch(Patch):
    """Fields to change."""

    name: Name = Field(default_factory=unset)
    active: bool = Field(default_factory=unset)


class CallListDecided(CallListOut):
    """A call list after a decision that holds from now on."""

    in_flight: int = Field(description="Calls to its contacts that were dialed before the decision and are not over.")

    @classmethod
    def of(cls, decided: Decided[CallListInfo]) -> "CallListDecided":
        shown = CallListOut.model_validate(decided.value)
        return cls(**{name: getattr(shown, name) for name in CallListOut.model_fields}, in_flight=decided.in_flight)


class CallListQuery(PageQuery):
    state: ImportState | None = None
    sort: Literal["-id", "id"] = "-id"


class CallListPage(Schema):
    items: list[CallListOut]
    next_cursor: str | None
