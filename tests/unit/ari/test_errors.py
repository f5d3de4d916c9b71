import pytest

from dialer.ari.errors import Fault, Refused, Unknown, error_of

ASTERISK = "Asterisk/22.10.1"


@pytest.mark.parametrize(
    ("status", "content", "server", "fault"),
    [
        (400, b'{"message":"Invalid endpoint specified"}', ASTERISK, Fault.CALL),
        (401, b'{"message":"Authentication required"}', ASTERISK, Fault.NODE),
        (403, b'{"message":"Write access denied"}', ASTERISK, Fault.NODE),
        (404, b'{"message":"Provided label was not found"}', ASTERISK, Fault.CALL),
        (404, b"<html>The requested URL was not found on this server.</html>", ASTERISK, Fault.NODE),
        (405, b'{"message":"Invalid method"}', ASTERISK, Fault.CALL),
        (413, b'{"message":"Request body too large"}', ASTERISK, Fault.CALL),
        (500, b'{"error":"Allocation failed"}', ASTERISK, Fault.TRUNK),
        (503, b'{"message":"Asterisk not booted"}', ASTERISK, Fault.NODE),
    ],
)
def test_asterisks_own_no_is_a_refusal_and_says_whose_fault_it_is(
    status: int, content: bytes, server: str, fault: Fault
) -> None:
    error = error_of(status, content, server)

    assert isinstance(error, Refused)
    assert (error.http_status, error.fault) == (status, fault)
    assert error.message


@pytest.mark.parametrize(
    ("status", "content", "server"),
    [
        (409, b'{"message":"Channel with given unique ID already exists"}', ASTERISK),
        (500, b"", ASTERISK),
        (500, b"<html>Internal Server Error</html>", "nginx"),
        (502, b"<html>Bad Gateway</html>", "nginx"),
        (502, b'{"message":"An invalid response was received from the upstream server"}', "proxy"),
        (504, b"<html>Gateway Time-out</html>", "nginx"),
        (504, b'{"message":"The upstream server is timing out"}', "proxy"),
        (503, b"<html>Service Unavailable</html>", "nginx"),
        (404, b"<html>Not Found</html>", "nginx"),
        (404, b"", ASTERISK),
        (401, b"<html>Authorization Required</html>", "nginx"),
        (400, b"[]", ASTERISK),
        (400, b'{"message":1}', ASTERISK),
        (400, b"{", ASTERISK),
        (204, b"", ASTERISK),
        (302, b'{"message":"over there"}', ASTERISK),
    ],
)
def test_anything_else_leaves_the_fate_of_the_call_unknown(status: int, content: bytes, server: str) -> None:
    error = error_of(status, content, server)

    assert isinstance(error, Unknown)
    assert error.http_status == status
