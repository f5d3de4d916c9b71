"""The end of calls: with it, in the same transaction, goes what happens to the contact next."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection

from dialer import tracing
from dialer.db import contact_numbers, transitions
from dialer.db.contact_numbers import NumberRecord
from dialer.db.rows import Row
from dialer.domain.actions import MACHINE
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.dispositions import NOT_COUNTED, Disposition, Hangup, classify
from dialer.domain.numbers import ONE, Numbers
from dialer.domain.people import is_abandoned
from dialer.domain.profiles import patience
from dialer.domain.retry import MAX_NOT_DIALED, Final, NextStep, Retry, RetryPolicy, next_step, not_before
from dialer.limits.slots import Slot
from dialer.services.call_traces import trace_ended

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HangupReport:
    """What ChannelDestroyed and the last Dial event said."""

    cause: int
    tech_cause: int | None = None
    dialstatus: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """A call that is over.

    Give `hangup` where the PBX reported the end, and the disposition is found from it and from what the row knows;
    or `disposition` where it is known otherwise.

    Attributes:
        at: when it ended, on PostgreSQL's clock; None: now.
        channel: the channel's name, where the PBX has told it.
    """

    call_id: UUID
    disposition: Disposition | None = None
    hangup: HangupReport | None = None
    failure_reason: str | None = None
    at: datetime | None = None
    channel: str | None = None


def end_calls(
    tx: Connection,
    endings: Sequence[Ending],
    *,
    seen: list[tuple[int, Disposition]] | None = None,
    contacts_locked: bool = False,
) -> list[Slot]:
    """End calls and move their contacts on; calls that have ended already are left alone.

    Args:
        seen: gets the trunk and the disposition of every call that is ended here.
        contacts_locked: the caller has locked the contacts, and no call's dial is given back.

    Returns:
        The slots that these calls held, to be released after the commit.
    """
    if not endings:
        return []
    begun = tracing.now()
    by_id = {ending.call_id: ending for ending in endings}
    not_dialed = [ending.call_id for ending in endings if ending.disposition is Disposition.NOT_DIALED]
    rows = transitions.lock_for_ending(tx, list(by_id), not_dialed=not_dialed, contacts_locked=contacts_locked)
    if not rows:
        return []
    in_vain = _in_vain(tx, rows, by_id)
    numbers = contact_numbers.of(tx, [row["contact_id"] for row in rows if row["position"] is not None])
    ends: list[dict[str, Any]] = []
    moves: list[transitions.Move] = []
    given_back: list[tuple[str, datetime]] = []
    for row in rows:
        ending = by_id[row["id"]]
        ended_at = _ended_at(row, ending)
        disposition = _disposition(row, ending)
        abandoned = _abandoned(row) if disposition is Disposition.ANSWERED else None
        if abandoned:
            disposition = Disposition.ABANDONED
        if seen is not None:
            seen.append((row["trunk_id"], disposition))
        times = in_vain.get(row["id"], 0)
        set_aside = times >= MAX_NOT_DIALED
        if set_aside:
            log.error("call %s is set aside: claimed %d times, and nobody lived to send it", row["id"], times)
        report = ending.hangup
        ends.append(
            {
                "id": row["id"],
                "disposition": disposition.value,
                "ended_at": ended_at,
                "cause": report.cause if report else None,
                "tech_cause": report.tech_cause if report else None,
                "dialstatus": report.dialstatus if report else None,
                "failure_reason": f"{ending.failure_reason}; set aside" if set_aside else ending.failure_reason,
                "abandoned": abandoned,
                "channel": ending.channel,
            }
        )
        if disposition is Disposition.NOT_DIALED and row["claimed_at"] is not None:
            given_back.append((row["phone_number"], row["claimed_at"]))
        if row["contact_id"] is not None:
            moves.append(_move(row, disposition, ended_at, times, seen_from(row, numbers)))
    transitions.give_back(tx, given_back)
    transitions.end(tx, ends)
    transitions.move(tx, moves)
    trace_ended(tx, [row["id"] for row in rows], begun)
    return [
        Slot(row["claim_token"], row["trunk_id"], row["campaign_id"]) for row in rows if row["claim_token"] is not None
    ]


def withdraw_queued(tx: Connection, *scope: ColumnElement[bool], reason: str) -> int:
    """End all queued calls in `scope` as withdrawn, their contacts due again; how many.

    The caller holds back all claims (dialer.db.barrier).
    """
    ids = transitions.queued(tx, *scope)
    for start in range(0, len(ids), 1000):
        endings = [
            Ending(call_id, Disposition.WITHDRAWN, failure_reason=reason) for call_id in ids[start : start + 1000]
        ]
        end_calls(tx, endings)
    return len(ids)


def _in_vain(tx: Connection, rows: Sequence[Row], by_id: Mapping[UUID, Ending]) -> dict[UUID, int]:
    """How often each attempt that was not dialed has now been claimed in vain."""
    ids = [row["id"] for row in rows if by_id[row["id"]].disposition is Disposition.NOT_DIALED]
    before = transitions.not_dialed_before(tx, ids)
    return {call_id: before.get(call_id, 0) + 1 for call_id in ids}


def _ended_at(row: Row, ending: Ending) -> datetime:
    """What was heard is heard a little before it is written; both times are reckoned, and never the wrong way round."""
    now: datetime = row["at"]
    if ending.at is None:
        return now
    return min(now, max(ending.at, row["answered_at"] or row["claimed_at"] or ending.at))


def _disposition(row: Row, ending: Ending) -> Disposition:
    if ending.disposition is not None:
        return ending.disposition
    report = ending.hangup or HangupReport(cause=0)
    return classify(
        Hangup(
            cause=report.cause,
            tech_cause=report.tech_cause,
            was_up=row["answered_at"] is not None,
            by_us=row["hangup_requested_at"] is not None,
        )
    )


def _abandoned(row: Row) -> bool | None:
    """Whether the person who answered waited for one of ours in vain; None for a machine, and where nobody is to come.

    Nobody came unless it was heard that somebody did: what fell into a gap counts against us.
    """
    if row["people"] is None or row["amd_status"] == MACHINE:
        return None
    if row["abandoned"] is not None:
        return bool(row["abandoned"])
    return is_abandoned(
        waiting_since=row["waiting_since"],
        served_at=row["served_at"],
        has_begun=row["action_started_at"] is not None,
        is_over=True,
        patience=patience(row["profiles"] or ()),
    )


def seen_from(call: Row, numbers: Mapping[int, Sequence[NumberRecord]]) -> Numbers:
    """The numbers of a call's contact, as seen from the one that was called; `numbers`: of contacts with several."""
    if call["position"] is None:
        return ONE
    return contact_numbers.called(numbers.get(call["contact_id"], ()), call["phone_number"], call["position"])


def _move(
    row: Row, disposition: Disposition, ended_at: datetime, not_dialed: int, numbers: Numbers
) -> transitions.Move:
    """What the contact of an ended call does next."""
    given_back = disposition in NOT_COUNTED and row["claim_token"] is not None
    attempts = row["contact_attempts"] - given_back
    answered = disposition in (Disposition.ANSWERED, Disposition.ABANDONED)
    asked = row["callback_at"] if answered else None
    by_policy = False
    step: NextStep
    if row["list_withdrawn"]:
        step = Final(FinalReason.ANSWERED if answered else FinalReason.REMOVED)
    elif row["contact_cancelled_at"] is not None:
        step = Final(FinalReason.ANSWERED if answered else FinalReason.CANCELLED)
    elif disposition is Disposition.WITHDRAWN and row["hangup_requested_at"] is not None:
        step = Final(FinalReason.CANCELLED)
    elif asked is not None:
        step = Retry(max(asked, ended_at))
    elif _callback_stands(row, disposition) and not_dialed < MAX_NOT_DIALED:
        step = Retry(max(row["contact_callback_at"], ended_at))
    elif disposition is Disposition.ABANDONED and row["served_at"] is not None:
        # Late, but they have been spoken to.
        step = Final(FinalReason.ANSWERED)
    else:
        by_policy = disposition not in NOT_COUNTED
        step = next_step(
            RetryPolicy.model_validate(row["retry_policy"]),
            disposition,
            attempts=attempts,
            max_attempts=row["campaign_max_attempts"],
            ended_at=ended_at,
            not_dialed=not_dialed,
            numbers=numbers,
        )
    if row["contact_held_until"] is not None and row["contact_held_until"] > row["at"]:
        step, by_policy = not_before(step, row["contact_held_until"]), False
    move = move_for(
        row["contact_id"],
        row["id"],
        step,
        attempts=attempts,
        disposition=disposition,
        rules_version=row["rules_version"] if by_policy else None,
        numbers=numbers if row["position"] is not None else None,
    )
    return replace(move, callback_at=asked, called_back=not _callback_stands(row, disposition))


def _callback_stands(row: Row, disposition: Disposition) -> bool:
    """Whether the person has asked for a call that this one was not."""
    wanted = row["contact_callback_at"]
    return wanted is not None and (disposition in NOT_COUNTED or wanted != row["callback_for"])


def move_for(
    contact_id: int,
    call_id: UUID,
    step: NextStep,
    *,
    attempts: int,
    disposition: Disposition,
    rules_version: int | None = None,
    numbers: Numbers | None = None,
) -> transitions.Move:
    """`step` as a change of the contact's row.

    Args:
        numbers: of a contact that has several, as seen from the call.
        rules_version: of the campaign whose retry policy it is by.
    """
    state = ContactState.READY
    next_attempt_at = final_reason = position = closes = None
    if isinstance(step, Retry):
        state, next_attempt_at = ContactState.WAITING, step.at
        if numbers is not None:
            position = step.position
            closes = (numbers.at, disposition.value) if step.drops else None
    elif isinstance(step, Final):
        state, final_reason = ContactState.DONE, step.reason
    return transitions.Move(
        contact_id=contact_id,
        call_id=call_id,
        state=state,
        next_attempt_at=next_attempt_at,
        final_reason=final_reason,
        attempts=attempts,
        disposition=disposition,
        rules_version=rules_version if state is ContactState.WAITING else None,
        position=position,
        closes=closes,
    )
