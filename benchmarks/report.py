"""One result of all parts: an object for machines, a table for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from benchmarks.parts import Figure, Part


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a part: what it found, or why it found nothing."""

    part: Part
    seconds: float
    found: Mapping[str, Any] | None = None
    reason: str | None = None

    def value(self, figure: Figure) -> float | None:
        """The figure; None where it could not be measured."""
        value = None if self.found is None else self.found.get(figure.key)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def why_not(self, figure: Figure) -> str | None:
        """Why there is no such figure; None where there is one."""
        if self.value(figure) is not None:
            return None
        if self.found is None:
            return self.reason or "it ended without a word"
        reasons = self.found.get("reasons")
        told = reasons.get(figure.key) if isinstance(reasons, Mapping) else None
        return str(told) if told else f"benchmarks/{self.part.module}.py gave none"

    @property
    def details(self) -> dict[str, Any]:
        """What else the part found."""
        keys = {figure.key for figure in self.part.figures} | {"reasons"}
        return {key: value for key, value in (self.found or {}).items() if key not in keys}


def result(outcomes: Sequence[Outcome], ran_on: Mapping[str, Any]) -> dict[str, Any]:
    """All figures by key, `null` where there is none, why there is none, what explains them, and on what it ran."""
    figures = [(outcome, figure) for outcome in outcomes for figure in outcome.part.figures]
    reasons = {figure.key: outcome.why_not(figure) for outcome, figure in figures}
    return {
        **{figure.key: outcome.value(figure) for outcome, figure in figures},
        "missed": [figure.key for outcome, figure in figures if _reached(outcome, figure) is False],
        "reasons": {key: reason for key, reason in reasons.items() if reason is not None},
        "details": {outcome.part.module: outcome.details for outcome in outcomes},
        "seconds": {outcome.part.module: round(outcome.seconds, 1) for outcome in outcomes},
        **ran_on,
    }


def table(outcomes: Sequence[Outcome], title: str) -> Table:
    """A row for every figure."""
    shown = Table(title=title)
    shown.add_column("figure")
    shown.add_column("measured", justify="right")
    shown.add_column("to reach", justify="right")
    shown.add_column("")
    for outcome in outcomes:
        for figure in outcome.part.figures:
            value = outcome.value(figure)
            measured = "-" if value is None else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
            verdict = {True: "reached", False: "missed", None: outcome.why_not(figure) or ""}
            shown.add_row(figure.key, measured, figure.target, verdict[_reached(outcome, figure)])
    return shown


def _reached(outcome: Outcome, figure: Figure) -> bool | None:
    value = outcome.value(figure)
    return None if value is None else figure.reached(value)
