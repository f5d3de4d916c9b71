"""Asterisk's own files."""

from pathlib import Path

from dialer.doctor.asterisk_files import examine
from dialer.doctor.findings import Level
from dialer.lab.releases import checkout

TIMEOUT = "pbx_websocket_write_timeout"


def _levels(folder: Path | None) -> dict[str, Level]:
    return {finding.check: finding.level for finding in examine(folder, "pbx1")}


def test_the_files_that_are_handed_out_are_sound() -> None:
    assert _levels(checkout() / "deploy" / "asterisk") == {TIMEOUT: Level.OK}


def test_asterisk_s_defaults_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "ari.conf").write_text("[general]\nenabled = yes\n;websocket_write_timeout = 5000\n")
    (tmp_path / "http.conf").write_text("[general]\nenabled = yes\n")
    assert _levels(tmp_path) == {TIMEOUT: Level.PROBLEM, "pbx_sessionlimit": Level.WARNING}


def test_what_is_set_for_another_section_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "ari.conf").write_text("[general]\n[dialer]\nwebsocket_write_timeout = 5000\n")
    assert _levels(tmp_path)[TIMEOUT] is Level.PROBLEM


def test_files_that_are_not_there_are_not_guessed_at(tmp_path: Path) -> None:
    assert _levels(tmp_path) == {TIMEOUT: Level.UNKNOWN}
    assert _levels(None) == {TIMEOUT: Level.UNKNOWN}
