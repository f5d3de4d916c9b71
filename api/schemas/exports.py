"""Calls and contacts as files."""

from typing import Any, Literal

from pydantic import Field

from api.schemas.campaigns import KnownZone
from api.schemas.common import BigId, Moment, PageQuery, Schema, SmallId
from dialer.db.exporting import ExportFilter
from dialer.domain.calls import CallState
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.exports import ExportFormat, ExportKind, ExportState
from dialer.services.exporting.service import NewExport


class _Export(Schema):
    format: ExportFormat = Field(ExportFormat.CSV, description="`csv`, `xlsx`, or `ndjson`: a JSON object a line.")
    time_zone: KnownZone = Field("UTC", description="IANA name; times are told in it.")

    def _new(self, kind: ExportKind) -> NewExport:
        names = ExportFilter.__dataclass_fields__.keys() & type(self).model_fields.keys()
        wanted = ExportFilter(**{name: getattr(self, name) for name in names})
        return NewExport(kind, self.format, self.time_zone, wanted)


class CallExport(_Export):
    """Which calls, and how."""

    campaign_id: BigId | None = Field(None, description="Empty: of all campaigns, and single calls.")
    call_list_id: BigId | None = None
    state: CallState | None = None
    disposition: Disposition | None = None
    trunk_id: SmallId | None = None
    created_from: Moment | None = Field(None, description="Queued at this moment or later.")
    created_before: Moment | None = Field(None, description="Queued before this moment.")

    def new(self) -> NewExport:
        return self._new(ExportKind.CALLS)


class ContactExport(_Export):
    """Which contacts, and how."""

    campaign_id: BigId
    call_list_id: BigId | None = None
    state: ContactState | None = None
    final_reason: FinalReason | None = None
    disposition: Disposition | None = Field(None, description="Of the last call.")
    created_from: Moment | None = None
    created_before: Moment | None = None

    def new(self) -> NewExport:
        return self._new(ExportKind.CONTACTS)


class ExportOut(Schema):
    """A file that is made in the background, and how far it is."""

    id: int
    kind: ExportKind
    format: ExportFormat
    time_zone: str
    filters: dict[str, Any]
    state: ExportState
    rows: int = Field(description="Rows in the file so far.")
    total: int | None = Field(description="Rows that there were when it was begun; null: not counted yet.")
    error: str | None
    created_by: str
    created_at: Moment
    finished_at: Moment | None
    expires_at: Moment | None = Field(description="Until when the file can be fetched.")


class ExportPath(Schema):
    export_id: BigId


class ExportQuery(PageQuery):
    kind: ExportKind | None = None
    state: ExportState | None = None
    sort: Literal["-id", "id"] = "-id"


class ExportPage(Schema):
    items: list[ExportOut]
    next_cursor: str | None
