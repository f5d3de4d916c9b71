"""Errors as problem documents."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import Gone, MethodNotAllowed

from api import errors
from dialer.errors import AccountLocked, Conflict, DialerError, NotFound


def leaves(kind: type[DialerError]) -> Iterator[type[DialerError]]:
    yield kind
    for direct in kind.__subclasses__():
        yield from leaves(direct)


@pytest.fixture
def failing() -> Callable[[Exception], FlaskClient]:
    """A client of an app whose only route raises."""

    def make(error: Exception) -> FlaskClient:
        def fail() -> str:
            raise error

        app = Flask("failing")
        app.add_url_rule("/", view_func=fail)
        errors.install(app)
        return app.test_client()

    return make


@pytest.mark.parametrize("kind", [kind for kind in leaves(DialerError) if kind.__init__ is DialerError.__init__])
def test_every_error_of_ours_keeps_its_code_and_status(
    failing: Callable[[Exception], FlaskClient], kind: type[DialerError]
) -> None:
    answer = failing(kind("What happened.")).get("/")
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": f"urn:dialer:problem:{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": "What happened.",
        "code": kind.code,
    }
    assert answer.status_code == kind.status


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("odd"), 500, "internal_error"),
        (NotFound("There is none."), 404, "not_found"),
        (OperationalError("SELECT 1", {}, Exception("gone")), 503, "database_unavailable"),
    ],
)
def test_what_is_raised_while_an_answer_is_finished_is_told_like_all_else(
    error: Exception, status: int, code: str
) -> None:
    def fail(_: Response) -> Response:
        raise error

    app = Flask("finishing")
    app.add_url_rule("/", view_func=lambda: "fine")
    app.after_request(fail)
    errors.install(app)
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert ("incident" in answer.get_json()) == (code == "internal_error")


def test_codes_belong_to_one_status() -> None:
    by_code: dict[str, set[int]] = {}
    for kind in leaves(DialerError):
        by_code.setdefault(kind.code, set()).add(kind.status)
    assert {code for code, statuses in by_code.items() if len(statuses) > 1} == set()


def test_extra_members_are_told_but_can_not_replace_the_problem(failing: Callable[[Exception], FlaskClient]) -> None:
    answer = failing(Conflict("No.", allowed=["start"], status=200)).get("/")
    assert answer.json is not None
    assert (answer.json["allowed"], answer.json["status"]) == (["start"], 409)


def test_a_wait_is_a_header_too(failing: Callable[[Exception], FlaskClient]) -> None:
    answer = failing(AccountLocked("Wait.", retry_after_seconds=7)).get("/")
    assert answer.headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT 1", {}, Exception()), InterfaceError("SELECT 1", {}, Exception()), PoolTimeout("full")],
)
def test_a_database_that_is_away_is_503_and_not_quoted(
    failing: Callable[[Exception], FlaskClient], error: Exception
) -> None:
    answer = failing(error).get("/")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (503, "database_unavailable")
    assert "SELECT" not in answer.text


def test_werkzeugs_errors_have_codes_too(failing: Callable[[Exception], FlaskClient]) -> None:
    gone = failing(Gone()).get("/")
    assert gone.json is not None
    assert (gone.status_code, gone.json["code"]) == (410, "gone")
    assert failing(MethodNotAllowed(["PUT"])).get("/").headers["Allow"] == "PUT"


def test_what_nobody_foresaw_has_an_id_and_no_details(
    failing: Callable[[Exception], FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    answer = failing(RuntimeError("secret")).get("/")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.json["incident"] in caplog.text
