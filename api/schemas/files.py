"""What the sender of a table says about it."""

from pydantic import Field, field_validator

from api.schemas.common import Line, Schema
from dialer.errors import InvalidInput
from dialer.services.importing.encodings import Encoding
from dialer.services.importing.mapped import Mapped
from dialer.services.importing.opening import Reading


class TableQuery(Schema):
    """How a table is to be read."""

    encoding: Encoding | None = Field(None, description="Of a text file. Empty: found from the file (docs/call-lists).")
    sheet: Line | None = Field(
        None, min_length=1, max_length=100, description="Of a workbook, by name. Empty: the first that isn't hidden."
    )
    map: list[Line] = Field(
        default_factory=list,
        max_length=200,
        description="What columns are, where their names don't tell: `phone:Rufnummer`, `data:id`, `ignore:Notes`. "
        "A field that is named here is taken from these columns only.",
    )

    @field_validator("map")
    @classmethod
    def _readable(cls, texts: list[str]) -> list[str]:
        try:
            Mapped.parse(texts)
        except InvalidInput as error:
            raise ValueError(error.extra["errors"][0]["message"]) from error
        return texts

    def reading(self) -> Reading:
        return Reading(self.encoding, self.sheet, Mapped.parse(self.map))
