"""The Flask application."""

from typing import Any, NoReturn

from flask import Request
from flask_openapi3.openapi import OpenAPI
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix

from api import (
    auth,
    conditional,
    console,
    description,
    errors,
    idempotency,
    limits,
    metrics,
    openapi,
    page,
    streams,
    telling,
    uploads,
)
from api.context import EXTENSION
from api.routes import BLUEPRINTS
from api.schemas.common import Problem
from dialer.bootstrap import Dialer

MAX_BODY_BYTES = 16 * 1024 * 1024
"""Of a JSON body. Call lists have a limit of their own."""


class ApiRequest(Request):
    """A request whose body must be JSON where JSON is expected; flask-openapi3 alone would take any other for null."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        # Who only acts says nothing. An edit or a replacement that says nothing is a mistake.
        if self.method == "POST" and not self.get_data(cache=cache):
            return {}
        try:
            body = super().get_json(force=force, silent=False, cache=cache)
        except RecursionError as error:
            raise BadRequest("The body is nested too deeply.") from error
        if isinstance(body, str):
            raise BadRequest("The body must be a JSON object.")
        return body

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        """Say what to send instead; Flask would speak of browsers."""
        if e is None:
            raise UnsupportedMediaType("Send a JSON object, with the header Content-Type: application/json.")
        raise BadRequest(f"The body is not JSON: {e}.") from e


class ApiApp(OpenAPI):
    """An application whose description names only the errors that an operation has, and has examples of all."""

    def generate_spec_json(self) -> None:
        super().generate_spec_json()  # type: ignore[no-untyped-call]
        description.complete(self.spec_json)


def create_app(dialer: Dialer) -> OpenAPI:
    """The API of `dialer`. Nothing is connected yet.

    Raises:
        ConfigurationError: a setting that the API needs is missing.
    """
    app = ApiApp(
        "api",
        info=openapi.INFO,
        security_schemes=openapi.SECURITY_SCHEMES,
        validation_error_model=Problem,
        validation_error_callback=errors.invalid,
        doc_ui=False,
        static_folder=None,
    )
    app.request_class = ApiRequest
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = dialer
    for blueprint in BLUEPRINTS:
        app.register_api(blueprint)
    app.add_url_rule("/openapi.json", "openapi_description", lambda: app.api_doc)
    console.install(app)
    page.install(app)
    errors.install(app)
    metrics.install(app)
    telling.install(app)
    auth.install(app, dialer.settings)
    idempotency.install(app)
    limits.install(app, dialer.settings)
    uploads.install(app, dialer.settings)
    conditional.install(app)
    streams.install(app, dialer)
    app.before_request(auth.authorize)
    auth.check_complete(app)
    if proxies := dialer.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    return app
