"""A long list in, and out again in each format: how long it takes, and in how much memory of every process.

    .venv/bin/python -m benchmarks.files --rows 1000000

The list is imported, exported by jobs as CSV, XLSX and NDJSON, and each file is fetched and counted. The last line on
stdout is a JSON object. `peak_mb` is the largest resident memory of each process so far, by the kernel: memory is flat
where it is the same for many rows as for few.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any

import orjson
import requests

from benchmarks.import_list import peaks
from benchmarks.measuring import CannotMeasure
from benchmarks.numbers import numbers
from benchmarks.whole import USER, Moving, Whole, whole_dialer
from dialer.domain.exports import ExportFormat

_BLOCK_BYTES = 2**20


def measure(rows: int) -> dict[str, Any]:
    """What the import and each export took."""
    with whole_dialer() as whole:
        campaign_id = whole.campaign("files", whole.trunk("files", cps=10, channels=10))
        result: dict[str, Any] = {"rows": rows, "peak_mb_before": peaks(whole)}
        begun = time.monotonic()
        progress = whole.upload(campaign_id, _csv(rows))
        if progress["imported"] != rows:
            raise CannotMeasure(f"the import went wrong: {progress}")
        result["import"] = {"seconds": round(time.monotonic() - begun, 1), "peak_mb": peaks(whole)}
        for kind in ExportFormat:
            result[kind.value] = _export(whole, campaign_id, kind, rows)
        return result


def _export(whole: Whole, campaign_id: int, kind: ExportFormat, rows: int) -> dict[str, Any]:
    begun = time.monotonic()
    made = whole.client.post("/v1/exports/contacts", {"campaign_id": campaign_id, "format": kind.value})
    moving = Moving("the export")
    while (export := whole.client.get(f"/v1/exports/{made['id']}"))["state"] == "running":
        moving.at(export["rows"])
        time.sleep(0.5)
    if export["state"] != "completed" or export["rows"] != rows:
        raise CannotMeasure(f"the export went wrong: {export}")
    made_after = time.monotonic() - begun
    size = _fetch(whole, export["id"])
    elapsed = time.monotonic() - begun
    found = {"made_after_seconds": round(made_after, 1), "seconds": round(elapsed, 1), "megabytes": size // 2**20}
    return found | {"peak_mb": peaks(whole)}


def _fetch(whole: Whole, export_id: int) -> int:
    """Bytes of the file, of which none is kept."""
    url = whole.stack.ports.api_url
    login = {"username": USER, "password": whole.password}
    with requests.Session() as session:
        session.trust_env = False
        token = session.post(f"{url}/v1/auth/login", json=login, timeout=60).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        with session.get(f"{url}/v1/exports/{export_id}/file", headers=headers, stream=True, timeout=300) as answer:
            answer.raise_for_status()
            return sum(len(block) for block in answer.iter_content(_BLOCK_BYTES))


def _csv(rows: int) -> Iterator[bytes]:
    yield b"phone,name,external id,language\n"
    for line, number in zip(range(rows), numbers(), strict=False):
        yield f"{number},Contact {line},C-{line},en\n".encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    sys.stdout.write(orjson.dumps(measure(parser.parse_args().rows)).decode() + "\n")


if __name__ == "__main__":
    main()
