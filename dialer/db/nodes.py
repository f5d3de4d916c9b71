"""The PBX nodes as their listeners see them: the lease by which one leads, and what it knows of its PBX.

A lease runs on PostgreSQL's clock. Each reign has an epoch of its own, and every write of a listener names it, so that
one that was asleep while another took over can't write into that one's reign.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from dialer.db.prepared import Prepared
from dialer.db.rows import Row

_NODE: Final = "SELECT id, name, ari_url, ari_username, events_port FROM pbx_nodes"
_ENABLED: Final = Prepared(f"{_NODE} WHERE enabled ORDER BY id")
_BY_NAME: Final = Prepared(f"{_NODE} WHERE name = :name")
_TIME: Final = Prepared("SELECT clock_timestamp()")


def enabled(tx: Connection) -> Sequence[Row]:
    """Id, name, ARI address and user, and port for its events, of every enabled node."""
    return _ENABLED.rows(tx)


def by_name(tx: Connection, name: str) -> Row | None:
    """The same of one node, enabled or not."""
    return next(iter(_BY_NAME.rows(tx, {"name": name})), None)


def time(tx: Connection) -> datetime:
    """PostgreSQL's clock."""
    now: datetime = _TIME.values(tx)[0]
    return now


_WIN: Final = text("""
    UPDATE pbx_nodes SET listener_id = :listener_id, listener_epoch = listener_epoch + 1,
        lease_until = clock_timestamp() + make_interval(secs => :seconds), gap_free_since = NULL, echo_at = NULL
    WHERE id = :node_id AND enabled
      AND (lease_until IS NULL OR lease_until <= clock_timestamp() OR listener_id = :listener_id)
    RETURNING listener_epoch
""")


def win_lease(tx: Connection, node_id: int, listener_id: str, seconds: float) -> int | None:
    """Become the node's listener, if the lease is free or one's own. Returns the new reign's epoch."""
    epoch: int | None = tx.scalar(_WIN, {"node_id": node_id, "listener_id": listener_id, "seconds": seconds})
    return epoch


_RENEW: Final = Prepared("""
    UPDATE pbx_nodes SET lease_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE id = :node_id AND enabled AND listener_id = :listener_id AND listener_epoch = :epoch
      AND lease_until > clock_timestamp()
""")


def renew(tx: Connection, node_id: int, listener_id: str, epoch: int, seconds: float) -> bool:
    """Go on leading. False: the lease has run out, or is another's, or the node was disabled; it can't be had back."""
    parameters = {"node_id": node_id, "listener_id": listener_id, "epoch": epoch, "seconds": seconds}
    return _RENEW.run(tx, parameters) == 1


_RELEASE: Final = text("""
    UPDATE pbx_nodes SET lease_until = clock_timestamp(), gap_free_since = NULL, echo_at = NULL
    WHERE id = :node_id AND listener_id = :listener_id AND listener_epoch = :epoch
""")


def release(tx: Connection, node_id: int, listener_id: str, epoch: int) -> bool:
    """Stop leading: a standby may take over at once."""
    parameters = {"node_id": node_id, "listener_id": listener_id, "epoch": epoch}
    return tx.execute(_RELEASE, parameters).rowcount == 1


_LEADS: Final = Prepared("""
    SELECT clock_timestamp() FROM pbx_nodes
    WHERE id = :node_id AND listener_epoch = :epoch AND lease_until > clock_timestamp()
""")


def leads(tx: Connection, node_id: int, epoch: int) -> datetime | None:
    """Whether that reign still lasts: if so, PostgreSQL's clock."""
    return next(iter(_LEADS.values(tx, {"node_id": node_id, "epoch": epoch})), None)


_INFO: Final = Prepared("""
    UPDATE pbx_nodes SET version = :version, is_simulator = :is_simulator, startup_at = :startup_at,
        startup_seen_at = clock_timestamp()
    WHERE id = :node_id AND listener_epoch = :epoch
""")


def record_info(
    tx: Connection, node_id: int, epoch: int, *, version: str, is_simulator: bool, startup_at: datetime
) -> bool:
    """What the PBX said of itself just now. False: the reign is over."""
    parameters = {
        "node_id": node_id,
        "epoch": epoch,
        "version": version,
        "is_simulator": is_simulator,
        "startup_at": startup_at,
    }
    return _INFO.run(tx, parameters) == 1


_CONNECTED: Final = text("""
    UPDATE pbx_nodes SET gap_free_since = clock_timestamp() WHERE id = :node_id AND listener_epoch = :epoch
""")


def connected(tx: Connection, node_id: int, epoch: int) -> bool:
    """Socket and event filter are up: from now on every event is heard. False: the reign is over."""
    return tx.execute(_CONNECTED, {"node_id": node_id, "epoch": epoch}).rowcount == 1


_GAP: Final = text("""
    UPDATE pbx_nodes SET gap_free_since = NULL, echo_at = NULL WHERE id = :node_id AND listener_epoch = :epoch
""")


def gap(tx: Connection, node_id: int, epoch: int) -> bool:
    """Events may be missed from now on, and no call may go to this node. False: the reign is over."""
    return tx.execute(_GAP, {"node_id": node_id, "epoch": epoch}).rowcount == 1


_ECHO: Final = Prepared("""
    UPDATE pbx_nodes SET echo_at = GREATEST(echo_at, :sent_at) WHERE id = :node_id AND listener_epoch = :epoch
""")


def echo(tx: Connection, node_id: int, epoch: int, sent_at: datetime) -> bool:
    """An echo sent at `sent_at` (PostgreSQL's clock) came back, and all events before it are written."""
    parameters: dict[str, Any] = {"node_id": node_id, "epoch": epoch, "sent_at": sent_at}
    return _ECHO.run(tx, parameters) == 1
