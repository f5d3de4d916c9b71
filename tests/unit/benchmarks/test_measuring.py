import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.measuring import interleaved, median_ratio, percentile


def test_things_are_measured_in_turns_and_every_other_round_backwards() -> None:
    order: list[str] = []

    def measured(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = interleaved(3, {name: lambda name=name: measured(name) for name in ("a", "b")})  # type: ignore[misc]
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert found == {"a": [1.0, 4.0, 5.0], "b": [2.0, 3.0, 6.0]}


def test_the_ratio_is_the_middle_one_of_the_rounds_own() -> None:
    # The machine was ten times slower in the second round: it was so to both.
    assert median_ratio([10.0, 1.0, 9.0], [20.0, 2.0, 10.0]) == 0.5


@pytest.mark.parametrize(("of", "to"), [([], []), ([1.0], [1.0, 2.0])])
def test_there_is_no_ratio_of_rounds_that_do_not_match(of: list[float], to: list[float]) -> None:
    with pytest.raises(ValueError, match=r"nothing was measured|zip\(\)"):
        median_ratio(of, to)


@pytest.mark.parametrize(("percent", "expected"), [(50, 50), (95, 95), (99, 99), (99.5, 100), (100, 100), (0.1, 1)])
def test_a_percentile_is_one_of_the_samples(percent: float, expected: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], percent) == expected


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.integers(1, 100))
def test_so_many_percent_do_not_exceed_a_percentile_and_fewer_would_not_do(samples: list[float], percent: int) -> None:
    found = percentile(samples, percent)
    assert sum(sample <= found for sample in samples) * 100 >= percent * len(samples)
    assert sum(sample < found for sample in samples) * 100 < percent * len(samples)


@pytest.mark.parametrize(("samples", "percent"), [([], 95), ([1.0], 0), ([1.0], 101)])
def test_there_is_no_percentile_of_nothing(samples: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match=r"no .*th percentile of"):
        percentile(samples, percent)
