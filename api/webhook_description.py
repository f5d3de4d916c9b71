"""What webhooks send, for the OpenAPI description: it is the receiver who implements these operations."""

from collections.abc import Iterator
from typing import Any, Final

from api import examples
from api.schemas.webhook_events import EVENTS

_REFERENCE: Final = "#/components/schemas/{model}"

_HEADERS: Final = (
    ("Dialer-Event-Id", "The body's `id`.", "0192f0c4-7d5e-7c3a-9b1e-2f4d6a8c0e12"),
    (
        "Dialer-Signature",
        "HMAC-SHA256 of `<t>.<body>` in hex, with the webhook's secret; two `v1` while one secret replaces another.",
        "t=1772443800,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd",
    ),
)
_ANSWERS: Final = {
    "2XX": {"description": "Taken. Answer within 5 seconds."},
    "3XX": {"description": "Redirects are not followed: tried again later."},
    "4XX": {"description": "Tried again later, 12 times in all."},
    "5XX": {"description": "Tried again later, 12 times in all."},
}


def add(spec: dict[str, Any]) -> None:
    """Add the events' bodies, and where they are sent, to `spec`."""
    schemas = spec["components"]["schemas"]
    for name, schema in _schemas():
        schemas.setdefault(name, schema)
    spec["webhooks"] = {event: {"post": _operation(event, schemas)} for event in EVENTS}


def _schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    for model in EVENTS.values():
        found = model.model_json_schema(ref_template=_REFERENCE, mode="serialization")
        yield from found.pop("$defs", {}).items()
        yield model.__name__, found


def _operation(event: str, schemas: dict[str, Any]) -> dict[str, Any]:
    model = EVENTS[event]
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    told = model.model_fields["data"].annotation
    return {
        "operationId": f"webhook_{event.replace('.', '_')}",
        "summary": (getattr(told, "__doc__", None) or event).split("\n")[0],
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": what,
                "schema": {"type": "string"},
                "example": example,
            }
            for name, what, example in _HEADERS
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": examples.example(schema, schemas)}},
        },
        "responses": {code: dict(answer) for code, answer in _ANSWERS.items()},
    }
