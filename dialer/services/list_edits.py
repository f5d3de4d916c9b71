"""Call lists, switched on and off."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, select

from dialer.clock import Clock
from dialer.db import imports
from dialer.db.imports import CallListInfo
from dialer.db.tables import Call, Contact
from dialer.errors import Conflict, NotFound
from dialer.services import revisions
from dialer.services.decisions import Decided, decide
from dialer.services.ending import withdraw_queued
from dialer.services.revisions import ANY, Revisions


class CallListEdits:
    """Changes of call lists."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def edit(self, call_list_id: int, changes: Mapping[str, Any], *, of: Revisions = ANY) -> Decided[CallListInfo]:
        """Change a list's name, or switch it on or off (`active`).

        When this returns, nobody on a list that is off is dialed. Its queued calls go back, its contacts stay as they
        are, and they are due again as soon as it is on.

        Args:
            of: the revisions that the changes are meant for.

        Raises:
            NotFound: no such list.
            PreconditionFailed: it has another revision.
            Conflict: it was withdrawn, and is to be switched on.
        """

        def action(tx: Connection) -> CallListInfo:
            call_list = imports.lock(tx, call_list_id)
            if call_list is None:
                raise NotFound(f"There is no call list {call_list_id}.")
            revisions.check(of, call_list.revision)
            if call_list.withdrawn_at is not None and changes.get("active"):
                raise Conflict(f"Call list {call_list_id} was withdrawn. Upload it again to call the people on it.")
            if not changes:
                return call_list
            edited = imports.edit(tx, call_list_id, changes)
            if not edited.active:
                withdraw_queued(tx, on_list(call_list_id), reason="list_off")
            return edited

        return decide(self._engine, self._clock, action, scope=[on_list(call_list_id)])


def on_list(call_list_id: int) -> ColumnElement[bool]:
    """The condition on `Call` that it is to a contact of the list."""
    # A look-up for each of the few calls in question, not a join with all contacts of the list.
    list_of_contact = select(Contact.call_list_id).where(Contact.id == Call.contact_id).scalar_subquery()
    return list_of_contact == call_list_id
