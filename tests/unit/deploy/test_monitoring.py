"""monitoring/ against the code and the runbooks. promtool's tests of the rules run in `make check`; what a Prometheus
makes of the expressions is seen by `make test-monitoring`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric

from dialer.config import Settings
from dialer.db import figures
from dialer.metrics import JOB_SECONDS, ProcessTree
from tests.unit.deploy.deployment import ROOT, read_yaml

RUNBOOKS = ROOT / "docs/runbooks"
RULE_FILES = sorted((ROOT / "monitoring/rules").glob("*.yml"))
GROUPS = [group for path in RULE_FILES for group in read_yaml(str(path.relative_to(ROOT)))["groups"]]
ALERTS: dict[str, dict[str, Any]] = {rule["alert"]: rule for g in GROUPS for rule in g["rules"] if "alert" in rule}
THRESHOLDS = {rule["record"] for g in GROUPS for rule in g["rules"] if "record" in rule}
TESTS = [test for path in (ROOT / "monitoring/tests").glob("*.yml") for test in read_yaml(str(path))["tests"]]
DASHBOARDS = sorted((ROOT / "monitoring/grafana/dashboards").glob("*.json"))


def expressions(path: Path) -> list[str]:
    board = json.loads(path.read_text(encoding="utf-8"))
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def ours() -> set[str]:
    """The names of all metrics that the code has, as Prometheus knows them."""
    names = {name for gauges in figures.ALL for name, _ in gauges.metrics.values()}
    # The API's own are made by its library.
    names |= {"dialer_api_http_request_duration_seconds"}
    families: list[Metric] = [*JOB_SECONDS.collect(), *ProcessTree("worker").collect()]
    source = (ROOT / "dialer/services/figures.py").read_text(encoding="utf-8")
    names |= {family.name for family in families} | set(re.findall(r'"(dialer_\w+)"', source))
    names |= {f"dialer_redis_{name}" for name in re.findall(r': \("(\w+)", "', source)}
    return names | {f"{name}_{suffix}" for name in names for suffix in ("total", "bucket", "count", "sum")}


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_tested_both_ways(name: str) -> None:
    named = {test["name"]: test for test in TESTS}
    (fires,) = named[f"{name} fires"]["alert_rule_test"]
    (silent,) = named[f"{name} does not fire"]["alert_rule_test"]
    assert fires["alertname"] == silent["alertname"] == name
    assert fires["exp_alerts"]
    assert not silent["exp_alerts"]


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_bad_it_is_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in {"info", "warning", "critical"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["runbook"] == f"docs/runbooks/{name}.md"
    page = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n\n**{rule['annotations']['summary']}** Severity: {rule['labels']['severity']}.")
    for heading in ("What it means", "Look", "Do"):
        assert re.search(rf"^## {heading}\n\n\S", page, re.MULTILINE), heading
    for threshold in re.findall(r"dialer:threshold:\w+", rule["expr"]):
        assert f"`{threshold}`" in page


def test_no_runbook_is_without_its_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == set(ALERTS)
    index = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\((\w+)\.md\)", index)) == set(ALERTS)


def test_every_threshold_is_used_and_every_one_used_is_there() -> None:
    used = {name for rule in ALERTS.values() for name in re.findall(r"dialer:threshold:\w+", rule["expr"])}
    assert used == THRESHOLDS


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_asks_for_metrics_that_there_are(name: str) -> None:
    assert set(re.findall(r"\bdialer_\w+", ALERTS[name]["expr"])) <= ours()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_asks_for_metrics_that_there_are(path: Path) -> None:
    found = {name for expression in expressions(path) for name in re.findall(r"\bdialer_\w+", expression)}
    assert found
    assert found <= ours()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_the_panels_of_a_dashboard_are_apart(path: Path) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_grafana_finds_prometheus_and_the_dashboards() -> None:
    compose = read_yaml("docker-compose.yml")["services"]
    (source,) = read_yaml("monitoring/grafana/provisioning/datasources/prometheus.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert compose["prometheus"]["ports"] == ["127.0.0.1:9090:9090"]
    (provider,) = read_yaml("monitoring/grafana/provisioning/dashboards/dialer.yml")["providers"]
    assert f"./monitoring/grafana/dashboards:{provider['options']['path']}:ro" in compose["grafana"]["volumes"]
    for path in DASHBOARDS:
        board = json.loads(path.read_text(encoding="utf-8"))
        assert board["uid"] == path.stem
        assert {panel["datasource"]["uid"] for panel in board["panels"]} == {source["uid"]}


def test_settings_that_runbooks_and_thresholds_name_are_there() -> None:
    settings = {f"DIALER_{name.upper()}" for name in Settings.model_fields}
    texts = [path.read_text(encoding="utf-8") for path in [*RUNBOOKS.glob("*.md"), *RULE_FILES]]
    assert {name for text in texts for name in re.findall(r"\bDIALER_[A-Z_]+\b", text)} <= settings
