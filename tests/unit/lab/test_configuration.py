"""The lab runs the files of deploy/asterisk, and knows when one of them has no such setting."""

import configparser
from pathlib import Path

import pytest

from dialer.lab.configuration import Setting, append, copy, directories, replace
from dialer.lab.releases import LabFailed, checkout, release_of

TEXT = "[a]\nport = 1\n\n[b]\n; port = 9\nport = 2 ; why\n[b]\nhost = x\n"


def test_a_setting_is_replaced_in_its_section_only() -> None:
    assert replace(TEXT, Setting("f", "b", "port", "7")) == TEXT.replace("port = 2 ; why", "port = 7")


def test_a_section_may_be_there_several_times() -> None:
    assert replace(TEXT, Setting("f", "b", "host", "y")).endswith("[b]\nhost = y\n")


@pytest.mark.parametrize(("section", "key"), [("a", "host"), ("c", "port"), ("b", "por")])
def test_a_setting_that_is_not_there_is_an_error(section: str, key: str) -> None:
    with pytest.raises(LabFailed, match=f"no setting {key}"):
        replace(TEXT, Setting("f", section, key, "7"))


def test_files_are_copied_with_their_settings_and_without_those_that_are_left_out(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("one.conf", "two.conf", "three.txt"):
        (source / name).write_text("[a]\nport = 1\n")
    copy(source, tmp_path / "target", (Setting("one.conf", "a", "port", "7"),), frozenset({"two.conf"}))
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["one.conf"]
    append(tmp_path / "target", {"one.conf": "[b]\n"})
    assert (tmp_path / "target" / "one.conf").read_text() == "[a]\nport = 7\n\n[b]\n"


def test_an_asterisk_writes_into_its_own_folder_only(tmp_path: Path) -> None:
    text = directories(tmp_path / "pbx", release_of("16"))
    assert "astmoddir => /usr/lib/asterisk/modules\n" in text
    written = [line for line in text.splitlines() if "/mnt/" in line]
    assert {line.rpartition("/")[2] for line in written} == {"etc", "db", "spool", "run", "log"}
    assert all("/mnt/pbx/" in line for line in written)
    assert (tmp_path / "pbx" / "log").is_dir()


@pytest.mark.parametrize(
    "name", ["ari.conf", "pjsip.conf", "cdr_pgsql.conf", "cel_pgsql.conf", "websocket_client.conf"]
)
def test_what_a_user_has_to_change_says_so(name: str) -> None:
    assert "CHANGE" in (checkout() / "deploy" / "asterisk" / name).read_text()


def test_every_setting_of_the_files_has_a_reason() -> None:
    """What a line sets is explained above it, or the file's head speaks for all of them."""
    for path in sorted((checkout() / "deploy" / "asterisk").glob("*.conf")):
        if path.name == "extensions.conf":
            continue
        is_explained = False
        for line in path.read_text().splitlines():
            if line.startswith(";"):
                is_explained = True
            elif line.startswith("[") or not line:
                is_explained = is_explained and not line.startswith("[")
            elif not is_explained:
                assert line.partition("=")[0].strip() in _PLAIN, f"{path.name}: {line}"


def test_the_ari_user_may_dial_and_listens_with_patience() -> None:
    parser = configparser.ConfigParser(comment_prefixes=(";",), strict=False)
    parser.read_string((checkout() / "deploy" / "asterisk" / "ari.conf").read_text())
    assert parser["dialer"]["read_only"] == "no"
    assert int(parser["general"]["websocket_write_timeout"]) >= 5000


_PLAIN = {"type", "protocol", "endpoint", "transport", "aors", "disallow", "websocket_client_id"}
