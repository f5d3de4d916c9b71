"""Do not call: an entry holds from the moment its answer is given."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import contact_numbers, dnc
from dialer.db.dnc import DncRecord
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.tables import Call
from dialer.domain.gate import GateCode
from dialer.domain.numbers import NextNumber, Numbers
from dialer.errors import InvalidInput, NotFound
from dialer.services import numbers
from dialer.services.decisions import Decided, decide
from dialer.services.ending import withdraw_queued


@dataclass(frozen=True, slots=True)
class NewDncEntry:
    """A number not to be called.

    Attributes:
        phone_number: E.164, or national with a `default_region`.
        campaign_id: None for all campaigns and single calls.
        source: where it comes from: `api`, `callee`, the name of a register.
        expires_at: None for ever.
    """

    phone_number: str
    campaign_id: int | None = None
    source: str = "api"
    reason: str | None = None
    expires_at: datetime | None = None
    default_region: str | None = None


class DncList:
    """The do-not-call list."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings) -> None:
        self._engine = engine
        self._clock = clock
        self._settings = settings

    def add(self, new: NewDncEntry, user: str) -> Decided[DncRecord]:
        """Forbid a number. When this returns it isn't dialed any more; contacts that were due are done.

        Those that have other numbers are called there.

        An entry for the same number and campaign is given the new reason, expiry and source.

        Raises:
            InvalidInput: not a phone number, no such campaign, or an expiry that is over.
        """
        if new.expires_at is not None and new.expires_at <= self._clock.now():
            raise InvalidInput(
                "The expiry is over already.", errors=[{"field": "expires_at", "message": "must be in the future"}]
            )
        number = numbers.read(new.phone_number, new.default_region, self._settings.special_numbers_allowed).e164
        scope = _scope(number, new.campaign_id)

        def action(tx: Connection) -> DncRecord:
            entry = dnc.put(
                tx,
                phone_number=number,
                campaign_id=new.campaign_id,
                reason=new.reason,
                expires_at=new.expires_at,
                source=new.source,
                user=user,
            )
            withdraw_queued(tx, *scope, reason="dnc")
            close_contacts(tx, [number], new.campaign_id)
            return entry

        with explaining({"fk_dnc_campaign_id": no_campaign(new.campaign_id)}):
            return decide(self._engine, self._clock, action, scope=scope)

    def listed(self, page: PageRequest, **wanted: object) -> Page[DncRecord]:
        """Entries, the newest first; those whose columns have the values in `wanted`, of which None is any."""
        with self._engine.begin() as tx:
            return dnc.listed(tx, page, wanted)

    def get(self, entry_id: int) -> DncRecord:
        """One entry.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            found = dnc.get(tx, entry_id)
        if found is None:
            raise NotFound(f"There is no do-not-call entry {entry_id}.")
        return found

    def remove(self, entry_id: int) -> DncRecord:
        """Take an entry off the list. Contacts that it ended stay as they are.

        Raises:
            NotFound: there is no such entry.
        """
        with self._engine.begin() as tx:
            removed = dnc.remove(tx, entry_id)
        if removed is None:
            raise NotFound(f"There is no do-not-call entry {entry_id}.")
        return removed


def close_contacts(tx: Connection, forbidden: Collection[str], campaign_id: int | None) -> None:
    """Contacts that were due are not called at these numbers; those that have no other are done."""
    ended, turns, closed = [], [], []
    contacts = dnc.lock_contacts(tx, forbidden, campaign_id)
    several = contact_numbers.of(tx, [row["id"] for row in contacts if row["position"] is not None])
    for row in contacts:
        records = several.get(row["id"], ())
        dropped = {record.position for record in records if record.phone_number in forbidden}
        closed += [{"contact_id": row["id"], "position": n, "reason": GateCode.DNC.value} for n in sorted(dropped)]
        left = [record.position for record in records if record.closed_by is None and record.position not in dropped]
        position = Numbers(row["position"] or 1, tuple(left)).after(NextNumber.SAME)
        if position is None:
            ended.append(row["id"])
        elif position != row["position"]:
            turns.append((row["id"], position))
    contact_numbers.close(tx, closed)
    contact_numbers.turn_to(tx, turns)
    dnc.close_contacts(tx, ended)


def no_campaign(campaign_id: int | None) -> InvalidInput:
    """What to say where the campaign of an entry doesn't exist."""
    message = f"There is no campaign {campaign_id}."
    return InvalidInput(message, errors=[{"field": "campaign_id", "message": message}])


def _scope(phone_number: str, campaign_id: int | None) -> Sequence[ColumnElement[bool]]:
    scope = [Call.phone_number == phone_number]
    return scope if campaign_id is None else [*scope, Call.campaign_id == campaign_id]
