"""Counts."""

import threading
from collections.abc import Callable

from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.db import counts
from tests.integration.api.conftest import Api


def test_stats_follow_contacts_and_calls(
    admin: Api, campaign_id: int, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    add_call(contact_ids[0])
    add_call(contact_ids[1], "ringing")
    stats = admin.get(f"/v1/campaigns/{campaign_id}/stats").json
    assert stats["contacts"] == {"ready": 1, "waiting": 0, "in_call": 2, "done": 0}
    assert stats["contacts_total"] == 3
    assert stats["queued"] == 1
    assert stats["in_flight"] == {"originating": 0, "ringing": 1, "up": 0}
    assert stats["in_flight_total"] == 1
    assert stats["import_running"] is False
    assert stats["as_of"].endswith("Z")


def test_stats_count_calls_that_ended_and_contacts_that_are_done(
    admin: Api, campaign_id: int, contact_ids: list[int], add_call: Callable[..., str]
) -> None:
    call_id = add_call(contact_ids[0])
    assert admin.delete(f"/v1/calls/{call_id}").status_code == 200
    stats = admin.get(f"/v1/campaigns/{campaign_id}/stats").json
    assert stats["calls"]["cancelled"] == 1
    assert stats["calls_ended"] == 1
    assert stats["done"]["cancelled"] == 1
    assert (stats["contacts"]["done"], stats["contacts_total"]) == (1, 3)


def test_a_fold_changes_no_count(dialer: Dialer, campaign_id: int, contact_ids: list[int]) -> None:
    with dialer.engine.begin() as tx:
        before = counts.read(tx, campaign_id)
        assert before == {"contacts.ready": 3}
        assert counts.fold(tx) > 0
    with dialer.engine.begin() as tx:
        assert counts.read(tx, campaign_id) == before
        assert tx.execute(text("SELECT count(*) FROM campaign_count_deltas")).scalar_one() == 0
        assert counts.fold(tx) == 0


def test_folds_appends_and_readers_at_once_lose_nothing(dialer: Dialer, campaign_id: int) -> None:
    """Each append moves one from `a` to `b`, so every reader must see the same sum."""
    append = text(
        "INSERT INTO campaign_count_deltas (campaign_id, key, delta) VALUES (:c, 'calls.a', -1), (:c, 'calls.b', 1)"
    )
    with dialer.engine.begin() as tx:
        tx.execute(text("INSERT INTO campaign_counts VALUES (:c, 'calls.a', 1000)"), {"c": campaign_id})
    done = threading.Event()
    problems: list[object] = []

    def appending() -> None:
        for _ in range(150):
            with dialer.engine.begin() as tx:
                tx.execute(append, {"c": campaign_id})

    def folding() -> None:
        while not done.is_set():
            with dialer.engine.begin() as tx:
                counts.fold(tx, batch=7)

    def reading() -> None:
        while not done.is_set():
            with dialer.engine.begin() as tx:
                found = counts.read(tx, campaign_id)
            if sum(found.values()) != 1000:
                problems.append(found)

    writers = [threading.Thread(target=appending) for _ in range(2)]
    others = [threading.Thread(target=work) for work in (folding, folding, reading)]
    for thread in writers + others:
        thread.start()
    for thread in writers:
        thread.join(60)
    done.set()
    for thread in others:
        thread.join(60)
    assert problems == []
    with dialer.engine.begin() as tx:
        while counts.fold(tx):
            pass
        assert counts.read(tx, campaign_id) == {"calls.a": 700, "calls.b": 300}


def test_a_fold_drops_changes_of_a_campaign_that_is_gone(dialer: Dialer) -> None:
    with dialer.engine.begin() as tx:
        tx.execute(text("INSERT INTO campaign_count_deltas (campaign_id, key, delta) VALUES (12345, 'a', 1)"))
        assert counts.fold(tx) == 1
        assert tx.execute(text("SELECT count(*) FROM campaign_counts")).scalar_one() == 0


def test_a_campaign_with_people_shows_them_and_its_rates(admin: Api, dialer: Dialer, trunk_id: int) -> None:
    body = {"name": "sales", "trunk_id": trunk_id, "answer_action": {"type": "transfer", "queue": "sales"}}
    made = admin.post("/v1/campaigns", body | {"people": 4, "abandon_ceiling": 2.5}).json
    assert (made["people"], made["abandon_ceiling"]) == (4, 2.5)
    path = f"/v1/campaigns/{made['id']}"
    with dialer.engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO live_answers "
                "VALUES (:id, '', date_trunc('hour', clock_timestamp(), 'UTC'), 200, 1, clock_timestamp())"
            ),
            {"id": made["id"]},
        )
    shown = admin.get(f"{path}/stats").json["people"]
    assert (shown["people"], shown["calls"], shown["opens_at"]) == (4, 4, None)
    (rate,) = shown["rates"]
    assert (rate["profile"], rate["answered"], rate["abandoned"]) == (None, 200, 1)
    assert (rate["percent"], rate["ceiling"]) == (0.5, 2.5)
    assert admin.patch(path, {"people": 0}).json["people"] == 0
    assert admin.get(f"{path}/stats").json["people"]["calls"] == 0
    assert admin.patch(path, {"people": None}).json["errors"][0]["field"] == "people"
