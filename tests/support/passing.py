"""Time that has passed for PostgreSQL, whose clock can't be turned: all that is remembered lies further back."""

from typing import Final

from sqlalchemy import Engine, text

_MOMENTS: Final = {
    "calls": ("claimed_at", "dial_by", "tomb_at", "missed_at", "created_at"),
    "contacts": ("next_attempt_at",),
    "pbx_nodes": ("echo_at", "gap_free_since", "lease_until"),
}


def let_pass(engine: Engine, seconds: float, *, listener_lives: bool = True) -> None:
    """Let `seconds` pass.

    Args:
        listener_lives: it renews its lease meanwhile.
    """
    with engine.begin() as tx:
        for table, columns in _MOMENTS.items():
            kept = [c for c in columns if not (listener_lives and c == "lease_until")]
            moved = ", ".join(f"{c} = {c} - make_interval(secs => :seconds)" for c in kept)
            tx.execute(text(f"UPDATE {table} SET {moved}"), {"seconds": seconds})
