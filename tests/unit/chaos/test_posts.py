"""What the proxy in front of a PBX reads of the originates that go by."""

from tests.chaos.posts import Posts

_ID = "0190b5a0-0000-7000-8000-000000000001"
_BODY = b'{"endpoint":"PJSIP/+12025550101;call=0190b5a0@carrier","app":"dialer"}'


def _request(path: str, body: bytes = _BODY) -> bytes:
    return f"POST /ari{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_an_originate_is_open_until_it_was_answered() -> None:
    posts = Posts()
    exchange = posts.connection()
    exchange.written(_request(f"/channels/{_ID}?api_key=1"))
    [post] = posts.read()
    assert (post.channel, post.number, post.status, post.answered_at) == (_ID, "+12025550101", None, None)
    exchange.answered(b"HTTP/1.1 200 OK\r\n")
    [post] = posts.read()
    assert post.status == 200
    assert post.answered_at is not None


def test_an_originate_in_pieces_is_written_with_its_last() -> None:
    posts = Posts()
    exchange = posts.connection()
    whole = _request(f"/channels/{_ID}")
    for piece in (whole[:30], whole[30:120], whole[120:-1]):
        exchange.written(piece)
        assert not posts.read()
    exchange.written(whole[-1:])
    assert len(posts.read()) == 1


def test_other_requests_and_their_answers_are_no_originates() -> None:
    posts = Posts()
    exchange = posts.connection()
    exchange.written(_request("/channels/create"))
    exchange.answered(b"HTTP/1.1 200 OK\r\n")
    exchange.written(b"GET /ari/channels HTTP/1.1\r\nHost: x\r\n\r\n")
    exchange.answered(b"HTTP/1.1 200 OK\r\n")
    assert not posts.read()


def test_a_websocket_is_not_read() -> None:
    posts = Posts()
    exchange = posts.connection()
    exchange.written(b"GET /ari/events?app=dialer HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
    exchange.written(_request(f"/channels/{_ID}"))
    assert not posts.read()
