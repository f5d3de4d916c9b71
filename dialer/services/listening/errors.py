"""Why a listener stops listening."""

from dialer.errors import DialerError


class ReignOver(DialerError):
    """The lease is lost, or another socket has taken the application. The process has to end, and begin anew."""

    code = "listener_reign_over"
    title = "This listener does not lead any more"
