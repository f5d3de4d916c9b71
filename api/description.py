"""What the OpenAPI description says beyond what the handlers' signatures do: headers, errors, links, examples."""

from collections.abc import Iterator
from typing import Any, Final

from api import examples, webhook_description
from api.auth import PERMISSIONS
from api.idempotency import CREATING, HEADER
from api.openapi import problems
from api.streams import KIND, LAST_EVENT_ID

Operation = dict[str, Any]

_KEY: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Yours, for this request. The same request sent again with it gets the answer that it had before; "
    "kept for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "0b1f5a52-6f0e-4f2c-9d5c-6a1f4f0a7c11",
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of what you have read, or `*` to edit it whatever it is now.",
    "schema": {"type": "string"},
    "example": "*",
}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer that you have: it isn't sent again while it is the same.",
    "schema": {"type": "string"},
    "example": '"-.9f86d081884c7d65"',
}
_LAST_EVENT_ID: Final = {
    "name": LAST_EVENT_ID,
    "in": "header",
    "required": False,
    "description": "The id of the last event that you have: the stream goes on behind it.",
    "schema": {"type": "string", "pattern": r"^[0-9a-f]{8}\.[0-9]{1,19}\.[0-9a-f-]{36}$"},
    "example": "9c1185a5.74213.0192f0c4-7d5e-7c3a-9b1e-2f4d6a8c0e12",
}
_HEADERS: Final = {
    "RateLimit-Limit": "Requests in a window.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "Seconds until one more is allowed.",
}
_RETRY: Final = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_ETAG: Final = {"ETag": {"description": "For If-Match and If-None-Match.", "schema": {"type": "string"}}}
_UNCHANGED: Final = "What you have is still so."
_TOO_LONG: Final = {
    "description": "The URL is longer than 8190 bytes: name the columns in the file, or fewer of them. "
    "The HTTP server says so, before the API: without a problem document."
}

LINKS: Final = {
    "campaigns_create": {
        "campaigns_get": {"campaign_id": "$response.body#/id"},
        "campaigns_start": {"campaign_id": "$response.body#/id"},
        "campaigns_stats": {"campaign_id": "$response.body#/id"},
        "call_lists_upload": {"campaign_id": "$response.body#/id"},
        "contacts_add": {"campaign_id": "$response.body#/id"},
        "contacts_listed": {"campaign_id": "$response.body#/id"},
    },
    "campaigns_clone": {
        "campaigns_get": {"campaign_id": "$response.body#/id"},
        "call_lists_upload": {"campaign_id": "$response.body#/id"},
    },
    "contacts_add": {"contacts_get": {"contact_id": "$response.body#/results/0/contact_id"}},
    "call_lists_upload": {
        "call_lists_get": {"call_list_id": "$response.body#/id"},
        "call_lists_refusals": {"call_list_id": "$response.body#/id"},
        "call_lists_withdraw": {"call_list_id": "$response.body#/id"},
        "call_lists_repairs": {"call_list_id": "$response.body#/id"},
    },
    "calls_create": {
        "calls_get": {"call_id": "$response.body#/id"},
        "calls_hang_up": {"call_id": "$response.body#/id"},
    },
    "trial_calls_create": {
        "calls_get": {"call_id": "$response.body#/id"},
        "calls_hang_up": {"call_id": "$response.body#/id"},
    },
    "nodes_create": {
        "nodes_get": {"node_id": "$response.body#/id"},
        "nodes_state": {"node_id": "$response.body#/id"},
        "nodes_edit": {"node_id": "$response.body#/id"},
    },
    "trunks_create": {
        "trunks_get": {"trunk_id": "$response.body#/id"},
        "trunks_pace": {"trunk_id": "$response.body#/id"},
        "trunks_edit": {"trunk_id": "$response.body#/id"},
        "caller_ids_add": {"trunk_id": "$response.body#/id"},
    },
    "trunk_groups_create": {
        name: {"trunk_group_id": "$response.body#/id"}
        for name in ("trunk_groups_get", "trunk_groups_state", "trunk_groups_edit", "trunk_groups_remove")
    },
    "caller_ids_add": {
        name: {"trunk_id": "$response.body#/trunk_id", "caller_id_id": "$response.body#/id"}
        for name in ("caller_ids_get", "caller_ids_edit", "caller_ids_remove")
    },
    "sounds_upload": {
        "sounds_get": {"sound_id": "$response.body#/id"},
        "sounds_remove": {"sound_id": "$response.body#/id"},
    },
    "requeues_create": {"requeues_get": {"requeue_id": "$response.body#/id"}},
    "dnc_uploads_create": {
        "dnc_uploads_get": {"upload_id": "$response.body#/id"},
        "dnc_uploads_refusals": {"upload_id": "$response.body#/id"},
    },
    "dnc_add": {
        "dnc_get": {"entry_id": "$response.body#/id"},
        "dnc_remove": {"entry_id": "$response.body#/id"},
    },
    "webhooks_create": {
        "webhooks_get": {"webhook_id": "$response.body#/id"},
        "webhooks_test": {"webhook_id": "$response.body#/id"},
        "webhooks_deliveries": {"webhook_id": "$response.body#/id"},
    },
    "exports_begin_calls": {
        name: {"export_id": "$response.body#/id"} for name in ("exports_get", "exports_file", "exports_remove")
    },
    "exports_begin_contacts": {
        name: {"export_id": "$response.body#/id"} for name in ("exports_get", "exports_file", "exports_remove")
    },
    "users_create": {"users_get": {"user_id": "$response.body#/id"}},
    "api_keys_create": {
        "api_keys_get": {"key_id": "$response.body#/id"},
        "api_keys_rotate": {"key_id": "$response.body#/id"},
        "api_keys_revoke": {"key_id": "$response.body#/id"},
    },
}
"""What can be done next with an answer: by operation, the operations and where their parameters come from."""


def complete(spec: dict[str, Any]) -> None:
    """Add to `spec`, as flask-openapi3 makes it, what it can't know."""
    creating = {endpoint.replace(".", "_") for endpoint in CREATING}
    scopes = {name.replace(".", "_", 1): rule.scope for name, rule in PERMISSIONS.items()}
    schemas = spec["components"]["schemas"]
    for url, method, operation in _operations(spec):
        name = operation["operationId"]
        _drop_foreign_errors(operation)
        if name in creating:
            operation.setdefault("parameters", []).append(_KEY)
            _add_errors(operation, 409, 422)
        if method == "patch":
            operation.setdefault("parameters", []).append(_IF_MATCH)
        elif "412" in operation["responses"]:
            operation["parameters"].append({**_IF_MATCH, "required": False})
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
            _describe_form(operation["requestBody"]["content"])
        if KIND in operation["responses"].get("200", {}).get("content", {}):
            operation.setdefault("parameters", []).append(_LAST_EVENT_ID)
        if "requestBody" in operation:
            _add_errors(operation, 413)
            if method == "post":
                _allow_nothing(operation["requestBody"], schemas)
        if operation.get("parameters"):
            _add_errors(operation, 422)
        if scope := scopes.get(name):
            operation["x-scope"] = str(scope)
        _add_links(operation)
        _add_tags(url, method, operation)
        _add_headers(operation)
        if any(parameter["schema"].get("type") == "array" for parameter in operation.get("parameters", [])):
            operation["responses"]["414"] = _TOO_LONG
        examples.add(operation, schemas)
        _share_errors(operation, spec["components"].setdefault("responses", {}))
    schemas.setdefault("FieldError", {})["additionalProperties"] = False
    webhook_description.add(spec)


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    for url, path in spec["paths"].items():
        for method, operation in path.items():
            yield url, method, operation


def _allow_nothing(body: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Say that a body may be left out in which nothing is required."""
    reference = body["content"].get("application/json", {}).get("schema", {}).get("$ref")
    if reference and not schemas[reference.rpartition("/")[2]].get("required"):
        body["required"] = False


def _describe_form(content: dict[str, Any]) -> None:
    """A form with the file that may also be the body itself, whose type is the other one of `content`."""
    kind = next(kind for kind in content if kind != "multipart/form-data")
    content["multipart/form-data"]["schema"] = {
        "type": "object",
        "properties": {"file": {"type": "string", "contentMediaType": kind}},
        "required": ["file"],
        "additionalProperties": False,
    }


def _drop_foreign_errors(operation: Operation) -> None:
    """The 422 in flask-openapi3's own form, which it adds where none is named."""
    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
        del operation["responses"]["422"]


def _add_errors(operation: Operation, *statuses: int) -> None:
    for status, response in problems(*statuses).items():
        operation["responses"].setdefault(str(status), response)


def _add_links(operation: Operation) -> None:
    links = {
        target: {"operationId": target, "parameters": parameters}
        for target, parameters in LINKS.get(operation["operationId"], {}).items()
    }
    for code, response in operation["responses"].items():
        if links and code.startswith("2"):
            response["links"] = links


def _share_errors(operation: Operation, shared: dict[str, Any]) -> None:
    """Say once what all operations have in common."""
    responses = operation["responses"]
    for code in sorted(responses):
        response = responses.pop(code)
        if list(response.get("content", {})) == ["application/problem+json"]:
            name = f"Problem{code}" if "headers" in response else f"Problem{code}Unlimited"
            shared[name] = response
            response = {"$ref": f"#/components/responses/{name}"}
        responses[code] = response


def _add_tags(url: str, method: str, operation: Operation) -> None:
    """Say which answers have an ETag, and that a GET may name the one that the caller has."""
    answered = operation["responses"].get("200", {})
    if not url.startswith("/v1/") or "application/json" not in answered.get("content", {}):
        return
    if method in ("get", "patch"):
        answered["headers"] = dict(_ETAG)
    if method == "get":
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
        operation["responses"]["304"] = {"description": _UNCHANGED, "headers": dict(_ETAG)}


def _add_headers(operation: Operation) -> None:
    limited = "429" in operation["responses"]
    told = {name: {"description": what, "schema": {"type": "integer"}} for name, what in _HEADERS.items()}
    for code, response in operation["responses"].items():
        headers = (dict(told) if limited else {}) | response.get("headers", {})
        if code in ("429", "503"):
            headers |= _RETRY
        if headers:
            response["headers"] = headers
