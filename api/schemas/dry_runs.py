"""What a file would become."""

from typing import Literal

from pydantic import Field

from api.schemas.call_lists import ListQuery
from api.schemas.common import Moment, Schema
from dialer.domain.spreadsheets import Repair
from dialer.services.importing.dry_run import MAX_ROWS, DryRun, RowShown
from dialer.services.importing.mapping import Columns


class DryRunQuery(ListQuery):
    rows: int = Field(20, ge=1, le=MAX_ROWS, description="How many of the first rows are shown.")


class ColumnOut(Schema):
    """A column of the file."""

    column: str = Field(description="Its name in the file.")
    use: str = Field(description="A field (`phone`, `phone_2` …, `name`, …), `data`, or `ignored`.", examples=["phone"])
    variable: str | None = Field(description="Of data: the channel variable's name.")


class NumberShownOut(Schema):
    phone_number: str
    zones: list[str] = Field(description="Time zones it can be in; none: the campaign's `default_time_zone`.")
    regions: list[str]


class RepairOut(Schema):
    """A number that a spreadsheet had changed."""

    cell: str
    repairs: list[Repair]
    phone_number: str


class RowShownOut(Schema):
    """A row as it would be understood: a contact, or refused for the reason of a `code`."""

    line: int = Field(description="Where it begins in the file, from 1.")
    row: str
    would_be: Literal["contact", "refused"]
    code: str | None = Field(description="As in the report of refused rows.")
    reason: str | None
    numbers: list[NumberShownOut] = Field(description="In the order in which they would be tried.")
    name: str | None
    priority: int | None
    external_id: str | None
    consent_at: Moment | None
    consent_source: str | None
    data: dict[str, str]
    repaired: list[RepairOut]

    @classmethod
    def of(cls, row: RowShown) -> "RowShownOut":
        same = ("line", "row", "code", "reason", "name", "priority", "external_id", "consent_at", "consent_source")
        return cls(
            **{name: getattr(row, name) for name in same},
            would_be="contact" if row.code is None else "refused",
            numbers=[NumberShownOut.model_validate(number) for number in row.numbers],
            data=dict(row.data),
            repaired=[RepairOut.model_validate(repaired) for repaired in row.repaired],
        )


class DryRunOut(Schema):
    """How a file would be understood. Nothing of it is stored."""

    format: Literal["csv", "xlsx"]
    encoding: str | None = Field(description="Of a text file, as far as it was read.")
    delimiter: str | None
    sheet: str | None
    sheets: list[str] = Field(description="Of a workbook, by name: what `sheet` can be. The hidden ones too.")
    default_region: str | None = Field(description="Of national numbers.")
    columns: list[ColumnOut]
    rows: list[RowShownOut]
    is_all: bool = Field(description="Whether the file has no more rows.")

    @classmethod
    def of(cls, found: DryRun) -> "DryRunOut":
        columns = found.columns
        return cls(
            format="xlsx" if columns.format == "xlsx" else "csv",
            encoding=columns.encoding,
            delimiter=columns.delimiter if columns.format == "csv" else None,
            sheet=columns.sheet,
            sheets=list(found.sheets),
            default_region=found.region,
            columns=_columns(columns),
            rows=[RowShownOut.of(row) for row in found.rows],
            is_all=found.is_all,
        )


def _columns(columns: Columns) -> list[ColumnOut]:
    fields = {at: field for field, at in columns.fields.items()}
    variables = {at: variable for variable, at in columns.variables.items()}
    return [
        ColumnOut(
            column=name,
            use=fields.get(at) or ("data" if at in variables else "ignored"),
            variable=variables.get(at),
        )
        for at, name in enumerate(columns.header)
    ]
