"""A single call, outside any campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

import uuid_utils
from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import call_records, caller_ids, control, dnc, people, telephony
from dialer.db.telephony import TrunkRecord
from dialer.domain import gate
from dialer.domain.actions import AnswerAction
from dialer.domain.caller_ids import CallerIdPool, Owned
from dialer.domain.gate import GateFacts
from dialer.domain.phone import PhoneNumber
from dialer.errors import GateRefused, InvalidInput
from dialer.services import caller_ids as caller_id_service
from dialer.services import gating, numbers, sounds
from dialer.services.call_traces import trace_queued
from dialer.services.calls import CallDetails, Calls
from dialer.services.idempotency import Within, nothing_more
from dialer.services.nudges import Nudges
from dialer.services.trunk_states import TrunkStates


@dataclass(frozen=True, slots=True)
class NewCall:
    """What to dial, and what to do on answer.

    Attributes:
        phone_number: E.164, or national with a `default_region`.
        trunk_id: None where there is only one trunk.
        trunk_group_id: instead of `trunk_id`: one of its trunks is chosen, by weight, of those that work.
        caller_id: None for the trunk's.
        caller_id_pool: instead of `caller_id`: one of the trunk's is chosen.
        variables: channel variables by name.
        time_zone: IANA name of the callee's zone; None to find it from the number.
    """

    phone_number: str
    answer_action: AnswerAction
    trunk_id: int | None = None
    trunk_group_id: int | None = None
    caller_id: str | None = None
    caller_id_pool: CallerIdPool | None = None
    timeout_seconds: int = 30
    variables: Mapping[str, str] = field(default_factory=dict)
    default_region: str | None = None
    time_zone: str | None = None


class SingleCalls:
    """Queues calls outside any campaign. The worker's gate decides again, with the claim."""

    def __init__(
        self, engine: Engine, clock: Clock, settings: Settings, nudges: Nudges, calls: Calls, states: TrunkStates
    ) -> None:
        self._engine = engine
        self._states = states
        self._clock = clock
        self._settings = settings
        self._nudges = nudges
        self._calls = calls

    def create(self, new: NewCall, *, within: Within[CallDetails] = nothing_more) -> CallDetails:
        """Queue a call, if the gate would let it through now.

        Args:
            within: called with the call in the transaction that makes it.

        Raises:
            InvalidInput: not a phone number; no such trunk, group or time zone; the trunk is ambiguous; a caller id
                that isn't the trunk's; an uploaded sound that isn't there.
            GateRefused: it must not be dialed now; `extra` has `gate_code` and `until`.
        """
        number = numbers.read(new.phone_number, new.default_region, self._settings.special_numbers_allowed)
        zone_names = _zones(number, new.time_zone)
        call_id = UUID(str(uuid_utils.uuid7()))
        with self._engine.begin() as tx:
            trunk = self._trunk(tx, new)
            sounds.check(tx, new.answer_action)
            asked = self._ask_gate(tx, call_id, new, trunk, number.e164, zone_names)
            call = {
                "id": call_id,
                "phone_number": number.e164,
                "caller_id": asked.caller_id.caller_id,
                "trunk_id": trunk.id,
                "trunk_group_id": new.trunk_group_id,
                "node_id": trunk.node_id,
                "zone_id": call_records.zone_set_id(tx, zone_names),
                "attempt_number": 1,
                "max_attempts": 1,
                "policy_version": 1,
                "timeout_seconds": new.timeout_seconds,
            }
            call_records.add(tx, call, dict(new.variables), new.answer_action.model_dump(mode="json"))
            details = self._calls.read(tx, call_id)
            within(tx, details)
            trace_queued(tx, [call_id])
        self._nudges.work_on_trunk(trunk.id)
        return details

    def _trunk(self, tx: Connection, new: NewCall) -> TrunkRecord:
        if new.trunk_group_id is None:
            trunk = _trunk(tx, new.trunk_id)
            caller_id_service.check(tx, trunk.id, new.caller_id, new.caller_id_pool)
            return trunk
        caller_id_service.check_way(tx, None, new.trunk_group_id, new.caller_id, new.caller_id_pool)
        found = self._states.choose(
            tx,
            new.trunk_group_id,
            lambda trunk_id: caller_id_service.permits(tx, trunk_id, new.caller_id, new.caller_id_pool),
        )
        if found is None:
            message = f"there is no trunk group {new.trunk_group_id}"
            raise InvalidInput(f"trunk_group_id: {message}.", errors=[{"field": "trunk_group_id", "message": message}])
        return _trunk(tx, found)

    def _ask_gate(
        self,
        tx: Connection,
        call_id: UUID,
        new: NewCall,
        trunk: TrunkRecord,
        number: str,
        zone_names: tuple[str, ...],
    ) -> GateFacts:
        installation = control.get(tx)
        row = _NO_CAMPAIGN | {
            "id": call_id,
            "caller_id": new.caller_id,
            "caller_id_pool": new.caller_id_pool.model_dump(mode="json") if new.caller_id_pool else None,
            "phone_number": number,
            "at": self._clock.now(),
            "allow_listed": control.is_allowed(tx, number),
            "dnc": dnc.entry_against(tx, number, None),
            "zones": zone_names,
            "number_dialed_at": call_records.dials(tx, number),
            "number_abandoned_at": people.abandoned_at(tx, number),
        }
        facts = gating.facts(
            row,
            self._settings,
            owned=caller_ids.owned(tx, trunk.id) or Owned(),
            stopped=installation.stop_at is not None,
            allow_list_only=installation.allow_list_only,
        )
        refusal = gate.decide(facts)
        if refusal is not None:
            raise GateRefused(
                f"{refusal.rule[0].upper()}{refusal.rule[1:]}.",
                gate_code=refusal.code.value,
                source=refusal.source,
                until=refusal.until,
            )
        return facts


_NO_CAMPAIGN: Final[dict[str, Any]] = {
    "campaign_id": None,
    "pinned_elsewhere": False,
    "default_time_zone": None,
    "attempts": 0,
    "call_max_attempts": 1,
    "regions": (),
    "consent_at": None,
    "not_before": None,
    "not_after": None,
    "callback_for": None,
    "list_active": True,
}


def _zones(number: PhoneNumber, time_zone: str | None) -> tuple[str, ...]:
    if time_zone is None:
        return number.zones
    if time_zone not in available_timezones():
        message = f"{time_zone!r} is not the name of a time zone, like Europe/Berlin"
        raise InvalidInput(f"{message}.", errors=[{"field": "time_zone", "message": message}])
    return (time_zone,)


def _trunk(tx: Connection, trunk_id: int | None) -> TrunkRecord:
    trunk = telephony.only_trunk(tx) if trunk_id is None else telephony.get_trunk(tx, trunk_id)
    if trunk is None:
        message = "must name the trunk, as there is not exactly one" if trunk_id is None else f"no trunk {trunk_id}"
        raise InvalidInput(f"trunk_id: {message}.", errors=[{"field": "trunk_id", "message": message}])
    return trunk
