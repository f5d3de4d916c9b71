"""Every error the dialer raises on purpose.

    DialerError
    ├── ConfigurationError        a setting is missing or wrong
    ├── RequestError              the caller's fault
    │   ├── InvalidInput          a field or a file that can't be understood
    │   ├── NotFound
    │   ├── Conflict              not in this state, or already there
    │   │   ├── KeyInUse          the request with this Idempotency-Key is being carried out
    │   │   └── SoundsMissing     a PBX can't play what a campaign needs
    │   ├── AuthenticationError   who are you?
    │   │   ├── TokenInvalid
    │   │   └── AccountLocked
    │   ├── PreconditionFailed    changed since it was read
    │   ├── PreconditionRequired  an edit must say which version it is of
    │   ├── ExportTooLarge        have it made in the background
    │   ├── KeyReused             an Idempotency-Key with another request
    │   ├── PermissionDenied
    │   ├── RateLimited
    │   └── TooManyStreams        this process serves as many live streams as it may
    ├── GateRefused               this number must not be dialed now
    ├── OriginationError          a call could not be made
    ├── AriError                  see dialer.ari.errors for its three outcomes
    │   └── AriConnectionError    the PBX could not be reached
    ├── DatabaseError             PostgreSQL is away or said no
    └── LimitsUnavailable         Redis is away or its limits are stale: no dial

`code` is stable and part of the API; `status` is the HTTP status under which the API reports it.
"""

from typing import Any, ClassVar


class DialerError(Exception):
    """Base of the tree. `detail` is a sentence for a person; `extra` goes into the problem document."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "The dialer failed"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class ConfigurationError(DialerError):
    """A setting is missing or wrong. The detail names it and says what to do."""

    code = "configuration_error"
    title = "The configuration is wrong"


class RequestError(DialerError):
    """The caller asked for something that can't be done as asked."""

    code = "bad_request"
    status = 400
    title = "The request can't be carried out"


class InvalidInput(RequestError):
    """A field, file or parameter that can't be understood. `extra["errors"]` names each one."""

    code = "invalid_input"
    status = 422
    title = "The input is not valid"


class NotFound(RequestError):
    """There is no such thing."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(RequestError):
    """Not possible in the present state, or it exists already."""

    code = "conflict"
    status = 409
    title = "Not possible in the present state"


class PreconditionFailed(RequestError):
    """It was changed since the caller read it. Read it again, and decide again."""

    code = "precondition_failed"
    status = 412
    title = "Changed meanwhile"


class PreconditionRequired(RequestError):
    """An edit must name the version it is meant for, in If-Match."""

    code = "precondition_required"
    status = 428
    title = "If-Match is missing"


class ExportTooLarge(RequestError):
    """There are too many rows to wait for; `extra["most"]` says how many would do. Have the file made instead."""

    code = "export_too_large"
    status = 422
    title = "Too many rows to wait for"


class KeyReused(RequestError):
    """The Idempotency-Key was used with another request before."""

    code = "idempotency_key_reused"
    status = 422
    title = "The Idempotency-Key belongs to another request"


class KeyInUse(Conflict):
    """The request with this Idempotency-Key is being carried out; `extra["retry_after_seconds"]`."""

    code = "idempotency_key_in_use"
    title = "The same request is being carried out"


class SoundsMissing(Conflict):
    """A PBX can't play a sound of the campaign; `extra["node"]` and `extra["sounds"]` name them."""

    code = "sounds_missing"
    title = "The PBX can't play a sound"


class AuthenticationError(RequestError):
    """Wrong user name or password, or no token."""

    code = "authentication_failed"
    status = 401
    title = "Authentication failed"


class TokenInvalid(AuthenticationError):
    """The token is malformed, expired or revoked."""

    code = "token_invalid"
    title = "The token is not valid"


class AccountLocked(AuthenticationError):
    """Too many failures; `extra["retry_after_seconds"]` says how long to wait."""

    code = "account_locked"
    status = 429
    title = "Too many failed log-ins"


class PermissionDenied(RequestError):
    """Logged in, but not allowed to do this."""

    code = "permission_denied"
    status = 403
    title = "Not allowed"


class RateLimited(RequestError):
    """Too many requests; `extra["retry_after_seconds"]` says how long to wait."""

    code = "rate_limited"
    status = 429
    title = "Too many requests"


class TooManyStreams(RequestError):
    """This process serves as many live streams as it may; `extra["retry_after_seconds"]`."""

    code = "too_many_streams"
    status = 429
    title = "Too many live streams"


class GateRefused(RequestError):
    """The gate said no. `extra` carries the refusal's code, rule and when it may change."""

    code = "gate_refused"
    status = 422
    title = "This number must not be dialed now"


class OriginationError(DialerError):
    """A call could not be made."""

    code = "origination_failed"
    status = 502
    title = "The call could not be made"


class AriError(DialerError):
    """Something went wrong between the dialer and a PBX."""

    code = "ari_error"
    status = 502
    title = "The PBX answered with an error"


class AriConnectionError(AriError):
    """The PBX could not be reached."""

    code = "ari_unreachable"
    status = 503
    title = "The PBX can't be reached"


class DatabaseError(DialerError):
    """PostgreSQL is away or refused."""

    code = "database_unavailable"
    status = 503
    title = "The database is not available"


class LimitsUnavailable(DialerError):
    """Redis is away, or what it holds is stale. Limits fail closed: nothing is dialed."""

    code = "limits_unavailable"
    status = 503
    title = "The limits can't be checked"
