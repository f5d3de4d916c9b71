"""How long the API takes to answer while it is busy and a campaign dials.

    .venv/bin/python -m benchmarks.api_load --seconds 60

32 clients, each with a connection of its own and the next question as soon as it has the answer: a page of calls, one
contact, the campaign's counts, in turns. Meanwhile the campaign dials a hundred calls a second through the simulator.
The API is that of `dialer up`: one process.

The last line on stdout is a JSON object.
"""

import argparse
import asyncio
import itertools
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import aiohttp
import orjson
import requests

from benchmarks.measuring import CannotMeasure, percentile
from benchmarks.numbers import call_list
from benchmarks.whole import USER, Moving, Whole, whole_dialer

CLIENTS: Final = 32
CPS: Final = 100
_WARM_SECONDS: Final = 3.0
_SIMULATOR: Final = ("--mix", "answered=50,busy=50", "--ring-ms", "300", "--talk-ms", "1000")


def measure(quick: bool) -> dict[str, object]:
    """`api_p99_ms`, of all answers, and what explains it."""
    return measure_seconds(10.0 if quick else 60.0)


def measure_seconds(seconds: float) -> dict[str, object]:
    """As `measure`, for so long."""
    with whole_dialer(simulator=_SIMULATOR) as whole:
        campaign_id = whole.campaign("load", whole.trunk("load", cps=CPS, channels=CPS * 10))
        whole.upload(campaign_id, call_list(int(CPS * (seconds + _WARM_SECONDS + 60))))
        whole.client.post(f"/v1/campaigns/{campaign_id}/start")
        _wait_until_it_dials(whole, campaign_id)
        contacts = whole.client.get(f"/v1/campaigns/{campaign_id}/contacts?limit=100")["items"]
        paths = {
            "list": itertools.repeat(f"/v1/calls?campaign_id={campaign_id}&limit=50"),
            "read": itertools.cycle([f"/v1/contacts/{contact['id']}" for contact in contacts]),
            "stats": itertools.repeat(f"/v1/campaigns/{campaign_id}/stats"),
        }
        before, begun = _calls(whole, campaign_id), time.monotonic()
        found = asyncio.run(_load(whole, paths, seconds))
        dialed, elapsed = _calls(whole, campaign_id) - before, time.monotonic() - begun
    every = [sample for samples in found.values() for sample in samples]
    return {
        "api_p99_ms": round(percentile(every, 99) * 1000, 1),
        "api_requests_per_second": round(len(every) / seconds, 1),
        "api_ms": {
            what: {f"p{percent}": round(percentile(samples, percent) * 1000, 1) for percent in (50, 95, 99)}
            for what, samples in found.items()
        },
        "clients": CLIENTS,
        "calls_per_second_meanwhile": round(dialed / elapsed, 1),
    }


async def _load(whole: Whole, paths: Mapping[str, Iterator[str]], seconds: float) -> dict[str, list[float]]:
    """Seconds of every answer, by what was asked."""
    found: dict[str, list[float]] = {what: [] for what in paths}
    url = whole.stack.ports.api_url
    begins = time.monotonic() + _WARM_SECONDS
    headers = {"Authorization": f"Bearer {_token(whole)}"}
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(headers=headers, connector=connector, trust_env=False) as session:

        async def ask() -> None:
            for what, path in itertools.cycle(paths.items()):
                asked = time.monotonic()
                if asked > begins + seconds:
                    return
                async with session.get(url + next(path)) as answer:
                    text = await answer.text()
                    if answer.status != 200:
                        raise CannotMeasure(f"{what}: {answer.status} {text[:200]}")
                if asked >= begins:
                    found[what].append(time.monotonic() - asked)

        await asyncio.gather(*(ask() for _ in range(CLIENTS)))
    return found


def _token(whole: Whole) -> str:
    login = {"username": USER, "password": whole.password}
    answer = requests.post(f"{whole.stack.ports.api_url}/v1/auth/login", json=login, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def _wait_until_it_dials(whole: Whole, campaign_id: int) -> None:
    moving = Moving("the campaign")
    while (calls := _calls(whole, campaign_id)) < CPS:
        moving.at(calls)
        time.sleep(0.1)


def _calls(whole: Whole, campaign_id: int) -> int:
    stats: dict[str, Any] = whole.client.get(f"/v1/campaigns/{campaign_id}/stats")
    return int(stats["calls_ended"] + stats["in_flight_total"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    print(orjson.dumps(measure_seconds(parser.parse_args().seconds)).decode())


if __name__ == "__main__":
    main()
