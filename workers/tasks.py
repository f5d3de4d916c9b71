"""The jobs: a line each. What they do is in dialer.services."""

from dialer.queues import Job
from workers.app import app
from workers.process import dialer

WORK_SECONDS = 1.0
"""How long a job goes on while there is work: beat sends the next nudge by then."""


@app.task(name=Job.WORK_ON_TRUNK.value)
def work_on_trunk(trunk_id: int) -> None:
    dialer().originating.work_on(trunk_id, seconds=WORK_SECONDS)


@app.task(name=Job.DISPATCH.value)
def dispatch() -> None:
    dialer().dispatching.tick()


@app.task(name=Job.RECONCILE.value)
def reconcile() -> None:
    dialer().reconciling.tick()


@app.task(name=Job.WORK_ON_IMPORTS.value)
def work_on_imports() -> None:
    dialer().call_lists.work_on_chunks(seconds=WORK_SECONDS)


@app.task(name=Job.FAIL_STALE_UPLOADS.value)
def fail_stale_uploads() -> None:
    dialer().call_lists.fail_stale(older_than_seconds=3600)
    dialer().dnc_uploads.fail_stale(older_than_seconds=3600)


@app.task(name=Job.WORK_ON_EXPORTS.value)
def work_on_exports() -> None:
    dialer().exports.work(seconds=WORK_SECONDS)


@app.task(name=Job.EXPIRE_EXPORTS.value)
def expire_exports() -> None:
    dialer().exports.expire()


@app.task(name=Job.DELIVER_WEBHOOKS.value)
def deliver_webhooks() -> None:
    dialer().webhook_delivering.work(seconds=WORK_SECONDS)


@app.task(name=Job.FORGET_DELIVERIES.value)
def forget_deliveries() -> None:
    dialer().webhooks.forget()


@app.task(name=Job.WITHDRAW_EXPIRED.value)
def withdraw_expired() -> None:
    dialer().sweeping.withdraw_expired()


@app.task(name=Job.FREE_LEAKED_SLOTS.value)
def free_leaked_slots() -> None:
    dialer().sweeping.free_leaked_slots()


@app.task(name=Job.CORRECT_OUTCOMES.value)
def correct_outcomes() -> None:
    dialer().correcting.tick()


@app.task(name=Job.FOLD_COUNTS.value)
def fold_counts() -> None:
    dialer().sweeping.fold_counts()


@app.task(name=Job.WORK_ON_REQUEUES.value)
def work_on_requeues() -> None:
    dialer().requeueing.work(seconds=WORK_SECONDS)


@app.task(name=Job.WORK_ON_WITHDRAWALS.value)
def work_on_withdrawals() -> None:
    dialer().withdrawing.work(seconds=WORK_SECONDS)


@app.task(name=Job.FORGET_SESSIONS.value)
def forget_sessions() -> None:
    dialer().sweeping.forget_sessions()


@app.task(name=Job.FORGET_CALLS.value)
def forget_calls() -> None:
    dialer().retention.work(seconds=WORK_SECONDS)
