"""Any order of what can happen to calls and contacts, on a real database: what must always hold, holds after each step.

PBX and workers are values in this process: any of them may stall, be deaf, or die with what it has in its hands.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from dialer.ari.client import AriClient
from dialer.ari.errors import Fault, NeverSent, Refused, TooLate, Unknown
from dialer.db import nodes
from dialer.domain.campaigns import CampaignCommand
from dialer.errors import Conflict
from dialer.services.claiming import Claimed
from dialer.services.dnc import NewDncEntry
from dialer.services.listening.following import Following
from dialer.services.listening.news import News
from dialer.services.originating import Sent
from dialer.services.reconciling import Reconciling
from tests.support.databases import empty
from tests.support.passing import let_pass
from tests.support.pbx import ScriptedPbx
from tests.support.world import World, settings_for

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "8"))
STEPS = 30
CONTACTS = 6
MAX_ATTEMPTS = 3
DIAL_WINDOW_MS = 100
GRACE_SECONDS = 2.0
HOLD_SECONDS = 30.0
STALL_SECONDS = 20.0
"""A PBX acts within this time, or never: shorter than a tomb is held."""


class Machine(RuleBasedStateMachine):
    """Rules are what may happen; each leaves the dialer to itself."""

    make_world: Callable[[], World]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make_world()
        self.pbx = ScriptedPbx()
        self.in_hand: list[Claimed] = []
        self.skipped = 0.0
        self.stalled_at: dict[UUID, float] = {}
        self.may_dial = True
        self.forbidden: set[str] = set()
        self.epoch = 1
        world = self.world
        world.set_campaign(
            max_attempts=MAX_ATTEMPTS,
            retry_policy={name: {"delay_seconds": 60} for name in ("busy", "indeterminate")},
        )
        world.contacts(CONTACTS)
        self.clock = world.dialer.clock
        client = cast(AriClient, self.pbx)
        self.reconciling = Reconciling(world.engine, world.dialer.limiter, lambda _: client, world.settings)

    def teardown(self) -> None:
        self.world.close()

    def now(self) -> float:
        return self.clock.monotonic() + self.skipped

    # Workers

    @rule()
    def dispatch(self) -> None:
        self.world.dialer.dispatching.tick()

    @rule()
    def claim(self) -> None:
        batch = self.world.claim()
        self.in_hand += batch.claimed

    @precondition(lambda self: self.in_hand)
    @rule(
        data=st.data(),
        fate=st.sampled_from(["taken", "taken", "taken", "answer_lost", "stalled", "refused", "full", "unreachable"]),
    )
    def send(self, data: st.DataObject, fate: str) -> None:
        """What a worker does with a claim: nothing, if it is too late."""
        claimed = self.in_hand.pop(data.draw(st.integers(0, len(self.in_hand) - 1)))
        error: NeverSent | Refused | Unknown | None = None
        if self.now() > claimed.send_by:
            error = TooLate("too late")
        elif fate == "unreachable":
            error = NeverSent("no route")
        elif fate == "refused":
            error = Refused(400, "malformed", Fault.CALL)
        elif fate == "full":
            error = Refused(503, "full", Fault.NODE)
        elif fate == "stalled":
            self.stalled_at[claimed.call_id] = self.now()
            error = Unknown("no answer")
        else:
            self.dial(claimed.call_id)
            error = Unknown("no answer") if fate == "answer_lost" else None
        self.world.dialer.originating._settle([Sent(claimed, datetime.now(UTC), error=error)])

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """A worker dies with some claims in its hands."""
        del self.in_hand[data.draw(st.integers(0, len(self.in_hand) - 1)) :]

    # The PBX

    def dial(self, call_id: UUID) -> None:
        contact_id = self.world.call(call_id)["contact_id"]
        others = [c for c in self.pbx.calls() if c != call_id and self.world.call(c)["contact_id"] == contact_id]
        assert not others, f"{call_id} is dialed while {others} of the same contact live"
        assert self.may_dial, "dialed after a stop was answered"
        assert self.world.call(call_id)["phone_number"] not in self.forbidden, "a forbidden number was dialed"
        self.pbx.originate(call_id)

    @precondition(lambda self: self.stalled_at)
    @rule(data=st.data())
    def wake(self, data: st.DataObject) -> None:
        """The PBX acts on an originate that nobody waits for any more."""
        call_id = data.draw(st.sampled_from(sorted(self.stalled_at)))
        del self.stalled_at[call_id]
        if self.pbx.originate(call_id):
            assert self.world.call(call_id)["state"] != "ended", "a late dial"

    @precondition(lambda self: self.pbx.calls())
    @rule(data=st.data(), cause=st.sampled_from([16, 17, 19]))
    def network(self, data: st.DataObject, cause: int) -> None:
        """A call is answered, or is over."""
        call_id = data.draw(st.sampled_from(self.pbx.calls()))
        if call_id not in self.pbx.was_up and cause == 16:
            self.pbx.answer(call_id)
        else:
            self.pbx.end(call_id, cause)

    # The listener

    @rule()
    def hear(self) -> None:
        """Everything that was sent is heard and written, and the echo of a probe after it."""
        news = News()
        for event in self.pbx.unheard:
            news.add(event, lambda: datetime.now(UTC))
        self.pbx.unheard.clear()
        news.echo = "echo"
        with self.world.engine.begin() as tx:
            sent_at = nodes.time(tx)
        following = Following(self.world.engine, self.world.node_id, self.epoch, self.clock, lambda _: sent_at)
        outcome = following.write(news)
        self.world.dialer.limiter.release(outcome.slots)
        for call_id in outcome.to_hang_up:
            self.pbx.hang_up(call_id)
        assert outcome.late_dials == 0

    @rule()
    def deafness(self) -> None:
        """The listener is replaced; what had been sent and not heard is lost."""
        self.pbx.unheard.clear()
        self.epoch += 1
        self.world.set_node(listener_epoch=self.epoch, gap_free_since="clock_timestamp()", echo_at="clock_timestamp()")

    # The clock's doings

    @rule()
    def reconcile(self) -> None:
        self.reconciling.reconcile(self.world.node)

    @rule(seconds=st.sampled_from([1.0, 5.0, 40.0, 120.0]))
    def time_passes(self, seconds: float) -> None:
        """For everybody. A stalled PBX has acted by the end of its bound."""
        for call_id, since in list(self.stalled_at.items()):
            if self.now() + seconds - since > STALL_SECONDS:
                del self.stalled_at[call_id]
                if self.pbx.originate(call_id):
                    assert self.world.call(call_id)["state"] != "ended", "a late dial"
        self.skipped += seconds
        let_pass(self.world.engine, seconds)

    @rule()
    def sweep(self) -> None:
        self.world.dialer.sweeping.withdraw_expired()
        self.world.dialer.sweeping.free_leaked_slots()

    @rule()
    def redis_is_lost(self) -> None:
        self.world.dialer.redis.flushdb()
        self.world.claim()
        if self.limits_are_believed():
            self.world.dialer.redis.hset("limits:rebuilt", "floor", 0)

    def limits_are_believed(self) -> bool:
        """Not so from the loss until the first claim that asks for slots: it rebuilds them."""
        return bool(self.world.dialer.redis.hexists("limits:rebuilt", "run_id"))

    # People

    @rule(running=st.booleans())
    def pause_or_resume(self, running: bool) -> None:
        try:
            self.world.dialer.campaigns.command(
                self.world.campaign_id, CampaignCommand.RESUME if running else CampaignCommand.PAUSE
            )
        except Conflict:
            return
        self.may_dial = running

    @rule(n=st.integers(0, CONTACTS - 1))
    def forbid(self, n: int) -> None:
        with self.world.engine.connect() as connection:
            number = connection.scalars(
                text("SELECT phone_number FROM contacts ORDER BY id OFFSET :n LIMIT 1"), {"n": n}
            ).one()
        self.world.dialer.dnc.add(NewDncEntry(number), "tests")
        self.forbidden.add(number)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        open_calls = [call["id"] for call in self.world.calls() if call["state"] != "ended"]
        if open_calls:
            self.world.dialer.calls.hang_up(data.draw(st.sampled_from(open_calls)))

    # What must always hold

    @invariant()
    def no_call_is_dialed_twice(self) -> None:
        assert all(n == 1 for n in self.pbx.dialed.values())

    @invariant()
    def dispositions_are_true(self) -> None:
        for call in self.world.calls(state="ended"):
            known = call["disposition"]
            if known in ("not_dialed", "withdrawn"):
                assert not self.pbx.dialed[call["id"]], f"{known}, but it was dialed"
            if known == "answered":
                assert call["id"] in self.pbx.was_up
            assert call["id"] not in self.pbx.calls(), f"{known}, but it lives"

    @invariant()
    def nobody_is_dialed_more_often_than_allowed(self) -> None:
        dials: dict[int, int] = {}
        for call in self.world.calls():
            dials[call["contact_id"]] = dials.get(call["contact_id"], 0) + self.pbx.dialed[call["id"]]
        assert max(dials.values(), default=0) <= MAX_ATTEMPTS

    @invariant()
    def every_contact_has_a_next_step(self) -> None:
        with self.world.engine.connect() as connection:
            odd = connection.execute(
                text("""
                    SELECT contact.id, contact.state, call.state FROM contacts AS contact
                    LEFT JOIN calls AS call ON call.id = contact.open_call_id
                    WHERE (contact.state = 'in_call') IS DISTINCT FROM (call.state <> 'ended')
                      AND NOT (contact.state <> 'in_call' AND call.state IS NULL)
                """)
            ).all()
        assert not odd

    @invariant()
    def every_open_call_holds_its_slot(self) -> None:
        tokens = {str(c["claim_token"]) for c in self.world.calls() if c["state"] in ("originating", "ringing", "up")}
        assert tokens <= self.world.slots() or not self.limits_are_believed()


def test_whatever_happens_in_whatever_order(database: str, redis_url: str, redis_client: redis.Redis) -> None:
    def world() -> World:
        empty(database)
        redis_client.flushdb()
        return World(
            settings_for(
                database,
                redis_url,
                dial_window_ms=DIAL_WINDOW_MS,
                reconcile_grace_seconds=GRACE_SECONDS,
                tomb_hold_seconds=HOLD_SECONDS,
            )
        )

    class OnThisDatabase(Machine):
        make_world = staticmethod(world)

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=(Phase.generate,),  # shrinking takes minutes; for that, raise the limits by hand
            print_blob=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
