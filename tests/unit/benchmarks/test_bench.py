from pathlib import Path

import click
import pytest

from benchmarks import bench
from benchmarks.machine import commit
from benchmarks.parts import PARTS, Figure, Part
from benchmarks.report import Outcome

FIGURE = Figure("answer")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules are parts too."""
    (tmp_path / "benchmarks").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "benchmarks"


def run(made: Path, body: str, **options: float) -> Outcome:
    (made / "made.py").write_text(f"import os, sys, time\nfrom benchmarks.measuring import CannotMeasure\n{body}\n")
    return bench.run(Part("made", (FIGURE,)), quick=True, **options)


def test_a_part_gives_what_it_measured_whatever_else_it_prints(made: Path) -> None:
    outcome = run(made, "def measure(quick):\n    print('something', end='')\n    return {'answer': 41 + quick}")
    assert (outcome.value(FIGURE), outcome.why_not(FIGURE)) == (42, None)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("def measure(quick): raise CannotMeasure('there is no Asterisk here')", "there is no Asterisk here"),
        ("def measure(quick): raise TimeoutError('it never came')", "TimeoutError: it never came"),
        ("def measure(quick): os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("def measure(quick): os._exit(3)", "ended with 3"),
        ("def measure(quick): os._exit(0)", "ended with 0"),
        ("", "has no attribute 'measure'"),
    ],
)
def test_a_part_that_fails_says_why(made: Path, body: str, why: str) -> None:
    outcome = run(made, body)
    assert outcome.value(FIGURE) is None
    assert why in (outcome.why_not(FIGURE) or "")


def test_a_part_that_hangs_is_ended_and_says_so(made: Path) -> None:
    outcome = run(made, "def measure(quick): time.sleep(600)", longest_seconds=0.5)
    assert outcome.why_not(FIGURE) == "it was ended after 0 s"


def test_parts_are_chosen_by_name_and_run_in_their_own_order() -> None:
    assert bench.chosen(None) == PARTS
    assert [part.module for part in bench.chosen("flat, import_list")] == ["import_list", "flat"]
    with pytest.raises(click.BadParameter, match="'nonsense' is no part; there are origination"):
        bench.chosen("nonsense")


def test_no_two_parts_have_a_figure_in_common() -> None:
    keys = [figure.key for part in PARTS for figure in part.figures]
    assert len(set(keys)) == len(keys)


def test_a_result_is_kept_in_a_folder_that_is_made(tmp_path: Path) -> None:
    file = bench.write({"ratio": 1.0}, tmp_path / "new", "now")
    assert file.read_text() == '{\n  "ratio": 1.0\n}\n'


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert commit(tmp_path) is None
