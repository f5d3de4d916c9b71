"""Call lists pulled out again: nobody on them is called any more, and their contacts are removed."""

from typing import Final

import structlog
from sqlalchemy import Connection, Engine, func

from dialer.clock import Clock
from dialer.db import imports, withdrawing
from dialer.db.imports import CallListInfo
from dialer.domain.imports import ImportState
from dialer.errors import Conflict, NotFound
from dialer.services.decisions import Decided, decide
from dialer.services.ending import withdraw_queued
from dialer.services.list_edits import on_list
from dialer.services.nudges import Nudges, go_on

_BATCH: Final = 1000
"""Contacts of one transaction: their locks are held for milliseconds, however many there are in all."""

_log = structlog.get_logger()


class Withdrawing:
    """Decides that a list is pulled out, which holds at once, and removes its contacts, which may take a while."""

    def __init__(self, engine: Engine, clock: Clock, nudges: Nudges) -> None:
        self._engine = engine
        self._clock = clock
        self._nudges = nudges

    def begin(self, call_list_id: int, user: str) -> Decided[CallListInfo]:
        """Pull a list out. When this returns, nobody on it is dialed any more.

        Queued calls go back; calls in flight go on. The list is off for good. Rows of it that are not imported yet are
        refused. A list that is withdrawn already stays as it is.

        Raises:
            NotFound: no such list.
            Conflict: it is still being received, or has failed.
        """

        def action(tx: Connection) -> CallListInfo:
            call_list = imports.lock(tx, call_list_id)
            if call_list is None:
                raise NotFound(f"There is no call list {call_list_id}.")
            if call_list.withdrawn_at is not None:
                return call_list
            if call_list.state in (ImportState.RECEIVING, ImportState.FAILED):
                raise Conflict(
                    f"Call list {call_list_id} has no contacts: it is {call_list.state}.", state=call_list.state
                )
            imports.edit(tx, call_list_id, {"active": False, "withdrawn_at": func.clock_timestamp()})
            # After the list is off: whoever goes back is removed with it.
            back = withdraw_queued(tx, on_list(call_list_id), reason="list_withdrawn")
            _log.info("list_withdrawn", call_list_id=call_list_id, user=user, calls_taken_back=back)
            return withdrawing.count_removed(tx, call_list_id, back)

        decided = decide(self._engine, self._clock, action, scope=[on_list(call_list_id)])
        self._nudges.work_on_withdrawals()
        return decided

    def work(self, seconds: float) -> None:
        """Go on removing contacts, for so long or until nothing is left. Several processes may do this at once."""
        go_on(self._batch, self._nudges.work_on_withdrawals, self._clock, seconds)

    def _batch(self) -> bool:
        """Whether there was something to do."""
        with self._engine.begin() as tx:
            return withdrawing.remove_some(tx, _BATCH)
