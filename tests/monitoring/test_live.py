"""A real Prometheus on a running dialer: panels and alerts have data, and alerts fire when their fault is made."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from dialer.db import timeline
from dialer.local.client import NO_SUCCESS
from tests.monitoring.stand import ROOT, Stand, wait_for

pytestmark = pytest.mark.timeout(300)

PANELS = [
    (path.stem, panel["title"], target["expr"])
    for path in sorted((ROOT / "monitoring/grafana/dashboards").glob("*.json"))
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
    for target in panel["targets"]
]
RULES = [
    rule
    for path in sorted((ROOT / "monitoring/rules").glob("*.yml"))
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS: dict[str, str] = {rule["alert"]: rule["expr"] for rule in RULES if "alert" in rule}


def log_in_badly(stand: Stand, times: int = 40) -> None:
    """Until the limit of log-ins from one address refuses."""
    url = stand.targets["api"][0]
    for _ in range(times):
        requests.post(f"http://{url}/v1/auth/login", json={"username": "nobody", "password": "wrong"}, timeout=10)


@contextmanager
def without_postgres(stand: Stand) -> Iterator[None]:
    """PostgreSQL is away, while somebody uses the API."""
    postgres = stand.up.servers.postgres
    assert postgres is not None
    postgres.stop()
    try:
        for _ in range(10):
            with suppress(*NO_SUCCESS):
                stand.api.get("/v1/campaigns")
        yield
    finally:
        postgres.start()


@contextmanager
def without_redis(stand: Stand) -> Iterator[None]:
    redis = stand.up.servers.redis
    assert redis is not None
    redis.stop()
    try:
        yield
    finally:
        redis.start()


@contextmanager
def bad_log_ins(stand: Stand) -> Iterator[None]:
    """Of the first wave Prometheus may see nothing but how many there were in the end."""
    for _ in range(4):
        _wave(stand)
    yield


def _wave(stand: Stand, times: int = 40) -> None:
    before = _refused(stand)
    log_in_badly(stand, times)
    wait_for(lambda: _refused(stand) >= before + times, "the log-ins that failed")


def _refused(stand: Stand) -> float:
    found = stand.query('sum(dialer_api_http_request_duration_seconds_count{url_rule="/v1/auth/login",status=~"4.."})')
    return float(found[0]["value"][1]) if found else 0.0


@contextmanager
def stopped(stand: Stand) -> Iterator[None]:
    stand.up.dialer.control.stop("tests", "a drill")
    try:
        yield
    finally:
        stand.up.dialer.control.lift("tests")


@contextmanager
def promoted(stand: Stand) -> Iterator[None]:
    with stand.up.dialer.engine.begin() as tx:
        timeline.doubt(tx)
    try:
        yield
    finally:
        with stand.up.dialer.engine.begin() as tx:
            timeline.accept(tx)


Fault = Callable[[Stand], AbstractContextManager[Any]]
FAULTS: dict[str, Fault] = {
    "ApiDown": lambda stand: stand.frozen("api"),
    "ExporterDown": lambda stand: stand.frozen("exporter"),
    "PartDown": lambda stand: stand.frozen("worker-import"),
    "DispatchStalled": lambda stand: stand.frozen("beat"),
    "ListenerWithoutLeader": lambda stand: stand.frozen("listener-1"),
    "NodeDown": lambda stand: stand.frozen("simulator"),
    "EmergencyStopOn": stopped,
    "RecoveryNeeded": promoted,
    "LoginFailures": bad_log_ins,
    "RedisDown": without_redis,
    "PostgresDown": without_postgres,
}


def test_prometheus_reaches_everything(stand: Stand) -> None:
    wait_for(lambda: not stand.query("up == 0"), "every target up", 30)
    found = {result["metric"]["job"] for result in stand.query("up == 1")}
    assert found == set(stand.targets) | {"prometheus", "alertmanager", "node"}


def test_nothing_that_wakes_somebody_fires_while_all_is_well(stand: Stand) -> None:
    critical = {rule["alert"] for rule in RULES if rule.get("labels", {}).get("severity") == "critical"}
    wait_for(lambda: not stand.firing() & critical, f"silence of {stand.firing() & critical}")


@pytest.mark.parametrize("name", FAULTS)
def test_an_alert_fires_when_its_fault_is_made(stand: Stand, name: str) -> None:
    if name != "LoginFailures":
        wait_for(lambda: name not in stand.firing(), f"silence of {name}")
    with FAULTS[name](stand):
        wait_for(lambda: name in stand.firing(), name)
    if name != "LoginFailures":  # that one looks back for five minutes
        wait_for(lambda: name not in stand.firing(), f"silence of {name} after its fault", 90)


def test_an_alert_that_wakes_somebody_is_delivered(stand: Stand) -> None:
    with stand.frozen("api"):
        (delivered, *_) = wait_for(lambda: _delivered(stand.received, "ApiDown"), "ApiDown at the receiver")
    assert delivered["status"] == "firing"
    assert delivered["labels"]["severity"] == "critical"
    assert (ROOT / delivered["annotations"]["runbook"]).is_file()


def _delivered(received: Path, name: str) -> list[dict[str, Any]]:
    alerts = [json.loads(line) for line in received.read_text(encoding="utf-8").splitlines()]
    return [alert for alert in alerts if alert["labels"]["alertname"] == name]


@pytest.fixture(scope="module")
def troubled(stand: Stand) -> Stand:
    """Some requests and jobs have failed, so that there are series of those."""
    log_in_badly(stand)
    if not stand.query('dialer_job_seconds_count{outcome!="success"}'):
        with without_postgres(stand):
            wait_for(lambda: stand.query('dialer_job_seconds_count{outcome!="success"}'), "a job that failed")
    wait_for(lambda: stand.query("dialer_postgres_up == 1"), "PostgreSQL")
    return stand


@pytest.mark.parametrize(("board", "title", "expression"), PANELS)
def test_a_panel_has_data(troubled: Stand, board: str, title: str, expression: str) -> None:
    wait_for(lambda: troubled.query(expression), f"data for {expression}", 30)


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_looks_at_data(troubled: Stand, name: str) -> None:
    # A comparison gives nothing while all is well; with `bool` it gives 0.
    expression = re.sub(r"\s(==|>|<)\s", r" \1 bool ", ALERTS[name])
    wait_for(lambda: troubled.query(expression), f"data for {expression}", 30)


def test_no_label_holds_a_number(troubled: Stand) -> None:
    labels = {text for result in troubled.query('{__name__=~"dialer_.+"}') for text in result["metric"].values()}
    with troubled.up.dialer.engine.connect() as connection:
        numbers = set(connection.exec_driver_sql("SELECT substr(phone_number, 2) FROM contacts").scalars())
    assert len(numbers) == 1500
    assert not [(label, number) for label in labels for number in numbers if number in label]
