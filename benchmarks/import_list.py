"""What an import costs: a CSV through the API until its contacts can be dialed, against COPY of ready rows.

    .venv/bin/python -m benchmarks.import_list --rows 1000000 --rounds 1

The import parses every number with phonenumbers, finds its time zones, drops duplicates and numbers on the do-not-call
list, and reports refused rows. COPY puts as many contacts, as an import has left them, into the same table of the same
PostgreSQL, with the same indexes and triggers. Both in turns; both are counted in rows of the list.

The last line on stdout is a JSON object. `peak_mb` is the largest resident memory of each process, by the kernel.
"""

import argparse
import io
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import psutil
from sqlalchemy import text

from benchmarks.measuring import CannotMeasure, interleaved, median_ratio
from benchmarks.numbers import numbers
from benchmarks.whole import Whole, whole_dialer

_DUPLICATES: Final = 0.01
_BAD: Final = 0.01
_FORBIDDEN: Final = 100
"""One number in so many is on the do-not-call list."""
_COLUMNS: Final = "call_list_id, phone_number, zone_id, priority, external_id, name"


def measure(quick: bool) -> dict[str, object]:
    """`import_ratio` and `import_rows_per_second`, with what explains them."""
    return measure_lists(20_000 if quick else 300_000, rounds=3)


def measure_lists(rows: int, *, rounds: int) -> dict[str, object]:
    """As `measure`, with lists of so many rows."""
    with whole_dialer() as whole:
        comparison = _Comparison(whole, rows)
        before = peaks(whole)
        seconds = interleaved(rounds, {"import": comparison.by_import, "copy": comparison.by_copy})
        return {
            "import_ratio": round(median_ratio(seconds["copy"], seconds["import"]), 4),
            "import_rows_per_second": round(rows / statistics.median(seconds["import"])),
            "copy_rows_per_second": round(rows / statistics.median(seconds["copy"])),
            "import_cpu_ms_per_row": round(statistics.median(comparison.cpu_seconds) * 1000 / rows, 4),
            "rows": rows,
            "seconds": {name: [round(value, 2) for value in values] for name, values in seconds.items()},
            "last_list": comparison.last,
            "peak_mb_before": before,
            "peak_mb": peaks(whole),
        }


class _Comparison:
    """Imports lists, and copies what they became."""

    def __init__(self, whole: Whole, rows: int) -> None:
        self._whole = whole
        self._rows = rows
        self._trunk_id = whole.trunk("import", cps=10, channels=10)
        self._campaigns = 0
        self.cpu_seconds: list[float] = []
        self.last: dict[str, Any] = {}
        forbidden = [number for n, number in zip(range(rows), numbers(), strict=False) if n % _FORBIDDEN == 0]
        with whole.up.dialer.engine.begin() as tx:
            tx.execute(
                text(
                    "INSERT INTO dnc (phone_number, source, created_by)"
                    " SELECT unnest(CAST(:numbers AS text[])), 'benchmark', 'bench'"
                ),
                {"numbers": forbidden},
            )
        self._ready = self._ready_rows()

    def by_import(self) -> float:
        """Seconds from the first byte of the upload to the last contact."""
        campaign_id = self._campaign()
        cpu, begun = self._whole.cpu_seconds(), time.monotonic()
        progress = self._whole.upload(campaign_id, csv_lines(self._rows))
        elapsed = time.monotonic() - begun
        self.cpu_seconds.append(self._whole.cpu_seconds() - cpu)
        self.last = {name: progress[name] for name in ("state", "rows", "imported", "duplicates", "refused")}
        done = progress["imported"] + progress["duplicates"] + progress["refused"]
        if progress["state"] != "completed" or done != self._rows:
            raise CannotMeasure(f"the import went wrong: {self.last}")
        return elapsed

    def by_copy(self) -> float:
        """Seconds for as many rows that are ready, the commit included."""
        of_campaign = f"{self._campaign()}\t".encode()
        ready = io.BytesIO(b"".join(of_campaign + line for line in self._ready))
        raw = self._whole.up.dialer.engine.raw_connection()
        try:
            begun = time.monotonic()
            raw.cursor().copy_expert(f"COPY contacts (campaign_id, {_COLUMNS}) FROM STDIN", ready)
            raw.commit()
            return time.monotonic() - begun
        finally:
            raw.close()

    def _ready_rows(self) -> list[bytes]:
        """As many contacts as the list has rows, as COPY takes them: those of an import, and more of the same kind."""
        self.by_import()
        self.cpu_seconds.clear()
        raw = self._whole.up.dialer.engine.raw_connection()
        try:
            out = io.BytesIO()
            cursor = raw.cursor()
            cursor.copy_expert(f"COPY (SELECT {_COLUMNS} FROM contacts ORDER BY id) TO STDOUT", out)
            raw.rollback()
        finally:
            raw.close()
        lines = out.getvalue().splitlines(keepends=True)
        missing = self._rows - len(lines)
        spare = (n for k, n in enumerate(numbers()) if k >= self._rows)
        for line, number in zip(lines[:missing], spare, strict=False):
            cells = line.split(b"\t")
            lines.append(b"\t".join([cells[0], number.encode(), *cells[2:]]))
        return lines

    def _campaign(self) -> int:
        self._campaigns += 1
        return self._whole.campaign(f"import {self._campaigns}", self._trunk_id)


def csv_lines(rows: int) -> Iterator[bytes]:
    """A list: one row in a hundred has a number that is none, and one the number of a row before."""
    rng = random.Random(1)
    fresh = numbers()
    yield b"phone,name,external id,language\n"
    last = next(fresh)
    for line in range(rows):
        chance = rng.random()
        if chance < _BAD:
            number = "12345"
        elif chance < _BAD + _DUPLICATES:
            number = last
        else:
            number = last = next(fresh)
        yield f"{number},Contact {line},C-{line},en\n".encode()


def peaks(whole: Whole) -> dict[str, float]:
    """Peak resident memory of every process, in MB."""
    pids = whole.processes() | {f"server-{n}": pid for n, pid in enumerate(whole.servers(), 1)}
    found = {"this": _peak(psutil.Process())}
    for name, pid in pids.items():
        process = psutil.Process(pid)
        found[name] = max(_peak(p) for p in (process, *process.children(recursive=True)))
    return found


def _peak(process: psutil.Process) -> float:
    for line in Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    print(orjson.dumps(measure_lists(options.rows, rounds=options.rounds)).decode())


if __name__ == "__main__":
    main()
