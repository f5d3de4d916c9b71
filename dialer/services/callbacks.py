"""A call at the time that a person asked for."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import callbacks, contact_edits, contact_import, contact_numbers, explaining, transitions
from dialer.db.tables import Call
from dialer.domain.caller_ids import Owned
from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.gate import GateFacts, decide, opens
from dialer.errors import Conflict, GateRefused, InvalidInput, NotFound
from dialer.services import decisions, gating, numbers, reconsidering
from dialer.services.contacts import ContactDetails, Contacts
from dialer.services.decisions import Decided
from dialer.services.ending import withdraw_queued
from dialer.services.idempotency import Within, nothing_more

FURTHEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewCallback:
    """What a person asks for.

    Attributes:
        at: without an offset, by the clocks where the person is.
        phone_number: one of the contact's; None for the one that comes next.
    """

    at: datetime
    phone_number: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """A callback, and what the gate says about it now.

    Attributes:
        opens_at: when the gate lets it through if nothing changes but the time; None if that won't do.
        moved_by, reason: why that isn't the time that was asked for; None if it is.
    """

    contact_id: int
    at: datetime
    phone_number: str
    note: str | None
    opens_at: datetime | None
    moved_by: str | None
    reason: str | None


class Callbacks:
    """A contact has one callback at most. It goes through the gate like every call, and before other retries."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings, contacts: Contacts) -> None:
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._contacts = contacts

    def ask(
        self, contact_id: int, new: NewCallback, user: str, *, within: Within[CallbackAsked] = nothing_more
    ) -> CallbackAsked:
        """Call a person at a time, whatever has become of the contact: a callback that it has is replaced.

        A queued call goes back; one that was dialed goes on, and the callback comes after it.

        Args:
            within: called with the callback in the transaction that stores it.

        Raises:
            NotFound: no such contact.
            Conflict: the contact or its campaign is cancelled.
            InvalidInput: the time is past, too far, or ambiguous; the number is none of the contact's.
            GateRefused: the number must not be called at all; `extra` has `gate_code`.
        """

        def action(tx: Connection) -> CallbackAsked:
            contact_edits.lock(tx, contact_id)
            details = self._contacts.read(tx, contact_id)
            self._check(tx, details)
            withdraw_queued(tx, Call.contact_id == contact_id, reason="callback_asked")
            phone_number = self._turn(tx, details, new.phone_number)
            at = self._time(tx, contact_id, new.at)
            callbacks.ask(tx, contact_id, at=at, phone_number=phone_number, note=new.note, created_by=user)
            asked = self._judge(tx, contact_id, at, phone_number, new.note)
            within(tx, asked)
            return asked

        scope = [Call.contact_id == contact_id]
        return decisions.decide(self._engine, self._clock, action, scope=scope).value

    def cancel(self, contact_id: int, user: str) -> Decided[ContactDetails]:
        """Forget the callback. What happens next is what would have happened without it.

        Raises:
            NotFound: no such contact, or it has no callback.
        """

        def action(tx: Connection) -> None:
            contact_edits.lock(tx, contact_id)
            if self._contacts.read(tx, contact_id).contact.callback_at is None:
                raise NotFound(f"Contact {contact_id} has no callback.")
            withdraw_queued(tx, Call.contact_id == contact_id, reason="callback_cancelled")
            callbacks.cancel(tx, contact_id, user)
            if self._contacts.read(tx, contact_id).contact.state == ContactState.WAITING:
                reconsidering.by_policy(tx, contact_id)

        decided = decisions.decide(self._engine, self._clock, action, scope=[Call.contact_id == contact_id])
        return Decided(self._contacts.get(contact_id), decided.in_flight)

    def _check(self, tx: Connection, details: ContactDetails) -> None:
        contact = details.contact
        if contact.final_reason == FinalReason.CANCELLED or contact_edits.is_cancelled(tx, contact.id):
            raise Conflict(f"Contact {contact.id} is cancelled and is called no more.")
        if contact_import.campaign_state(tx, contact.campaign_id, hold=True) is CampaignState.CANCELLED:
            raise Conflict(f"Campaign {contact.campaign_id} is cancelled.")

    def _turn(self, tx: Connection, details: ContactDetails, wanted: str | None) -> str:
        """Let the number that was asked for come next; which it is."""
        if wanted is None:
            return details.next_number
        contact = details.contact
        region = contact_import.default_region(tx, contact.campaign_id)
        number = numbers.read(wanted, region, self._settings.special_numbers_allowed).e164
        if number not in (known := [n.phone_number for n in details.numbers]):
            message = f"{number} is none of the contact's numbers; add it to them first (PATCH numbers)"
            raise InvalidInput(f"{message}.", errors=[{"field": "phone_number", "message": message}])
        if details.several:
            contact_numbers.reopen(tx, contact.id, known.index(number) + 1)
            contact_numbers.turn_to(tx, [(contact.id, known.index(number) + 1)])
        return number

    def _time(self, tx: Connection, contact_id: int, at: datetime) -> datetime:
        now = transitions.database_time(tx)
        if at.tzinfo is None:
            row = explaining.contacts(tx, [contact_id], now)[contact_id]
            at = _local(at, tuple(row["zones"]) or tuple(filter(None, [row["default_time_zone"]])))
        if not now - timedelta(minutes=1) <= at <= now + FURTHEST:
            raise _wrong_time(f"{at.isoformat()} is not within the next {FURTHEST.days} days")
        return at

    def _judge(
        self, tx: Connection, contact_id: int, at: datetime, phone_number: str, note: str | None
    ) -> CallbackAsked:
        row = explaining.contacts(tx, [contact_id], transitions.database_time(tx))[contact_id]
        facts: GateFacts = replace(
            gating.facts(
                row,
                self._settings,
                owned=Owned(row["trunk_caller_id"], row["caller_ids"]),
                stopped=False,
                allow_list_only=row["allow_list_only"],
                due_at=at,
            ),
            campaign_state=CampaignState.RUNNING,
        )
        refusal = decide(facts)
        if refusal is not None and refusal.final is not None:
            raise GateRefused(
                f"{refusal.rule[0].upper()}{refusal.rule[1:]}.",
                gate_code=refusal.code.value,
                source=refusal.source,
                until=None,
            )
        then = decide(replace(facts, at=max(at, facts.at), due_at=None))
        return CallbackAsked(
            contact_id,
            at,
            phone_number,
            note,
            opens_at=opens(facts),
            moved_by=then.code.value if then else None,
            reason=then.rule if then else None,
        )


def _local(at: datetime, zones: tuple[str, ...]) -> datetime:
    """A time by the clocks where the person is.

    Raises:
        InvalidInput: it is not known where that is, or clocks differ there.
    """
    moments = {at.replace(tzinfo=ZoneInfo(zone)).timestamp(): zone for zone in zones}
    if len(moments) != 1:
        where = f"the number can be in {', '.join(zones)}" if zones else "nobody knows where the number is"
        raise _wrong_time(f"{where}: give the time with an offset, like {at.isoformat()}+00:00")
    return at.replace(tzinfo=ZoneInfo(next(iter(moments.values()))))


def _wrong_time(message: str) -> InvalidInput:
    return InvalidInput(f"at: {message}.", errors=[{"field": "at", "message": message}])
