"""Examples of requests and answers, made from the schemas: every value fits, and the well-known fields look real."""

import json
from typing import Any, Final

Schemas = dict[str, Any]

_WELL_KNOWN: Final[dict[str, Any]] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.sHfPd6tF2a7mkFpGv5JdKxvZpG9m0F2pA0yV1cQ3b7E",
    "added_by": "manager",
    "ari_url": "http://pbx1.example:8088/ari",
    "ari_username": "dialer",
    "by": "manager",
    "call_id": "0192f0c4-7d5e-7c3a-9b1e-2f4d6a8c0e12",
    "caller_id": "+4930901820",
    "caller_id_pool": None,
    "created_by": "manager",
    "current_password": "correct horse battery",
    "cursor": None,
    "default_region": "DE",
    "default_time_zone": "Europe/Berlin",
    "detail": None,
    "endpoint": "PJSIP/{number}@carrier",
    "extension": None,
    "context": None,
    "priority": 0,
    "events_port": None,
    "external_id": "crm-4711",
    "final_reason": None,
    "key": "dlr_k3v9x0q2ma_W0mYJ1nC8e2kV4xQ7bT5uR9sP3dF6hL1zA8gN0yKcE4",
    "name": "spring",
    "new_password": "staple battery horse",
    "next_cursor": None,
    "open_call_id": None,
    "password": "correct horse battery",
    "phone_number": "+4930901820",
    "prefix": "dlr_k3v9x0q2ma",
    "refresh_token": "eyJhbGciOiJIUzI1NiJ9.e30.yVq8Qb2pU5h0xXcK3nA7tRz1mS6dW9eJ4gL0oP8fB2k",
    "sort": None,
    "sound": "upload:1",
    "source": "api",
    "time_zone": "Europe/Berlin",
    "tz": "Europe/Berlin",
    "url": "https://crm.example/hooks/dialer",
    "username": "manager",
    "zones": ["Europe/Berlin"],
}
_BY_SCHEMA: Final[dict[str, Any]] = {
    "CallIn": {"phone_number": "+4930901820", "answer_action": {"type": "play", "sound": "hello"}},
    "CampaignIn": {"name": "spring", "trunk_id": 1, "answer_action": {"type": "play", "sound": "hello"}},
    "Play": {"type": "play", "sound": "hello"},
    "Problem": {
        "type": "urn:dialer:problem:{code}",
        "title": "{title}",
        "status": 0,
        "detail": "A sentence for a person.",
        "code": "{code}",
    },
}
_BY_FORMAT: Final = {
    "date-time": "2026-03-02T09:30:00Z",
    "uuid": "0192f0c4-7d5e-7c3a-9b1e-2f4d6a8c0e12",
    "time": "09:00",
    "date": "2026-03-02",
}
_CODES: Final = {
    400: ("bad_request", "Bad Request"),
    401: ("token_invalid", "The token is not valid"),
    403: ("permission_denied", "Not allowed"),
    404: ("not_found", "Not found"),
    409: ("conflict", "Not possible in the present state"),
    412: ("precondition_failed", "Changed meanwhile"),
    413: ("payload_too_large", "Request Entity Too Large"),
    415: ("unsupported_media_type", "Unsupported Media Type"),
    422: ("invalid_input", "The input is not valid"),
    428: ("precondition_required", "If-Match is missing"),
    429: ("rate_limited", "Too many requests"),
    500: ("internal_error", "The dialer failed"),
    503: ("database_unavailable", "The database is not available"),
}
_CSV: Final = "phone_number,name,external_id\n+4930901820,Ada,crm-4711\n"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES: Final = {"text/csv": _CSV, "audio/wav": "RIFF....WAVEfmt ....", _XLSX: "PK...."}
_STREAM: Final = """retry: 3000
id: 9c1185a5.74213.0192f0c4-7d5e-7c3a-9b1e-2f4d6a8c0e12
event: open
data: {"campaign_id":1,"resumed":null}

"""
_ANSWERED: Final = _FILES | {
    "text/csv": "line,code,reason,row\n3,phone_too_short,It has too few digits,123\n",
    "text/event-stream": _STREAM,
}


def add(operation: dict[str, Any], schemas: Schemas) -> None:
    """Give the body and every answer of `operation` an example."""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        media["example"] = _body(kind, media, schemas)
    for code, response in operation["responses"].items():
        for kind, media in response.get("content", {}).items():
            is_problem = kind == "application/problem+json"
            if "example" not in media:
                media["example"] = problem(int(code)) if is_problem else _answer(kind, media, schemas)


def problem(status: int) -> dict[str, Any]:
    """A problem document with that status."""
    code, title = _CODES[status]
    detail = "A sentence for a person."
    found = {"type": f"urn:dialer:problem:{code}", "title": title, "status": status, "detail": detail, "code": code}
    return found | ({"retry_after_seconds": 5} if status in (429, 503) else {})


def example(schema: dict[str, Any], schemas: Schemas, name: str = "") -> Any:
    """A value that fits `schema`. `name`: of the field that it is for."""
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        return _BY_SCHEMA.get(target) or example(schemas[target], schemas, name)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if name in _WELL_KNOWN and _fits(_WELL_KNOWN[name], schema):
        return _WELL_KNOWN[name]
    for combined in ("anyOf", "oneOf", "allOf"):
        if combined in schema:
            return example(schema[combined][0], schemas, name)
    if schema.get("default") is not None:
        return schema["default"]
    return _of_type(schema, schemas, name)


def _of_type(schema: dict[str, Any], schemas: Schemas, name: str) -> Any:
    kind = schema.get("type")
    if kind == "object":
        required = schema.get("required", [])
        properties = schema.get("properties", {})
        return {key: example(value, schemas, key) for key, value in properties.items() if key in required}
    if kind == "array":
        return [example(schema["items"], schemas, name)] if "items" in schema else []
    if kind in ("integer", "number"):
        return int(max(schema.get("minimum", 1), 1))
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    return _BY_FORMAT.get(schema.get("format", ""), name.replace("_", " ") or "text")


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    kinds = [part.get("type") for part in schema.get("anyOf", [schema])]
    names = {str: "string", int: "integer", type(None): "null", list: "array"}
    return names[type(value)] in kinds


def _body(kind: str, media: dict[str, Any], schemas: Schemas) -> Any:
    if kind == "multipart/form-data":
        return {"file": _FILES[media["schema"]["properties"]["file"]["contentMediaType"]]}
    return _FILES.get(kind) or example(media["schema"], schemas)


def _answer(kind: str, media: dict[str, Any], schemas: Schemas) -> Any:
    found = _ANSWERED.get(kind) or example(media["schema"], schemas)
    # Not shared: the description is edited afterwards.
    return json.loads(json.dumps(found))
