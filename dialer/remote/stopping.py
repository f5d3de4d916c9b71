"""The emergency stop, by the API."""

from dialer.remote.command import Remote
from dialer.wording import in_flight
from dialer_client.api.control import control_lift, control_stop
from dialer_client.models.stop_in import StopIn


def stop(remote: Remote, reason: str) -> None:
    """Stop all dialing of that dialer."""
    decided = control_stop.sync(client=remote.client, body=StopIn(reason))
    remote.show(decided, f"All dialing on {remote.url} is stopped. {in_flight(decided.in_flight)}.")


def lift(remote: Remote) -> None:
    """Let it dial again."""
    remote.show(control_lift.sync(client=remote.client), f"The emergency stop on {remote.url} is lifted.")
