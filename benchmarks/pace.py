"""Does the pace hold? Several worker processes on one trunk, against the simulator; the last line on stdout is JSON.

    python -m benchmarks.pace --seconds 30 --workers 4

Each process claims and sends like any worker, and dispatch ticks here. What was written is what the workers note
immediately before each POST; the ledger is the far end's own. Two campaigns, weighted 1 to 3, have work all the time.
Then everything is stopped at full pace, and a campaign paused, some times each (`stops`).
"""

import itertools
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from benchmarks import stops
from dialer.bootstrap import Dialer
from dialer.config import Settings, load_settings
from dialer.db.migrate import upgrade
from dialer.domain.campaigns import CampaignCommand
from dialer.embedded.servers import EmbeddedServers
from dialer.errors import LimitsUnavailable
from dialer.local.stack import free_ports
from dialer.services.nudges import NoNudges
from dialer.simulator.ledger import Ledger, read_ledger

PASSWORD = "benchmark"
WEIGHTS = (1, 3)
CHANNEL_RUN = {"cps": 50.0, "channels": 12, "seconds": 8.0}
STOP_CPS = 200.0
SIMULATOR = "from dialer.simulator.command import simulator; simulator()"
WAIT_SECONDS = 60.0
SHORT_CALLS = ("--ring-ms", "200", "--talk-ms", "300", "--time-scale", "50")


def work(trunk_id: int) -> None:
    """One worker process: claim and send, until it is terminated; what is under way then is finished."""
    dialer = Dialer(load_settings(), nudges=NoNudges())
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    while not stop.is_set():
        try:
            if dialer.originating.work_on(trunk_id, seconds=2.0) == 0:
                time.sleep(0.02)
        except (DBAPIError, LimitsUnavailable) as error:
            # On a machine that has other things to do, a claim can take longer than it may.
            click.echo(f"A claim failed: {str(error).splitlines()[0]}", err=True)
            time.sleep(0.1)
    dialer.close()


class Bench:
    """A dialer without an API: servers, simulator, listener; workers come and go with each run."""

    def __init__(self, settings: Settings, environment: dict[str, str], ledger: Path) -> None:
        self.dialer = Dialer(settings, nudges=NoNudges())
        self.environment = environment
        self.ledger = ledger
        self._numbers = _numbers()

    def execute(self, statement: str, **parameters: Any) -> Any:
        with self.dialer.engine.begin() as tx:
            result = tx.execute(text(statement), parameters)
            return result.all() if result.returns_rows else None

    def wait_for(self, condition: str, **parameters: Any) -> None:
        """Until a SELECT says true."""
        until = time.monotonic() + WAIT_SECONDS
        while not self.execute(f"SELECT {condition}", **parameters)[0][0]:
            if time.monotonic() > until:
                raise click.ClickException(f"Never came: {condition}")
            time.sleep(0.1)

    def trunk(self, node_id: int, cps: float, channels: int) -> int:
        name = f"trunk {cps:g} {channels}"
        rows = self.execute(
            "INSERT INTO trunks (name, node_id, endpoint, cps, channels)"
            " VALUES (:name, :node, 'PJSIP/{number}@carrier', :cps, :channels) RETURNING id",
            name=name, node=node_id, cps=cps, channels=channels,
        )  # fmt: skip
        return int(rows[0][0])

    def campaign(self, trunk_id: int, weight: int, contacts: int) -> int:
        rows = self.execute(
            "INSERT INTO campaigns (name, state, trunk_id, weight, timeout_seconds, max_attempts, calling_window,"
            " retry_policy, answer_action, created_by) VALUES (:name, 'running', :trunk, :weight, 30, 1,"
            " '{\"start\": \"00:00\", \"end\": \"24:00\"}', '{}', '{\"type\": \"hangup\"}', 'pace') RETURNING id",
            name=f"{trunk_id} {weight}", trunk=trunk_id, weight=weight,
        )  # fmt: skip
        self.execute(
            "INSERT INTO contacts (campaign_id, phone_number, zone_id) SELECT :campaign, number,"
            " (SELECT min(id) FROM zone_sets WHERE zones = '{UTC}') FROM unnest(CAST(:numbers AS text[])) AS number",
            campaign=rows[0][0], numbers=list(itertools.islice(self._numbers, contacts)),
        )  # fmt: skip
        return int(rows[0][0])

    @contextmanager
    def working(self, trunk_id: int, workers: int) -> Iterator[None]:
        """So many worker processes on a trunk."""
        arguments = [sys.executable, "-m", "benchmarks.pace", "--work-on", str(trunk_id)]
        processes = [subprocess.Popen(arguments, env=self.environment) for _ in range(workers)]
        try:
            yield
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(20)

    def run(
        self, trunk_id: int, campaigns: Sequence[int], *, workers: int, seconds: float
    ) -> tuple[list[float], Ledger]:
        """Work for so long; when each call was written, in order, and the far end's record of them."""
        with self.working(trunk_id, workers):
            until = math.inf
            begun = time.monotonic()
            while time.monotonic() < until:
                tick = time.monotonic() + 1.0
                self.dialer.dispatching.tick()
                if until == math.inf and self._has_begun(trunk_id):
                    until = time.monotonic() + seconds + 1.0
                elif until == math.inf and time.monotonic() > begun + WAIT_SECONDS:
                    raise click.ClickException("Nothing was dialed.")
                time.sleep(max(tick - time.monotonic(), 0.0))
            for campaign_id in campaigns:
                self.dialer.campaigns.command(campaign_id, CampaignCommand.CANCEL)
        self.wait_for("NOT EXISTS (SELECT FROM calls WHERE trunk_id = :trunk AND state <> 'ended')", trunk=trunk_id)
        rows = self.execute(
            "SELECT id, dialed_at FROM calls WHERE trunk_id = :trunk AND dialed_at IS NOT NULL ORDER BY dialed_at",
            trunk=trunk_id,
        )
        ledger = read_ledger(self.ledger).of({str(row.id) for row in rows})
        return [row.dialed_at.timestamp() for row in rows], ledger

    def _has_begun(self, trunk_id: int) -> bool:
        found = "SELECT EXISTS (SELECT FROM calls WHERE trunk_id = :trunk AND dialed_at IS NOT NULL)"
        return bool(self.execute(found, trunk=trunk_id)[0][0])


@contextmanager
def running(folder: Path, *calls: str) -> Iterator[tuple[Bench, int]]:
    """The bench, and the id of its node, with a listener that hears it; `calls`: the simulator's options for them."""
    with ExitStack() as stack:
        given = Settings(
            _env_file=None, data_dir=folder, ari_password=SecretStr(PASSWORD), database_pool_size=5, max_cps=100_000
        )
        settings = stack.enter_context(EmbeddedServers(given))
        database_url, redis_url = settings.database_url or "", settings.redis_url or ""
        upgrade(database_url)
        environment = os.environ | {
            "DIALER_DATABASE_URL": database_url,
            "DIALER_REDIS_URL": redis_url,
            "DIALER_ARI_PASSWORD": PASSWORD,
            "DIALER_DATA_DIR": str(folder),
            "DIALER_MAX_CPS": "100000",
            "DIALER_LOG_LEVEL": "WARNING",
        }
        port, ledger = free_ports(1)[0], folder / "ledger.jsonl"
        options = ["--port", str(port), "--password", PASSWORD, "--ledger", str(ledger)]
        options += ["--mix", "answered=50,busy=30,no_answer=20", *(calls or SHORT_CALLS)]
        for command in (["-c", SIMULATOR, *options], ["-m", "workers.listener"]):
            process = subprocess.Popen([sys.executable, *command], env=environment)
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
        bench = Bench(settings, environment, ledger)
        stack.callback(bench.dialer.close)
        bench.execute("INSERT INTO zone_sets (zones) VALUES ('{UTC}')")
        url = f"http://127.0.0.1:{port}"
        bench.execute(
            "INSERT INTO pbx_nodes (name, ari_url, ari_username) VALUES ('simulator', :url, 'dialer')", url=url
        )
        heard = "EXISTS (SELECT FROM pbx_nodes WHERE echo_at > clock_timestamp() - interval '2 seconds')"
        bench.wait_for(heard)
        yield bench, bench.execute("SELECT id FROM pbx_nodes")[0][0]


def most_in_a_second(moments: Sequence[float]) -> int:
    """The most of `moments` (in order) that lie within any one second."""
    return max((bisect_left(moments, at + 1.0) - n for n, at in enumerate(moments)), default=0)


def most_at_once(ledger: Ledger) -> int:
    """The most channels that the far end ever had at the same time."""
    changes = sorted([(end.at, -1) for end in ledger.ends] + [(invite.at, 1) for invite in ledger.invites])
    return max(itertools.accumulate(change for _, change in changes), default=0)


def measure(bench: Bench, node_id: int, cps: float, *, workers: int, seconds: float) -> tuple[dict[str, Any], float]:
    """One run at one pace, and how the campaigns shared it: the heavier's calls for each of the lighter's."""
    trunk_id = bench.trunk(node_id, cps, max(int(cps * 2), 10))
    needed = int(cps * (seconds + 15)) + 50
    light, heavy = (bench.campaign(trunk_id, weight, needed) for weight in WEIGHTS)
    written, ledger = bench.run(trunk_id, (light, heavy), workers=workers, seconds=seconds)
    ended = written[0] + seconds
    within = [at for at in written if at < ended]
    counts = dict(
        bench.execute(
            "SELECT campaign_id, count(*) FROM calls WHERE trunk_id = :trunk AND dialed_at < to_timestamp(:ended)"
            " GROUP BY 1",
            trunk=trunk_id, ended=ended,
        )
    )  # fmt: skip
    result = {
        "cps": cps,
        "workers": workers,
        "max_written_in_any_second": most_in_a_second(written),
        "max_ledger_in_any_second": most_in_a_second(sorted(invite.at for invite in ledger.invites)),
        "mean": round(len(within) / seconds, 2),
        "invites": len(ledger.invites),
    }
    return result, counts.get(heavy, 0) / max(counts.get(light, 0), 1)


def broken(report: dict[str, Any]) -> list[str]:
    """The promises that a report breaks."""
    wrong = []
    for run in report["runs"]:
        cps = run["cps"]
        if run["max_written_in_any_second"] > math.ceil(cps):
            wrong.append(f"{run['max_written_in_any_second']} were written in a second at {cps:g} CPS")
        if run["max_ledger_in_any_second"] > max(cps + 1, 1.03 * cps):
            wrong.append(f"{run['max_ledger_in_any_second']} arrived in a second at {cps:g} CPS")
        if run["mean"] < 0.93 * cps:
            wrong.append(f"the mean was {run['mean']} at {cps:g} CPS")
    if not 0.95 <= report["shares"]["observed"] / (WEIGHTS[1] / WEIGHTS[0]) <= 1.05:
        wrong.append(f"the shares were 1 to {report['shares']['observed']}")
    if report["max_channels"] > report["channel_limit"]:
        wrong.append(f"{report['max_channels']} channels at once, of {report['channel_limit']}")
    wrong += stops.broken(report["stops"])
    if report["slots_leaked"]:
        wrong.append(f"{report['slots_leaked']} slots leaked")
    return wrong


def _numbers() -> Iterator[str]:
    """Numbers that are valid and different: the simulator is all that is ever dialed."""
    for area, exchange, line in itertools.product((212, 213, 312, 415, 617), range(200, 1000), range(100, 10_000, 100)):
        if exchange % 100 != 11:
            yield f"+1{area}{exchange}{line:04d}"


@click.command()
@click.option("--seconds", default=30.0, show_default=True, help="Length of each run.")
@click.option("--workers", default=4, show_default=True, help="Worker processes.")
@click.option("--cps", "paces", multiple=True, type=float, default=(5.0, 50.0, 200.0), show_default=True)
@click.option("--rounds", default=5, show_default=True, help="Emergency stops, and pauses, at 200 CPS.")
@click.option("--work-on", type=int, hidden=True)
def main(seconds: float, workers: int, paces: tuple[float, ...], rounds: int, work_on: int | None) -> None:
    """Measure; exit with 1 if a promise is broken."""
    if work_on is not None:
        work(work_on)
        return
    with tempfile.TemporaryDirectory(prefix="dialer-pace-") as folder, running(Path(folder)) as (bench, node_id):
        runs, shares = [], []
        for cps in paces:
            click.echo(f"{cps:g} calls per second, {workers} workers, {seconds:g} s …", err=True)
            run, share = measure(bench, node_id, cps, workers=workers, seconds=seconds)
            click.echo(json.dumps(run), err=True)
            runs.append(run)
            shares.append(share)
        limit = int(CHANNEL_RUN["channels"])
        trunk_id = bench.trunk(node_id, CHANNEL_RUN["cps"], limit)
        campaign_id = bench.campaign(trunk_id, 1, 2000)
        _, ledger = bench.run(trunk_id, (campaign_id,), workers=workers, seconds=CHANNEL_RUN["seconds"])
        click.echo(f"{rounds} emergency stops and pauses at {STOP_CPS:g} calls per second …", err=True)
        stopped = stops.measure(bench, node_id, cps=STOP_CPS, workers=workers, rounds=rounds)
        bench.wait_for("NOT EXISTS (SELECT FROM calls WHERE state <> 'ended' AND claim_token IS NOT NULL)")
        time.sleep(1.0)
        report = {
            "runs": runs,
            "shares": {"weights": list(WEIGHTS), "observed": round(shares[-1], 3)},
            "max_channels": most_at_once(ledger),
            "channel_limit": limit,
            "stops": stopped,
            "slots_leaked": sum(len(tokens) for tokens in bench.dialer.limiter.held().values()),
        }
    for line in (wrong := broken(report)):
        click.echo(f"Broken: {line}", err=True)
    click.echo(json.dumps(report))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
