"""What calls have come to, by list, hour and attempt."""

from sqlalchemy import text

from dialer.domain.dispositions import Disposition
from dialer.services.ending import Ending, end_calls
from dialer.services.results import By, Result
from tests.support.factories import make_call_list, number
from tests.support.world import World


def ended(world: World, disposition: Disposition, numbers: list[int], **contact: int) -> None:
    calls = world.queued([number(n) for n in numbers], **contact)
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, disposition) for call_id in calls])


def shown(group: Result) -> tuple[str | None, str | None, int, int, int, float | None]:
    return group.value, group.name, group.ended, group.dialed, group.answered, group.answer_ratio


def test_by_list_with_its_name_and_the_contacts_of_none_last(world: World) -> None:
    with world.engine.begin() as tx:
        first, second = (make_call_list(tx, world.campaign_id, name) for name in ("monday.csv", "tuesday.csv"))
    ended(world, Disposition.ANSWERED, [0, 1], call_list_id=second)
    ended(world, Disposition.BUSY, [2, 3], call_list_id=second)
    ended(world, Disposition.WITHDRAWN, [4], call_list_id=first)
    ended(world, Disposition.NO_ANSWER, [5])
    found = world.dialer.results.campaign(world.campaign_id, By.LIST)
    assert [shown(group) for group in found.groups] == [
        (str(first), "monday.csv", 1, 0, 0, None),
        (str(second), "tuesday.csv", 4, 4, 2, 0.5),
        (None, None, 1, 1, 0, 0.0),
    ]


def test_by_attempt_in_order_of_their_numbers(world: World) -> None:
    world.set_campaign(max_attempts=12)
    for attempts, n in ((10, 0), (1, 1), (0, 2)):
        ended(world, Disposition.ANSWERED, [n], attempts=attempts)
    groups = world.dialer.results.campaign(world.campaign_id, By.ATTEMPT).groups
    assert [group.value for group in groups] == ["1", "2", "11"]


def test_by_the_hour_in_which_it_was_dialed_whenever_it_ended(world: World) -> None:
    calls = world.queued(3)
    for call_id, dialed_at in zip(calls, ("2026-03-02T09:59:59Z", "2026-03-02T10:00:00+05:30", None), strict=True):
        world.execute("UPDATE calls SET dialed_at = :at WHERE id = :id", at=dialed_at, id=call_id)
    world.execute("UPDATE calls SET state = 'ended', disposition = 'busy', ended_at = '2026-03-02T11:20Z'")
    groups = world.dialer.results.campaign(world.campaign_id, By.HOUR).groups
    hours = [f"2026-03-02T{hour}:00:00+00:00" for hour in ("04", "09", "11")]
    assert [group.value for group in groups] == hours


def test_groups_add_up_to_the_total_which_is_that_of_the_stats(world: World) -> None:
    for n, disposition in enumerate(Disposition):
        ended(world, disposition, [3 * n, 3 * n + 1])
    stats = world.dialer.stats.campaign(world.campaign_id)
    for by in By:
        found = world.dialer.results.campaign(world.campaign_id, by)
        assert found.total.calls == stats.calls
        for disposition in Disposition:
            assert sum(group.calls[disposition] for group in found.groups) == stats.calls[disposition] == 2


def test_results_read_no_calls(world: World) -> None:
    ended(world, Disposition.ANSWERED, [0])
    world.execute("ALTER TABLE calls RENAME TO hidden_calls")
    try:
        assert world.dialer.results.campaign(world.campaign_id, By.HOUR).total.answered == 1
        with world.engine.begin() as tx:
            assert tx.scalar(text("SELECT count(*) FROM hidden_calls")) == 1
    finally:
        # Other tests use the same database.
        world.execute("ALTER TABLE hidden_calls RENAME TO calls")


def test_by_caller_id_with_its_label_whatever_name_stands_before_it(world: World) -> None:
    world.dialer.caller_ids.add(world.trunk_id, "+4930901820", label="Berlin")
    calls = world.queued(5)
    for call_id, caller_id, disposition in zip(
        calls,
        ("+4930901820", "Us <+4930901820>", "+12125550100", None, "Us. Inc."),
        ("answered", "busy", "no_answer", "answered", "withdrawn"),
        strict=True,
    ):
        world.execute("UPDATE calls SET caller_id = :shown WHERE id = :id", shown=caller_id, id=call_id)
        world.execute(
            "UPDATE calls SET state = 'ended', disposition = :d, ended_at = now() WHERE id = :id",
            d=disposition,
            id=call_id,
        )
    groups = world.dialer.results.campaign(world.campaign_id, By.CALLER_ID).groups
    assert [shown(group) for group in groups] == [
        (None, None, 2, 1, 1, 1.0),
        ("+4930901820", "Berlin", 2, 2, 1, 0.5),
        ("+12125550100", None, 1, 1, 0, 0.0),
    ]
