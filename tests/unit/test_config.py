"""Where settings come from."""

from pathlib import Path

import pytest

from dialer.config import SECRETS_DIR, load_settings
from dialer.errors import ConfigurationError

SECRET = "a" * 40


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets, in a working directory without a .env."""
    monkeypatch.chdir(tmp_path)
    for name in ("DIALER_JWT_SECRET", "DIALER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv(SECRETS_DIR, str(folder))
    return folder


@pytest.mark.parametrize("name", ["dialer_jwt_secret", "DIALER_JWT_SECRET"])
def test_a_file_of_the_secrets_folder_is_a_setting(secrets: Path, name: str) -> None:
    (secrets / name).write_text(f"{SECRET}\n", encoding="utf-8")
    settings = load_settings()
    assert settings.jwt_secret is not None
    assert settings.jwt_secret.get_secret_value() == SECRET


def test_the_environment_goes_before_the_secrets_folder(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "dialer_database_url").write_text("postgresql://file/dialer", encoding="utf-8")
    monkeypatch.setenv("DIALER_DATABASE_URL", "postgresql://environment/dialer")
    assert load_settings().database_url == "postgresql+psycopg2://environment/dialer"


def test_a_secret_in_a_file_is_checked_like_any_other(secrets: Path) -> None:
    (secrets / "dialer_jwt_secret").write_text("short", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="DIALER_JWT_SECRET"):
        load_settings()


def test_a_secrets_folder_that_is_not_there_is_said(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRETS_DIR, str(secrets / "elsewhere"))
    with pytest.raises(ConfigurationError, match=SECRETS_DIR):
        load_settings()
