"""Where an import's CPU time goes: microseconds for each row, the middle of some rounds.

    .venv/bin/python -m benchmarks.import_steps

The steps in Python one by one; whole imports by the service into a PostgreSQL of its own, where the garbage collector
looks through all that the process was born with, and where it doesn't, in turns; and parsing alone, of numbers of one
country and of all, with patterns that are kept and with Python's own cache. The last line on stdout is a JSON object.
"""

import argparse
import gc
import io
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

import orjson
import phonenumbers
from phonenumbers import re_util
from sqlalchemy import text

from benchmarks.import_list import csv_lines
from benchmarks.measuring import interleaved
from benchmarks.numbers import numbers
from dialer.bootstrap import Dialer
from dialer.config import load_settings
from dialer.db.migrate import upgrade
from dialer.domain import phone
from dialer.embedded.servers import EmbeddedServers
from dialer.local.cpu import cpu_seconds
from dialer.services.importing import chunks
from dialer.services.importing.opening import open_list
from dialer.services.importing.reader import Row
from dialer.services.importing.rows import RowRules
from dialer.services.nudges import NoNudges

_ROUNDS: Final = 3


def measure_steps(rows: int) -> dict[str, object]:
    """All of it, for lists of so many rows."""
    with _Service(rows) as service:
        imports = interleaved(_ROUNDS, {"gc_as_usual": service.run, "gc_frozen": service.run_frozen})
    found: dict[str, object] = {
        "rows": rows,
        "steps": _steps(rows),
        "import_python": {name: _per_row(seconds, rows) for name, seconds in imports.items()},
        "import_postgresql": _per_row(service.of_postgresql, rows),
    }
    lists = {"one_country": list(itertools.islice(numbers(), rows)), "all_countries": _of_all_countries(rows)}
    found["parse"] = {name: _parsed(listed) for name, listed in lists.items()}
    # As it is in a process that has not called phonenumbers.enable_pattern_cache().
    re_util._COMPILED_PATTERNS = None  # type: ignore[attr-defined]
    found["parse_without_pattern_cache"] = {name: _parsed(listed) for name, listed in lists.items()}
    phonenumbers.enable_pattern_cache()
    return found


class _Service:
    """Imports lists, each into a campaign of its own."""

    def __init__(self, rows: int) -> None:
        self._content = b"".join(csv_lines(rows))
        self._stack = ExitStack()
        self._campaigns = 0
        self.of_postgresql: list[float] = []

    def __enter__(self) -> Self:
        with self._stack as stack:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="dialer-steps-", ignore_cleanup_errors=True))
            Path(name).chmod(0o711)
            servers = EmbeddedServers(load_settings(data_dir=Path(name) / "data", database_url=None, redis_url=None))
            settings = stack.enter_context(servers)
            upgrade(settings.database_url or "")
            self._dialer = Dialer(settings, nudges=NoNudges())
            stack.callback(self._dialer.close)
            self._postgres = servers.postgres.pid if servers.postgres else None
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self) -> float:
        """CPU seconds of this process for one list, which has been received already."""
        self._dialer.call_lists.receive(
            self._campaign(), io.BytesIO(self._content), name=None, default_region="US", user="bench"
        )
        before, begun = self._postgres_seconds(), time.process_time()
        self._dialer.call_lists.work_on_chunks(3600)
        elapsed = time.process_time() - begun
        self.of_postgresql.append(self._postgres_seconds() - before)
        return elapsed

    def run_frozen(self) -> float:
        """The same, as in a worker (workers/process.py)."""
        gc.collect()
        gc.freeze()
        try:
            return self.run()
        finally:
            gc.unfreeze()

    def _postgres_seconds(self) -> float:
        return cpu_seconds([self._postgres] if self._postgres else [])

    def _campaign(self) -> int:
        self._campaigns += 1
        with self._dialer.engine.begin() as tx:
            tx.execute(
                text(
                    "INSERT INTO pbx_nodes (name, ari_url, ari_username) VALUES ('nobody', 'http://127.0.0.1:1', 'u')"
                    " ON CONFLICT DO NOTHING"
                )
            )
            tx.execute(
                text(
                    "INSERT INTO trunks (name, node_id, endpoint, cps, channels)"
                    " SELECT 'nobody', id, 'PJSIP/{number}@carrier', 1, 1 FROM pbx_nodes ON CONFLICT DO NOTHING"
                )
            )
            campaign_id: int = tx.execute(
                text(
                    "INSERT INTO campaigns (name, trunk_id, timeout_seconds, max_attempts, calling_window,"
                    " retry_policy, answer_action, created_by) SELECT :name, min(id), 30, 1, '{}', '{}', '{}', 'bench'"
                    " FROM trunks RETURNING id"
                ),
                {"name": f"steps {self._campaigns}"},
            ).scalar_one()
        return campaign_id


def _steps(rows: int) -> dict[str, float]:
    """Of each step."""
    spent: dict[str, list[float]] = {"read": [], "pack": [], "unpack": [], "columns": [], "judge": []}
    content = b"".join(csv_lines(rows))
    rules = RowRules("US", frozenset())
    for _ in range(_ROUNDS):
        clock = _Laps(spent)
        reader = open_list(io.BytesIO(content))
        read = [row for row in reader if isinstance(row, Row)]
        clock.lap("read")
        packed = [chunks.pack(read[at : at + chunks.MAX_ROWS]) for at in range(0, len(read), chunks.MAX_ROWS)]
        clock.lap("pack")
        unpacked = [row for piece in packed for row in chunks.unpack(piece)]
        clock.lap("unpack")
        raw = [reader.columns.contact(row.cells) for row in unpacked]
        clock.lap("columns")
        for row in raw:
            rules.judge(row)
        clock.lap("judge")
    return {name: _per_row(seconds, rows) for name, seconds in spent.items()}


def _per_row(seconds: Sequence[float], rows: int) -> float:
    """Microseconds."""
    return round(statistics.median(seconds) / rows * 1e6, 2)


def _parsed(listed: Sequence[str]) -> float:
    spent: dict[str, list[float]] = {"parse": []}
    for _ in range(_ROUNDS):
        clock = _Laps(spent)
        for number in listed:
            phone.parse(number, None)
        clock.lap("parse")
    return _per_row(spent["parse"], len(listed))


class _Laps:
    """CPU seconds of this process from lap to lap."""

    def __init__(self, spent: dict[str, list[float]]) -> None:
        self._spent = spent
        self._since = time.process_time()

    def lap(self, name: str) -> None:
        now = time.process_time()
        self._spent[name].append(now - self._since)
        self._since = time.process_time()


def _of_all_countries(rows: int) -> list[str]:
    """phonenumbers' own examples, fixed lines and mobiles, in no order."""
    kinds = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    examples = [phonenumbers.example_number_for_type(region, kind) for region in regions for kind in kinds]
    e164 = [phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164) for n in examples if n is not None]
    return random.Random(1).choices(e164, k=rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    print(orjson.dumps(measure_steps(parser.parse_args().rows)).decode())


if __name__ == "__main__":
    main()
