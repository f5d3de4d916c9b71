"""Call lists, and contacts given one by one: from what somebody sends to contacts and refusals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import contact_import, imports
from dialer.db.imports import CallListInfo, ChunkToDo, Refusal, Repairs
from dialer.domain.campaigns import CampaignState
from dialer.domain.imports import ImportState
from dialer.errors import Conflict, InvalidInput, NotFound
from dialer.services.idempotency import Within, nothing_more
from dialer.services.importing import chunks, report
from dialer.services.importing.codes import RowCode
from dialer.services.importing.contacts import ContactWriter, Outcome, Prepared
from dialer.services.importing.mapping import columns_from_json, valid_variable
from dialer.services.importing.opening import Reading
from dialer.services.importing.receiving import Upload
from dialer.services.importing.rows import RawContact, RowRefusal, RowRules
from dialer.services.nudges import NoNudges, Nudges

MAX_ITEMS: Final = 1000

MAX_TRIES: Final = 3
"""Processes that may die of a piece of a list before its rows are set aside, into the report."""

# More than there are processes at it: each takes the first that no other has.
_LOOK_AHEAD: Final = 32

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact to be, not from a file. `data`: channel variables; `numbers`: those after the first, in order."""

    phone_number: str
    name: str | None = None
    time_zone: str | None = None
    priority: int = 0
    external_id: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None
    consent_at: str | None = None
    consent_source: str | None = None
    numbers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AddResult:
    """What became of one: a contact with an id, or a code (`duplicate` or another of `codes`) and a reason."""

    contact_id: int | None
    code: str | None
    reason: str | None


class CallListImport:
    """Receives lists, imports their pieces, and tells how far each is."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings, nudges: Nudges | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._nudges = nudges or NoNudges()
        self._allowed = settings.special_numbers_allowed
        self._writer = ContactWriter(engine)

    def receive(
        self,
        campaign_id: int,
        stream: BinaryIO,
        *,
        name: str | None,
        default_region: str | None,
        user: str,
        filename: str | None = None,
        reading: Reading | None = None,
        within: Within[CallListInfo] = nothing_more,
    ) -> CallListInfo:
        """Read a file and store its rows for import. When this returns, all of them are on disk.

        Args:
            stream: the file, read once and never held as a whole.
            name: the list's; without one, the file's.
            default_region: ISO 3166 code of the country of national numbers; None means the campaign's.
            reading: what the sender says about the file.
            within: called with the list in the transaction that completes it.

        Raises:
            NotFound: no such campaign.
            Conflict: the campaign is cancelled, or the upload was silent for so long that it has been given up.
            InvalidInput: the file can't be read (the detail names the line), or the region doesn't exist. No
                row of such a file is kept.
        """
        title = (name or filename or "").strip()[:200] or "call list"
        upload = Upload(self._engine, self._clock)

        def stored(tx: Connection, list_id: int) -> None:
            if (info := imports.get(tx, list_id)) is not None:
                within(tx, info)

        list_id = upload.receive(
            campaign_id,
            stream,
            name=title,
            default_region=default_region,
            user=user,
            reading=reading or Reading(),
            within=stored,
        )
        # One for each piece: as many processes as there are may begin at once.
        for _ in self.pending_chunks(_LOOK_AHEAD):
            self._nudges.work_on_imports()
        return self.progress(list_id)

    def import_chunk(self, call_list_id: int, n: int) -> bool:
        """Make contacts and refusals of one piece of a list, in one transaction.

        Returns:
            False if there is nothing to do: it is done, or somebody else is at it.
        """
        try:
            return self._import_chunk(call_list_id, n)
        except _CancelledMeanwhile:
            # What was written is undone, and this time all rows are refused: nobody lifts a cancellation.
            return self._import_chunk(call_list_id, n)

    def _begin_try(self, call_list_id: int, n: int) -> int:
        with self._engine.begin() as own:
            return imports.note_try(own, call_list_id, n)

    def _give_back_try(self, call_list_id: int, n: int) -> None:
        try:
            with self._engine.begin() as own:
                imports.give_back_try(own, call_list_id, n)
        except SQLAlchemyError as error:
            _log.warning("import_try_not_given_back", call_list_id=call_list_id, n=n, error=str(error))

    def work_on_chunks(self, seconds: float) -> int:
        """Import what waits, for so long or until nothing is left; returns the number of pieces imported here.

        Any number of processes may do this at once. Each that stops with work left nudges: beat alone would keep one
        process busy, now and then.
        """
        until = self._clock.monotonic() + seconds
        done = 0
        while pending := self.pending_chunks(_LOOK_AHEAD):
            before = done
            for call_list_id, n in pending:
                done += self.import_chunk(call_list_id, n)
                if self._clock.monotonic() >= until:
                    self._nudges.work_on_imports()
                    return done
            if done == before:
                # Others are at all of these, and will look for more themselves.
                return done
        return done

    def pending_chunks(self, limit: int) -> list[tuple[int, int]]:
        """Pieces that wait for `import_chunk`, as (call list, n)."""
        with self._engine.connect() as connection:
            return imports.pending_chunks(connection, limit)

    def progress(self, call_list_id: int) -> CallListInfo:
        """How far a list is.

        Raises:
            NotFound: no such list.
        """
        with self._engine.connect() as connection:
            info = imports.get(connection, call_list_id)
        if info is None:
            raise NotFound(f"There is no call list {call_list_id}.")
        return info

    def lists(
        self,
        campaign_id: int,
        *,
        beyond: int | None = None,
        limit: int = 50,
        oldest_first: bool = False,
        state: ImportState | None = None,
    ) -> list[CallListInfo]:
        """A campaign's lists, newest first unless told otherwise; `beyond`: only those that come after this one."""
        with self._engine.connect() as connection:
            return imports.of_campaign(
                connection, campaign_id, beyond=beyond, limit=limit, oldest_first=oldest_first, state=state
            )

    def refusals_csv(self, call_list_id: int) -> Iterator[bytes]:
        """The report of rows that did not become contacts: line, code, reason, row.

        Raises:
            NotFound: no such list (at once, not with the first piece).
        """
        self.progress(call_list_id)
        return report.refusals_csv(
            self._engine, lambda tx, line, limit: imports.refusals_after(tx, call_list_id, line, limit)
        )

    def repairs_csv(self, call_list_id: int) -> Iterator[bytes]:
        """The report of numbers that a spreadsheet had changed, and what they were read as: line, repair, cell,
        phone_number.

        Raises:
            NotFound: no such list (at once, not with the first piece).
        """
        self.progress(call_list_id)
        return report.repairs_csv(self._engine, lambda tx, n, limit: imports.repairs_after(tx, call_list_id, n, limit))

    def fail_stale(self, older_than_seconds: float) -> int:
        """Give up uploads of which nothing has been heard for so long, and return how many."""
        with self._engine.begin() as tx:
            return imports.fail_silent(tx, older_than_seconds, "The upload broke off.")

    def add_contacts(self, campaign_id: int, items: Sequence[NewContact], user: str) -> list[AddResult]:
        """Add contacts to a campaign: all that can be, in one transaction, with a result for each, in order.

        Raises:
            InvalidInput: none, or more than 1,000.
            NotFound: no such campaign.
            Conflict: the campaign is cancelled.
        """
        if not 1 <= len(items) <= MAX_ITEMS:
            raise InvalidInput(f"1 to {MAX_ITEMS} contacts can be added at once, not {len(items)}.")
        with self._engine.connect() as connection:
            region = contact_import.default_region(connection, campaign_id)
        rules = RowRules(region, self._allowed, valid_variable, strict=True)
        prepared = self._writer.prepare(rules, list(enumerate(map(raw_contact, items), 1)), place="item")
        with self._engine.begin() as tx:
            if contact_import.campaign_state(tx, campaign_id) is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            outcomes = prepared.write(tx, campaign_id, None)
            if contact_import.campaign_state(tx, campaign_id, hold=True) is CampaignState.CANCELLED:
                raise Conflict(f"Campaign {campaign_id} is cancelled and takes no contacts.")
        results = [_result(outcomes[line]) for line in range(1, len(items) + 1)]
        added = sum(result.contact_id is not None for result in results)
        _log.info("contacts_added", campaign_id=campaign_id, user=user, given=len(items), added=added)
        return results

    def _import_chunk(self, call_list_id: int, n: int) -> bool:
        begun = False
        try:
            with self._engine.begin() as tx:
                chunk = imports.take_chunk(tx, call_list_id, n)
                if chunk is None:
                    return False
                tries = self._begin_try(call_list_id, n)
                begun = True
                self._write_chunk(tx, call_list_id, n, chunk, tries)
        except BaseException:
            if begun:
                self._give_back_try(call_list_id, n)
            raise
        return True

    def _write_chunk(self, tx: Connection, call_list_id: int, n: int, chunk: ChunkToDo, tries: int) -> None:
        columns = columns_from_json(chunk.columns)
        rows = chunks.unpack(chunk.rows)
        cancelled = contact_import.campaign_state(tx, chunk.campaign_id) is CampaignState.CANCELLED
        if cancelled:
            refusal = RowRefusal(RowCode.CANCELLED, "The campaign was cancelled before this row was imported")
            prepared = Prepared([], {row.line: refusal for row in rows})
        elif chunk.withdrawn:
            refusal = RowRefusal(RowCode.WITHDRAWN, "The list was withdrawn before this row was imported")
            prepared = Prepared([], {row.line: refusal for row in rows})
        elif tries > MAX_TRIES:
            _log.error("import_set_aside", call_list_id=call_list_id, n=n, rows=len(rows), tries=tries - 1)
            reason = f"This part of the list has ended the process that imported it {tries - 1} times"
            prepared = Prepared([], {row.line: RowRefusal(RowCode.SET_ASIDE, reason) for row in rows})
        else:
            rules = RowRules(chunk.default_region, self._allowed)
            prepared = self._writer.prepare(rules, [(row.line, columns.contact(row.cells)) for row in rows])
        outcomes = prepared.write(tx, chunk.campaign_id, call_list_id)
        refusals, duplicates = [], 0
        for row in rows:
            refused = outcomes[row.line].refusal
            if refused is not None:
                duplicates += refused.code == RowCode.DUPLICATE
                text = chunks.row_text(row.cells, columns.delimiter)
                refusals.append(Refusal(row.line, refused.code, refused.reason, text))
        imported = len(rows) - len(refusals)
        repairs = [
            Repairs(line, "+".join(done.repairs), done.cell, done.phone_number)
            for line, several in sorted(prepared.repaired.items())
            if outcomes[line].refusal is None
            for done in several
        ]
        imports.finish_chunk(
            tx, call_list_id, n, imported=imported, duplicates=duplicates, refusals=refusals, repairs=repairs
        )
        # Last, so that nobody who wants to pause or cancel waits for an import.
        state = contact_import.campaign_state(tx, chunk.campaign_id, hold=True)
        if state is CampaignState.CANCELLED and not cancelled:
            raise _CancelledMeanwhile
        imports.complete_if_done(tx, call_list_id)


class _CancelledMeanwhile(Exception):
    """The campaign was cancelled while one of its pieces was being imported."""


def raw_contact(item: NewContact) -> RawContact:
    """A contact as the rules for rows take it."""
    return RawContact(
        phone_number=item.phone_number,
        name=(item.name or "").strip(),
        time_zone=(item.time_zone or "").strip(),
        priority=str(item.priority),
        external_id=(item.external_id or "").strip(),
        data=item.data,
        region=(item.region or "").strip(),
        consent_at=(item.consent_at or "").strip(),
        consent_source=(item.consent_source or "").strip(),
        others=tuple(item.numbers),
    )


def _result(outcome: Outcome) -> AddResult:
    if outcome.refusal is None:
        return AddResult(outcome.contact_id, None, None)
    return AddResult(None, outcome.refusal.code, outcome.refusal.reason)
