"""What a real Asterisk said, event by event: `<release>/<name>.json`, scrubbed of this machine, by `--record`."""

import re
from pathlib import Path
from typing import Any

import orjson

_FOLDER = Path(__file__).parent
_TIMES = ("timestamp", "creationtime")


def load(release: int, name: str) -> list[dict[str, Any]] | None:
    """The events of that trace, None if there is none."""
    path = _FOLDER / str(release) / f"{name}.json"
    if not path.exists():
        return None
    events: list[dict[str, Any]] = orjson.loads(path.read_bytes())
    return events


def names(release: int) -> list[str]:
    """Every trace of that release."""
    return sorted(path.stem for path in (_FOLDER / str(release)).glob("*.json"))


def keep(release: int, name: str, events: list[dict[str, Any]]) -> None:
    """Write a trace."""
    folder = _FOLDER / str(release)
    folder.mkdir(exist_ok=True)
    scrubbed = _Scrubber().scrub(events)
    (folder / f"{name}.json").write_bytes(
        orjson.dumps(scrubbed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )


class _Scrubber:
    """The same trace from another machine, another day, reads the same."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._ticks = 0

    def scrub(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self.scrub(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self.scrub(item) for item in value]
        if not isinstance(value, str):
            return value
        if key in _TIMES:
            self._ticks += 1
            return f"2026-01-01T00:00:{self._ticks // 1000:02d}.{self._ticks % 1000:03d}+0000"
        if key == "asterisk_id":
            return "02:00:00:00:00:01"
        text = re.sub(r"contract-[0-9a-f]{12}", "dialer", value)
        text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", self._id, text)
        text = re.sub(r"\+4420\d{6}", "+4420000001", text)
        return re.sub(r"(PJSIP/[a-z]+|Local/[^ ]+)-[0-9a-f]{8}", r"\1-00000001", text)

    def _id(self, match: re.Match[str]) -> str:
        return self._ids.setdefault(match[0], f"00000000-0000-4000-8000-{len(self._ids) + 1:012d}")
