"""Contacts, edited one by one: put by the external id of whoever keeps them, changed, cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import barrier, call_records, contact_edits, contact_import, contact_numbers
from dialer.db.contact_import import NewRow
from dialer.db.records import explaining
from dialer.db.tables import Call
from dialer.domain import phone
from dialer.domain.calls import CallState
from dialer.domain.campaigns import CampaignState
from dialer.domain.dispositions import Disposition
from dialer.domain.profiles import regions_of
from dialer.errors import Conflict, DialerError, GateRefused, InvalidInput, NotFound
from dialer.services import revisions
from dialer.services.contacts import ContactDetails, Contacts
from dialer.services.decisions import Decided, decide
from dialer.services.ending import Ending, end_calls, withdraw_queued
from dialer.services.importing.codes import RowCode
from dialer.services.importing.contacts import ContactWriter
from dialer.services.importing.mapping import valid_variable
from dialer.services.importing.rows import RowRefusal, RowRules
from dialer.services.importing.service import NewContact, raw_contact
from dialer.services.revisions import ANY, Revisions

_COLUMNS: Final = ("phone_number", "priority", "external_id", "name", "consent_at", "consent_source")
# Where the person is, and so when they may be called, comes from these.
_PLACES: Final = frozenset({"phone_number", "numbers", "time_zone", "region"})
_ALL: Final = frozenset(NewContact.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Put:
    """A contact that was put: whether it is new, and how many calls to it were dialed before and are not over."""

    contact_id: int
    is_new: bool
    in_flight: int


class ContactEdits:
    """Changes of single contacts. They hold for every claim made after the answer."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings, contacts: Contacts) -> None:
        self._engine = engine
        self._clock = clock
        self._allowed = settings.special_numbers_allowed
        self._contacts = contacts
        self._writer = ContactWriter(engine)

    def put(self, campaign_id: int, new: NewContact, *, of: Revisions = ANY) -> Put:
        """Add the contact with that external id to a campaign, or make the one that has it what is given.

        A contact that is done stays so. A call that is queued goes back if the number or the place has changed.

        Raises:
            NotFound: no such campaign.
            Conflict: it is cancelled; several of its contacts have that external id; another one has the number.
            InvalidInput, GateRefused: what is given can't be a contact; `extra["row_code"]` says why.
            PreconditionFailed: it is there and none of the revisions `of`.
        """
        row = self._prepare(campaign_id, new)
        with explaining(_taken(new.phone_number)), self._engine.begin() as tx:
            barrier.hold_back_claims(tx)
            if contact_import.campaign_state(tx, campaign_id, hold=True) is CampaignState.CANCELLED:
                raise Conflict(f"Campaign {campaign_id} is cancelled and takes no contacts.")
            contact_edits.lock_external_id(tx, campaign_id, new.external_id or "")
            found = contact_edits.with_external_id(tx, campaign_id, new.external_id or "")
            if len(found) > 1:
                raise Conflict(f"Several contacts of the campaign have the external id {new.external_id!r}.")
            contact_id = found[0] if found else self._insert(tx, campaign_id, row)
            if found:
                self._change(tx, contact_id, row, _ALL, of)
        in_flight = barrier.wait_until_settled(self._engine, self._clock, Call.contact_id == contact_id).calls
        return Put(contact_id, not found, in_flight)

    def edit(self, contact_id: int, changes: Mapping[str, Any], *, of: Revisions = ANY) -> Decided[ContactDetails]:
        """Change fields of `NewContact`; the others stay.

        Raises:
            NotFound: no such contact.
            Conflict, InvalidInput, GateRefused, PreconditionFailed: as `put`.
        """
        present = self._contacts.get(contact_id)
        contact = present.contact
        fields = {
            "phone_number": contact.phone_number,
            "name": contact.name,
            "priority": contact.priority,
            "external_id": contact.external_id,
            "consent_source": contact.consent_source,
            "data": present.data,
            "numbers": [number.phone_number for number in present.numbers[1:]],
        }
        if not changes.keys() & (_PLACES - {"numbers"}):
            fields |= _own_place(present)
        row = self._prepare(contact.campaign_id, NewContact(**(fields | dict(changes))))

        def action(tx: Connection) -> None:
            contact_edits.lock(tx, contact_id)
            self._change(tx, contact_id, row, frozenset(changes), of)

        with explaining(_taken(row.phone_number)):
            decided = decide(self._engine, self._clock, action, scope=[Call.contact_id == contact_id])
        return Decided(self._contacts.get(contact_id), decided.in_flight)

    def cancel(self, contact_id: int, *, hang_up: bool = False) -> Decided[ContactDetails]:
        """Call somebody no more. When this returns, no further call to the contact is sent.

        A call that rings is hung up. One that was answered goes on, unless `hang_up`.

        Raises:
            NotFound: no such contact.
        """

        def action(tx: Connection) -> None:
            if not contact_edits.lock(tx, contact_id):
                raise NotFound(f"There is no contact {contact_id}.")
            contact_edits.cancel(tx, contact_id)
            for call in call_records.of_contact(tx, contact_id):
                self._end(tx, call.id, hang_up=hang_up)

        decided = decide(self._engine, self._clock, action, scope=[Call.contact_id == contact_id])
        return Decided(self._contacts.get(contact_id), decided.in_flight)

    def _end(self, tx: Connection, call_id: Any, *, hang_up: bool) -> None:
        call = call_records.lock(tx, call_id)
        if call is None or call.state == CallState.ENDED or (call.state == CallState.UP and not hang_up):
            return
        call_records.request_hangup(tx, call_id)
        if call.state == CallState.QUEUED:
            end_calls(tx, [Ending(call_id, Disposition.CANCELLED, failure_reason="cancelled")])

    def _prepare(self, campaign_id: int, new: NewContact) -> NewRow:
        with self._engine.connect() as connection:
            if contact_import.campaign_state(connection, campaign_id) is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            region = contact_import.default_region(connection, campaign_id)
        rules = RowRules(region, self._allowed, valid_variable, strict=True)
        prepared = self._writer.prepare(rules, [(1, raw_contact(new))], place="item")
        if prepared.refused:
            raise _refused(prepared.refused[1])
        return prepared.accepted[0]

    def _insert(self, tx: Connection, campaign_id: int, row: NewRow) -> int:
        [inserted] = contact_import.insert_contacts(tx, campaign_id, None, [row])
        if inserted.dnc:
            raise _refused(RowRefusal(RowCode.DNC, f"{row.phone_number} must not be called (DNC)"))
        if inserted.contact_id is None:
            raise Conflict(f"{row.phone_number} is in the campaign already.", row_code=RowCode.DUPLICATE)
        return inserted.contact_id

    def _change(self, tx: Connection, contact_id: int, row: NewRow, names: frozenset[str], of: Revisions) -> None:
        contact_edits.lock(tx, contact_id)
        before = self._contacts.read(tx, contact_id)
        revisions.check(of, before.revision)
        values: dict[str, Any] = {name: getattr(row, name) for name in _COLUMNS if name in names}
        if names & _PLACES:
            records = _records(row, before)
            contact_numbers.replace(tx, contact_id, records)
            values |= _next(row, records, before.next_number)
        contact_edits.change(tx, contact_id, values, row.data if "data" in names else None)
        after = self._contacts.read(tx, contact_id)
        if (after.next_number, after.contact.zones) != (before.next_number, before.contact.zones):
            withdraw_queued(tx, Call.contact_id == contact_id, reason="contact_edited")


def _own_place(present: ContactDetails) -> dict[str, Any]:
    """Where the list says that the person is, besides what the first number tells."""
    first = present.numbers[0]
    own_zone = (
        first.zones[0] if len(first.zones) == 1 and tuple(first.zones) != phone.zones(first.phone_number) else None
    )
    regions = sorted({*first.regions} - {*regions_of(first.phone_number)}, key=len)
    return {"time_zone": own_zone, "region": regions[-1] if regions else None}


def _records(row: NewRow, before: ContactDetails) -> list[dict[str, Any]]:
    """The row's numbers, if it has several; one that must not be called any more stays so."""
    closed = {number.phone_number: number.closed_by for number in before.numbers}
    return [
        {"position": n, "phone_number": number, "zone_id": zone_id, "closed_by": closed.get(number)}
        for n, (number, zone_id) in enumerate(row.numbers, 1)
    ]


def _next(row: NewRow, records: Sequence[Mapping[str, Any]], before: str) -> dict[str, Any]:
    """Which number comes next: the one that would have, as long as it is there, else the first that is left."""
    left = [record for record in records if record["closed_by"] is None] or records
    if not left:
        return {"position": None, "zone_id": row.zone_id}
    chosen = next((record for record in left if record["phone_number"] == before), left[0])
    return {"position": chosen["position"], "zone_id": chosen["zone_id"]}


def _refused(refusal: RowRefusal) -> DialerError:
    detail = f"{refusal.reason}."
    if refusal.code == RowCode.DNC:
        return GateRefused(detail, gate_code="dnc", row_code=refusal.code, until=None)
    errors = [{"field": "body", "message": refusal.reason}]
    return InvalidInput(detail, row_code=refusal.code, errors=errors)


def _taken(phone_number: str) -> dict[str, DialerError]:
    taken = Conflict(f"Another contact of the campaign has {phone_number}.", row_code=RowCode.DUPLICATE)
    return {"uq_contacts_campaign_id_phone_number": taken}
