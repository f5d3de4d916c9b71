"""`/metrics`: requests by route and status, of all processes of a gunicorn together."""

import os
from typing import Final

from flask import Flask
from prometheus_client import CollectorRegistry
from prometheus_flask_exporter import PrometheusMetrics  # type: ignore[import-untyped]
from prometheus_flask_exporter.multiprocess import (  # type: ignore[import-untyped]
    GunicornInternalPrometheusMetrics,
)

# Read by prometheus_client when it is imported, so gunicorn's configuration sets it before the workers begin.
DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
_PATH: Final = "/metrics"


def install(app: Flask) -> None:
    """Measure every request of `app`. Labels are routes, not paths: ids would make them endless."""
    kind = GunicornInternalPrometheusMetrics if DIRECTORY in os.environ else PrometheusMetrics
    registry = None if DIRECTORY in os.environ else CollectorRegistry()
    kind(
        app,
        path=_PATH,
        group_by="url_rule",
        defaults_prefix="dialer_api",
        excluded_paths=[_PATH, "/healthz", "/readyz"],
        registry=registry,
    )
