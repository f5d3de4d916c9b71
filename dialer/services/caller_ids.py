"""The caller ids that trunks own: what an administrator says may be shown, and who may show it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.db import caller_ids, telephony, trunk_groups
from dialer.db.caller_ids import CallerIdRecord
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.tables import Call
from dialer.domain import phone
from dialer.domain.caller_ids import MOST, CallerIdPool, Owned, named
from dialer.domain.phone import PhoneRefusal
from dialer.errors import Conflict, DialerError, InvalidInput, NotFound
from dialer.services import revisions
from dialer.services.decisions import Decided, decide
from dialer.services.idempotency import Within, nothing_more
from dialer.services.revisions import ANY, Revisions


class CallerIds:
    """Adds, edits and removes them. What is disabled or removed is shown by no call sent after the answer."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def add(
        self,
        trunk_id: int,
        phone_number: str,
        *,
        label: str | None = None,
        enabled: bool = True,
        within: Within[CallerIdRecord] = nothing_more,
    ) -> CallerIdRecord:
        """Say that a trunk owns a number, which is pinned to it from now on.

        Args:
            phone_number: E.164.

        Raises:
            NotFound: no such trunk.
            InvalidInput: not a phone number, or not one to be called back under; the trunk has too many.
            Conflict: a trunk owns it already, or shows it as its own caller id.
        """
        number = phone.parse(phone_number, None)
        if isinstance(number, PhoneRefusal):
            raise _invalid("phone_number", number.reason)
        values = {"trunk_id": trunk_id, "phone_number": number.e164, "label": label, "enabled": enabled}
        taken: dict[str, DialerError] = {
            "uq_caller_ids_phone_number": Conflict(f"A trunk owns {number.e164} already; a number is pinned to one.")
        }
        with explaining(taken), self._engine.begin() as tx:
            if telephony.lock_trunk(tx, trunk_id) is None:
                raise NotFound(f"There is no trunk {trunk_id}.")
            if (other := caller_ids.shown_by(tx, number.e164, besides=trunk_id)) is not None:
                raise Conflict(f"{number.e164} is the caller id of trunk {other!r}.")
            if caller_ids.count(tx, trunk_id) >= MOST:
                raise _invalid("phone_number", f"a trunk has at most {MOST} caller ids")
            added = caller_ids.add(tx, values)
            within(tx, added)
        return added

    def listed(self, trunk_id: int, page: PageRequest, *, enabled: bool | None = None) -> Page[CallerIdRecord]:
        """A trunk's caller ids, the oldest first.

        Raises:
            NotFound: no such trunk.
        """
        with self._engine.begin() as tx:
            if telephony.get_trunk(tx, trunk_id) is None:
                raise NotFound(f"There is no trunk {trunk_id}.")
            return caller_ids.listed(tx, trunk_id, page, enabled=enabled)

    def get(self, trunk_id: int, caller_id_id: int) -> CallerIdRecord:
        """One of a trunk's caller ids.

        Raises:
            NotFound: it has none of that id.
        """
        with self._engine.begin() as tx:
            return _found(caller_ids.get(tx, trunk_id, caller_id_id), trunk_id, caller_id_id)

    def edit(
        self, trunk_id: int, caller_id_id: int, changes: Mapping[str, Any], *, of: Revisions = ANY
    ) -> Decided[CallerIdRecord]:
        """Change `label` or `enabled`. Raises as `get`, and PreconditionFailed."""

        def action(tx: Connection) -> CallerIdRecord:
            found = _locked(tx, trunk_id, caller_id_id)
            revisions.check(of, found.revision)
            return caller_ids.edit(tx, caller_id_id, dict(changes)) if changes else found

        return decide(self._engine, self._clock, action, scope=[Call.trunk_id == trunk_id])

    def remove(self, trunk_id: int, caller_id_id: int) -> None:
        """The trunk owns it no more; the calls that showed it still say so. Raises as `get`."""

        def action(tx: Connection) -> None:
            caller_ids.remove(tx, _locked(tx, trunk_id, caller_id_id).id)

        decide(self._engine, self._clock, action, scope=[Call.trunk_id == trunk_id])


def check(tx: Connection, trunk_id: int, caller_id: str | None, pool: CallerIdPool | None) -> None:
    """Refuse what the trunk may not show. A trunk that doesn't exist refuses nothing: that is somebody else's error.

    Raises:
        InvalidInput: names the field, and what to do.
    """
    owned = caller_ids.owned(tx, trunk_id)
    if owned is None:
        return
    if caller_id is not None:
        owner = caller_ids.owner(tx, caller_id)
        shown = named(owned, caller_id, pinned_elsewhere=owner not in (None, trunk_id))
        if shown.wrong is not None:
            raise _invalid("caller_id", f"{shown.wrong}; see GET /v1/trunks/{trunk_id}/caller-ids")
    if pool is not None:
        _check_pool(trunk_id, owned, pool)


def check_way(
    tx: Connection, trunk_id: int | None, group_id: int | None, caller_id: str | None, pool: CallerIdPool | None
) -> None:
    """As `check`, for a trunk or a group. Of a group one trunk at least must be able to show it: others are left out.

    Raises:
        InvalidInput: names the field, and what to do.
    """
    if trunk_id is not None:
        check(tx, trunk_id, caller_id, pool)
        return
    members = trunk_groups.members(tx, group_id or 0)
    if members and not any(permits(tx, member, caller_id, pool) for member in members):
        check(tx, members[0], caller_id, pool)


def permits(tx: Connection, trunk_id: int, caller_id: str | None, pool: CallerIdPool | None) -> bool:
    """Whether the trunk may show it."""
    try:
        check(tx, trunk_id, caller_id, pool)
    except InvalidInput:
        return False
    return True


def check_trunk(tx: Connection, trunk_id: int | None, caller_id: str) -> None:
    """Refuse a trunk's own caller id that another trunk owns.

    Raises:
        InvalidInput: names the other.
    """
    owner = caller_ids.owner(tx, caller_id)
    if owner not in (None, trunk_id):
        raise _invalid("caller_id", f"trunk {owner} owns this number")


def _check_pool(trunk_id: int, owned: Owned, pool: CallerIdPool) -> None:
    add = f"add it with POST /v1/trunks/{trunk_id}/caller-ids"
    if not owned.numbers:
        raise _invalid("caller_id_pool", f"trunk {trunk_id} owns no caller ids; {add}")
    if foreign := next((number for number in pool.numbers if number not in owned.numbers), None):
        raise _invalid("caller_id_pool", f"{foreign} is no caller id of trunk {trunk_id}; {add}")


def _locked(tx: Connection, trunk_id: int, caller_id_id: int) -> CallerIdRecord:
    return _found(caller_ids.get(tx, trunk_id, caller_id_id, lock=True), trunk_id, caller_id_id)


def _found(found: CallerIdRecord | None, trunk_id: int, caller_id_id: int) -> CallerIdRecord:
    if found is None:
        raise NotFound(f"Trunk {trunk_id} has no caller id {caller_id_id}.")
    return found


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name}: {message}.", errors=[{"field": name, "message": message}])
