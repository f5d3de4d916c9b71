from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat as uuid_utils
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.calls import first_id_at, made_at

_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_the_least_id_of_a_moment_is_its_milliseconds_and_zeros() -> None:
    moment = datetime(2026, 11, 28, 12, 30, 15, 123_000, tzinfo=UTC)
    assert first_id_at(moment) == UUID("01a22222-7c53-0000-0000-000000000000")
    assert made_at(first_id_at(moment)) == moment


@given(_MOMENTS, st.integers(0, 2**80 - 1))
def test_an_id_tells_when_it_was_made_and_comes_after_the_least_one(moment: datetime, rest: int) -> None:
    least = first_id_at(moment)
    one = UUID(int=least.int | rest)
    assert one >= least
    assert 0 <= (moment - made_at(one)).total_seconds() < 0.001


def test_ids_as_calls_get_them_tell_their_time() -> None:
    begun = datetime.now(UTC).timestamp()
    assert int(begun * 1000) / 1000 <= made_at(uuid_utils.uuid7()).timestamp() <= datetime.now(UTC).timestamp()
