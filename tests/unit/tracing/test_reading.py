"""A call's trace and log, as they are printed."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from dialer.cli import main

CALL = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
ROOT = "bcceb302099a8057"
WORK = "1" * 32


def span(
    name: str,
    part: str,
    begun: int,
    ended: int,
    *,
    trace: str = CALL.hex,
    span_id: str = "a" * 16,
    parent: str | None = ROOT,
    links: tuple[str, ...] = (),
    disposition: str | None = None,
) -> str:
    """A line of a file; times in milliseconds."""
    return json.dumps(
        {
            "name": name,
            "context": {"trace_id": f"0x{trace}", "span_id": f"0x{span_id}"},
            "parent_id": f"0x{parent}" if parent else None,
            "start_time": f"2030-01-07T12:00:00.{begun:03}000Z",
            "end_time": f"2030-01-07T12:00:00.{ended:03}000Z",
            "attributes": {"dialer.call_id": str(CALL)} | ({"dialer.disposition": disposition} if disposition else {}),
            "links": [{"context": {"trace_id": f"0x{WORK}", "span_id": f"0x{link}"}} for link in links],
            "resource": {"attributes": {"service.name": f"dialer-{part}"}},
        }
    )


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, **environment: object) -> tuple[int, list[str]]:
    for name, value in environment.items():
        monkeypatch.setenv(f"DIALER_{name.upper()}", str(value))
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output.splitlines()


def test_a_trace_of_many_files_is_printed_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request, tick, job = "b" * 16, "c" * 16, "d" * 16
    (tmp_path / "listener-1.jsonl").write_text(
        "\n".join(
            [
                span("end", "listener", 700, 710, disposition="busy"),
                span("call", "listener", 100, 705, span_id=ROOT, parent=None, disposition="busy"),
                span("end", "listener", 1, 2, trace="2" * 32),
            ]
        )
    )
    (tmp_path / "originate-1-2.jsonl").write_text(
        "\n".join(
            [
                span("gate and claim", "originate-1", 200, 230, links=(job,)),
                span("work on trunk", "originate-1", 190, 400, trace=WORK, span_id=job, parent=tick),
                '{"name": "cut o',
            ]
        )
    )
    (tmp_path / "control-3.jsonl").write_text(
        span("dispatch", "control", 150, 180, trace=WORK, span_id=tick, parent=request)
    )
    code, lines = run(monkeypatch, "trace", str(CALL), traces_dir=tmp_path)
    assert code == 0
    assert lines == [
        f"call {CALL}   605.0 ms   disposition=busy",
        "      +100.0       30.0 ms  originate-1  gate and claim"
        "  in work on trunk (originate-1) for dispatch (control)",
        "      +600.0       10.0 ms  listener     end             disposition=busy",
    ]


def test_a_call_that_is_not_over_has_its_steps_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "api-1.jsonl").write_text(span("queue", "api", 100, 105))
    code, lines = run(monkeypatch, "trace", str(CALL), traces_dir=tmp_path)
    assert (code, lines[0]) == (0, f"call {CALL}   not over")
    assert "queue" in lines[1]


def test_no_trace_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, lines = run(monkeypatch, "trace", str(CALL))
    assert code == 1
    assert "set DIALER_TRACES_DIR" in lines[0]
    assert CALL.hex in lines[0]
    code, lines = run(monkeypatch, "trace", str(CALL), traces_dir=tmp_path)
    assert code == 1
    assert f"{tmp_path} has no trace of the call {CALL}" in lines[0]


def test_the_log_of_a_call_is_put_together_by_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    listener = f'{{"event": "call {CALL}: end", "timestamp": "2030-01-07T12:00:02.5Z"}}'
    worker = f"2030-01-07T12:00:01.123456Z [info     ] call {CALL}: originate"
    (folder / "listener-1.log").write_text(f"{listener}\nanother line\n")
    (folder / "worker-originate-1.log").write_text(f"{worker}\n")
    code, lines = run(monkeypatch, "log", str(CALL), data_dir=tmp_path)
    assert code == 0
    assert lines == [f"worker-originate-1  {worker}", f"listener-1          {listener}"]


def test_a_log_that_does_not_mention_it_says_why_that_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, lines = run(monkeypatch, "log", str(CALL), data_dir=tmp_path)
    assert code == 1
    assert "DIALER_LOG_CALLS=true" in lines[0]
