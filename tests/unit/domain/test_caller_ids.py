"""The choice of a caller id: near, fair, the same for everybody who asks, and only ever one that the trunk owns."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.caller_ids import CallerIdPool, Owned, PoolPolicy, Shown, e164_of, from_pool, named, nearest

BERLIN, BERLIN_TOO, MUNICH, LONDON = "+4930901820", "+4930901821", "+4989123456", "+442071838750"
NEW_YORK, MIAMI, TORONTO = "+12125550100", "+13055550100", "+14165550100"
ALL = (BERLIN, BERLIN_TOO, MUNICH, LONDON, NEW_YORK, MIAMI, TORONTO)

owned_numbers = st.dictionaries(st.sampled_from(ALL), st.booleans(), min_size=1)
callees = st.sampled_from(
    ["+493023125000", "+4989998877", "+15145550177", "+12125550177", "+33142685300", "+442079460000", "+99999999"]
)
pools = st.builds(
    CallerIdPool,
    policy=st.sampled_from(PoolPolicy),
    numbers=st.lists(st.sampled_from(ALL), unique=True).map(tuple),
    same_for_number=st.booleans(),
)


def owned(*numbers: str, default: str | None = None) -> Owned:
    return Owned(default, dict.fromkeys(numbers, True))


@given(owned_numbers, pools, callees, st.uuids())
def test_only_an_enabled_number_of_trunk_and_pool_is_shown_and_one_if_there_is_any(
    numbers: dict[str, bool], pool: CallerIdPool, callee: str, call: object
) -> None:
    usable = {n for n, enabled in numbers.items() if enabled and (not pool.numbers or n in pool.numbers)}
    shown = from_pool(Owned(None, numbers), pool, callee, str(call))
    assert (shown.caller_id in usable) if usable else (shown.caller_id is None)
    assert (shown.wrong is None) == bool(usable)


@given(owned_numbers, pools, callees, st.uuids(), st.randoms())
def test_every_worker_chooses_the_same_in_whatever_order_it_reads_the_numbers(
    numbers: dict[str, bool], pool: CallerIdPool, callee: str, call: object, random: object
) -> None:
    order = list(numbers.items())
    random.shuffle(order)  # type: ignore[attr-defined]
    shown = [from_pool(Owned(None, some), pool, callee, str(call)) for some in (numbers, dict(order))]
    assert shown[0] == shown[1]


@given(owned_numbers, pools, callees, st.uuids(), st.uuids())
def test_number_sees_the_same_caller_id_at_each_attempt_while_others_come_and_go(
    numbers: dict[str, bool], pool: CallerIdPool, callee: str, first: object, second: object
) -> None:
    pool = pool.model_copy(update={"same_for_number": True})
    before = from_pool(Owned(None, numbers), pool, callee, str(first))
    if before.caller_id is None:
        return
    assert from_pool(Owned(None, numbers), pool, callee, str(second)) == before
    for other in numbers.keys() - {before.caller_id}:
        fewer = {n: enabled for n, enabled in numbers.items() if n != other}
        assert from_pool(Owned(None, fewer), pool, callee, str(second)).caller_id == before.caller_id


@pytest.mark.parametrize("same_for_number", [False, True])
def test_turns_are_fair(same_for_number: bool) -> None:
    pool = CallerIdPool(policy=PoolPolicy.ROTATION, same_for_number=same_for_number)
    seen = Counter(
        from_pool(owned(*ALL), pool, f"+1212555{n:04d}", f"call {n}").caller_id for n in range(700 * len(ALL))
    )
    # Five standard deviations of a fair draw.
    assert set(seen) == set(ALL)
    assert all(abs(n - 700) < 5 * (700 * (1 - 1 / len(ALL))) ** 0.5 for n in seen.values())


@pytest.mark.parametrize(
    ("callee", "expected", "by"),
    [
        ("+493023125000", {BERLIN, BERLIN_TOO}, "area_code"),
        ("+4989998877", {MUNICH}, "area_code"),
        ("+12125550177", {NEW_YORK}, "area_code"),
        # 416 and 514 share a first digit with others, which says nothing in North America: the country does.
        ("+15145550177", {TORONTO}, "country"),
        ("+14155550177", {NEW_YORK, MIAMI}, "country"),
        ("+442079460000", {LONDON}, "area_code"),
        ("+33142685300", set(ALL), "rotation"),
        ("no number", set(ALL), "rotation"),
    ],
)
def test_nearest_are_those_of_the_area_then_of_the_country_then_all(callee: str, expected: set[str], by: str) -> None:
    near, told = nearest(ALL, callee)
    assert (set(near), told) == (expected, by)


def test_subscribers_own_digits_make_no_number_nearer() -> None:
    near, _ = nearest((BERLIN, BERLIN_TOO), BERLIN_TOO[:-1] + "2")
    assert set(near) == {BERLIN, BERLIN_TOO}


@pytest.mark.parametrize(
    ("caller_id", "number"),
    [(BERLIN, BERLIN), ("Us <+4930901820>", BERLIN), ("4930901820", BERLIN), ('"A, B" <4930901820>', BERLIN)],
)
def test_number_of_a_caller_id(caller_id: str, number: str) -> None:
    assert e164_of(caller_id) == number


@pytest.mark.parametrize(
    ("trunk", "caller_id", "expected"),
    [
        (Owned(), None, Shown(None, "trunk")),
        (Owned(BERLIN), None, Shown(BERLIN, "trunk")),
        (Owned(BERLIN), MUNICH, Shown(MUNICH, "named")),
        (owned(MUNICH, default=BERLIN), None, Shown(BERLIN, "trunk")),
        (owned(MUNICH, default=BERLIN), f"Us <{MUNICH}>", Shown(f"Us <{MUNICH}>", "named")),
        (owned(MUNICH), BERLIN, Shown(None, "named", f"the caller id {BERLIN} is none of the trunk's")),
        (Owned(None, {MUNICH: False}), MUNICH, Shown(None, "named", f"the caller id {MUNICH} is disabled")),
        (Owned(MUNICH, {MUNICH: False}), None, Shown(None, "trunk", f"the caller id {MUNICH} is disabled")),
    ],
)
def test_caller_id_that_is_named_must_be_the_trunks(trunk: Owned, caller_id: str | None, expected: Shown) -> None:
    assert named(trunk, caller_id) == expected


def test_caller_id_of_another_trunk_is_never_shown() -> None:
    assert named(Owned(), BERLIN, pinned_elsewhere=True).caller_id is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+4930901820", "+4930901820"),
        ("4930901820", "+4930901820"),
        ('"Sales <Berlin>" <+4930901820>', "+4930901820"),
        ("Sales < 4930901820 >", "+4930901820"),
        ("X+4930901820", "+X+4930901820"),
        ("<+4930901820", "+<+4930901820"),
    ],
)
def test_the_number_is_taken_out_of_a_caller_id(written: str, number: str) -> None:
    assert e164_of(written) == number


def test_a_caller_id_that_may_not_be_shown_says_which_and_why() -> None:
    trunk = owned(BERLIN)
    elsewhere = named(trunk, BERLIN, pinned_elsewhere=True)
    assert elsewhere == Shown(None, "named", f"the caller id {BERLIN} is another trunk's")
    own = named(Owned(BERLIN, {}), None, pinned_elsewhere=True)
    assert own == Shown(None, "trunk", f"the caller id {BERLIN} is another trunk's")


def test_a_pool_by_area_shows_the_nearest_and_says_by_what() -> None:
    pool = CallerIdPool(policy=PoolPolicy.AREA)
    assert from_pool(owned(*ALL), pool, "+4989998877", "call") == Shown(MUNICH, "area_code")
    assert from_pool(owned(*ALL), pool, "+15145550177", "call") == Shown(TORONTO, "country")
    in_turns = CallerIdPool(policy=PoolPolicy.ROTATION, same_for_number=False)
    seen = {from_pool(owned(*ALL), in_turns, "+4989998877", f"call {n}") for n in range(100)}
    assert seen == {Shown(number, "rotation") for number in ALL}


def test_whether_a_callee_sees_one_number_or_several_is_the_pool_s_choice() -> None:
    def seen(same: bool) -> set[str | None]:
        pool = CallerIdPool(policy=PoolPolicy.ROTATION, same_for_number=same)
        return {from_pool(owned(*ALL), pool, "+4989998877", f"call {n}").caller_id for n in range(100)}

    assert len(seen(same=True)) == 1
    assert seen(same=False) == set(ALL)


def test_a_pool_of_which_nothing_can_be_shown_says_so() -> None:
    pool = CallerIdPool(policy=PoolPolicy.AREA)
    wrong = "no caller id of the campaign's pool is enabled on its trunk"
    assert from_pool(Owned(None, {MUNICH: False}), pool, "+4989998877", "call") == Shown(None, PoolPolicy.AREA, wrong)
