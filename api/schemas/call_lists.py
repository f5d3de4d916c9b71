"""Call lists and their import."""

from typing import Any, Literal

from pydantic import Field

from api.schemas.campaigns import KnownRegion
from api.schemas.common import BigId, Moment, Name, PageQuery, Schema
from dialer.domain.imports import ImportState


class CallListPath(Schema):
    call_list_id: BigId


class UploadQuery(Schema):
    name: Name | None = Field(None, description="Empty: the file's.")
    default_region: KnownRegion | None = Field(None, description="Of national numbers; empty: the campaign's.")


class CallListOut(Schema):
    """A call list, and how far its import is."""

    id: int
    campaign_id: int
    name: str
    state: ImportState
    default_region: str | None
    columns: dict[str, Any] = Field(description="What the file's header was understood as.")
    rows: int
    rows_done: int = Field(description="Rows of which it is known what became of them.")
    imported: int
    duplicates: int
    refused: int
    error: str | None
    created_by: str
    created_at: Moment
    received_at: Moment
    finished_at: Moment | None


class CallListQuery(PageQuery):
    state: ImportState | None = None
    sort: Literal["-id", "id"] = "-id"


class CallListPage(Schema):
    items: list[CallListOut]
    next_cursor: str | None
