"""A worker as its supervisor sees it: Celery's own faults, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import redis

from dialer.queues import Queue, QueueNudges
from workers.watchdog import EXIT_CODE

STALL_SECONDS = 5.0
DRAIN_SECONDS = 8.0
NOBODYS_TRUNK = 999


class Worker:
    def __init__(self, process: "subprocess.Popen[bytes]", client: redis.Redis, nudges: QueueNudges) -> None:
        self.process = process
        self.client = client
        self._nudges = nudges

    def nudge(self, times: int = 1) -> None:
        """Give it jobs: looking at a trunk that doesn't exist."""
        for _ in range(times):
            self._nudges.work_on_trunk(NOBODYS_TRUNK)

    def is_idle(self) -> bool:
        """Whether it has taken all jobs."""
        return self.client.llen(Queue.ORIGINATE.value) == 0

    @property
    def child(self) -> int:
        """The process that does its jobs."""
        return int(psutil.Process(self.process.pid).children()[0].pid)

    def has_ended(self) -> bool:
        return self.process.poll() is not None


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def worker(database: str, redis_url: str, redis_client: redis.Redis, tmp_path: Path) -> Iterator[Worker]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dialer.cli", "worker", "--queues", Queue.ORIGINATE, "--name", "tests"],
        env=os.environ
        | {
            "DIALER_DATABASE_URL": database,
            "DIALER_REDIS_URL": redis_url,
            "DIALER_DATA_DIR": str(tmp_path),
            "DIALER_WORKER_STALL_SECONDS": str(STALL_SECONDS),
            "DIALER_WORKER_DRAIN_SECONDS": str(DRAIN_SECONDS),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    worker = Worker(process, redis_client, QueueNudges(redis_client, redis_url))
    try:
        worker.nudge()
        assert wait_until(worker.is_idle), "the worker did not start"
        yield worker
    finally:
        for name in (signal.SIGCONT, signal.SIGKILL):
            try:
                os.killpg(process.pid, name)
            except ProcessLookupError:
                break
        process.wait()


def test_worker_whose_job_hangs_ends_by_itself_and_takes_its_child_along(worker: Worker) -> None:
    child = worker.child
    os.kill(child, signal.SIGSTOP)
    worker.nudge(4)
    assert wait_until(worker.has_ended, STALL_SECONDS + 20)
    assert worker.process.returncode == EXIT_CODE
    assert wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_after_its_connections_were_reset_a_worker_works_or_ends(worker: Worker) -> None:
    for _ in range(5):
        worker.nudge(3)
        worker.client.client_kill_filter(_type="normal", skipme=True)
        time.sleep(0.1)
    worker.nudge()
    assert wait_until(lambda: worker.is_idle() or worker.has_ended(), STALL_SECONDS + 30)


def test_worker_told_to_end_finishes_its_job_and_ends_well(worker: Worker) -> None:
    worker.nudge(3)
    worker.process.send_signal(signal.SIGTERM)
    assert wait_until(worker.has_ended, DRAIN_SECONDS + 20)
    assert worker.process.returncode == 0


def test_end_of_a_worker_whose_job_hangs_is_bounded(worker: Worker) -> None:
    os.kill(worker.child, signal.SIGSTOP)
    worker.nudge(2)
    worker.process.send_signal(signal.SIGTERM)
    assert wait_until(worker.has_ended, DRAIN_SECONDS + 20)
    assert worker.process.returncode == EXIT_CODE
