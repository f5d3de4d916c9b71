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


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    path.write_text("-----BEGIN CERTIFICATE-----", encoding="utf-8")
    return path


def test_a_ca_file_is_named_in_the_urls_that_every_library_is_given(ca_file: Path) -> None:
    settings = load_settings(
        database_url="postgresql://h/d?application_name=x",
        database_ca_file=ca_file,
        redis_url="rediss://h:6379/0",
        cache_redis_url="redis://h:6379/1",
        redis_ca_file=ca_file,
    )
    assert settings.database_url == (
        f"postgresql+psycopg2://h/d?application_name=x&sslmode=verify-full&sslrootcert={ca_file}"
    )
    assert settings.redis_url == f"rediss://h:6379/0?ssl_cert_reqs=required&ssl_ca_certs={ca_file}"
    assert settings.cache_redis_url == "redis://h:6379/1"


def test_what_a_url_says_of_tls_itself_stands(ca_file: Path) -> None:
    url = "postgresql+psycopg2://h/d?sslmode=verify-ca"
    settings = load_settings(database_url=url, database_ca_file=ca_file)
    assert settings.database_url == f"{url}&sslrootcert={ca_file}"
    again = load_settings(database_url=settings.database_url, database_ca_file=ca_file)
    assert again.database_url == settings.database_url


def test_redis_over_tls_has_to_prove_itself_also_without_a_ca_file() -> None:
    assert load_settings(redis_url="rediss://h:6379/0").redis_url == "rediss://h:6379/0?ssl_cert_reqs=required"


def test_a_ca_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="DIALER_ARI_CA_FILE"):
        load_settings(ari_ca_file=tmp_path / "none.pem")


def test_an_empty_ca_file_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_ARI_CA_FILE", "")
    assert load_settings().ari_ca_file is None


@pytest.mark.parametrize("url", ["https://dialer.example", "http://10.0.0.5:8000/", "http://[::1]:8000/dialer"])
def test_the_address_for_sounds_is_plain(url: str) -> None:
    assert load_settings(sounds_url=url).sounds_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "dialer.example",
        "ftp://dialer.example",
        "https://user:password@dialer.example",
        "https://dialer.example/a,b",
        "https://dialer.example/a&b",
        "https://dialer.example/${SHELL(id)}",
        "https://dialer.example/?a=b",
        "https://dialer.example\n",
    ],
)
def test_an_address_for_sounds_that_means_more_to_the_dialplan_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DIALER_SOUNDS_URL"):
        load_settings(sounds_url=url)


@pytest.mark.parametrize(
    ("window", "says"),
    [
        ("all day", "must look like 08:00-21:00"),
        ("8-21", "must be a time of day like 09:00, up to 24:00"),
        ("21:00-08:00", "start must be before end"),
    ],
)
def test_hours_of_single_calls_are_checked_before_anybody_is_called(
    monkeypatch: pytest.MonkeyPatch, window: str, says: str
) -> None:
    monkeypatch.setenv("DIALER_SINGLE_CALL_WINDOW", window)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert f"DIALER_SINGLE_CALL_WINDOW: {says}" in caught.value.detail
    assert len(caught.value.detail.splitlines()) == 2
