"""Every change of a call's state and of its contact's, in bulk. Each is a compare-and-set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, text

from dialer.db import contact_numbers
from dialer.db.prepared import Prepared
from dialer.db.rows import Row
from dialer.db.tables import Call
from dialer.domain.calls import CallState
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.dispositions import Disposition


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a contact whose call `call_id` is over.

    Attributes:
        rules_version: of the campaign, by which it waits; None where an edit of the campaign doesn't change that.
        held_by: the gate's code, where the contact waits because the gate said no.
        position: of the contact's number that comes next; None: as it is.
        closes: the position of a number that isn't called any more, and why.
        callback_at: when the person wants to be called; None: as it is.
        called_back: this was the call that the person had asked for.
    """

    contact_id: int
    call_id: UUID
    state: ContactState
    next_attempt_at: datetime | None
    final_reason: FinalReason | None
    attempts: int
    disposition: Disposition
    rules_version: int | None = None
    held_by: str | None = None
    position: int | None = None
    closes: tuple[int, str] | None = None
    callback_at: datetime | None = None
    called_back: bool = False


def database_time(tx: Connection) -> datetime:
    """PostgreSQL's clock: the one that all processes share."""
    now: datetime = tx.execute(select(func.clock_timestamp())).scalar_one()
    return now


def queued(tx: Connection, *scope: ColumnElement[bool]) -> list[UUID]:
    """The ids of the queued calls in `scope`."""
    return list(tx.scalars(select(Call.id).where(Call.state == CallState.QUEUED, *scope).order_by(Call.id)))


_LOCK_NUMBERS: Final = Prepared("""
    SELECT phone_number FROM number_dials
    WHERE phone_number IN (SELECT phone_number FROM calls WHERE id = ANY(CAST(:ids AS uuid[])))
    ORDER BY phone_number FOR NO KEY UPDATE
""")

_LOCK_CONTACTS: Final = Prepared("""
    SELECT id FROM contacts WHERE id IN (SELECT contact_id FROM calls WHERE id = ANY(CAST(:ids AS uuid[])))
    ORDER BY id FOR UPDATE
""")


def lock_contacts(tx: Connection, ids: Sequence[UUID]) -> None:
    """Lock the contacts of these calls, in the order in which everybody does."""
    _LOCK_CONTACTS.run(tx, {"ids": list(ids)})


_LOCK_CALLS: Final = Prepared("""
    SELECT call.id, call.contact_id, call.campaign_id, call.trunk_id, call.state, call.claim_token, call.claimed_at,
           call.phone_number,
           call.answered_at, call.hangup_requested_at, call.callback_at, call.action_started_at, call.amd_status,
           call.people, call.waiting_since, call.served_at, call.abandoned, call.gate -> 'profiles' AS profiles,
           contact.attempts AS contact_attempts, contact.cancelled_at AS contact_cancelled_at,
           contact.held_until AS contact_held_until,
           contact.position, contact.callback_at AS contact_callback_at, call.callback_for,
           campaign.max_attempts + COALESCE(contact.extra_attempts, 0) AS campaign_max_attempts,
           campaign.retry_policy, campaign.rules_version, list.withdrawn_at IS NOT NULL AS list_withdrawn,
           clock_timestamp() AS at
    FROM calls AS call
    LEFT JOIN contacts AS contact ON contact.id = call.contact_id
    LEFT JOIN call_lists AS list ON list.id = contact.call_list_id
    LEFT JOIN campaigns AS campaign ON campaign.id = call.campaign_id
    WHERE call.id = ANY(CAST(:ids AS uuid[])) AND call.state <> 'ended'
    ORDER BY call.id FOR UPDATE OF call
""")


def lock_for_ending(
    tx: Connection, ids: Sequence[UUID], *, not_dialed: Sequence[UUID] = (), contacts_locked: bool = False
) -> Sequence[Row]:
    """Those of the calls that haven't ended, with what decides on their contacts; contacts and calls are locked.

    Args:
        not_dialed: those whose dial is given back: their numbers are locked as well, before all else.
        contacts_locked: the contacts are locked already.
    """
    if not_dialed:
        _LOCK_NUMBERS.run(tx, {"ids": list(not_dialed)})
    if not contacts_locked:
        lock_contacts(tx, ids)
    return _LOCK_CALLS.rows(tx, {"ids": list(ids)})


_NOT_DIALED: Final = text("""
    SELECT call.id, count(before.id) AS times FROM calls AS call
    JOIN calls AS before ON before.contact_id = call.contact_id AND before.attempt_number = call.attempt_number
        AND before.disposition = 'not_dialed'
    WHERE call.id = ANY(CAST(:ids AS uuid[])) GROUP BY call.id
""")


def not_dialed_before(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How often the attempt that each of these calls is was claimed before and then not dialed."""
    return {row.id: row.times for row in tx.execute(_NOT_DIALED, {"ids": list(ids)})} if ids else {}


_END: Final = Prepared("""
    UPDATE calls SET state = 'ended', disposition = ending.disposition, ended_at = ending.ended_at,
        cause = ending.cause, tech_cause = ending.tech_cause,
        dialstatus = COALESCE(ending.dialstatus, calls.dialstatus),
        failure_reason = COALESCE(ending.failure_reason, calls.failure_reason),
        abandoned = COALESCE(calls.abandoned, ending.abandoned),
        channel = COALESCE(calls.channel, ending.channel),
        -- Where there was a channel it was dialed, if the answer to the originate has told so or not.
        dialed_at = COALESCE(calls.dialed_at, CASE WHEN ending.channel IS NOT NULL THEN calls.claimed_at END)
    FROM unnest(CAST(:id AS uuid[]), CAST(:disposition AS text[]), CAST(:ended_at AS timestamptz[]),
                CAST(:cause AS smallint[]), CAST(:tech_cause AS smallint[]), CAST(:dialstatus AS text[]),
                CAST(:failure_reason AS text[]), CAST(:abandoned AS boolean[]), CAST(:channel AS text[]))
        AS ending(id, disposition, ended_at, cause, tech_cause, dialstatus, failure_reason, abandoned, channel)
    WHERE calls.id = ending.id AND calls.state <> 'ended'
""")


def end(tx: Connection, ends: Sequence[dict[str, Any]]) -> None:
    """End calls that `lock_for_ending` has locked."""
    if ends:
        _END.run(tx, columns(ends))


_DECISIONS: Final = text("""
    UPDATE calls SET gate = CAST(decision.gate AS jsonb)
    FROM unnest(CAST(:id AS uuid[]), CAST(:gate AS text[])) AS decision(id, gate) WHERE calls.id = decision.id
""")


def store_decisions(tx: Connection, decisions: Sequence[tuple[UUID, str]]) -> None:
    """Put the gate's decision (JSON) on calls that are locked."""
    tx.execute(_DECISIONS, {"id": [d[0] for d in decisions], "gate": [d[1] for d in decisions]})


_MOVE: Final = Prepared("""
    UPDATE contacts SET state = move.state, next_attempt_at = move.next_attempt_at, final_reason = move.final_reason,
        attempts = move.attempts, open_call_id = NULL, rules_version = move.rules_version, held_by = move.held_by,
        position = COALESCE(move.position, contacts.position),
        callback_at = CASE WHEN move.state <> 'done' THEN
            COALESCE(move.callback_at, CASE WHEN NOT move.called_back THEN contacts.callback_at END) END,
        zone_id = COALESCE((
            SELECT number.zone_id FROM contact_numbers AS number
            WHERE number.contact_id = move.contact_id AND number.position = move.position
        ), contacts.zone_id),
        last_disposition = CASE WHEN move.disposition IN ('withdrawn', 'not_dialed')
            THEN contacts.last_disposition ELSE move.disposition END
    FROM unnest(CAST(:contact_id AS bigint[]), CAST(:call_id AS uuid[]), CAST(:state AS text[]),
                CAST(:next_attempt_at AS timestamptz[]), CAST(:final_reason AS text[]), CAST(:attempts AS smallint[]),
                CAST(:disposition AS text[]), CAST(:rules_version AS integer[]), CAST(:held_by AS text[]),
                CAST(:position AS smallint[]), CAST(:callback_at AS timestamptz[]), CAST(:called_back AS boolean[]))
        AS move(contact_id, call_id, state, next_attempt_at, final_reason, attempts, disposition, rules_version,
                held_by, position, callback_at, called_back)
    WHERE contacts.id = move.contact_id AND contacts.open_call_id = move.call_id
""")


def move(tx: Connection, moves: Sequence[Move]) -> None:
    """Move contacts on, each only if the call in question is still its open one."""
    if moves:
        _MOVE.run(
            tx,
            columns(
                [
                    {
                        "contact_id": m.contact_id,
                        "call_id": m.call_id,
                        "state": m.state.value,
                        "next_attempt_at": m.next_attempt_at,
                        "final_reason": m.final_reason.value if m.final_reason else None,
                        "attempts": m.attempts,
                        "disposition": m.disposition.value,
                        "rules_version": m.rules_version,
                        "held_by": m.held_by,
                        "position": m.position,
                        "callback_at": m.callback_at,
                        "called_back": m.called_back,
                    }
                    for m in moves
                ]
            ),
        )
        contact_numbers.close(
            tx,
            [
                {"contact_id": m.contact_id, "position": m.closes[0], "reason": m.closes[1]}
                for m in moves
                if m.closes is not None
            ],
        )


_GIVE_BACK: Final = text("""
    UPDATE number_dials SET dialed_at = array_remove(dialed_at, undone.claimed_at)
    FROM unnest(CAST(:phone_number AS text[]), CAST(:claimed_at AS timestamptz[])) AS undone(phone_number, claimed_at)
    WHERE number_dials.phone_number = undone.phone_number
""")


def give_back(tx: Connection, dials: Sequence[tuple[str, datetime]]) -> None:
    """Dials (number, time of the claim) that were none don't count for the caps of their numbers."""
    if dials:
        tx.execute(_GIVE_BACK, {"phone_number": [d[0] for d in dials], "claimed_at": [d[1] for d in dials]})


_LOCK_CALLS_ONLY: Final = Prepared("SELECT id FROM calls WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE")


def lock_in_order(tx: Connection, ids: Sequence[UUID], *, with_contacts: bool) -> None:
    """Lock calls, and their numbers and contacts before them, in the order in which everybody does."""
    if with_contacts:
        _LOCK_NUMBERS.run(tx, {"ids": list(ids)})
        lock_contacts(tx, ids)
    _LOCK_CALLS_ONLY.run(tx, {"ids": list(ids)})


# Locks in the order in which everybody does.
_ACCEPT: Final = Prepared("""
    WITH answer AS MATERIALIZED (
        SELECT call.id, given.token, given.dialed_at, given.channel
        FROM calls AS call
        JOIN unnest(CAST(:id AS uuid[]), CAST(:token AS uuid[]), CAST(:dialed_at AS timestamptz[]),
                    CAST(:channel AS text[])) AS given(id, token, dialed_at, channel) ON given.id = call.id
        WHERE call.id = ANY(CAST(:id AS uuid[])) ORDER BY call.id FOR UPDATE OF call
    )
    UPDATE calls SET post_answer = 'accepted', dialed_at = answer.dialed_at,
        channel = COALESCE(calls.channel, answer.channel),
        state = CASE WHEN calls.state = 'originating' THEN 'ringing' ELSE calls.state END
    FROM answer WHERE calls.id = answer.id AND calls.claim_token = answer.token
""")


def accept(tx: Connection, answers: Sequence[dict[str, Any]]) -> None:
    """The PBX took these originates (id, token, dialed_at, channel); events may have come before. Locks their calls."""
    if answers:
        _ACCEPT.run(tx, columns(answers))


_UNKNOWN: Final = text("""
    UPDATE calls SET post_answer = 'unknown', dialed_at = COALESCE(calls.dialed_at, answer.dialed_at)
    FROM unnest(CAST(:id AS uuid[]), CAST(:token AS uuid[]), CAST(:dialed_at AS timestamptz[]))
        AS answer(id, token, dialed_at)
    WHERE calls.id = answer.id AND calls.claim_token = answer.token AND calls.state <> 'ended'
""")


def mark_unknown(tx: Connection, answers: Sequence[dict[str, Any]]) -> None:
    """No answer came to these originates (id, token, dialed_at): never send them again, reconcile finds out."""
    if answers:
        tx.execute(_UNKNOWN, columns(answers))


_REQUEUE: Final = Prepared("""
    WITH given AS (
        SELECT * FROM unnest(CAST(:id AS uuid[]), CAST(:token AS uuid[])) AS given(id, token)
    ), requeued AS (
        UPDATE calls SET state = 'queued', claim_token = NULL, claimed_at = NULL, dial_by = NULL, listener_epoch = NULL
        FROM given JOIN calls AS claimed ON claimed.id = given.id
        WHERE calls.id = given.id AND calls.claim_token = given.token AND calls.state = 'originating'
          AND calls.tomb_at IS NULL
        RETURNING calls.contact_id, given.token, calls.phone_number, claimed.claimed_at
    ), not_dialed AS (
        UPDATE number_dials SET dialed_at = array_remove(dialed_at, requeued.claimed_at)
        FROM requeued WHERE number_dials.phone_number = requeued.phone_number
    ), given_back AS (
        UPDATE contacts SET attempts = attempts - 1 FROM requeued WHERE contacts.id = requeued.contact_id
    )
    SELECT token FROM requeued
""")


def requeue(tx: Connection, claims: Sequence[tuple[UUID, UUID]]) -> set[UUID]:
    """Give claims (call id, token) back that were certainly not dialed: queued again, the attempt not counted.

    A call whose id a tomb occupies by now stays with reconcile: a new originate would meet the tomb, or its end.

    Returns:
        The tokens of those that are queued again.
    """
    if not claims:
        return set()
    parameters = {"id": [call_id for call_id, _ in claims], "token": [token for _, token in claims]}
    return set(_REQUEUE.values(tx, parameters))


def columns(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Rows turned into one array a column, for unnest."""
    return {name: [row[name] for row in rows] for name in rows[0]}
