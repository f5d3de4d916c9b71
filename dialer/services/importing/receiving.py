"""The upload of a list: from a stream into pieces, of which all are stored, or none."""

from typing import Any, BinaryIO, Final

from sqlalchemy import Engine

from dialer.clock import Clock
from dialer.db import contact_import, imports
from dialer.db.imports import Refusal
from dialer.domain import phone
from dialer.domain.campaigns import CampaignState
from dialer.errors import Conflict, InvalidInput, NotFound
from dialer.services.idempotency import Within, nothing_more
from dialer.services.importing import chunks
from dialer.services.importing.opening import Reading, open_list
from dialer.services.importing.reader import BadRow, Row

_STORE_EVERY_SECONDS: Final = 10.0
"""However slowly it comes in, an upload shows this often that it is alive."""
NO_ROWS: Final = "The file has a header, but no rows."


class Upload:
    """One upload. Use it once."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._list_id = 0
        self._n = 0
        self._rows: list[Row] = []
        self._bad: list[Refusal] = []
        self._chars = 0
        self._stored_at = clock.monotonic()

    def receive(
        self,
        campaign_id: int,
        stream: BinaryIO,
        *,
        name: str,
        default_region: str | None,
        user: str,
        reading: Reading,
        within: Within[int] = nothing_more,
    ) -> int:
        """Store the whole list, and return its id; `within` is called with that before the last commit.

        Raises:
            InvalidInput, NotFound, Conflict: see `CallListImport.receive`.
        """
        region = region_of_list(self._engine, campaign_id, default_region)
        reader = open_list(stream, reading)
        rows = iter(reader)
        first = next(rows, None)
        if first is None:
            raise InvalidInput(NO_ROWS)
        with self._engine.begin() as tx:
            self._list_id = imports.create(
                tx,
                campaign_id=campaign_id,
                name=name,
                default_region=region,
                columns=reader.columns.as_json(),
                user=user,
            )
        problem = "The upload broke off."
        stored = False
        try:
            self._add(first)
            for row in rows:
                self._add(row)
            self._store()
            self._close(campaign_id, reader.columns.as_json(), within)
            stored = True
        except (InvalidInput, Conflict) as error:
            problem = error.detail
            raise
        finally:
            if not stored:
                with self._engine.begin() as tx:
                    imports.fail_one(tx, self._list_id, problem)
        return self._list_id

    def _add(self, row: Row | BadRow) -> None:
        if isinstance(row, BadRow):
            self._bad.append(Refusal(row.line, row.code, row.reason, row.text))
            self._chars += len(row.text)
        else:
            self._rows.append(row)
            self._chars += sum(map(len, row.cells))
        full = len(self._rows) + len(self._bad) >= chunks.MAX_ROWS or self._chars >= chunks.MAX_CHARS
        if full or self._clock.monotonic() - self._stored_at > _STORE_EVERY_SECONDS:
            self._store()

    def _store(self) -> None:
        count = len(self._rows) + len(self._bad)
        if count == 0:
            return
        packed = chunks.pack(self._rows) if self._rows else None
        with self._engine.begin() as tx:
            if not imports.store_chunk(tx, self._list_id, self._n, rows=packed, count=count, refusals=self._bad):
                raise _given_up()
        self._n += 1
        self._rows, self._bad, self._chars = [], [], 0
        self._stored_at = self._clock.monotonic()

    def _close(self, campaign_id: int, columns: dict[str, Any], within: Within[int]) -> None:
        with self._engine.begin() as tx:
            _refuse_cancelled(campaign_id, contact_import.campaign_state(tx, campaign_id, hold=True))
            # The encoding is known now: a letter in the last row may have shown it.
            if not imports.close_upload(tx, self._list_id, columns):
                raise _given_up()
            imports.complete_if_done(tx, self._list_id)
            within(tx, self._list_id)


def region_of_list(engine: Engine, campaign_id: int, default_region: str | None) -> str | None:
    """The country whose national numbers a list means: the one that is given, or the campaign's.

    Raises:
        NotFound: no such campaign.
        Conflict: it is cancelled.
        InvalidInput: there is no such country.
    """
    with engine.begin() as tx:
        _refuse_cancelled(campaign_id, contact_import.campaign_state(tx, campaign_id))
        region = default_region or contact_import.default_region(tx, campaign_id)
    if region is not None and not phone.known_region(region):
        raise InvalidInput(f"{region!r} is not an ISO 3166 country code such as GB, in capital letters.")
    return region


def _given_up() -> Conflict:
    return Conflict("The upload was silent for too long and has been given up.")


def _refuse_cancelled(campaign_id: int, state: CampaignState | None) -> None:
    if state is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    if state is CampaignState.CANCELLED:
        raise Conflict(f"Campaign {campaign_id} is cancelled and takes no contacts.", state=state.value)
