"""What the doctor knows about releases of Asterisk."""

from datetime import date

import pytest

from dialer.doctor import versions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22.10.1~dfsg+~cs6.15.60671435-1", (22, 10)),
        ("16.28.0~dfsg-0+deb11u4", (16, 28)),
        ("certified/20.7-cert3", (20, 7)),
        ("GIT-master-1a2b3c", None),
    ],
)
def test_a_version_is_read_from_what_asterisk_calls_itself(text: str, expected: tuple[int, int] | None) -> None:
    assert versions.parse(text) == expected


@pytest.mark.parametrize(
    ("version", "issues"),
    [
        ((16, 28), {"#1936", "#963"}),
        ((20, 17), {"#1936", "#963"}),
        ((20, 18), {"#1936"}),
        ((22, 7), {"#1936", "#963", "#1946"}),
        ((22, 9), {"#1936", "#1962", "#1946"}),
        ((22, 10), {"#1946"}),
        ((22, 11), set()),
        ((23, 2), set()),
    ],
)
def test_the_faults_of_a_release(version: tuple[int, int], issues: set[str]) -> None:
    found = " ".join(versions.faults(version))
    assert {issue for issue in ("#1936", "#963", "#1962", "#1946") if issue in found} == issues


def test_a_series_that_is_not_looked_after_any_more() -> None:
    assert versions.ended((18, 26), date(2026, 1, 1)) == date(2025, 10, 20)
    assert versions.ended((22, 10), date(2026, 1, 1)) is None
    assert versions.is_too_old((13, 38))
    assert not versions.is_too_old((16, 28))
