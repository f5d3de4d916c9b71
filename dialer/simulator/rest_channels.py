"""REST: channels and playbacks."""

import uuid

from aiohttp import web

from dialer.simulator.channels import Channel
from dialer.simulator.exchange import Exchange
from dialer.simulator.http import EXCHANGE, FAULTS, STALE, answer, no_content, self_timed
from dialer.simulator.parameters import (
    DEFAULT_TIMEOUT_SECONDS,
    AriRefusal,
    ChannelRequest,
    check_endpoint,
    id_taken,
    parse_channel_request,
    query_timeout,
    read_parameters,
    text,
)

HANGUP_REASONS = {
    "normal": 16, "busy": 17, "congestion": 34, "no_answer": 19, "timeout": 102, "rejected": 21, "unallocated": 1,
    "normal_unspecified": 31, "number_incomplete": 28, "codec_mismatch": 58, "interworking": 127, "failure": 38,
    "answered_elsewhere": 26,
}  # fmt: skip


async def list_channels(request: web.Request) -> web.Response:
    """GET /channels"""
    return answer([channel.fragment() for channel in request.app[EXCHANGE].channels.all()])


async def get_channel(request: web.Request) -> web.Response:
    """GET /channels/{id}"""
    return answer(_channel(request).fragment())


@self_timed
async def originate(request: web.Request) -> web.StreamResponse:
    """POST /channels, POST /channels/{id}"""
    exchange, faults = request.app[EXCHANGE], request.app[FAULTS]
    is_refused = False
    parameters = await read_parameters(request)
    channel_id = request.match_info.get("id")
    post = exchange.next_post()
    number = text(parameters, "endpoint").partition("/")[2].partition("@")[0].partition(";")[0]
    shown_id = channel_id or text(parameters, "channelId")
    exchange.ledger.write("post", post=post, channel=shown_id, number=number)
    await faults.stall()
    try:
        wanted = parse_channel_request(request, parameters, channel_id, dialplan_will_do=True)
        response = _originate(request, exchange, wanted)
    except AriRefusal as refusal:
        is_refused = True
        response = answer(refusal.body, refusal.status, refusal.reason)
    if not is_refused and faults.take_drop():
        if request.transport is not None:
            request.transport.close()
        return response
    await faults.delay_answer()
    if request.transport is not None and not request.transport.is_closing():
        exchange.ledger.write("answered_post", post=post, channel=shown_id, status=response.status)
    return response


def _originate(request: web.Request, exchange: Exchange, wanted: ChannelRequest) -> web.Response:
    refused_with = request.app[FAULTS].take_refusal()
    if refused_with is not None:
        key = "error" if refused_with == 500 else "message"
        raise AriRefusal(refused_with, "Allocation failed" if key == "error" else "Refused on request", key=key)
    channel = _allocate(request, exchange, wanted)
    response = answer(channel.fragment())
    exchange.add(channel)
    exchange.dial(channel)
    return response


def _allocate(request: web.Request, exchange: Exchange, wanted: ChannelRequest) -> Channel:
    stale = request.app[STALE]
    try:
        check_endpoint(wanted.endpoint)
    except AriRefusal:
        if request.transport in stale:
            raise id_taken() from None
        raise
    channel_id = wanted.channel_id or exchange.channels.new_uniqueid(int(exchange.clock.now().timestamp()))
    if exchange.channels.is_taken(channel_id, also_beginnings=exchange.settings.release >= 22):
        if request.transport is not None:
            stale.add(request.transport)
        raise id_taken()
    endpoint = wanted.endpoint
    is_local = endpoint.technology == "Local"
    return Channel(
        id=channel_id,
        name=exchange.channels.new_name(endpoint.technology, endpoint.dialstring if is_local else endpoint.resource),
        dialstring=endpoint.dialstring,
        number=endpoint.number,
        caller_name=wanted.caller_name,
        caller_number=wanted.caller_number,
        context=endpoint.resource if is_local else "from-trunk",
        exten=endpoint.number if is_local else "s",
        creationtime=exchange.now(),
        app=wanted.app,
        app_args=wanted.app_args,
        timeout_seconds=wanted.timeout_seconds,
    )


async def create(request: web.Request) -> web.Response:
    """POST /channels/create: a channel that dials nobody, handed to the application at once."""
    exchange = request.app[EXCHANGE]
    parameters = await read_parameters(request)
    wanted = parse_channel_request(request, parameters, None, dialplan_will_do=False)
    channel = _allocate(request, exchange, wanted)
    channel.by_create = True
    channel.dialplan_app, channel.dialplan_data = "", ""
    response = answer(channel.fragment())
    exchange.ledger.write("create", channel=channel.id, args=",".join(channel.app_args))
    exchange.add(channel)
    if channel.name.endswith(";1"):
        exchange.add_second_half(channel)
    if not exchange.enter_stasis(channel):
        exchange.drop(channel)
    return response


async def dial(request: web.Request) -> web.Response:
    """POST /channels/{id}/dial"""
    channel = _channel_in_stasis(request)
    if channel.state != "Down" or channel.is_dialed:
        raise AriRefusal(409, "Channel is not in the 'Down' state")
    parameters = await read_parameters(request)
    channel.timeout_seconds = query_timeout(request, parameters) if "timeout" in parameters else DEFAULT_TIMEOUT_SECONDS
    request.app[EXCHANGE].dial(channel)
    return no_content()


async def hang_up(request: web.Request) -> web.Response:
    """DELETE /channels/{id}; either half of a Local channel takes the other along."""
    channel = _channel(request)
    parameters = await read_parameters(request)
    code, reason = str(parameters.get("reason_code", "")), text(parameters, "reason")
    cause = 16
    if code:
        if not code.isdigit() or not 0 <= int(code) <= 127:
            raise AriRefusal(400, "Invalid reason for hangup reason code provided", reason="Invalid Reason Code")
        cause = int(code)
    elif reason:
        if reason not in HANGUP_REASONS:
            raise AriRefusal(400, "Invalid reason for hangup reason provided", reason="Invalid Reason")
        cause = HANGUP_REASONS[reason]
    exchange = request.app[EXCHANGE]
    exchange.hang_up(exchange.channels.get(channel.id.removesuffix(";2")) or channel, cause)
    return no_content()


async def continue_in_dialplan(request: web.Request) -> web.Response:
    """POST /channels/{id}/continue"""
    channel = _channel_in_stasis(request)
    parameters = await read_parameters(request)
    priority = str(parameters.get("priority", ""))
    request.app[EXCHANGE].continue_in_dialplan(
        channel,
        text(parameters, "context") or None,
        text(parameters, "extension") or None,
        int(priority) if priority.isdigit() else None,
    )
    return no_content()


async def set_variable(request: web.Request) -> web.Response:
    """POST /channels/{id}/variable. The simulator has no dialplan that would read it."""
    _channel_in_stasis(request)
    if not text(await read_parameters(request), "variable"):
        raise AriRefusal(400, "Variable name is required")
    return no_content()


async def play(request: web.Request) -> web.Response:
    """POST /channels/{id}/play, POST /channels/{id}/play/{playbackId}"""
    channel = _channel_in_stasis(request)
    parameters = await read_parameters(request)
    media = text(parameters, "media")
    if not media:
        raise AriRefusal(500, "Failed to queue media for playback")
    playback_id = request.match_info.get("playback") or text(parameters, "playbackId") or str(uuid.uuid4())
    exchange = request.app[EXCHANGE]
    return answer(exchange.playbacks.add(channel, playback_id, media, exchange.now).as_json(), 201)


async def get_playback(request: web.Request) -> web.Response:
    """GET /playbacks/{id}"""
    playback = request.app[EXCHANGE].playbacks.get(request.match_info["playback"])
    if playback is None:
        raise AriRefusal(404, "Playback not found")
    return answer(playback.as_json())


async def stop_playback(request: web.Request) -> web.Response:
    """DELETE /playbacks/{id}"""
    exchange = request.app[EXCHANGE]
    playback = exchange.playbacks.get(request.match_info["playback"])
    if playback is None:
        raise AriRefusal(404, "Playback not found")
    exchange.playbacks.stop(playback, exchange.now)
    return no_content()


def _channel(request: web.Request) -> Channel:
    channel = request.app[EXCHANGE].channels.get(request.match_info["id"])
    if channel is None:
        raise AriRefusal(404, "Channel not found")
    return channel


def _channel_in_stasis(request: web.Request) -> Channel:
    channel = _channel(request)
    if not channel.in_stasis:
        raise AriRefusal(409, "Channel not in Stasis application")
    return channel


ROUTES = [
    web.get("/ari/channels", list_channels),
    web.post("/ari/channels", originate),
    web.post("/ari/channels/create", create),
    web.get("/ari/channels/{id}", get_channel),
    web.post("/ari/channels/{id}", originate),
    web.delete("/ari/channels/{id}", hang_up),
    web.post("/ari/channels/{id}/dial", dial),
    web.post("/ari/channels/{id}/continue", continue_in_dialplan),
    web.post("/ari/channels/{id}/variable", set_variable),
    web.post("/ari/channels/{id}/play", play),
    web.post("/ari/channels/{id}/play/{playback}", play),
    web.get("/ari/playbacks/{playback}", get_playback),
    web.delete("/ari/playbacks/{playback}", stop_playback),
]
