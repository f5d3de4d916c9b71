"""Secrets that development makes for itself and keeps: production must be given its own."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from dialer.config import Settings
from dialer.embedded.folders import make_data_dir, make_private
from dialer.errors import ConfigurationError


def with_secrets(settings: Settings) -> Settings:
    """Settings with `jwt_secret` and `ari_password`, made at first and kept in the data folder.

    Raises:
        ConfigurationError: one is missing in production.
    """
    update: dict[str, SecretStr] = {}
    if settings.jwt_secret is None:
        update["jwt_secret"] = _secret(settings, "jwt_secret", "`openssl rand -hex 32` makes one")
    if settings.ari_password is None and not settings.ari_passwords:
        update["ari_password"] = _secret(settings, "ari_password", "or DIALER_ARI_PASSWORDS, a password for each node")
    return settings.model_copy(update=update) if update else settings


def _secret(settings: Settings, name: str, hint: str) -> SecretStr:
    if settings.environment == "production":
        raise ConfigurationError(f"DIALER_{name.upper()} must be set in production ({hint}).")
    return SecretStr(kept_secret(settings.data_dir, name))


def kept_secret(data_dir: Path, name: str) -> str:
    """The secret of that name of a data folder, made when it is first asked for."""
    make_data_dir(data_dir)
    path = make_private(data_dir / "secrets") / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _keep(path, secrets.token_hex(32))


def _keep(path: Path, secret: str) -> str:
    """Write a new secret, whole or not at all. Of two processes that do this at once, the first one's is kept."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secret}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    finally:
        draft.unlink()
    return secret
