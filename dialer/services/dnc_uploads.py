"""Many numbers not to be called at once, from a file. With the answer all of them hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import dnc, dnc_uploads
from dialer.db.dnc_uploads import DncUploadRecord, NewEntry
from dialer.db.imports import Refusal
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.domain import phone
from dialer.errors import Conflict, InvalidInput, NotFound
from dialer.services.decisions import decide
from dialer.services.dnc import close_contacts, no_campaign
from dialer.services.dnc_rows import DncRows, longer
from dialer.services.ending import withdraw_queued
from dialer.services.idempotency import Within, nothing_more
from dialer.services.importing import chunks, report
from dialer.services.importing.opening import Reading, open_list
from dialer.services.importing.reader import BadRow, ListReader
from dialer.services.importing.rows import RowRefusal

_BATCH: Final = 1000
_STORE_EVERY_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class NewDncUpload:
    """What holds for all rows of a file, unless a row says otherwise.

    Attributes:
        name: the file's.
        campaign_id: None: nobody may call the numbers.
        source: where they come from, like the name of a register.
        expires_at: None for ever.
        default_region: ISO 3166 code of the country of national numbers.
    """

    name: str
    campaign_id: int | None = None
    source: str = "upload"
    reason: str | None = None
    expires_at: datetime | None = None
    default_region: str | None = None


class DncUploads:
    """Receives files, and tells what became of their rows."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings) -> None:
        self._engine = engine
        self._clock = clock
        self._settings = settings

    def receive(
        self,
        stream: BinaryIO,
        new: NewDncUpload,
        user: str,
        *,
        reading: Reading | None = None,
        within: Within[DncUploadRecord] = nothing_more,
    ) -> DncUploadRecord:
        """Forbid the numbers of a file, as they come in. When this returns, none of them is dialed any more.

        The same file sent again changes nothing. An entry that holds keeps its source and reason, and is never
        shortened. If the file breaks off, the rows before that hold; send it again.

        Args:
            stream: the file, read once and never held as a whole.
            reading: what the sender says about the file.
            within: called with the upload in its last transaction.

        Raises:
            InvalidInput: the file can't be read (the detail names the line); no such campaign or region; an expiry
                that is over.
            Conflict: the upload was silent for so long that it has been given up.
        """
        self._check(new)
        receiving = _Receiving(self._engine, self._clock, self._settings, new, user, reading or Reading())
        return receiving.run(stream, within)

    def get(self, upload_id: int) -> DncUploadRecord:
        """One upload.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            found = dnc_uploads.get(tx, upload_id)
        if found is None:
            raise NotFound(f"There is no upload {upload_id} of numbers not to be called.")
        return found

    def listed(self, page: PageRequest, **wanted: object) -> Page[DncUploadRecord]:
        """Uploads, the newest first. `wanted`: columns and their values; None is any."""
        with self._engine.begin() as tx:
            return dnc_uploads.listed(tx, page, wanted)

    def refusals_csv(self, upload_id: int) -> Iterator[bytes]:
        """The report of rows that forbid nothing: line, code, reason, row.

        Raises:
            NotFound: no such upload (at once, not with the first piece).
        """
        self.get(upload_id)
        return report.refusals_csv(
            self._engine, lambda tx, line, limit: dnc_uploads.refusals_after(tx, upload_id, line, limit)
        )

    def fail_stale(self, older_than_seconds: float) -> int:
        """Give up uploads of which nothing has been heard for so long; how many."""
        with self._engine.begin() as tx:
            return dnc_uploads.fail_silent(tx, older_than_seconds, "The upload broke off.")

    def _check(self, new: NewDncUpload) -> None:
        wrong: list[dict[str, str]] = []
        if new.expires_at is not None and new.expires_at <= self._clock.now():
            wrong.append({"field": "expires_at", "message": "must be in the future"})
        if new.default_region is not None and not phone.known_region(new.default_region):
            wrong.append({"field": "default_region", "message": "is not a country with phone numbers"})
        if wrong:
            raise InvalidInput("; ".join(f"{error['field']} {error['message']}" for error in wrong), errors=wrong)


class _Receiving:
    """One upload."""

    def __init__(
        self, engine: Engine, clock: Clock, settings: Settings, new: NewDncUpload, user: str, reading: Reading
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._reading = reading
        self._allowed = settings.special_numbers_allowed
        self._new = new
        self._user = user
        self._id = 0
        self._stored_at = clock.monotonic()
        self._entries: dict[str, NewEntry] = {}
        self._rows = 0
        self._bad: list[Refusal] = []

    def run(self, stream: BinaryIO, within: Within[DncUploadRecord]) -> DncUploadRecord:
        reader, new = open_list(stream, self._reading), self._new
        rows = DncRows(
            reader.columns,
            default_region=new.default_region,
            allowed=self._allowed,
            reason=new.reason,
            expires_at=new.expires_at,
            now=self._clock.now(),
        )
        with explaining({"fk_dnc_uploads_campaign_id": no_campaign(new.campaign_id)}), self._engine.begin() as tx:
            self._id = dnc_uploads.create(
                tx, name=new.name, campaign_id=new.campaign_id, source=new.source, created_by=self._user
            )
        error: str | None = "The upload broke off."
        try:
            self._read(reader, rows)
            error = None
        except (InvalidInput, Conflict) as problem:
            error = problem.detail
            raise
        finally:
            # What was stored before a file broke off holds as well.
            done = self._finish(error, nothing_more if error else within)
        return done

    def _read(self, reader: ListReader, rows: DncRows) -> None:
        for row in reader:
            if isinstance(row, BadRow):
                self._bad.append(Refusal(row.line, row.code, row.reason, row.text))
            elif isinstance(judged := rows.judge(row.cells), RowRefusal):
                text = chunks.row_text(row.cells, reader.columns.delimiter)
                self._bad.append(Refusal(row.line, judged.code, judged.reason, text))
            else:
                before = self._entries.get(judged.phone_number)
                self._entries[judged.phone_number] = longer(before, judged) if before else judged
                self._rows += 1
            full = self._rows + len(self._bad) >= _BATCH
            if full or self._clock.monotonic() - self._stored_at > _STORE_EVERY_SECONDS:
                self._store()
        self._store()

    def _store(self) -> None:
        campaign_id = self._new.campaign_id
        with self._engine.begin() as tx:
            entries = list(self._entries.values())
            added = dnc_uploads.put(
                tx, self._id, entries, campaign_id=campaign_id, source=self._new.source, user=self._user
            )
            close_contacts(tx, self._entries.keys(), campaign_id)
            if not dnc_uploads.store(tx, self._id, added=added, known=self._rows - added, refusals=self._bad):
                raise Conflict("The upload was silent for too long and has been given up.")
        self._entries, self._rows, self._bad = {}, 0, []
        self._stored_at = self._clock.monotonic()

    def _finish(self, error: str | None, within: Within[DncUploadRecord]) -> DncUploadRecord:
        scope = dnc.forbidden_calls(self._new.campaign_id)

        def action(tx: Connection) -> DncUploadRecord:
            numbers = dnc.queued_numbers(tx, *scope)
            withdraw_queued(tx, *scope, reason="dnc")
            close_contacts(tx, numbers, self._new.campaign_id)
            done = dnc_uploads.finish(tx, self._id, error)
            within(tx, done)
            return done

        return decide(self._engine, self._clock, action, scope=scope).value
