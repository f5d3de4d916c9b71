"""The small programs that only containers run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
import requests

from dialer.local.stack import HOST, free_ports
from tests.support.world import wait_for

DEPLOY = Path(__file__).parents[3] / "deploy"
ALERT = {"status": "firing", "labels": {"alertname": "ApiDown"}, "annotations": {"summary": "It is away."}, "other": 1}


@dataclass(frozen=True)
class Receiver:
    url: str
    output: IO[str]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    (port,) = free_ports(1)
    command = [sys.executable, str(DEPLOY / "alert_receiver.py"), HOST, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = f"http://{HOST}:{port}/"
    wait_for(lambda: healthcheck(url) == 0, "the receiver")
    yield Receiver(url, process.stdout)
    process.terminate()
    process.wait()


def healthcheck(url: str) -> int:
    command = [sys.executable, str(DEPLOY / "healthcheck.py"), url]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_the_receiver_writes_one_line_for_each_alert(receiver: Receiver) -> None:
    answer = requests.post(receiver.url, json={"alerts": [ALERT, ALERT]}, timeout=5)
    assert answer.status_code == 200
    for _ in range(2):
        assert json.loads(receiver.output.readline()) == {k: ALERT[k] for k in ("status", "labels", "annotations")}


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"alerts": [{}]}', b'{"alerts": 3}'])
def test_what_is_no_alert_is_refused_and_the_receiver_goes_on(receiver: Receiver, body: bytes) -> None:
    assert requests.post(receiver.url, data=body, timeout=5).status_code == 400
    assert healthcheck(receiver.url) == 0


def test_the_health_check_fails_where_nobody_listens_and_where_the_answer_is_no_200(receiver: Receiver) -> None:
    (port,) = free_ports(1)
    assert healthcheck(f"http://{HOST}:{port}/") == 1
