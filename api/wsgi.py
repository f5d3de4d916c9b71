"""What gunicorn serves: `gunicorn --config python:api.gunicorn 'api.wsgi:create()'`."""

from flask_openapi3.openapi import OpenAPI

from api.app import create_app
from dialer import tracing
from dialer.bootstrap import Dialer
from dialer.config import load_settings
from dialer.embedded.servers import resolve
from dialer.logs import configure


def create() -> OpenAPI:
    """The API as the settings say.

    Raises:
        ConfigurationError: a setting is missing or wrong.
    """
    settings = resolve(load_settings())
    configure(settings)
    tracing.start(settings, "api")
    return create_app(Dialer(settings, name="api"))
