"""`dialer upload`: a call list, with its bytes and its rows on the way."""

import io
import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from dialer.clock import Clock, SystemClock
from dialer.remote.command import Remote, on_api
from dialer.remote.dry_run import show
from dialer.remote.problems import Exit, RemoteError
from dialer_client.api.call_lists import call_lists_get, call_lists_refusals, call_lists_upload
from dialer_client.models.call_list_out import CallListOut
from dialer_client.models.encoding import Encoding
from dialer_client.models.import_state import ImportState
from dialer_client.types import UNSET, File

_LOOK_SECONDS: Final = 0.5
_SHOWN: Final = 10


class _Counted(io.FileIO):
    """A file that tells how much of it has been read."""

    def __init__(self, path: Path, read: Callable[[int], object]) -> None:
        super().__init__(path, "rb")
        self._told = read

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(-1 if size is None else size)
        self._told(len(part))
        return part


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--campaign", required=True, help="A name or an id.")
@click.option("--name", help="Of the list; otherwise the file's.")
@click.option("--region", help="Of national numbers, like US; otherwise the campaign's.")
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="FIELD:COLUMN",
    help="What a column is where its name doesn't tell, as often as needed: phone:Telefon, data:id, ignore:Notes.",
)
@click.option(
    "--encoding", type=click.Choice([one.value for one in Encoding]), help="Of a text; otherwise found from the file."
)
@click.option("--sheet", help="Of a workbook; otherwise the first that isn't hidden.")
@click.option("--dry-run", is_flag=True, help="Store nothing: show what the first rows would become.")
@click.option("--refusals", type=click.Path(path_type=Path), help="Write the report of refused rows there (CSV).")
@click.option("--strict", is_flag=True, help="End with 5 where a row was refused.")
@click.option("--idempotency-key", help="The same key again makes no second list.")
@on_api
def upload(
    remote: Remote,
    file: Path,
    campaign: str,
    name: str | None,
    region: str | None,
    mapped: tuple[str, ...],
    encoding: str | None,
    sheet: str | None,
    dry_run: bool,
    refusals: Path | None,
    strict: bool,
    idempotency_key: str | None,
) -> None:
    """Upload the call list FILE, and wait until its rows have become contacts.

    Rows that can't be used are refused one by one, each with its line and reason; the others are imported.
    """
    if dry_run and refusals is not None:
        raise click.UsageError("A dry run shows the first rows only, and writes no --refusals.")
    campaign_id = remote.campaign_id(campaign)
    parameters: dict[str, Any] = {
        "default_region": region or UNSET,
        "map_": list(mapped),
        "encoding": Encoding(encoding) if encoding else UNSET,
        "sheet": sheet or UNSET,
    }
    if dry_run:
        show(remote, file, campaign_id, parameters, strict=strict)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with _progress(remote, *columns, DownloadColumn()) as progress:
        bar = progress.add_task("uploading", total=file.stat().st_size)
        with _Counted(file, lambda count: progress.advance(bar, count)) as payload:
            received = call_lists_upload.sync(
                campaign_id,
                client=remote.client,
                body=File(payload, file.name, mimetypes.guess_type(file.name)[0]),
                name=name or file.name,
                idempotency_key=idempotency_key or UNSET,
                **parameters,
            )
    done = _followed(remote, received, SystemClock())
    report = call_lists_refusals.sync(done.id, client=remote.client).payload.read() if done.refused else b""
    if refusals is not None:
        refusals.write_bytes(report)
    _tell(remote, done, report.decode(), refusals)
    if done.state is ImportState.FAILED:
        raise RemoteError(f"The list {done.id} could not be imported: {done.error}", Exit.FAILED)
    if strict and done.refused:
        raise RemoteError(f"{done.refused} of {done.rows} rows were refused.", Exit.REFUSED)


def _progress(remote: Remote, *columns: ProgressColumn) -> Progress:
    """On stderr, and only where a person sees it."""
    return Progress(*columns, console=remote.errors, transient=True, disable=not remote.errors.is_terminal)


def _followed(remote: Remote, received: CallListOut, clock: Clock) -> CallListOut:
    """The list when its import has ended."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with _progress(remote, *columns) as progress:
        bar = progress.add_task("importing", total=received.rows)
        found = received
        while found.state not in (ImportState.COMPLETED, ImportState.FAILED):
            clock.sleep(_LOOK_SECONDS)
            found = call_lists_get.sync(received.id, client=remote.client)
            progress.update(bar, completed=found.rows_done, total=found.rows)
    return found


def _tell(remote: Remote, done: CallListOut, report: str, kept: Path | None) -> None:
    remote.show(
        done,
        f"List {done.id} ({done.name}): {done.rows} rows, {done.imported} imported, {done.duplicates} duplicates, "
        f"{done.refused} refused.",
    )
    if not report or remote.as_json:
        return
    lines = report.splitlines()
    for line in lines[: _SHOWN + 1]:
        remote.say(f"  {line}")
    if len(lines) > _SHOWN + 1:
        where = f"all are in {kept}" if kept else "--refusals FILE keeps all"
        remote.say(f"  and {len(lines) - _SHOWN - 1} more; {where}")
