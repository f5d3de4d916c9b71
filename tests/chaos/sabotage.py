"""The proof that the suite sees: with a guard of the dialer's taken away, a run must report what it was there for.

`make chaos-proof` runs each. `take_away` is called inside every part, by `inside/sitecustomize.py`.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from dialer.ari.client import AriClient
from dialer.ari.errors import Unknown
from dialer.db import barrier, claiming, following, nodes, reconciling
from dialer.db.prepared import Prepared
from dialer.limits.limiter import Limiter
from dialer.services import originating
from dialer.services.claiming import Claims
from dialer.services.listening.leading import Reign


@dataclass(frozen=True, slots=True)
class Guard:
    """One of the dialer's guards.

    Attributes:
        faults: under which it is needed.
        reported: what a run must report, one of these at least, once it is gone.
        channels: of the trunk.
        talk_ms: how long an answered call lasts.
    """

    take_away: Callable[[], None]
    faults: tuple[str, ...]
    reported: tuple[str, ...]
    channels: int = 80
    talk_ms: int = 300


def _edit(module: Any, name: str, *edits: tuple[str, str]) -> None:
    before = getattr(module, name)
    statement = str(before)
    for old, new in edits:
        if old not in statement:
            raise ValueError(f"{module.__name__}.{name} has no {old!r} any more: the proof has to be written anew")
        statement = statement.replace(old, new)
    setattr(module, name, Prepared(statement) if isinstance(before, Prepared) else text(statement))


def _claim_token() -> None:
    """Whoever reads a queued call sends it: no lock, no compare-and-set, and the answer is anybody's."""
    _edit(claiming, "_HOLD", ("FOR NO KEY UPDATE OF number, contact SKIP LOCKED", ""))
    _edit(claiming, "_CANDIDATES", (" FOR UPDATE OF call SKIP LOCKED", ""))
    _edit(claiming, "_CLAIM", ("AND calls.state = 'queued'", "AND calls.state IN ('queued', 'originating')"))


def _unknown_is_final() -> None:
    """An originate without an answer is sent again."""
    before = originating._not_dialed
    originating._not_dialed = lambda answer: isinstance(answer.error, Unknown) or before(answer)


def _tomb() -> None:
    """No channel means no call: it is over at once."""

    def create_nothing(self: AriClient, channel_id: Any) -> bool:
        return True

    AriClient.create_tomb = create_nothing  # type: ignore[method-assign]
    _edit(reconciling, "_HELD", ("call.tomb_at < clock_timestamp() - make_interval(secs => :hold)", "true"))
    _edit(reconciling, "_HELD", ("node.echo_at > call.tomb_at + make_interval(secs => :hold)", "true"))


def _dnc_in_the_claim() -> None:
    _edit(claiming, "_CANDIDATES", ("WHERE dnc.phone_number = call.phone_number", "WHERE false"))


def _slot_release() -> None:
    def release_nothing(self: Limiter, *_: Any) -> int:
        return 0

    Limiter.release = release_nothing  # type: ignore[assignment, method-assign]
    Limiter.release_tokens = release_nothing  # type: ignore[assignment, method-assign]


def _dial_by() -> None:
    """Sent however late it has become."""
    before = AriClient.originate

    def originate(self: AriClient, channel_id: Any, **arguments: Any) -> Any:
        return before(self, channel_id, **{**arguments, "not_after": None})

    AriClient.originate = originate  # type: ignore[method-assign]


def _barrier() -> None:
    """Decisions don't wait for claims, nor claims for decisions."""

    def nothing(*_: Any) -> None:
        return

    barrier.share = nothing  # type: ignore[assignment]
    barrier.hold_back_claims = nothing  # type: ignore[assignment]
    barrier.wait_until_settled = lambda *_: barrier.InFlight(0)


def _listener_epoch() -> None:
    """A listener that was asleep goes on as if it led, and says that it has heard everything."""
    Reign.is_sure = True  # type: ignore[method-assign, assignment]
    _edit(nodes, "_LEADS", ("AND listener_epoch = :epoch AND lease_until > clock_timestamp()", "AND :epoch > 0"))
    _edit(
        following,
        "_LOCK_CALLS",
        ("AND node.listener_epoch = :epoch AND node.lease_until > clock_timestamp()", "AND :epoch > 0"),
    )
    for name in ("_RENEW", "_INFO", "_CONNECTED", "_GAP", "_ECHO"):
        _edit(nodes, name, ("AND listener_epoch = :epoch", "AND (true OR listener_epoch = :epoch)"))
    _edit(nodes, "_RENEW", ("AND listener_id = :listener_id", "AND (true OR listener_id = :listener_id)"))
    _edit(nodes, "_RENEW", ("AND lease_until > clock_timestamp()", ""))
    _edit(nodes, "_GAP", ("SET gap_free_since = NULL, echo_at = NULL", "SET listener_id = listener_id"))
    _edit(nodes, "_WIN", (", gap_free_since = NULL, echo_at = NULL", ""))
    _edit(nodes, "_CONNECTED", ("gap_free_since = clock_timestamp()", "gap_free_since = '2000-01-01'"))
    _edit(reconciling, "_HELD", ("AND node.listener_epoch = call.listener_epoch", ""))


def _limiter_rebuild() -> None:
    """A Redis that has forgotten is told that no call is open."""

    def rebuild_empty(self: Claims) -> None:
        self._limiter.rebuild(())

    Claims.rebuild_limits = rebuild_empty  # type: ignore[method-assign]


GUARDS: Final[Mapping[str, Guard]] = {
    "claim_token": Guard(_claim_token, ("burst_of_ticks",), ("double_dials", "contacts_unexplained")),
    "unknown_is_final": Guard(_unknown_is_final, ("lose_answers", "pbx_answers_lost"), ("double_dials",)),
    "tomb": Guard(_tomb, ("stall_pbx_inside_for_long",), ("late_dials", "early_redials")),
    "dnc_in_the_claim": Guard(_dnc_in_the_claim, ("forbid_numbers",), ("dialed_after_stop",)),
    "slot_release": Guard(_slot_release, ("kill_beat",), ("slots_leaked", "contacts_unexplained")),
    "dial_by": Guard(_dial_by, ("freeze_and_stop",), ("dialed_after_stop", "late_dials")),
    "barrier": Guard(_barrier, ("emergency_stop", "pause_campaign"), ("dialed_after_stop",)),
    "listener_epoch": Guard(
        _listener_epoch,
        ("kill_listener", "kill_worker_in_post", "pbx_answers_lost"),
        ("wrong_dispositions", "late_dials", "early_redials"),
    ),
    "limiter_rebuild": Guard(_limiter_rebuild, ("flush_redis",), ("limit_violations",), channels=40, talk_ms=10_000),
}


def take_away(name: str) -> None:
    """Do without this guard, in this process."""
    GUARDS[name].take_away()


def prove(name: str, seeds: int) -> dict[str, int]:
    """What the first seed to find anything reports without this guard; empty: `seeds` of them found nothing."""
    from tests.chaos.__main__ import run
    from tests.chaos.stage import stage

    guard = GUARDS[name]
    folder = Path(tempfile.mkdtemp(prefix="dialer-proof-"))
    folder.chmod(0o711)
    try:
        with stage(folder, {"CHAOS_SABOTAGE": name}, channels=guard.channels, talk_ms=guard.talk_ms) as running:
            for seed in range(1, seeds + 1):
                _, verdict = run(running, seed, list(guard.faults), patience_seconds=40.0)
                found = {key: n for key, n in asdict(verdict).items() if n and key != "calls"}
                if not verdict.holds:
                    return found
                print(f"  {datetime.now():%H:%M:%S} seed {seed} without {name}: nothing seen", flush=True)  # noqa: DTZ005
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos-proof", description=__doc__)
    parser.add_argument("--guards", default=",".join(GUARDS), help="which, separated by commas")
    parser.add_argument("--seeds", type=int, default=4, help="tries for each")
    options = parser.parse_args()
    blind = []
    for name in options.guards.split(","):
        found = prove(name, options.seeds)
        seen = any(found.get(key) for key in GUARDS[name].reported)
        print(
            f"without {name}: {found or 'NOTHING REPORTED'}{'' if seen or not found else ' (NOT AS EXPECTED)'}",
            flush=True,
        )
        if not seen:
            blind.append(name)
    return 1 if blind else 0


if __name__ == "__main__":
    sys.exit(main())
