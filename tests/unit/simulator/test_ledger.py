from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialer.simulator.ledger import LedgerWriter, read_ledger


class StepClock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self._seconds = 1_000_000.0

    def now(self) -> datetime:
        self._seconds += 1
        return datetime.fromtimestamp(self._seconds, UTC)

    def monotonic(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        self._seconds += seconds


def _invite(writer: LedgerWriter, channel: str, number: str, attempt: int = 1) -> None:
    writer.write("invite", channel=channel, number=number, caller_id="100", fate="busy", attempt=attempt)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ledger.jsonl"
    writer = LedgerWriter(path, StepClock())
    writer.write("start")
    writer.write("post", post=1, channel="a", number="12")
    _invite(writer, "a", "12")
    writer.write("answered_post", post=1, channel="a", status=200)
    writer.write("post", post=2, channel="b", number="13")
    writer.write("end", channel="a", cause=17, tech_cause=486, was_up=False, hung_up_by="network")
    writer.write("create", channel="c", args="tomb")
    ledger = read_ledger(path)
    assert ledger.starts == (1_000_001.0,)
    assert [(post.channel, post.status, post.answered_at) for post in ledger.posts] == [
        ("a", 200, 1_000_004.0),
        ("b", None, None),
    ]
    assert ledger.invites[0].number == "12"
    assert (ledger.ends[0].cause, ledger.ends[0].tech_cause, ledger.ends[0].hung_up_by) == (17, 486, "network")
    assert ledger.creates == ("c",)


def test_a_restart_appends_and_does_not_mix_up_posts_with_the_same_count(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    for channel, is_answered in (("a", False), ("b", True)):
        writer = LedgerWriter(path, StepClock())
        writer.write("start")
        writer.write("post", post=1, channel=channel, number="12")
        if is_answered:
            writer.write("answered_post", post=1, channel=channel, status=200)
        writer.close()
    ledger = read_ledger(path)
    assert len(ledger.starts) == 2
    assert [post.channel for post in ledger.unanswered_posts()] == ["a"]


def test_posts_unanswered_at_a_moment_are_told_from_those_answered_by_then(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    writer = LedgerWriter(path, StepClock())
    writer.write("post", post=1, channel="a", number="12")
    writer.write("post", post=2, channel="b", number="12")
    writer.write("answered_post", post=1, channel="a", status=200)
    ledger = read_ledger(path)
    assert [post.channel for post in ledger.unanswered_posts(1_000_002.5)] == ["a", "b"]
    assert [post.channel for post in ledger.unanswered_posts(1_000_003.5)] == ["b"]
    assert ledger.unanswered_posts(1_000_000.0) == ()


def test_what_was_written_after_a_moment_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    writer = LedgerWriter(path, StepClock())
    writer.write("post", post=1, channel="a", number="12")
    size = path.stat().st_size
    writer.write("answered_post", post=1, channel="a", status=200)
    writer.write("post", post=2, channel="b", number="12")
    writer.write("answered_post", post=2, channel="b", status=200)
    assert [(post.channel, post.status) for post in read_ledger(path, size).posts] == [("b", 200)]


def test_a_line_that_is_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    writer = LedgerWriter(path, StepClock())
    _invite(writer, "a", "12")
    with path.open("ab") as file:
        file.write(b'{"event":"invite","at":1')
    assert len(read_ledger(path).invites) == 1


def test_a_call_made_twice_shows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    writer = LedgerWriter(path, StepClock())
    _invite(writer, "a", "12")
    assert read_ledger(path).max_invites_per_channel() == 1
    _invite(writer, "a", "12", attempt=2)
    ledger = read_ledger(path)
    assert ledger.max_invites_per_channel() == 2
    assert len(ledger.invites_by_number()["12"]) == len(ledger.invites_by_channel()["a"]) == 2


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    LedgerWriter(None, StepClock()).write("start")
    assert list(tmp_path.iterdir()) == []


def test_writing_after_closing_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    writer = LedgerWriter(path, StepClock())
    writer.write("start")
    writer.close()
    writer.write("start")
    assert len(read_ledger(path).starts) == 1
