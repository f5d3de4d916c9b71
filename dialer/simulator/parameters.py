"""Reading requests as leniently, and refusing them as oddly, as Asterisk does."""

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from dialer.simulator.channels import parse_caller_id

MAX_ID_LENGTH = 149
DEFAULT_TIMEOUT_SECONDS = 30


class AriRefusal(Exception):
    """An answer that isn't a success, in Asterisk's words."""

    def __init__(self, status: int, message: str, *, key: str = "message", reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {key: message}
        self.reason = reason


def allocation_failed() -> AriRefusal:
    """The channel could not be made: unknown technology or endpoint, no reachable contact."""
    return AriRefusal(500, "Allocation failed", key="error")


def id_taken() -> AriRefusal:
    """The channel id is in use."""
    return AriRefusal(409, "Channel with given unique ID already exists")


async def read_parameters(request: web.Request) -> dict[str, Any]:
    """Query string and JSON body in one; where both name a parameter, the body wins.

    Raises:
        AriRefusal: 400, the body isn't JSON; 413, it is longer than Asterisk takes.
    """
    parameters: dict[str, Any] = dict(request.query)
    if not request.can_read_body:
        return parameters
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise AriRefusal(413, "Request body too large") from None
    except ConnectionResetError:
        raise AriRefusal(400, "Error parsing request body") from None
    if not body:
        return parameters
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise AriRefusal(400, "Error parsing request body") from None
    if isinstance(decoded, dict):
        parameters.update(decoded)
    return parameters


def text(parameters: dict[str, Any], name: str) -> str:
    """A parameter as text; empty if it is absent or not text."""
    value = parameters.get(name)
    return value if isinstance(value, str) else ""


def _timeout_seconds(value: Any) -> int:
    # Asterisk reads the query string as text, but a JSON value only if it is an integer.
    return value if type(value) is int and (value > 0 or value == -1) else DEFAULT_TIMEOUT_SECONDS


def query_timeout(request: web.Request, parameters: dict[str, Any]) -> int:
    """The ring timeout in seconds; -1 is for ever. A string in the JSON body becomes the default."""
    value = parameters.get("timeout")
    if isinstance(value, str) and request.query.get("timeout") == value:
        return _timeout_seconds(int(value)) if value.lstrip("-").isdigit() else DEFAULT_TIMEOUT_SECONDS
    return _timeout_seconds(value)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`PJSIP/<number>@<trunk>` or `Local/<extension>@<context>`, taken apart."""

    technology: str
    dialstring: str
    number: str
    resource: str


def parse_endpoint(value: str) -> Endpoint:
    """Take an endpoint apart.

    Raises:
        AriRefusal: 400 for one that isn't an endpoint.
    """
    if not value:
        raise AriRefusal(400, "Endpoint must be specified")
    technology, slash, dialstring = value.partition("/")
    if not slash or not dialstring or not technology:
        raise AriRefusal(400, "Invalid endpoint specified")
    number, at, resource = dialstring.partition("@")
    # What follows belongs to the address, not to the number: `+442079460000;call=…`.
    number = number.partition(";")[0]
    if technology == "PJSIP" and not at:
        number, resource = "", dialstring
    return Endpoint(technology, dialstring, number, resource)


def trunk_state(resource: str) -> str | None:
    """The state of a PJSIP endpoint: every name exists, save `nosuch…`.

    `noreach…` has no contact; `down…` has one, of which the PBX knows that it doesn't answer.
    """
    if resource.startswith("nosuch"):
        return None
    return "offline" if resource.startswith(("noreach", "down")) else "online"


def check_endpoint(endpoint: Endpoint) -> None:
    """Raises:
    AriRefusal: 500, no channel can be made for it.
    """
    if endpoint.technology == "Local":
        return
    if endpoint.technology != "PJSIP" or trunk_state(endpoint.resource) != "online":
        raise allocation_failed()


@dataclass(frozen=True, slots=True)
class ChannelRequest:
    """What an originate or a create asks for."""

    endpoint: Endpoint
    channel_id: str
    app: str | None
    app_args: tuple[str, ...]
    caller_name: str
    caller_number: str
    timeout_seconds: int
    context: str
    extension: str


def parse_channel_request(
    request: web.Request, parameters: dict[str, Any], channel_id: str | None, *, dialplan_will_do: bool
) -> ChannelRequest:
    """Check what an originate or a create asks for.

    Args:
        request: The request.
        parameters: Its query string and body.
        channel_id: The id from the path, if it was there.
        dialplan_will_do: An extension may stand in for the application.

    Raises:
        AriRefusal: 400.
    """
    variables = parameters.get("variables")
    if isinstance(variables, dict):
        for value in variables.values():
            is_object = isinstance(value, dict) and isinstance(value.get("value"), str)
            if not isinstance(value, str) and not is_object:
                raise AriRefusal(
                    400,
                    "Each value in 'variables' must be a string or an object with 'value' and optional 'report_events'",
                )
    endpoint = parse_endpoint(text(parameters, "endpoint"))
    app = text(parameters, "app") or None
    if dialplan_will_do and app is None and not text(parameters, "extension"):
        raise AriRefusal(400, "Application or extension must be specified")
    chosen_id = channel_id if channel_id is not None else text(parameters, "channelId")
    if len(chosen_id) > MAX_ID_LENGTH:
        raise AriRefusal(400, f"Uniqueid length exceeds maximum of {MAX_ID_LENGTH}")
    args = text(parameters, "appArgs")
    name, number = parse_caller_id(text(parameters, "callerId"))
    return ChannelRequest(
        endpoint=endpoint,
        channel_id=chosen_id,
        app=app,
        app_args=tuple(args.split(",")) if args else (),
        caller_name=name,
        caller_number=number,
        timeout_seconds=query_timeout(request, parameters),
        context=text(parameters, "context") or "default",
        extension=text(parameters, "extension") or "s",
    )
