"""Is this process alive, and can it serve?"""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, dialer
from api.openapi import blueprint
from api.schemas.control import Alive, CheckOut, Readiness

health: Final[APIBlueprint] = blueprint("health", "", public=True)


@health.get("/healthz", responses={200: Alive})
def alive() -> Response:
    """This process answers"""
    return answer(Alive(status="alive"))


@health.get("/readyz", responses={200: Readiness, 503: Readiness})
def ready() -> Response:
    """PostgreSQL, its schema and Redis are there; or which is not"""
    checks = [CheckOut.model_validate(check) for check in dialer().health.check()]
    fine = all(check.ok for check in checks)
    return answer(Readiness(status="ready" if fine else "not_ready", checks=checks), 200 if fine else 503)
