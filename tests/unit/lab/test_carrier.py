"""The carrier's dialplan has every fate, and its ledger is read back."""

import re
from pathlib import Path

import pytest

from dialer.lab.carrier import CALLEES, Pace, dialplan, pjsip
from dialer.lab.ledger import read_ledger
from dialer.simulator.fates import FATES
from dialer.simulator.ledger import End, Invite

PLAN = dialplan("/mnt/ledger", Pace(ring=0.4, talk=2.0, last_moment=19.0), 5070)


def _steps(context: str, extension: str) -> list[str]:
    part = PLAN.partition(f"[{context}]")[2].partition("\n[")[0]
    found = re.search(rf"exten => {extension},1,(.*(?:\n same => n.*)*)", part)
    assert found, (context, extension)
    return [re.sub(r"^ same => n(\(\w+\))?,", "", line) for line in found[1].splitlines()]


@pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.name)
def test_every_fate_of_the_simulator_is_one_of_the_carrier_s(fate: object) -> None:
    suffix, name = fate.suffix, fate.name  # type: ignore[attr-defined]
    if fate.by_attempt:  # type: ignore[attr-defined]
        assert _steps("names", suffix)[-1].startswith("Goto(")
    else:
        assert _steps("names", suffix)[0] == f"Set(FATE={name})"
        assert _steps("fates", suffix)


def test_an_invite_is_written_down_before_anything_is_done_about_it() -> None:
    steps = _steps("names", "10")
    assert steps[1].startswith("Set(FILE(/mnt/ledger,,,al,u)=invite|")
    assert steps[2] == "Goto(fates,10,1)"


def test_a_refusal_gives_the_very_sip_status() -> None:
    assert _steps("fates", "40") == ["Wait(0.10)", "Set(BY=network)", "PJSIPHangup(603)"]


def test_an_answer_takes_its_time_and_ends_by_the_callee() -> None:
    steps = ["Ringing()", "Wait(0.40)", "Set(UP=1)", "Answer()", "Wait(2.00)", "Set(BY=callee)", "Hangup(16)"]
    assert _steps("fates", "00") == steps
    assert "Wait(19.00)" in _steps("fates", "06")


def test_a_network_may_end_what_nobody_else_does() -> None:
    limited = dialplan("/mnt/ledger", Pace(longest=7.0), 5070)
    assert "Set(TIMEOUT(absolute)=7.00)" in limited
    assert "TIMEOUT(absolute)" not in PLAN


def test_the_attempt_decides_where_the_fate_says_so() -> None:
    assert _steps("names", "25") == [
        "GotoIf($[${ATTEMPT} = 1]?20,1)",
        "GotoIf($[${ATTEMPT} = 2]?20,1)",
        "Goto(00,1)",
    ]


def test_callees_that_can_be_heard_share_no_suffix_with_a_fate() -> None:
    assert not {callee.suffix for callee in CALLEES} & {fate.suffix for fate in FATES}


def test_the_carrier_takes_calls_from_the_loopback_only() -> None:
    assert "match = 127.0.0.1\n" in pjsip(5070, 5060)
    assert "bind = 127.0.0.1:5070\n" in pjsip(5070, 5060)


def test_a_ledger_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_text(
        "invite|10.5|id-1|%2B442079460010|busy|1|%2B44%7C1\n"
        "end|10.6|id-1|0|network|17\n"
        "invite|11.0|id-2|%2B442079460020|no_answer|2|\n"
        "end|12.0|id-2|0|caller|19\n"
        "invite|13.0|id-3|%2B442079460020|no_ans"
    )
    ledger = read_ledger(path)
    assert ledger.invites == (
        Invite(10.5, "id-1", "+442079460010", "+44|1", "busy", 1),
        Invite(11.0, "id-2", "+442079460020", "", "no_answer", 2),
    )
    assert ledger.ends == (
        End(10.6, "id-1", 17, None, False, "network"),
        End(12.0, "id-2", 19, None, False, "timeout"),
    )


@pytest.mark.parametrize(
    ("line", "by"),
    [("1|caller|16", "us"), ("0|caller|16", "us"), ("0|caller|127", "timeout"), ("1|callee|16", "callee")],
)
def test_the_reason_of_a_cancel_tells_us_from_the_ring_timeout(tmp_path: Path, line: str, by: str) -> None:
    path = tmp_path / "ledger"
    path.write_text(f"end|1.0|id|{line}\n")
    assert read_ledger(path).ends[0].hung_up_by == by


def test_a_line_that_is_none_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_text("hello|1.0|x|y\n")
    with pytest.raises(ValueError, match="Not a line"):
        read_ledger(path)
