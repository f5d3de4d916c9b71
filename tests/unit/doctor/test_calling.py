"""What the doctor says of its test call."""

from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dialer.db.call_records import CallRecord
from dialer.doctor import calling
from dialer.doctor.findings import Level
from tests.support.clock import FakeClock

NOW = FakeClock().now()


def call(state: str = "ended", **changes: Any) -> CallRecord:
    values: dict[str, Any] = dict.fromkeys((field.name for field in fields(CallRecord)), None)
    return CallRecord(**{**values, "id": UUID(int=1), "phone_number": "+12025550100", "state": state, **changes})


@pytest.mark.parametrize(
    ("found", "level", "message"),
    [
        (call("queued"), Level.PROBLEM, "was queued and nobody took it."),
        (call("ringing"), Level.PROBLEM, "is still ringing, and was hung up."),
        (
            call(disposition="trunk_fault", cause=27, tech_cause=502),
            *(Level.PROBLEM, "ended as trunk_fault (cause 27, SIP 502)."),
        ),
        (
            call(disposition="withdrawn", failure_reason="dnc"),
            *(Level.PROBLEM, "ended as withdrawn (cause None, SIP None): dnc."),
        ),
        (
            call(disposition="busy", cause=17, tech_cause=486),
            Level.OK,
            "reached the carrier: busy (cause 17, SIP 486).",
        ),
        (
            call(disposition="answered", answered_at=NOW),
            *(Level.PROBLEM, "was answered, and its answer action did not begin."),
        ),
        (
            call(disposition="answered", answered_at=NOW, action_started_at=NOW + timedelta(seconds=0.3)),
            *(Level.OK, "was answered, and greeted after 0.3 s."),
        ),
    ],
)
def test_what_became_of_it(found: CallRecord, level: Level, message: str) -> None:
    said = calling._outcome(found)
    assert (said.level, said.subject, said.message) == (level, "+12025550100", message)
    assert bool(said.remedy) is (level is Level.PROBLEM)
