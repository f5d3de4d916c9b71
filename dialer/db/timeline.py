"""Which history this PostgreSQL tells. Another than the recorded one may lack commits: claims, and promises."""

from typing import Final

from sqlalchemy import Connection, text

from dialer.db.prepared import Prepared

# A promoted standby and a recovery from a backup begin a new timeline, a restored dump is in another cluster.
# pg_control_checkpoint() shows the new timeline only after the first checkpoint; the name of the WAL file being
# written has it at once.
CURRENT: Final = """(
    SELECT system_identifier || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()
)"""

# A dump restored into the server that it came from tells the same history, in other tables.
RECORDED: Final = "control.pg_timeline || '/' || COALESCE(control.table_oid, CAST(control.tableoid AS bigint))"
TOLD: Final = f"{CURRENT} || '/' || CAST(control.tableoid AS bigint)"

_REACHED: Final = Prepared("SELECT CAST(pg_current_wal_flush_lsn() - '0/0' AS bigint)")
_READ: Final = Prepared(f"SELECT {RECORDED} AS recorded, {TOLD} AS current FROM control")
_ACCEPT: Final = text(f"UPDATE control SET pg_timeline = {CURRENT}, table_oid = CAST(tableoid AS bigint)")
_DOUBT: Final = text(f"UPDATE control SET pg_timeline = {CURRENT} || ' and more'")
_RECORD: Final = text(f"""
    UPDATE control SET pg_timeline = {CURRENT}, table_oid = CAST(tableoid AS bigint) WHERE pg_timeline IS NULL
""")


def read(tx: Connection) -> tuple[str | None, str]:
    """What is recorded, None in a database that has never dialed, and what is so now."""
    (row,) = _READ.rows(tx)
    return row["recorded"], row["current"]


def record(tx: Connection) -> None:
    """Remember this history, if none is remembered."""
    tx.execute(_RECORD)


def accept(tx: Connection) -> None:
    """Remember this history in the place of another."""
    tx.execute(_ACCEPT)


def reached(tx: Connection) -> int:
    """How much of this history is on disk, in bytes of WAL. It only grows, whatever crashes."""
    return int(_REACHED.values(tx)[0])


def doubt(tx: Connection) -> None:
    """Remember that there has been more of this history: it is not the recorded one any more."""
    tx.execute(_DOUBT)
