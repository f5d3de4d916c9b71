"""The demo on the lab: a whole campaign, and what happens to it when the PBX is killed or stopped half way."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.contract.conftest import Pbx

pytestmark = pytest.mark.usefixtures("only_real")

# A contact for each fate up to the ring timeouts: enough to have calls in every state when the fault comes.
_CONTACTS = 60
_ZEROS = (
    "early_redials",
    "late_dials",
    "calls_without_disposition",
    "wrong_dispositions",
    "over_max_attempts",
    "unknown_invites",
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_a_campaign_survives_its_pbx(pbx: Pbx, server_folder: Path, fault: str) -> None:
    """One INVITE for a call at most, no early redial, every call ends, and the campaign completes."""
    if pbx.target.release < 22:
        pytest.skip("the audit's table is that of the SIP statuses, which 16 doesn't tell")
    demo = subprocess.run(
        [sys.executable, "-m", "dialer.cli", "demo", "--asterisk", "--contacts", str(_CONTACTS), "--fault", fault],
        env={**os.environ, "DIALER_DATA_DIR": str(server_folder / f"demo-{fault}")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    found = orjson.loads(demo.stdout.splitlines()[-1])
    assert found["fault"] == fault
    assert found["completed"] == found["contacts"] == _CONTACTS
    assert found["max_invites_per_call"] == 1
    assert {name: found[name] for name in _ZEROS} == dict.fromkeys(_ZEROS, 0)
    assert found["cpu_seconds_per_call"]["asterisk"] > 0
    assert found["cpu_seconds_per_call"]["dialer"] > 0
