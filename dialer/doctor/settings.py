"""The dialer's own settings, as far as they are wrong for where they are used."""

from collections.abc import Iterator, Sequence
from typing import Final

from dialer.config import Settings
from dialer.doctor.findings import Finding, ok, problem, warning
from dialer.services.claiming import Node

_SUBJECT: Final = "settings"
_MIN_PASSWORD: Final = 12
_PLACEHOLDERS: Final = ("CHANGE-ME", "changeme", "asterisk", "dialer", "password", "secret")


def examine(given: Settings) -> Iterator[Finding]:
    """Settings as they were given, before embedded servers and made secrets were put in their places."""
    embedded = [name for name, url in (("PostgreSQL", given.database_url), ("Redis", given.redis_url)) if url is None]
    if given.environment == "production":
        if embedded:
            yield problem(
                "environment",
                _SUBJECT,
                f"production without {' and '.join(embedded)} of its own: nothing starts.",
                "Set DIALER_DATABASE_URL and DIALER_REDIS_URL.",
            )
        if given.failpoints_dir is not None:
            message = "failpoints are set: processes may kill themselves."
            yield problem("environment", _SUBJECT, message, "Unset DIALER_FAILPOINTS_DIR.")
        if given.flower_basic_auth is None:
            message = "Flower asks nobody for a password: who reaches it can end workers."
            yield warning("environment", _SUBJECT, message, "Set DIALER_FLOWER_BASIC_AUTH, or don't run Flower.")
        if not embedded and given.failpoints_dir is None:
            yield ok("environment", _SUBJECT, "production, with servers of its own.")
    elif given.real_calls_allowed:
        servers = f" with an embedded {' and '.join(embedded)}" if embedded else ""
        yield warning(
            "environment",
            _SUBJECT,
            f"real calls are allowed in the development environment{servers}: nothing insists on strong secrets or "
            "on servers that are looked after.",
            "Set DIALER_ENVIRONMENT=production, DIALER_DATABASE_URL and DIALER_REDIS_URL.",
        )
    else:
        yield ok("environment", _SUBJECT, "development; only the simulator is dialed through.")
    if given.echo_max_age_seconds < 2 * given.echo_interval_seconds:
        yield warning(
            "echo",
            _SUBJECT,
            "a node counts as lost after less than two probes: any hiccup stops dialing.",
            "Make DIALER_ECHO_MAX_AGE_SECONDS at least twice DIALER_ECHO_INTERVAL_SECONDS.",
        )


def password(settings: Settings, node: Node) -> str | None:
    """The node's ARI password, if there is one."""
    secret = settings.ari_passwords.get(node.name, settings.ari_password)
    return None if secret is None else secret.get_secret_value()


def passwords(settings: Settings, nodes: Sequence[Node]) -> Iterator[Finding]:
    """Whether every node has a password that is one."""
    for node in nodes:
        secret = password(settings, node)
        if secret is None:
            remedy = "Set DIALER_ARI_PASSWORD, or DIALER_ARI_PASSWORDS with one for each node."
            yield problem("ari_password", node.name, "the dialer has no ARI password for it.", remedy)
        elif secret in _PLACEHOLDERS or len(secret) < _MIN_PASSWORD:
            yield warning(
                "ari_password",
                node.name,
                "its ARI password is short or a placeholder: who guesses it can telephone at your cost.",
                "Put `openssl rand -hex 24` into ari.conf and DIALER_ARI_PASSWORD.",
            )
