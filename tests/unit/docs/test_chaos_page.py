"""What docs/chaos.md names exists, and all that exists is named."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dialer.failpoints import Step
from tests.chaos.faults import FAULTS
from tests.chaos.sabotage import GUARDS
from tests.chaos.verdict import Verdict

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/chaos.md").read_text(encoding="utf-8")
NAMES = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
TESTS = {
    name for file in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
}


def test_every_test_that_is_named_exists() -> None:
    assert {name for name in NAMES if name.startswith("test_")} <= TESTS


@pytest.mark.parametrize("kind", FAULTS)
def test_every_kind_of_fault_is_named(kind: str) -> None:
    target, _, weather = kind.partition("_")
    in_the_network = {f"{target}_", weather} <= NAMES
    at_a_step = kind.removeprefix("die_at_") in set(Step)
    assert kind in NAMES or in_the_network or at_a_step


def test_every_key_of_the_summary_is_explained() -> None:
    assert set(Verdict.__dataclass_fields__) | {"seeds", "faults"} <= NAMES


def test_every_guard_can_be_taken_away() -> None:
    """In a process of its own: they are gone for good."""
    code = "from tests.chaos.sabotage import GUARDS, take_away\nfor guard in GUARDS: take_away(guard)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("guard", GUARDS)
def test_every_guard_has_what_was_reported_without_it(guard: str) -> None:
    assert f"| `{guard}` |" in PAGE
