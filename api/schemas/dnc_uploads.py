"""Files of numbers not to be called."""

from typing import Literal

from pydantic import Field

from api.schemas.campaigns import KnownRegion
from api.schemas.common import BigId, Moment, Name, PageQuery, Schema
from api.schemas.files import TableQuery
from dialer.domain.forbidding import DncUploadState
from dialer.services.dnc_uploads import NewDncUpload


class DncUploadIn(TableQuery):
    """What holds for all rows, unless a row says otherwise."""

    name: Name | None = Field(None, description="Empty: the file's.")
    campaign_id: BigId | None = Field(None, description="Empty: by nobody.")
    source: Name = Field("upload", description="Where the numbers come from, like the name of a register.")
    reason: Name | None = None
    expires_at: Moment | None = Field(None, description="Empty: for ever.")
    default_region: KnownRegion | None = Field(None, description="Of national numbers.")

    def new(self, filename: str | None) -> NewDncUpload:
        fields = {name: getattr(self, name) for name in NewDncUpload.__dataclass_fields__}
        return NewDncUpload(**fields | {"name": self.name or (filename or "").strip()[:200] or "numbers"})


class DncUploadOut(Schema):
    """A file of numbers: `added + known + refused = rows`."""

    id: int
    name: str
    campaign_id: int | None
    source: str
    state: DncUploadState
    rows: int
    added: int
    known: int = Field(description="Rows whose number was forbidden already, or is in the file twice.")
    refused: int = Field(description="Rows that forbid nothing: see the report.")
    error: str | None
    created_by: str
    created_at: Moment
    finished_at: Moment | None


class DncUploadPath(Schema):
    upload_id: BigId


class DncUploadQuery(PageQuery):
    state: DncUploadState | None = None
    campaign_id: BigId | None = None
    sort: Literal["-id", "id"] = "-id"


class DncUploadPage(Schema):
    items: list[DncUploadOut]
    next_cursor: str | None
