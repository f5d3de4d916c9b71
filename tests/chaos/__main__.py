"""`make chaos`: seeded runs of a campaign while something breaks; each held against the far end's own record."""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import orjson
from sqlalchemy import text

from dialer.lab.releases import RELEASES
from dialer.local.client import NO_SUCCESS
from dialer.local.sample import call_list
from tests.chaos.dump import dump
from tests.chaos.faults import FAULTS, OF_THE_SIMULATOR
from tests.chaos.record import Record, watching_gaps
from tests.chaos.stage import RETRY_SECONDS, Stage, stage
from tests.chaos.verdict import Verdict, judge

_PATIENCE_SECONDS = 40.0
"""How long no call may end before the run is given up."""
_LONGEST_SECONDS = 240.0
_RULES = ("busy", "no_answer", "congestion", "trunk_fault")


def main() -> int:
    options = _options()
    total, counted, failed = Verdict(), Counter[str](), list[int]()
    folder = Path(tempfile.mkdtemp(prefix="dialer-chaos-"))
    folder.chmod(0o711)
    with stage(folder, asterisk=options.asterisk, outbound=options.events == "outbound") as running:
        for seed in options.seeds:
            record, verdict = run(running, seed, options.faults)
            total += verdict
            counted.update(record.faults)
            _say(seed, record, verdict)
            if not verdict.holds:
                failed.append(seed)
                dump(running, record, folder / f"seed-{seed}.txt")
    if not failed:
        shutil.rmtree(folder, ignore_errors=True)
    summary = {"seeds": len(options.seeds), "faults": dict(sorted(counted.items())), **asdict(total)}
    if failed:
        print(f"broken by: make chaos SEED={failed[0]} (all: {failed}); logs, ledger and calls are in {folder}")
    print(orjson.dumps(summary).decode(), flush=True)
    return 1 if failed else 0


def run(
    running: Stage, seed: int, kinds: list[str], *, patience_seconds: float = _PATIENCE_SECONDS
) -> tuple[Record, Verdict]:
    """One campaign with some faults, all chosen by `seed`."""
    rng = random.Random(seed)
    running.far_side.begin()
    record = Record(campaign_id=0, started_at=time.time())
    chosen = [rng.choice(kinds) for _ in range(rng.randint(2, 4))]
    record.campaign_id = _campaign(running, seed, contacts=rng.randint(300, 500))
    with watching_gaps(record, running.dialer.engine):
        _patiently(running, "POST", f"/v1/campaigns/{record.campaign_id}/start")
        begun = time.monotonic()
        threads = [
            threading.Thread(target=_break, args=(running, record, kind, begun + rng.uniform(0.3, 7.0), rng.random()))
            for kind in chosen
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            running.do_errands(0.05)
        running.simulator()
        _wait_until_completed(running, record, patience_seconds)
    record.faults = chosen
    running.dialer.sweeping.free_leaked_slots()
    return record, judge(running, record, running.far_side.ledger())


def _break(running: Stage, record: Record, kind: str, at: float, seed: float) -> None:
    time.sleep(max(0.0, at - time.monotonic()))
    FAULTS[kind](running, record, random.Random(seed))


def _campaign(running: Stage, seed: int, contacts: int) -> int:
    manner = running.far_side.manner
    campaign = running.client.post(
        "/v1/campaigns",
        {
            "name": f"seed {seed} at {time.time():.3f}",
            "trunk_id": running.trunk_id,
            "caller_id": "+12025550100",
            "timeout_seconds": manner.timeout_seconds,
            "max_attempts": 3,
            "calling_window": {"start": "00:00", "end": "24:00"},
            "retry_policy": {
                **{key: {"delay_seconds": RETRY_SECONDS} for key in _RULES},
                "indeterminate": {"delay_seconds": manner.indeterminate_seconds},
            },
            "answer_action": {"type": "play", "sound": manner.sound},
        },
    )
    running.client.upload(f"/v1/campaigns/{campaign['id']}/call-lists?name=chaos", call_list(contacts))
    return int(campaign["id"])


def _wait_until_completed(running: Stage, record: Record, patience_seconds: float) -> None:
    begun = moved_at = time.monotonic()
    last = -1
    while time.monotonic() < min(moved_at + patience_seconds, begun + _LONGEST_SECONDS):
        state = _patiently(running, "GET", f"/v1/campaigns/{record.campaign_id}")["state"]
        ended, still_open = _calls(running, record)
        if state == "completed" or (state == "cancelled" and not still_open):
            return
        if ended != last:
            last, moved_at = ended, time.monotonic()
        time.sleep(0.2)


def _calls(running: Stage, record: Record) -> tuple[int, int]:
    """How many have ended, and how many have not."""
    with running.dialer.engine.connect() as connection:
        query = text("""
            SELECT count(*) FILTER (WHERE state = 'ended'), count(*) FILTER (WHERE state <> 'ended')
            FROM calls WHERE campaign_id = :id
        """)
        ended, still_open = connection.execute(query, {"id": record.campaign_id}).one()
        return int(ended), int(still_open)


def _patiently(running: Stage, method: str, path: str) -> dict[str, object]:
    """Ask the API until it answers: it may be what was killed."""
    ask = running.client.get if method == "GET" else running.client.post
    until = time.monotonic() + 30.0
    while True:
        try:
            answer: dict[str, object] = ask(path)
        except NO_SUCCESS:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return answer


def _say(seed: int, record: Record, verdict: Verdict) -> None:
    found = {name: n for name, n in asdict(verdict).items() if n}
    print(f"seed {seed}: {'ok' if verdict.holds else 'BROKEN'} {', '.join(record.faults)} {found}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--faults", help="kinds, separated by commas; all if not given")
    parser.add_argument("--asterisk", choices=list(RELEASES), help="on the lab's real PBX of this version; needs root")
    parser.add_argument(
        "--events", choices=("inbound", "outbound"), default="inbound", help="who connects: the listener, or the PBX"
    )
    options = parser.parse_args()
    there_are = [kind for kind in FAULTS if options.asterisk is None or kind not in OF_THE_SIMULATOR]
    options.faults = options.faults.split(",") if options.faults else there_are
    if unknown := [kind for kind in options.faults if kind not in there_are]:
        parser.error(f"no such fault: {unknown[0]}; there are {', '.join(there_are)}")
    options.seeds = [options.seed] if options.seed is not None else [options.first + n for n in range(options.seeds)]
    return options


if __name__ == "__main__":
    sys.exit(main())
