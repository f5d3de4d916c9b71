"""What `make bench` measures: the parts, their figures, and what each figure is to reach."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Figure:
    """One key of the result. It is to be at least, or at most, so much; or only stated."""

    key: str
    at_least: float | None = None
    at_most: float | None = None

    def reached(self, value: float) -> bool | None:
        """Whether a value is good enough; None where nothing is asked for."""
        if self.at_least is None and self.at_most is None:
            return None
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    @property
    def target(self) -> str:
        """As the table shows it."""
        if self.at_least is not None:
            return f"≥ {self.at_least:,g}"
        return "stated" if self.at_most is None else f"≤ {self.at_most:,g}"


@dataclass(frozen=True, slots=True)
class Part:
    """A module of `benchmarks` whose `measure(quick)` gives these figures, and whatever else explains them."""

    module: str
    figures: tuple[Figure, ...]


PARTS: Final = (
    Part("origination", (Figure("origination_ratio", at_least=0.7), Figure("calls_per_second", at_least=400))),
    Part("import_list", (Figure("import_ratio", at_least=0.12), Figure("import_rows_per_second", at_least=15_000))),
    Part("flat", (Figure("flat_claim_ratio", at_most=2), Figure("flat_stats_ratio", at_most=2))),
    Part("scale_out", (Figure("scale_out_efficiency", at_least=0.9),)),
    Part("answer_to_action", (Figure("answer_to_action_p99_ms", at_most=150),)),
    Part("api_load", (Figure("api_p99_ms"),)),
    Part("clients", ()),
    Part("overhead", (Figure("overhead_ratio", at_most=0.35), Figure("overhead_ratio_total", at_most=0.5))),
    Part(
        "busy_calls",
        tuple(Figure(f"busy_calls_per_second{way}") for way in ("", "_bare_ari", "_ami", "_call_files")),
    ),
    Part("memory", (Figure("memory_ratio", at_most=1.1),)),
)
"""In the order in which they run: the long ones last."""
