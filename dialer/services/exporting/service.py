"""Exports: streamed to whoever waits for them, or made in the background and kept for a while."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import campaigns, exporting, exports
from dialer.db.exporting import ExportFilter
from dialer.db.exports import ExportRecord
from dialer.db.pages import Page, PageRequest
from dialer.domain.exports import ExportFormat, ExportKind, ExportState
from dialer.errors import Conflict, ExportTooLarge, InvalidInput, NotFound
from dialer.services.exporting.formats import Format, format_of
from dialer.services.idempotency import Within, nothing_more
from dialer.services.nudges import Nudges, go_on

MAX_STREAMED_ROWS: Final = 100_000
MAX_TRIES: Final = 5
PAGE_ROWS: Final = 2000

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NewExport:
    """What is wanted.

    Attributes:
        time_zone: IANA name; times are told in it.
    """

    kind: ExportKind
    format: ExportFormat = ExportFormat.CSV
    time_zone: str = "UTC"
    filter: ExportFilter = field(default_factory=ExportFilter)


class Exports:
    """Makes files of calls and contacts. Memory is that of a page of rows, whatever the number of rows."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings, nudges: Nudges) -> None:
        self._engine = engine
        self._clock = clock
        self._nudges = nudges
        self._keep_seconds = settings.export_hours * 3600.0

    def stream(self, new: NewExport, user: str) -> Iterator[bytes]:
        """The file, a page at a time. Rows that come or go meanwhile are in it or not; none is in it twice.

        Raises:
            InvalidInput: no such campaign.
            ExportTooLarge: there are more rows than anybody should wait for. (Both at once, not with the first page.)
        """
        with self._engine.connect() as connection:
            _check(connection, new.filter)
            rows = exporting.count(connection, new.kind, new.filter, MAX_STREAMED_ROWS + 1)
            data = exporting.data_columns(connection, new.filter.campaign_id)
        if rows > MAX_STREAMED_ROWS:
            raise ExportTooLarge(
                f"There are more than {MAX_STREAMED_ROWS:,} rows. POST the same to /v1/exports/{new.kind} and fetch "
                "the file when it is made.",
                most=MAX_STREAMED_ROWS,
            )
        _log.info("export_streamed", kind=new.kind, user=user, rows=rows, **_given(new.filter))
        made = format_of(new.format, exporting.columns(new.kind), data, ZoneInfo(new.time_zone))
        return made.file(self._fragments(new, made))

    def begin(self, new: NewExport, user: str, *, within: Within[ExportRecord] = nothing_more) -> ExportRecord:
        """Have a file made in the background.

        Args:
            within: called with the export in the transaction that stores it.

        Raises:
            InvalidInput: no such campaign.
        """
        with self._engine.begin() as tx:
            _check(tx, new.filter)
            values = {
                "kind": new.kind,
                "format": new.format,
                "time_zone": new.time_zone,
                "filters": _given(new.filter),
                "data_columns": exporting.data_columns(tx, new.filter.campaign_id),
                "created_by": user,
            }
            made = exports.create(tx, values)
            within(tx, made)
        self._nudges.work_on_exports()
        _log.info("export_begun", export_id=made.id, kind=new.kind, user=user, **_given(new.filter))
        return made

    def get(self, export_id: int) -> ExportRecord:
        """One export, and how far it is.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return _found(exports.get(tx, export_id), export_id)

    def listed(self, page: PageRequest, **wanted: object) -> Page[ExportRecord]:
        """Exports, the newest first. `wanted`: columns and their values; None is any."""
        with self._engine.begin() as tx:
            return exports.listed(tx, page, wanted)

    def file(self, export_id: int) -> Iterator[bytes]:
        """The file of an export that is complete, a part at a time.

        Raises:
            NotFound: there is none, or it has expired.
            Conflict: it isn't complete. (All at once, not with the first part.)
        """
        export = self.get(export_id)
        if export.state == ExportState.EXPIRED:
            raise NotFound(f"The file of export {export_id} was kept until {export.expires_at:%Y-%m-%d %H:%M} UTC.")
        if export.state != ExportState.COMPLETED:
            raise Conflict(f"Export {export_id} is {export.state}.", state=export.state)
        return _format(export).file(self._parts(export))

    def remove(self, export_id: int) -> None:
        """Forget an export, and end it if it is being made.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            if not exports.remove(tx, export_id):
                raise NotFound(f"There is no export {export_id}.")

    def work(self, seconds: float) -> None:
        """Go on with what runs, for so long or until nothing is left. Any number of processes may do this at once."""
        go_on(self._go_on, self._nudges.work_on_exports, self._clock, seconds)

    def expire(self) -> int:
        """Forget the files whose time is over; how many."""
        with self._engine.begin() as tx:
            return exports.expire(tx)

    def _fragments(self, new: NewExport, made: Format) -> Iterator[tuple[int, bytes]]:
        after: str | None = None
        while True:
            with self._engine.connect() as connection:
                rows, after = exporting.page(connection, new.kind, new.filter, after, PAGE_ROWS)
            yield len(rows), made.fragment(rows)
            if after is None:
                return

    def _parts(self, export: ExportRecord) -> Iterator[tuple[int, bytes]]:
        for n in range(export.parts):
            with self._engine.connect() as connection:
                found = exports.part(connection, export.id, n)
            if found is None:
                raise NotFound(f"Export {export.id} was removed while it was fetched.")
            rows, content = found
            yield rows, zlib.decompress(content)

    def _go_on(self) -> bool:
        """One more part of an export; whether there was something to do."""
        with self._engine.begin() as tx:
            export = exports.take(tx)
            if export is None:
                return False
            exports.note_try(tx, export.id, export.tries + 1)
            if export.tries >= MAX_TRIES:
                _log.error("export_set_aside", export_id=export.id, tries=export.tries)
                error = f"Making the next part has failed {export.tries} times; the log says why."
                exports.finish(tx, export.id, keep_seconds=self._keep_seconds, error=error)
                return True
        with self._engine.begin() as tx:
            # Another process may have taken it meanwhile, or somebody may have removed it.
            export = exports.take(tx)
            if export is not None:
                self._add_part(tx, export)
        return True

    def _add_part(self, tx: Connection, export: ExportRecord) -> None:
        kind, wanted = ExportKind(export.kind), _filter(export.filters)
        if export.total is None:
            exports.set_total(tx, export.id, exporting.count(tx, kind, wanted))
        rows, after = exporting.page(tx, kind, wanted, export.after, PAGE_ROWS)
        content = zlib.compress(_format(export).fragment(rows), 1)
        exports.add_part(tx, export, rows=len(rows), content=content, after=after)
        if after is None:
            exports.finish(tx, export.id, keep_seconds=self._keep_seconds)


def _format(export: ExportRecord) -> Format:
    columns = exporting.columns(ExportKind(export.kind))
    return format_of(ExportFormat(export.format), columns, export.data_columns, ZoneInfo(export.time_zone))


def _check(tx: Connection, wanted: ExportFilter) -> None:
    if wanted.campaign_id is not None and campaigns.get(tx, wanted.campaign_id) is None:
        message = f"there is no campaign {wanted.campaign_id}"
        raise InvalidInput(f"{message.capitalize()}.", errors=[{"field": "campaign_id", "message": message}])


def _given(wanted: ExportFilter) -> dict[str, Any]:
    """A filter as JSON has it, without what is any."""
    given = {name: value for name, value in asdict(wanted).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}


def _filter(stored: Mapping[str, Any]) -> ExportFilter:
    times = {
        name: datetime.fromisoformat(stored[name]) for name in ("created_from", "created_before") if name in stored
    }
    return ExportFilter(**(dict(stored) | times))


def _found(export: ExportRecord | None, export_id: int) -> ExportRecord:
    if export is None:
        raise NotFound(f"There is no export {export_id}.")
    return export
