"""REST: bridges."""

from aiohttp import web

from dialer.simulator.bridges import Bridge
from dialer.simulator.http import EXCHANGE, answer, no_content
from dialer.simulator.parameters import AriRefusal, read_parameters, text


async def create(request: web.Request) -> web.Response:
    """POST /bridges/{id}"""
    bridge = Bridge(request.match_info["id"])
    request.app[EXCHANGE].bridges[bridge.id] = bridge
    return answer(bridge.as_json())


async def play(request: web.Request) -> web.Response:
    """POST /bridges/{id}/play/{playback}"""
    exchange = request.app[EXCHANGE]
    bridge = _bridge(request)
    media = text(await read_parameters(request), "media")
    if not media:
        raise AriRefusal(500, "Failed to queue media for playback")
    playback = exchange.playbacks.add(bridge, request.match_info["playback"], media, exchange.now)
    return answer(playback.as_json(), 201)


async def destroy(request: web.Request) -> web.Response:
    """DELETE /bridges/{id}"""
    exchange = request.app[EXCHANGE]
    bridge = _bridge(request)
    del exchange.bridges[bridge.id]
    exchange.playbacks.fail(bridge, exchange.now)
    return no_content()


def _bridge(request: web.Request) -> Bridge:
    bridge = request.app[EXCHANGE].bridges.get(request.match_info["id"])
    if bridge is None:
        raise AriRefusal(404, "Bridge not found")
    return bridge


ROUTES = [
    web.post("/ari/bridges/{id}", create),
    web.post("/ari/bridges/{id}/play/{playback}", play),
    web.delete("/ari/bridges/{id}", destroy),
]
