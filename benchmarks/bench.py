"""Measure everything: a table on the screen, JSON in a file, and the same JSON as the last line on stdout.

    python -m benchmarks.bench --quick

Each part runs in a process of its own, one after the other. One that fails leaves its figures `null`, with the reason,
and the others run all the same.
"""

import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import click
import orjson
from rich.console import Console

from benchmarks.machine import ran_on
from benchmarks.parts import PARTS, Part
from benchmarks.report import Outcome, result, table
from dialer.config import load_settings

_LONGEST_SECONDS: Final = 3 * 3600.0
"""Of a part: what hangs must not keep the others from being measured."""
_ENDING_SECONDS: Final = 60.0
_LAST_WORDS: Final = 20


def run(part: Part, *, quick: bool, longest_seconds: float = _LONGEST_SECONDS) -> Outcome:
    """Run a part; what it says on stderr is passed on, and its last line is the reason if it fails."""
    command = [sys.executable, "-m", "benchmarks.part", part.module, *(["--quick"] if quick else [])]
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        said: deque[str] = deque(maxlen=_LAST_WORDS)
        answered: deque[str] = deque(maxlen=1)
        readers = [
            threading.Thread(target=_read, args=(process.stderr, said, sys.stderr)),
            threading.Thread(target=_read, args=(process.stdout, answered, None)),
        ]
        for reader in readers:
            reader.start()
        late = not _ended(process, longest_seconds)
        for reader in readers:
            reader.join()
    seconds = time.monotonic() - begun
    if late:
        return Outcome(part, seconds, reason=f"it was ended after {longest_seconds:.0f} s")
    if process.returncode != 0 or not answered:
        how = f"ended with {process.returncode}" if process.returncode >= 0 else _killed(-process.returncode)
        return Outcome(part, seconds, reason=said[-1].strip() if said else how)
    found = orjson.loads(answered[-1])
    if "cannot" in found:
        return Outcome(part, seconds, reason=found["cannot"])
    return Outcome(part, seconds, found=found)


def _ended(process: subprocess.Popen[str], longest_seconds: float) -> bool:
    """Whether it ends by itself in that time; else it is ended, so that what it has started ends too."""
    try:
        process.wait(longest_seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        return False
    return True


def _killed(number: int) -> str:
    return f"killed by {signal.Signals(number).name}"


def _read(stream: IO[str] | None, lines: deque[str], shown: IO[str] | None) -> None:
    for line in stream or ():
        if line.strip():
            lines.append(line)
        if shown is not None:
            shown.write(line)
            shown.flush()


def chosen(only: str | None) -> Sequence[Part]:
    """The parts of these names, separated by commas; all if none is named.

    Raises:
        click.BadParameter: there is no such part.
    """
    if not only:
        return PARTS
    known = {part.module: part for part in PARTS}
    names = [name.strip() for name in only.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is no part; there are {', '.join(known)}.", param_hint="--only")
    return [part for part in PARTS if part.module in names]


def write(found: dict[str, Any], folder: Path, name: str) -> Path:
    """Keep a result; where."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    file.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return file


@click.command()
@click.option("--quick", is_flag=True, help="Short: a few minutes, and figures that say little.")
@click.option("--only", help=f"Some parts, separated by commas: {', '.join(part.module for part in PARTS)}.")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), help="Folder of the JSON [default: .dialer/benchmarks]."
)
def main(quick: bool, only: str | None, into: Path | None) -> None:
    """Measure everything, and say on what."""
    parts = chosen(only)
    begun = datetime.now(UTC)
    on = {"quick": quick, "begun_at": begun.isoformat(timespec="seconds"), **ran_on()}
    outcomes = []
    for part in parts:
        click.echo(f"\n{part.module} …", err=True)
        outcomes.append(run(part, quick=quick))
    found = result(outcomes, on)
    machine = on["machine"]
    title = f"{machine['cpu']}, {machine['cores']} cores; {on['commit'] or 'no commit'}{'; QUICK' if quick else ''}"
    Console().print(table(outcomes, title))
    file = write(found, into or load_settings().data_dir / "benchmarks", f"{begun:%Y%m%d-%H%M%S}")
    click.echo(f"Written to {file}", err=True)
    click.echo(orjson.dumps(found).decode())


if __name__ == "__main__":
    main()
