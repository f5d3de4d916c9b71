"""Who goes first on a trunk: by weight, by priority, and whatever the limits of others."""

from dialer.db import dispatching
from tests.support.factories import number
from tests.support.world import World


def claimed(world: World, n: int) -> list[int | None]:
    """The campaigns of the next calls that are claimed, as many as at least `n`."""
    found: list[int | None] = []
    while len(found) < n:
        world.dialer.dispatching.tick()
        batch = world.claim()
        found += [world.call(c.call_id)["campaign_id"] for c in batch.claimed]
        # Their channels are free again, and their places in time are over.
        world.execute(
            "UPDATE contacts SET state = 'done', final_reason = 'answered', open_call_id = NULL WHERE id IN"
            " (SELECT contact_id FROM calls WHERE state = 'originating')"
        )
        world.execute(
            "UPDATE calls SET state = 'ended', disposition = 'busy', ended_at = now() WHERE state = 'originating'"
        )
        world.load_limits()
    return found


def test_campaigns_get_their_weights_of_the_trunk(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 20")
    heavy = world.campaign("heavy", weight=3)
    world.contacts([number(n) for n in range(200)])
    world.contacts([number(n) for n in range(200, 500)], campaign_id=heavy)
    found = claimed(world, 80)
    assert 2.6 < found.count(heavy) / found.count(world.campaign_id) < 3.4


def test_higher_priority_goes_first(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 20")
    urgent = world.campaign("urgent", priority=1)
    world.contacts([number(n) for n in range(30)])
    world.contacts([number(n) for n in range(30, 60)], campaign_id=urgent)
    found = claimed(world, 60)
    assert set(found[:25]) == {urgent}
    assert found.count(world.campaign_id) == 30


def test_queued_calls_carry_turns_by_weight(world: World) -> None:
    heavy = world.campaign("heavy", weight=4)
    world.contacts([number(n) for n in range(3)])
    world.contacts([number(n) for n in range(3, 6)], campaign_id=heavy)
    world.dialer.dispatching.tick()
    turns = {world.campaign_id: [1.0, 2.0, 3.0], heavy: [0.25, 0.5, 0.75]}
    for campaign_id, expected in turns.items():
        assert [call["turn"] for call in world.calls(campaign_id=campaign_id)] == expected
    with world.engine.begin() as tx:
        load = {row["campaign_id"]: (row["first_turn"], row["last_turn"]) for row in dispatching.load(tx)}
    assert load == {world.campaign_id: (1.0, 3.0), heavy: (0.25, 0.75)}
