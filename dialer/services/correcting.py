"""The truth about calls that ended indeterminate, found later in the PBX's own records."""

import logging
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping

from dialer.db import contact_numbers, correcting, transitions
from dialer.db.transitions import Move
from dialer.domain.dispositions import Disposition, Hangup, classify
from dialer.domain.numbers import Numbers
from dialer.domain.retry import RetryPolicy, next_step
from dialer.services.ending import move_for, seen_from
from dialer.services.pbx_records import FOUND_IN_RECORDS, PbxRecords, RecordedEnd

log = logging.getLogger(__name__)

_LOOK_BACK_SECONDS: Final = 24 * 3600.0
_MOST: Final = 500


class Correcting:
    """Once for each call: what is known stands. A retry that has started goes on as it is."""

    def __init__(self, engine: Engine, records: PbxRecords) -> None:
        self._engine = engine
        self._records = records

    def tick(self) -> int:
        """Correct what the records tell of by now; how many calls."""
        if not self._records.exist:
            return 0
        with self._engine.begin() as tx:
            ids = correcting.indeterminate(tx, seconds=_LOOK_BACK_SECONDS, most=_MOST)
        told = self._records.ends_of(ids)
        if not told:
            return 0
        with self._engine.begin() as tx:
            transitions.lock_in_order(tx, sorted(told), with_contacts=True)
            corrected = [self._correct(tx, row, told[row["id"]]) for row in correcting.facts(tx, sorted(told))]
        return sum(corrected)

    def _correct(self, tx: Connection, row: RowMapping, end: RecordedEnd) -> bool:
        was_up = end.answered_at is not None or row["answered_at"] is not None
        by_us = row["hangup_requested_at"] is not None
        disposition = classify(Hangup(end.hangup.cause, end.hangup.tech_cause, was_up=was_up, by_us=by_us))
        values = {
            "id": row["id"],
            "disposition": disposition.value,
            "cause": end.hangup.cause,
            "dialstatus": end.hangup.dialstatus,
            "channel": end.channel,
            "answered_at": end.answered_at,
            "ended_at": end.ended_at,
            "failure_reason": FOUND_IN_RECORDS,
        }
        done = correcting.correct(tx, values)
        if done is None:
            return False
        log.info("call %s was %s, by the PBX's records", row["id"], disposition)
        if row["contact_id"] is not None and row["is_last"]:
            several = [row["contact_id"]] if row["position"] is not None else []
            move = _move(row, disposition, done["ended_at"], seen_from(row, contact_numbers.of(tx, several)))
            correcting.reschedule(tx, _values(row, move))
            if move.closes is not None:
                closed = {"contact_id": move.contact_id, "position": move.closes[0], "reason": move.closes[1]}
                contact_numbers.close(tx, [closed])
        return True


def _move(row: RowMapping, disposition: Disposition, ended_at: datetime, numbers: Numbers) -> Move:
    step = next_step(
        RetryPolicy.model_validate(row["retry_policy"]),
        disposition,
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        ended_at=ended_at,
        numbers=numbers,
    )
    return move_for(
        row["contact_id"],
        row["id"],
        step,
        attempts=row["attempts"],
        disposition=disposition,
        numbers=numbers if row["position"] is not None else None,
    )


def _values(row: RowMapping, move: Move) -> dict[str, Any]:
    return {
        "contact_id": move.contact_id,
        "position": move.position,
        "disposition": move.disposition.value,
        "state": move.state.value,
        "next_attempt_at": move.next_attempt_at,
        "final_reason": move.final_reason.value if move.final_reason else None,
        "rules_version": row["rules_version"],
    }
