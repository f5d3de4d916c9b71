import io
from typing import Any

import orjson
import pytest
from rich.console import Console

from benchmarks.parts import Figure, Part
from benchmarks.report import Outcome, result, table

PART = Part("some", (Figure("ratio", at_least=0.5), Figure("per_second")))
OTHER = Part("other", (Figure("slowest", at_most=2),))


def shown(*outcomes: Outcome) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(table(outcomes, "a machine"))
    return out.getvalue()


def test_all_figures_are_in_the_result_with_what_explains_them_and_on_what_it_ran() -> None:
    outcomes = [
        Outcome(PART, 1.23, {"ratio": 0.4, "per_second": 1000, "rounds": 3}),
        Outcome(OTHER, 4.0, {"slowest": 1.5}),
    ]
    assert result(outcomes, {"commit": "abc"}) == {
        "ratio": 0.4,
        "per_second": 1000,
        "slowest": 1.5,
        "missed": ["ratio"],
        "reasons": {},
        "details": {"some": {"rounds": 3}, "other": {}},
        "seconds": {"some": 1.2, "other": 4.0},
        "commit": "abc",
    }


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (Outcome(PART, 1.0, reason="there is no Asterisk here"), "there is no Asterisk here"),
        (Outcome(PART, 1.0), "it ended without a word"),
        (Outcome(PART, 1.0, {"per_second": 7}), "benchmarks/some.py gave none"),
        (Outcome(PART, 1.0, {"ratio": None, "reasons": {"ratio": "no rounds"}}), "no rounds"),
    ],
)
def test_what_could_not_be_measured_is_null_with_the_reason_and_not_missed(outcome: Outcome, why: str) -> None:
    found = result([outcome], {})
    assert (found["ratio"], found["reasons"]["ratio"], found["missed"]) == (None, why, [])
    assert orjson.loads(orjson.dumps(found)) == found
    assert why in shown(outcome)


def test_the_table_has_a_row_for_every_figure_and_says_whether_it_is_reached() -> None:
    lines = shown(
        Outcome(PART, 1.0, {"ratio": 0.51234, "per_second": 12345.6}), Outcome(OTHER, 1.0, {"slowest": 2.01})
    ).splitlines()
    rows = {cells[1].strip(): [c.strip() for c in cells[2:5]] for line in lines if len(cells := line.split("│")) == 6}
    assert rows == {
        "ratio": ["0.5123", "≥ 0.5", "reached"],
        "per_second": ["12,346", "stated", ""],
        "slowest": ["2.01", "≤ 2", "missed"],
    }


@pytest.mark.parametrize(
    ("figure", "value", "reached"),
    [
        (Figure("a", at_least=2), 2, True),
        (Figure("a", at_least=2), 1.99, False),
        (Figure("a", at_most=2), 2, True),
        (Figure("a", at_most=2), 2.01, False),
        (Figure("a"), 1e9, None),
    ],
)
def test_a_figure_is_reached_at_its_bound(figure: Figure, value: float, reached: bool | None) -> None:
    assert figure.reached(value) is reached


@pytest.mark.parametrize("given", ["0.5", True, [], None])
def test_only_numbers_are_figures(given: Any) -> None:
    assert Outcome(OTHER, 1.0, {"slowest": given}).value(OTHER.figures[0]) is None
