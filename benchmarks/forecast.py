"""Does a forecast come true, and how long does it take? The last line on stdout is JSON.

    python -m benchmarks.forecast --rounds 1 --large 1000000

Campaigns are dialed on the simulator by two worker processes. When a fifth of a campaign's contacts are done, its end
is forecast; `error` is how far that was off, as a part of the time that the rest then took. `large` are forecasts of
campaigns with so many contacts, in seconds: from the wall clock, and of this process's CPU.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import click

from benchmarks import pace
from benchmarks.pace import Bench
from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import ContactState
from dialer.domain.forecast.forecast import NOT_IN_TIME
from dialer.services.forecasting import CampaignForecast, Wanted

SHARE: Final = 0.2
ALLOWED: Final = 0.1
CASES: Final[dict[str, dict[str, Any]]] = {
    "pace": {"cps": 15.0, "channels": 200},
    "channels": {"cps": 50.0, "channels": 40},
    "beside another campaign": {"cps": 24.0, "channels": 400, "rival": 4000},
}
CALLS: Final = ("--ring-ms", "1500", "--talk-ms", "3000", "--time-scale", "10")
WORKERS: Final = 2
WAIT_SECONDS: Final = 600.0
_ALWAYS: Final = '{"start": "00:00", "end": "24:00"}'
_POLICY: Final = '{"busy": {"delay_seconds": 5}, "no_answer": {"delay_seconds": 8, "backoff": 2.0}}'
_ZONES: Final = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix")


def compare(bench: Bench, node_id: int, name: str, contacts: int, numbered: int) -> dict[str, Any]:
    """Dial a campaign, forecast its end on the way, and wait for it."""
    case = CASES[name]
    trunk_id = _trunk(bench, node_id, f"{name} {numbered}", case["cps"], case["channels"])
    campaign_id = _campaign(bench, trunk_id, f"{name} {numbered}", contacts)
    rival = _campaign(bench, trunk_id, f"rival of {name} {numbered}", case["rival"]) if "rival" in case else None
    arguments = [sys.executable, "-m", "benchmarks.pace", "--work-on", str(trunk_id)]
    processes = [subprocess.Popen(arguments, env=bench.environment) for _ in range(WORKERS)]
    told: CampaignForecast | None = None
    begun = time.monotonic()
    try:
        while bench.dialer.campaigns.get(campaign_id).state != CampaignState.COMPLETED:
            if time.monotonic() > begun + WAIT_SECONDS:
                raise click.ClickException(f"{name} did not end.")
            tick = time.monotonic() + 1.0
            bench.dialer.dispatching.tick()
            if told is None and _done(bench, campaign_id) >= SHARE * contacts:
                told = bench.dialer.forecasting.campaign(campaign_id, Wanted())
            time.sleep(max(tick - time.monotonic(), 0.0))
        if rival is not None:
            bench.execute("UPDATE campaigns SET state = 'cancelled' WHERE id = :id", id=rival)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)
    if told is None or told.forecast.finish_at is None:
        raise click.ClickException(f"{name} has no forecast.")
    ended_at = bench.execute("SELECT max(ended_at) FROM calls WHERE campaign_id = :id", id=campaign_id)[0][0]
    expected = (told.forecast.finish_at - told.as_of).total_seconds()
    took = (ended_at - told.as_of).total_seconds()
    return {
        "case": name,
        "contacts": contacts,
        "left": told.forecast.contacts,
        "calls_seen": told.calls_seen,
        "expected_seconds": round(expected, 1),
        "took_seconds": round(took, 1),
        "error": round(abs(expected - took) / took, 4),
        "within_range": bool(
            told.forecast.earliest_at
            and told.forecast.latest_at
            and told.forecast.earliest_at <= ended_at <= told.forecast.latest_at
        ),
    }


def large(bench: Bench, node_id: int, contacts: int) -> list[dict[str, Any]]:
    """How long forecasts of a long list take: without rules, and with caps, a profile and numbers called lately."""
    trunk_id = _trunk(bench, node_id, "large", 50.0, 2000)
    found = []
    for name, rules in {
        "plain": {},
        "by_region with caps": {
            "profile": "by_region",
            "skip_holidays": True,
            "number_caps": json.dumps([{"calls": 2, "period_hours": 72}]),
        },
    }.items():
        campaign_id = _large_campaign(bench, trunk_id, name, contacts, rules)
        bench.execute("ANALYZE contacts")
        bench.execute("ANALYZE number_dials")
        for _ in range(3):
            wall, cpu = time.monotonic(), time.process_time()
            told = bench.dialer.forecasting.campaign(campaign_id, Wanted())
            figures = {"contacts": told.forecast.contacts, "rules": name, "hours": len(told.forecast.hours)}
            figures["not_in_time"] = sum(p.contacts for p in told.forecast.left if p.code == NOT_IN_TIME)
            figures |= {
                "seconds": round(time.monotonic() - wall, 2),
                "cpu_seconds": round(time.process_time() - cpu, 2),
            }
            click.echo(json.dumps(figures), err=True)
            found.append(figures)
        bench.execute("UPDATE campaigns SET state = 'cancelled' WHERE id = :id", id=campaign_id)
    return found


def _trunk(bench: Bench, node_id: int, name: str, cps: float, channels: int) -> int:
    return int(
        bench.execute(
            "INSERT INTO trunks (name, node_id, endpoint, cps, channels)"
            " VALUES (:name, :node, 'PJSIP/{number}@carrier', :cps, :channels) RETURNING id",
            name=name, node=node_id, cps=cps, channels=channels,
        )[0][0]
    )  # fmt: skip


def _campaign(bench: Bench, trunk_id: int, name: str, contacts: int) -> int:
    campaign_id = bench.campaign(trunk_id, 1, contacts)
    bench.execute(
        "UPDATE campaigns SET name = :name, max_attempts = 3, retry_policy = CAST(:policy AS jsonb) WHERE id = :id",
        name=name, policy=_POLICY, id=campaign_id,
    )  # fmt: skip
    return campaign_id


def _large_campaign(bench: Bench, trunk_id: int, name: str, contacts: int, rules: dict[str, Any]) -> int:
    """A tenth has been tried an hour ago, and waits. Its numbers are none of those that are dialed here: calls to them
    count for caps, some of them for thirty days."""
    campaign_id = int(
        bench.execute(
            "INSERT INTO campaigns (name, state, trunk_id, timeout_seconds, max_attempts, calling_window,"
            " retry_policy, answer_action, created_by, profile, skip_holidays, number_caps)"
            " VALUES (:name, 'running', :trunk, 30, 3, '{\"start\": \"09:00\", \"end\": \"20:00\"}',"
            " '{\"no_answer\": {\"delay_seconds\": 3600}}', '{\"type\": \"hangup\"}', 'forecast', :profile, :holidays,"
            " CAST(:caps AS jsonb)) RETURNING id",
            name=f"large {name}", trunk=trunk_id, profile=rules.get("profile", "none"),
            holidays=rules.get("skip_holidays", False), caps=rules.get("number_caps", "[]"),
        )[0][0]
    )  # fmt: skip
    for zone in _ZONES:
        bench.execute("INSERT INTO zone_sets (zones) VALUES (ARRAY[:zone]) ON CONFLICT DO NOTHING", zone=zone)
    bench.execute(
        "INSERT INTO contacts (campaign_id, phone_number, zone_id, attempts, state, next_attempt_at)"
        " SELECT :id, '+1' || (ARRAY['212', '312', '303', '213', '602', '305'])[1 + n % 6] || 5000000 + n,"
        "   (SELECT min(id) FROM zone_sets WHERE zones = ARRAY[(CAST(:zones AS text[]))[1 + n % 5]]),"
        "   CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END, CASE WHEN n % 10 = 0 THEN 'waiting' ELSE 'ready' END,"
        "   CASE WHEN n % 10 = 0 THEN now() + make_interval(secs => n % 7200) END"
        " FROM generate_series(1, :contacts) AS n",
        id=campaign_id, zones=list(_ZONES), contacts=contacts,
    )  # fmt: skip
    bench.execute(
        "INSERT INTO number_dials (phone_number, dialed_at)"
        " SELECT phone_number, ARRAY[next_attempt_at - interval '1 hour' - interval '1 day' * (id % 4)]"
        " FROM contacts WHERE campaign_id = :id AND attempts > 0 ON CONFLICT DO NOTHING",
        id=campaign_id,
    )
    return campaign_id


def _done(bench: Bench, campaign_id: int) -> int:
    return bench.dialer.stats.campaign(campaign_id).contacts[ContactState.DONE]


@click.command()
@click.option("--contacts", default=600, show_default=True, help="Of each campaign that is dialed.")
@click.option("--rounds", default=1, show_default=True, help="How often each case is run.")
@click.option("--large", "large_contacts", default=1_000_000, show_default=True, help="0: don't.")
def main(contacts: int, rounds: int, large_contacts: int) -> None:
    """Measure; exit with 1 if a forecast was off by more than a tenth of the remaining time."""
    with (
        tempfile.TemporaryDirectory(prefix="dialer-forecast-") as folder,
        pace.running(Path(folder), *CALLS) as (bench, node),
    ):
        runs = []
        for numbered in range(rounds):
            for case in CASES:
                run = compare(bench, node, case, contacts, numbered)
                click.echo(json.dumps(run), err=True)
                runs.append(run)
        larges = large(bench, node, large_contacts) if large_contacts else []
    worst = max((run["error"] for run in runs), default=0.0)
    click.echo(json.dumps({"runs": runs, "worst_error": worst, "large": larges}))
    sys.exit(1 if worst > ALLOWED else 0)


if __name__ == "__main__":
    main()
