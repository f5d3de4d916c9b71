"""Removing the contacts of call lists that were pulled out again."""

from typing import Final

from sqlalchemy import Connection, func, select, text, update

from dialer.db import imports
from dialer.db.imports import CallListInfo
from dialer.db.tables import CallList
from dialer.domain.imports import ImportState

# All of its contacts are cancelled, finished ones too: nobody who is on it is made due again. Locked by id, as by
# everybody. A contact in a call is removed when that is over (dialer.services.ending).
_BATCH: Final = text("""
    WITH chosen AS MATERIALIZED (
        SELECT id, state IN ('ready', 'waiting') AS is_due FROM contacts
        WHERE call_list_id = :call_list_id AND id > :after ORDER BY id LIMIT :most FOR NO KEY UPDATE
    ), removed AS (
        UPDATE contacts SET
            cancelled_at = COALESCE(cancelled_at, clock_timestamp()),
            state = CASE WHEN chosen.is_due THEN 'done' ELSE state END,
            final_reason = CASE WHEN chosen.is_due THEN 'removed' ELSE final_reason END,
            next_attempt_at = CASE WHEN NOT chosen.is_due THEN next_attempt_at END,
            callback_at = NULL, held_by = NULL, rules_version = NULL
        FROM chosen WHERE contacts.id = chosen.id
    )
    SELECT max(id) AS after, count(*) AS looked_at, count(*) FILTER (WHERE is_due) AS removed FROM chosen
""")


def count_removed(tx: Connection, call_list_id: int, n: int) -> CallListInfo:
    """So many contacts were removed just now; the list after that."""
    tx.execute(update(CallList).where(CallList.id == call_list_id).values(removed=CallList.removed + n))
    info = imports.get(tx, call_list_id)
    if info is None:
        raise LookupError(f"there is no call list {call_list_id}")
    return info


def remove_some(tx: Connection, most: int) -> bool:
    """Remove contacts of a list that nobody else is at; whether there was one.

    A list that is still being imported has to wait: its last pieces may have been begun before it was withdrawn.
    """
    wanted = (
        select(CallList.id, CallList.removed_to)
        .where(CallList.withdrawn_at.is_not(None), CallList.removal_finished_at.is_(None))
        .where(CallList.state == ImportState.COMPLETED)
    )
    found = tx.execute(wanted.order_by(CallList.id).limit(1).with_for_update(skip_locked=True, key_share=True)).first()
    if found is None:
        return False
    parameters = {"call_list_id": found.id, "after": found.removed_to or 0, "most": most}
    done = tx.execute(_BATCH, parameters).mappings().one()
    progress = {"removed_to": done["after"] or found.removed_to, "removed": CallList.removed + done["removed"]}
    if done["looked_at"] < most:
        progress["removal_finished_at"] = func.clock_timestamp()
    tx.execute(update(CallList).where(CallList.id == found.id).values(**progress))
    return True
