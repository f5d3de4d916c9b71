"""What all operations share in the OpenAPI description."""

from typing import Any, Final

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.models.tag import Tag

from dialer import __version__

INFO: Final = Info(title="Dialer", version=__version__, description="Campaigns, contacts and calls.")
SECURITY_SCHEMES: Final[dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token from a log-in, or an API key (`dlr_…`).",
    }
}

_WHAT: Final = {
    400: "The request can't be read",
    401: "No token, or not a good one",
    403: "The role doesn't suffice, or the API key isn't for this",
    404: "There is no such thing",
    409: "Not possible in the present state",
    412: "It was changed meanwhile: If-Match names another version",
    413: "Too large",
    415: "Not a media type that is understood here",
    422: "The input is not valid",
    428: "If-Match is missing",
    429: "Too many requests; see Retry-After",
    500: "The dialer failed",
    503: "The database is not available",
}


def problems(*statuses: int) -> dict[str | int, Any]:
    """Responses that are problem documents."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _WHAT[status], "content": {"application/problem+json": {"schema": schema}}}
        for status in statuses
    }


def blueprint(name: str, prefix: str, *, public: bool = False) -> APIBlueprint:
    """A resource under `/v1`."""
    common = (429, 500, 503) if public else (401, 403, 429, 500, 503)
    return APIBlueprint(
        name,
        __name__,
        url_prefix=prefix,
        abp_tags=[Tag(name=name.replace("_", " "))],
        abp_security=[] if public else [{"bearer": []}],
        abp_responses=problems(*common),
        operation_id_callback=_operation_id,
    )


def _operation_id(*, bp_name: str, name: str, path: str, method: str) -> str:
    return f"{bp_name}_{name}"
