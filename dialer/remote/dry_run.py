"""`dialer upload --dry-run`: how the first rows of a file would be understood."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from dialer.remote.command import Remote
from dialer.remote.problems import Exit, RemoteError
from dialer_client.api.call_lists import call_lists_dry_run
from dialer_client.models.dry_run_out import DryRunOut
from dialer_client.models.row_shown_out import RowShownOut
from dialer_client.models.row_shown_out_would_be import RowShownOutWouldBe
from dialer_client.types import File

_ENOUGH_BYTES: Final = 2 * 1024 * 1024
"""Of a text file: a row has 64 KB at most, and 20 are shown. A workbook can only be read whole."""

_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}


def show(remote: Remote, file: Path, campaign_id: int, parameters: dict[str, Any], *, strict: bool) -> None:
    """Tell what the rows would become. `parameters`: of the API, as of an upload.

    Raises:
        RemoteError: `strict`, and one of them would be refused.
    """
    with file.open("rb") as payload:
        is_workbook = payload.read(2) == b"PK"
        payload.seek(0)
        body = File(io.BytesIO(payload.read(-1 if is_workbook else _ENOUGH_BYTES)), file.name)
        is_whole = not payload.read(1)
    found = call_lists_dry_run.sync(campaign_id, client=remote.client, body=body, **parameters)
    found.is_all = found.is_all and is_whole
    refused = [row for row in found.rows if row.would_be is RowShownOutWouldBe.REFUSED]
    if remote.as_json:
        remote.json(found.to_dict())
    else:
        _tell(remote, found, len(refused))
    if strict and refused:
        raise RemoteError(f"{len(refused)} of {len(found.rows)} rows would be refused.", Exit.REFUSED)


def _tell(remote: Remote, found: DryRunOut, refused: int) -> None:
    remote.say(f"Nothing is stored. {_kind(found)}")
    remote.rows(("column", "use", "variable"), (column.to_dict() for column in found.columns))
    for row in found.rows:
        remote.say(f"line {row.line}: {f'refused: {row.reason}' if row.code else ', '.join(_contact(row))}")
    which = f"{len(found.rows)} rows of the file" if found.is_all else f"first {len(found.rows)} rows"
    remote.say(f"Of the {which}, {len(found.rows) - refused} would become contacts and {refused} would be refused.")


def _kind(found: DryRunOut) -> str:
    if found.sheet is not None:
        what = f"The sheet {found.sheet!r} of a workbook"
    else:
        delimiter = found.delimiter or ""
        what = f"Text in {found.encoding}, divided by {_DELIMITERS.get(delimiter, delimiter)}"
    region = found.default_region
    return f"{what}; {f'national numbers are of {region}' if region else 'numbers need their country code'}."


def _contact(row: RowShownOut) -> Iterator[str]:
    for number in row.numbers:
        more = f" and {len(number.zones) - 1} more" if len(number.zones) > 1 else ""
        yield f"{number.phone_number} ({number.zones[0]}{more})" if number.zones else number.phone_number
    fields = {"name": row.name, "external_id": row.external_id, "priority": row.priority, "consent_at": row.consent_at}
    for name, value in {**fields, **row.data.additional_properties}.items():
        if value:
            yield f"{name}={value}"
