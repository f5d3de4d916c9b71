"""What all schemas share."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from dialer.db.pages import DEFAULT_LIMIT, MAX_LIMIT, PageRequest

MAX_BIGINT = 2**63 - 1
MAX_SMALLINT = 2**15 - 1


class Schema(BaseModel):
    """A body, a query or an answer: closed, and read from records by their fields' names."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


def no_controls(text: str) -> str:
    if any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in text):
        raise ValueError("must not contain control characters")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(no_controls)]
"""One line of text."""
Name = Annotated[Line, StringConstraints(min_length=1, max_length=200)]
CallerId = Annotated[
    Line,
    # What is between < and > becomes the user of a SIP address: a number, and nothing that could be more of a header.
    StringConstraints(min_length=1, max_length=80, pattern=r"^([^<>]+|[^<>]*<\+?[0-9*#]{1,20}>)$"),
]
E164 = Annotated[str, StringConstraints(pattern=r"^\+[0-9]{6,19}$")]
Phone = Annotated[Line, Field(min_length=1, max_length=64, description="E.164, or national with a default_region.")]
Region = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 code of a country, like DE.")]
ZoneName = Annotated[Line, Field(min_length=1, max_length=64, description="IANA name, like Europe/Berlin.")]
BigId = Annotated[int, Field(ge=1, le=MAX_BIGINT)]
SmallId = Annotated[int, Field(ge=1, le=MAX_SMALLINT)]
Cps = Annotated[float, Field(ge=0.01, le=10000, allow_inf_nan=False, description="Calls per second.")]
Channels = Annotated[int, Field(ge=1, le=1_000_000, description="Channels at once.")]
Timeout = Annotated[int, Field(ge=1, le=600, description="How long it rings, in seconds.")]


def _in_utc(moment: datetime) -> datetime:
    """The same moment as PostgreSQL can take it: its offsets end before 16 hours, and nothing lies beyond year 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be a moment of the years 1 to 9999 in UTC") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def unset() -> Any:
    """The default of a field that may be left out but not be null."""
    return None


class Patch(Schema):
    """A body that changes only the fields it names."""

    def changes(self) -> dict[str, Any]:
        """The fields that were given, null included where it is allowed."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


_ABOUT_PAGES: Final = frozenset({"limit", "cursor", "sort"})


class PageQuery(Schema):
    """Which page of a list. A list has one order and its reverse; each has a `sort` whose default is the former."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Items on a page.")
    cursor: str | None = Field(
        None, max_length=500, description="`next_cursor` of the page before; the other parameters stay as they were."
    )

    def page(self) -> PageRequest:
        order = type(self).model_fields["sort"].default if "sort" in type(self).model_fields else None
        return PageRequest(self.limit, self.cursor, backwards=getattr(self, "sort", None) != order)

    def filter(self) -> dict[str, Any]:
        """What the items are to be like: the fields that are not about pages."""
        return {name: getattr(self, name) for name in type(self).model_fields if name not in _ABOUT_PAGES}


class FieldError(BaseModel):
    """What is wrong with a field."""

    field: str
    message: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it. Some have members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; what programs go by.")
    errors: list[FieldError] | None = None
