"""What processes have cost, from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def cpu_seconds(roots: Iterable[int], proc: Path = Path("/proc")) -> float:
    """CPU time, user's and kernel's, of these processes, of all that descend from them, and of those that have ended
    and been waited for. A root that is gone counts nothing.
    """
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in proc.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has just ended
            continue
        fields = text.rpartition(")")[2].split()
        pid = int(entry.name)
        children.setdefault(int(fields[1]), []).append(pid)
        # utime, stime, and the same of children that were waited for
        ticks[pid] = sum(int(field) for field in fields[11:15])
    waiting, seen = list(roots), set[int]()
    while waiting:
        pid = waiting.pop()
        if pid not in seen:
            seen.add(pid)
            waiting += children.get(pid, [])
    return sum(ticks.get(pid, 0) for pid in seen) / _TICKS
