"""docs/simulator.md tells the truth about the fates, faults and settings."""

import re
from pathlib import Path

from dialer.simulator.command import simulator
from dialer.simulator.fates import BY_SUFFIX, FATES, Fate, cause_of, dialstatus_of
from dialer.simulator.faults import FaultRequest

PAGE = Path(__file__).parents[3] / "docs" / "simulator.md"


def _ending(fate: Fate) -> str:
    if fate.by_attempt:
        return ", then ".join(f"`{name}`" for name in fate.by_attempt)
    if fate.redirect_suffix is not None:
        return f"as `{BY_SUFFIX[fate.redirect_suffix].name}`"
    if fate.sip_status is not None:
        cause = cause_of(fate.sip_status)
        return f"cause {cause}, tech_cause {fate.sip_status}, {dialstatus_of(cause)}"
    if not fate.is_answered:
        return "cause 19, tech_cause 480"
    return "until hung up" if fate.talk is None else f"cause {fate.end_cause}"


def rows() -> list[str]:
    """The table of fates, as the page has to show it."""
    head = ["| digits | fate | what happens | how it ends |", "|---|---|---|---|"]
    return head + [f"| {f.suffix} | `{f.name}` | {f.meaning} | {_ending(f)} |" for f in FATES]


def test_the_page_has_the_table_of_fates() -> None:
    shown = [line for line in PAGE.read_text().splitlines() if re.match(r"\| (digits|\d\d) \|", line)]
    assert shown == [rows()[0], *rows()[2:]]


def test_the_page_names_every_option_and_every_fault() -> None:
    text = PAGE.read_text()
    options = [parameter.opts[0] for parameter in simulator.params]
    assert [option for option in options if f"`{option}`" not in text] == []
    assert [name for name in FaultRequest.model_fields if f"`{name}`" not in text] == []
