"""A request is work of which traces tell (see dialer.tracing): its route and status, never its path or its query."""

from contextlib import ExitStack

from flask import Flask, Response, g, request

from dialer import tracing


def install(app: Flask) -> None:
    """Record requests that do something: not those that only look."""
    app.before_request(_begin)
    app.after_request(_answer)
    app.teardown_request(_end)


def _begin() -> None:
    if not tracing.is_on() or request.method in ("GET", "HEAD") or request.url_rule is None:
        return
    g.tracing = ExitStack()
    if (end := tracing.take_up(dict(request.headers))) is not None:
        g.tracing.callback(end)
    g.request_work = g.tracing.enter_context(tracing.work(f"{request.method} {request.url_rule.rule}"))


def _answer(response: Response) -> Response:
    work = g.get("request_work")
    if work is not None:
        work.keep(**{"http.request.method": request.method, "http.response.status_code": response.status_code})
    return response


def _end(error: BaseException | None) -> None:
    under_way = g.pop("tracing", None)
    if under_way is not None:
        under_way.close()
