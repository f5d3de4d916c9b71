"""What the fuzzing says of the answers, and what it passes."""

import json
from pathlib import Path

import pytest

from dialer.services.users import Role
from tests.fuzz.__main__ import Outcome, report
from tests.fuzz.answers import Answer, Link, read

LINKS: set[Link] = {("things_create", f"things_{n}") for n in range(10)}


def outcome(*statuses: int) -> Outcome:
    """Of one request along each link, and one that makes a thing."""
    linked = [Answer(f"things_{n}", status, "stateful", "things_create") for n, status in enumerate(statuses)]
    made = Answer("things_create", 201, "examples")
    return Outcome(Role.ADMIN, clean=True, answers=[made, *linked], lacking=[], links=LINKS)


@pytest.mark.parametrize(
    ("statuses", "good"),
    [([200] * 10, True), ([200] * 9 + [404], True), ([200] * 9, True), ([200] * 8 + [404, 409], False), ([], False)],
)
def test_nine_links_of_ten_must_lead_to_a_success(statuses: list[int], good: bool) -> None:
    assert outcome(*statuses).good is good


def test_it_says_which_links_led_to_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert not report([outcome(*[200] * 7, 404, 409)])
    said = capsys.readouterr().err
    assert "things_create -> things_7 (1 x 404)" in said
    assert "things_create -> things_9 (never asked)" in said
    assert "things_create -> things_6 " not in said


def test_the_last_line_counts_requests_by_phase_and_links(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([outcome(*[200] * 9, 404)])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])["roles"]["admin"]
    assert figures["phases"] == {"examples": 1, "stateful": 10}
    assert figures["links"] == {
        "allowed": 10,
        "followed": 10,
        "to_a_success": 9,
        "times_followed": 10,
        "times_to_a_success": 9,
    }


def test_what_is_written_down_is_read_again(tmp_path: Path) -> None:
    answers = [Answer("things_create", 201, "examples"), Answer("things_get", 200, "stateful", "things_create")]
    record = tmp_path / "answers"
    record.write_text("".join(answer.line for answer in answers), encoding="utf-8")
    assert read(record) == answers
