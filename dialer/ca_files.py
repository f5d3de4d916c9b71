"""A CA of one's own in the URLs of PostgreSQL and Redis: there every library that is given the URL finds it."""

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def database_url_with_ca(url: str, ca_file: Path | None) -> str:
    """The URL, such that the server has to have a certificate by this CA for its very name.

    What the URL itself says of TLS is left as it is.
    """
    if ca_file is None:
        return url
    return _with(url, {"sslmode": "verify-full", "sslrootcert": str(ca_file.absolute())})


def redis_url_with_ca(url: str, ca_file: Path | None) -> str:
    """As `database_url_with_ca`, for `rediss://`; `redis://` has no TLS.

    Also without a CA of one's own: kombu would check no certificate at all unless the URL says so.
    """
    if not url.startswith("rediss://"):
        return url
    ca = {} if ca_file is None else {"ssl_ca_certs": str(ca_file.absolute())}
    return _with(url, {"ssl_cert_reqs": "required", **ca})


def _with(url: str, parameters: dict[str, str]) -> str:
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([*given, *(item for item in parameters.items() if item[0] not in dict(given))], safe="/")
    return urlunsplit(parts._replace(query=query))
