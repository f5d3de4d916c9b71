"""Asterisk's own files, where they are on this machine: what ARI doesn't tell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dialer.doctor.findings import Finding, ok, problem, unknown, warning

_DEFAULT_TIMEOUT_MS: Final = 100
_ENOUGH_MS: Final = 1000
_DEFAULT_SESSIONS: Final = 100


def examine(folder: Path | None, subject: str) -> Iterator[Finding]:
    """ari.conf and http.conf in `folder`; None: the PBX is on another machine."""
    check = "pbx_websocket_write_timeout"
    general = None if folder is None else _general(folder / "ari.conf")
    if folder is None or general is None:
        where = "on this machine" if folder is None else f"readable in {folder}"
        message = f"websocket_write_timeout is not known: ARI does not tell it, and ari.conf is not {where}."
        yield unknown(check, subject, message, "Run the doctor on the PBX, or name a copy with --asterisk-config.")
        return
    value = general.get("websocket_write_timeout", str(_DEFAULT_TIMEOUT_MS))
    milliseconds = int(value) if value.isdigit() else _DEFAULT_TIMEOUT_MS
    if milliseconds < _ENOUGH_MS:
        yield problem(
            check,
            subject,
            f"websocket_write_timeout is {milliseconds} ms: a listener that is busy for a moment is disconnected, and "
            "what happened meanwhile has to be found out.",
            "Set websocket_write_timeout = 5000 in [general] of ari.conf, then `module reload res_ari`.",
        )
    else:
        yield ok(check, subject, f"websocket_write_timeout is {milliseconds} ms.")
    limit = (_general(folder / "http.conf") or {}).get("sessionlimit", str(_DEFAULT_SESSIONS))
    if limit.isdigit() and int(limit) <= _DEFAULT_SESSIONS:
        message = f"sessionlimit is {limit}, web sockets included."
        yield warning("pbx_sessionlimit", subject, message, "Set sessionlimit = 300 in [general] of http.conf.")


def _general(path: Path) -> dict[str, str] | None:
    """The settings under [general]; None if the file can't be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    found: dict[str, str] = {}
    section = ""
    for line in lines:
        text = line.partition(";")[0].strip()
        if text.startswith("["):
            section = text[1:].partition("]")[0]
        elif section == "general" and "=" in text:
            name, _, value = text.partition("=")
            found[name.strip().lower()] = value.lstrip("> ").strip()
    return found
