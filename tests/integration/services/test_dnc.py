"""Do not call: one number, a file of them, expiry, and an opt-out during a call."""

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import RowMapping, text

from dialer.db.dnc_uploads import DncUploadRecord
from dialer.db.pages import PageRequest
from dialer.domain.actions import HangUp
from dialer.errors import GateRefused, InvalidInput, NotFound
from dialer.services import dnc_uploads
from dialer.services.dnc import NewDncEntry
from dialer.services.dnc_uploads import NewDncUpload
from dialer.services.single_calls import NewCall
from tests.support.factories import number
from tests.support.world import World, wait_for

PLAIN = NewDncUpload("numbers.csv")


def upload(world: World, content: str | bytes, new: NewDncUpload = PLAIN) -> DncUploadRecord:
    data = content.encode() if isinstance(content, str) else content
    return world.dialer.dnc_uploads.receive(io.BytesIO(data), new, "tests")


def entries(world: World) -> dict[str, RowMapping]:
    with world.engine.begin() as tx:
        return {row["phone_number"]: row for row in tx.execute(text("SELECT * FROM dnc ORDER BY id")).mappings()}


def report(world: World, upload_id: int) -> list[tuple[str, str]]:
    content = b"".join(world.dialer.dnc_uploads.refusals_csv(upload_id)).decode()
    return [(row["line"], row["code"]) for row in csv.DictReader(io.StringIO(content))]


def call(world: World, phone: str) -> None:
    world.dialer.single_calls.create(NewCall(phone, HangUp(), time_zone="UTC"))


# Expiry


def test_number_may_be_dialed_again_when_its_entry_has_expired(world: World) -> None:
    """By PostgreSQL's clock, and nobody has to do anything."""
    until = world.now() + timedelta(seconds=2)
    world.dialer.dnc.add(NewDncEntry(number(0), expires_at=until), "tests")
    (queued,) = world.queued([number(0)])
    with pytest.raises(GateRefused) as refused:
        call(world, number(0))
    assert refused.value.extra["gate_code"] == "dnc"
    assert world.claim().claimed == ()
    assert world.call(queued)["failure_reason"] == "dnc"
    wait_for(lambda: world.now() > until, "the expiry")
    call(world, number(0))
    world.contacts([number(0)], campaign_id=world.campaign("other"))
    world.dialer.dispatching.tick()
    claimed = [*world.claim().claimed, *world.claim().claimed]
    assert [world.call(one.call_id)["phone_number"] for one in claimed] == [number(0)] * 2


def test_entry_says_where_it_came_from_and_why_in_every_refusal(world: World) -> None:
    until = world.now() + timedelta(days=3)
    entry = NewDncEntry(number(0), source="register", reason="asked by letter", expires_at=until)
    world.dialer.dnc.add(entry, "tests")
    (queued,) = world.queued([number(0)])
    told = f"the number is on the global do-not-call list until {until.isoformat()} (register: asked by letter)"
    with pytest.raises(GateRefused) as refused:
        call(world, number(0))
    assert refused.value.detail == f"T{told[1:]}."
    world.claim()
    gate = world.call(queued)["gate"]
    assert gate["refusal"]["rule"] == told
    assert gate["dnc"]["reason"] == "asked by letter"
    (contact_id,) = world.contacts([number(0)], campaign_id=world.campaign("other"))
    assert world.dialer.explaining.contact(contact_id).rule == told


def test_entry_for_all_is_named_before_that_of_a_campaign(world: World) -> None:
    (contact_id,) = world.contacts([number(0)])
    for campaign_id, source in ((world.campaign_id, "ours"), (None, "everybody's")):
        world.execute(
            "INSERT INTO dnc (phone_number, campaign_id, source, created_by) VALUES (:p, :c, :s, 't')",
            p=number(0),
            c=campaign_id,
            s=source,
        )
    assert "global do-not-call list (everybody's)" in world.dialer.explaining.contact(contact_id).rule


def test_number_that_is_added_again_has_the_new_source(world: World) -> None:
    first = world.dialer.dnc.add(NewDncEntry(number(0), source="register", reason="one"), "tests").value
    again = world.dialer.dnc.add(NewDncEntry(number(0), source="callee"), "call 1").value
    assert (again.id, again.source, again.reason, again.created_by) == (first.id, "callee", "one", "call 1")


# Opt-out during a call: the listener adds the entry as `callee`, in every campaign


def test_queued_calls_of_every_campaign_go_back_when_somebody_opts_out(dialing: World) -> None:
    other = dialing.campaign("other")
    queued = dialing.queued([number(0)]) + dialing.queued([number(0)], campaign_id=other)
    single, stays = dialing.single(phone_number=number(0)), dialing.queued([number(1)])[0]
    dialing.dialer.dnc.add(NewDncEntry(number(0), source="callee"), "call 1")
    with dialing.listened():
        dialing.work_off()
    for call_id in (*queued, single):
        found = dialing.call(call_id)
        assert (found["state"], found["disposition"], found["failure_reason"]) == ("ended", "withdrawn", "dnc")
        assert dialing.invites(call_id) == 0
    assert dialing.invites(stays) == 1


def test_nothing_is_sent_after_an_opt_out_however_claims_and_opt_outs_meet(dialing: World) -> None:
    """What is claimed before is settled with the answer; what comes later is refused."""
    queued = dialing.queued(40)
    with dialing.listened(), ThreadPoolExecutor(3) as pool:
        working = [pool.submit(dialing.work) for _ in range(2)]
        sent_after = []
        for n in range(0, 40, 4):
            dialing.dialer.dnc.add(NewDncEntry(number(n), source="callee"), "tests")
            before = dialing.invites(queued[n])
            sent_after.append((queued[n], before))
        for work in working:
            work.result()
        dialing.work_off()
        assert [(call_id, dialing.invites(call_id)) for call_id, _ in sent_after] == sent_after


# Files


def test_file_forbids_its_numbers_at_once_for_queued_calls_too(world: World) -> None:
    queued = world.queued([number(0)])[0]
    single = world.single(phone_number=number(1))
    (waiting,) = world.contacts([number(2)], state="waiting", next_attempt_at=world.now() + timedelta(days=1))
    stays = world.queued([number(3)])[0]
    done = upload(world, "phone\n" + "".join(f"{number(n)}\n" for n in range(3)))
    assert (done.state, done.rows, done.added, done.known, done.refused) == ("completed", 3, 3, 0, 0)
    for call_id in (queued, single):
        assert world.call(call_id)["failure_reason"] == "dnc"
    for contact in (world.contact_of(queued), world.contact(waiting)):
        assert (contact["state"], contact["final_reason"]) == ("done", "dnc")
    assert [claim.call_id for claim in world.claim().claimed] == [stays]


def test_file_of_a_campaign_is_about_that_campaign(world: World) -> None:
    other = world.campaign("other")
    ours, theirs = world.queued([number(0)])[0], world.queued([number(0)], campaign_id=other)[0]
    upload(world, f"phone\n{number(0)}\n", NewDncUpload("n", campaign_id=world.campaign_id))
    assert (world.call(ours)["failure_reason"], world.call(theirs)["state"]) == ("dnc", "queued")


def test_rows_have_reason_and_expiry_of_their_own_or_those_of_the_file(world: World) -> None:
    far = world.now() + timedelta(days=9)
    content = f"""Telephone;Reason;Expires at;Name
{number(0)};asked by letter;2100-03-01;A
{number(1)};;;B
030 901820;;2100-03-01T12:00:00+02:00;C
"""
    new = NewDncUpload("n", source="register", reason="registered", expires_at=far, default_region="DE")
    done = upload(world, content, new)
    found = entries(world)
    shown = {phone: (row["reason"], row["expires_at"].isoformat()) for phone, row in found.items()}
    assert shown == {
        number(0): ("asked by letter", "2100-03-01T00:00:00+00:00"),
        number(1): ("registered", far.isoformat()),
        "+4930901820": ("registered", "2100-03-01T10:00:00+00:00"),
    }
    assert {(row["source"], row["upload_id"], row["created_by"]) for row in found.values()} == {
        ("register", done.id, "tests")
    }


def test_rows_that_forbid_nothing_are_reported_with_their_lines(world: World) -> None:
    content = f"""phone,reason,until
{number(0)},,
nonsense,,
112,,
{number(1)},,soon
{number(2)},,2001-01-01
{number(3)},{"x" * 201},
{number(4)},a,,too many
{number(0)},again,
{number(5)},"open
"""
    done = upload(world, content)
    assert (done.rows, done.added, done.known, done.refused) == (9, 1, 1, 7)
    assert report(world, done.id) == [
        ("3", "phone_not_a_number"),
        ("4", "emergency_number"),
        ("5", "invalid_expires_at"),
        ("6", "expiry_over"),
        ("7", "value_too_long"),
        ("8", "too_many_cells"),
        ("10", "bad_quoting"),
    ]
    assert list(entries(world)) == [number(0)]


def test_the_same_file_again_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dnc_uploads, "_BATCH", 3)
    content = "phone,reason\n" + "".join(f"{number(n % 8)},r{n}\n" for n in range(16))
    first = upload(world, content)
    before = entries(world)
    again = upload(world, content)
    assert (first.rows, first.added, first.known) == (16, 8, 8)
    assert (again.rows, again.added, again.known) == (16, 0, 16)
    assert entries(world) == before


def test_entry_that_holds_is_never_shortened_and_keeps_why(world: World) -> None:
    soon, late = world.now() + timedelta(days=1), world.now() + timedelta(days=9)
    world.dialer.dnc.add(NewDncEntry(number(0), source="callee", reason="opted out"), "tests")
    world.dialer.dnc.add(NewDncEntry(number(1), source="api", expires_at=soon), "tests")
    world.execute(
        "INSERT INTO dnc (phone_number, source, reason, created_by, expires_at) VALUES (:p, 'old', 'old', 't', :at)",
        p=number(2),
        at=world.now() - timedelta(days=1),
    )
    done = upload(world, "phone\n" + "".join(f"{number(n)}\n" for n in range(3)), NewDncUpload("n", expires_at=late))
    assert (done.added, done.known) == (1, 2)
    found = entries(world)
    assert (found[number(0)]["expires_at"], found[number(0)]["source"]) == (None, "callee")
    assert (found[number(1)]["expires_at"], found[number(1)]["source"]) == (late, "api")
    assert (found[number(2)]["expires_at"], found[number(2)]["source"]) == (late, "upload")
    assert found[number(2)]["reason"] is None


class BreaksOff(io.RawIOBase):
    """A stream whose sender goes away after some lines."""

    def __init__(self, content: bytes) -> None:
        self._parts: Iterator[bytes] = iter(content.splitlines(keepends=True))

    def read(self, size: int = -1) -> bytes:
        for part in self._parts:
            return part
        raise ConnectionResetError


def test_file_that_breaks_off_has_failed_and_what_came_before_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dnc_uploads, "_BATCH", 2)
    content = "phone\n" + "".join(f"{number(n)}\n" for n in range(5))
    queued = world.queued([number(0)])[0]
    with pytest.raises(InvalidInput):
        upload(world, content.encode() + b"\xff\xfe\xfd\n")
    (failed,) = world.dialer.dnc_uploads.listed(PageRequest()).items
    assert failed.state == "failed"
    assert "UTF-8" in (failed.error or "")
    assert failed.added == len(entries(world)) > 0
    assert world.call(queued)["failure_reason"] == "dnc"
    stream: Any = BreaksOff(content.encode())
    with pytest.raises(ConnectionResetError):
        world.dialer.dnc_uploads.receive(stream, PLAIN, "tests")
    assert world.dialer.dnc_uploads.get(failed.id + 1).error == "The upload broke off."
    held = entries(world)
    assert upload(world, content).added == 5 - len(held)


def test_file_or_options_that_make_no_sense_are_refused_and_leave_nothing(world: World) -> None:
    for content in (b"", b"name\nA\n", b"phone,tel\n1,2\n", b"PK\x03\x04rest"):
        with pytest.raises(InvalidInput):
            upload(world, content)
    over = world.now() - timedelta(seconds=1)
    for new in (NewDncUpload("n", expires_at=over), NewDncUpload("n", default_region="XX"), NewDncUpload("n", 999)):
        with pytest.raises(InvalidInput):
            upload(world, "phone\n", new)
    with pytest.raises(NotFound):
        world.dialer.dnc_uploads.get(1)


def test_upload_that_is_silent_for_long_is_given_up(world: World) -> None:
    world.execute(
        "INSERT INTO dnc_uploads (name, source, state, created_by, received_at)"
        " VALUES ('n', 's', 'receiving', 't', clock_timestamp() - interval '2 hours')"
    )
    assert world.dialer.dnc_uploads.fail_stale(3600) == 1
    assert world.dialer.dnc_uploads.fail_stale(3600) == 0


ROWS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from([None, 1, 5, 9])), min_size=1, max_size=14)


@given(files=st.lists(ROWS, min_size=1, max_size=3), batch=st.integers(1, 5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_number_is_forbidden_as_long_as_the_longest_row_says(
    world: World, files: list[list[tuple[int, int | None]]], batch: int
) -> None:
    world.execute("DELETE FROM dnc")
    far = world.now().replace(microsecond=0) + timedelta(days=30)
    longest: dict[str, int | None] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dnc_uploads, "_BATCH", batch)
        for rows in files:
            lines = [f"{number(n)},{(far + timedelta(days=d)).isoformat() if d else ''}" for n, d in rows]
            done = upload(world, "\n".join(["phone,expires_at", *lines]))
            new = {number(n) for n, _ in rows} - longest.keys()
            assert (done.added, done.known) == (len(new), len(rows) - len(new))
            for n, days in rows:
                before = longest.get(number(n), 0)
                longest[number(n)] = None if before is None or days is None else max(before, days)
    found = {phone: row["expires_at"] for phone, row in entries(world).items()}
    assert found == {phone: None if d is None else far + timedelta(days=d) for phone, d in longest.items()}


def test_contact_with_another_number_is_called_there(world: World) -> None:
    (contact_id,) = world.contacts([number(0)], position=1)
    for position, n in ((1, 0), (2, 1), (3, 2)):
        world.execute(
            "INSERT INTO contact_numbers (contact_id, position, phone_number, zone_id)"
            " SELECT id, :position, :phone, zone_id FROM contacts WHERE id = :id",
            id=contact_id,
            position=position,
            phone=number(n),
        )
    upload(world, f"phone\n{number(0)}\n{number(1)}\n")
    contact = world.contact(contact_id)
    assert (contact["state"], contact["position"]) == ("ready", 3)
    upload(world, f"phone\n{number(2)}\n")
    assert world.contact(contact_id)["final_reason"] == "dnc"
