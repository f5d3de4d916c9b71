"""REST: the PBX itself, its endpoints, applications and user events; and what steers the simulator."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from dialer.simulator import events
from dialer.simulator.applications import Application
from dialer.simulator.faults import FaultRequest
from dialer.simulator.http import EXCHANGE, FAULTS, VERSION, answer, no_content
from dialer.simulator.parameters import AriRefusal, read_parameters, text, trunk_state
from dialer.simulator.sockets import break_socket

STARTED_AT = web.AppKey("started_at", str)


async def info(request: web.Request) -> web.Response:
    """GET /asterisk/info"""
    started_at = request.app[STARTED_AT]
    return answer(
        {
            "build": {
                "os": "Linux",
                "kernel": "unknown",
                "machine": "unknown",
                "options": "simulator",
                "date": "",
                "user": "nobody",
            },
            "system": {"version": VERSION, "entity_id": events.ASTERISK_ID},
            "config": {"name": "", "default_language": "en", "setid": {"user": "", "group": ""}},
            "status": {"startup_time": started_at, "last_reload_time": started_at},
        }
    )


async def ping(request: web.Request) -> web.Response:
    """GET /asterisk/ping"""
    return answer({"ping": "pong", "timestamp": request.app[EXCHANGE].now(), "asterisk_id": events.ASTERISK_ID})


async def get_endpoint(request: web.Request) -> web.Response:
    """GET /endpoints/{tech}/{resource}"""
    technology, resource = request.match_info["tech"], request.match_info["resource"]
    state = trunk_state(resource) if technology == "PJSIP" else None
    if state is None:
        raise AriRefusal(404, "Endpoint not found")
    prefix = f"PJSIP/{resource}-"
    live = [channel.id for channel in request.app[EXCHANGE].channels.all() if channel.name.startswith(prefix)]
    return answer({"technology": technology, "resource": resource, "state": state, "channel_ids": live})


async def list_applications(request: web.Request) -> web.Response:
    """GET /applications"""
    return answer([application.as_json() for application in request.app[EXCHANGE].applications.all()])


async def get_application(request: web.Request) -> web.Response:
    """GET /applications/{app}"""
    return answer(_application(request).as_json())


async def set_event_filter(request: web.Request) -> web.Response:
    """PUT /applications/{app}/eventFilter"""
    application = _application(request)
    parameters = await read_parameters(request)
    body = {key: value for key, value in parameters.items() if key not in request.query}
    if not application.set_filter(body):
        raise AriRefusal(400, "Invalid format definition")
    return answer(application.as_json())


async def subscribe(request: web.Request) -> web.Response:
    """POST /applications/{app}/subscription"""
    application = _application(request)
    exchange = request.app[EXCHANGE]
    scheme, source = await _event_source(request)
    if scheme == "bridge" and (bridge := exchange.bridges.get(source)) is not None:
        bridge.subscribers.append(application)
        return answer(application.as_json())
    channel = exchange.channels.get(source)
    if scheme == "bridge" or channel is None:
        raise AriRefusal(422, "Event source does not exist")
    exchange.subscribe(channel, application.name)
    return answer(application.as_json())


async def unsubscribe(request: web.Request) -> web.Response:
    """DELETE /applications/{app}/subscription"""
    application = _application(request)
    _, channel_id = await _event_source(request)
    if channel_id not in application.channels:
        raise AriRefusal(422, "Event source was not subscribed to")
    channel = request.app[EXCHANGE].channels.get(channel_id)
    if application.unsubscribe(channel_id) and channel is not None:
        channel.subscribers.remove(application)
    return answer(application.as_json())


async def user_event(request: web.Request) -> web.Response:
    """POST /events/user/{name}"""
    exchange = request.app[EXCHANGE]
    parameters = await read_parameters(request)
    name = text(parameters, "application")
    if not name:
        raise AriRefusal(400, "Missing parameter application")
    application = exchange.applications.get(name)
    if application is None:
        raise AriRefusal(404, "Application not found")
    variables: Any = parameters.get("variables")
    application.send(
        events.user_event(request.match_info["name"], exchange.now(), variables if isinstance(variables, dict) else {})
    )
    return no_content()


async def set_faults(request: web.Request) -> web.Response:
    """POST /simulator/faults"""
    try:
        wanted = FaultRequest.model_validate_json(await request.read())
    except ValidationError as error:
        return answer({"errors": error.errors(include_url=False, include_context=False, include_input=False)}, 422)
    faults = request.app[FAULTS]
    faults.apply(wanted)
    if wanted.close_socket is not None:
        await break_socket(request.app[EXCHANGE].applications, wanted.close_socket)
    return answer(faults.as_json())


async def get_faults(request: web.Request) -> web.Response:
    """GET /simulator/faults"""
    return answer(request.app[FAULTS].as_json())


async def clear_faults(request: web.Request) -> web.Response:
    """DELETE /simulator/faults"""
    request.app[FAULTS].clear()
    return no_content()


async def ledger_counts(request: web.Request) -> web.Response:
    """GET /simulator/ledger-counts"""
    exchange = request.app[EXCHANGE]
    return answer(
        {
            "invites": exchange.invites.total(),
            "posts": exchange.posts,
            "numbers": len(exchange.invites),
            "max_invites_per_number": max(exchange.invites.values(), default=0),
            "live_channels": len(exchange.channels),
            "max_live_channels": exchange.channels.max_live,
        }
    )


def _application(request: web.Request) -> Application:
    application = request.app[EXCHANGE].applications.get(request.match_info["app"])
    if application is None:
        raise AriRefusal(404, "Application not found")
    return application


async def _event_source(request: web.Request) -> tuple[str, str]:
    """Its scheme, which is one of those that there are here, and its id."""
    source = text(await read_parameters(request), "eventSource")
    if not source:
        raise AriRefusal(400, "Missing parameter eventSource")
    scheme, _, found = source.partition(":")
    if scheme not in ("channel", "bridge"):
        raise AriRefusal(400, "Invalid event source URI scheme")
    return scheme, found


ROUTES = [
    web.get("/ari/asterisk/info", info),
    web.get("/ari/asterisk/ping", ping),
    web.get("/ari/endpoints/{tech}/{resource}", get_endpoint),
    web.get("/ari/applications", list_applications),
    web.get("/ari/applications/{app}", get_application),
    web.put("/ari/applications/{app}/eventFilter", set_event_filter),
    web.post("/ari/applications/{app}/subscription", subscribe),
    web.delete("/ari/applications/{app}/subscription", unsubscribe),
    web.post("/ari/events/user/{name}", user_event),
    web.post("/simulator/faults", set_faults),
    web.get("/simulator/faults", get_faults),
    web.delete("/simulator/faults", clear_faults),
    web.get("/simulator/ledger-counts", ledger_counts),
]
