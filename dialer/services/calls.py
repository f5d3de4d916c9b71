"""Calls: read, and hung up."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine

from dialer.db import call_records
from dialer.db.call_records import CallFilter, CallRecord, GivenRecord
from dialer.db.pages import Page, PageRequest
from dialer.domain.calls import CallState
from dialer.domain.dispositions import Disposition
from dialer.errors import Conflict, NotFound
from dialer.services.ending import Ending, end_calls


@dataclass(frozen=True, slots=True)
class CallDetails:
    """A call; and what it was given, if it is outside any campaign."""

    call: CallRecord
    given: GivenRecord | None


class Calls:
    """What a user does with calls that exist."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, call_id: UUID) -> CallDetails:
        """One call.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return self.read(tx, call_id)

    def read(self, tx: Connection, call_id: UUID) -> CallDetails:
        """As `get`, in a transaction that has begun."""
        call = _found(call_records.get(tx, call_id), call_id)
        return CallDetails(call, call_records.given(tx, call_id) if call.campaign_id is None else None)

    def listed(self, page: PageRequest, wanted: CallFilter | None = None) -> Page[CallRecord]:
        """Calls, the newest first."""
        with self._engine.begin() as tx:
            return call_records.listed(tx, page, wanted or CallFilter())

    def hang_up(self, call_id: UUID) -> CallRecord:
        """End a call. One that is still queued is over at once; for another the wish is put on its row, and whoever
        knows its channel carries it out. Its contact, if it has one, is not called again.

        Raises:
            NotFound: there is no such call.
            Conflict: it has ended.
        """
        with self._engine.begin() as tx:
            call = _found(call_records.lock(tx, call_id), call_id)
            if call.state == CallState.ENDED:
                raise Conflict("The call has ended already.", disposition=call.disposition)
            call_records.request_hangup(tx, call_id)
            if call.state == CallState.QUEUED:
                end_calls(tx, [Ending(call_id, Disposition.CANCELLED, failure_reason="cancelled")])
            return _found(call_records.get(tx, call_id), call_id)


def _found(call: CallRecord | None, call_id: UUID) -> CallRecord:
    if call is None:
        raise NotFound(f"There is no call {call_id}.")
    return call
