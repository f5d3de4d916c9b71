"""Call lists that can't be used: each gets the error it deserves, and leaves nothing behind."""

import codecs

import pytest

from dialer_client.errors import Problem
from tests.acceptance.conftest import User
from tests.acceptance.waiting import until

_BAD = {
    "empty": (b"", "empty"),
    "only a byte order mark": (codecs.BOM_UTF8, "empty"),
    "header only": (b"phone,name\n", "row"),
    "no phone column": (b"name,city\nContact 1,Paris\n", "phone"),
    "two columns of names": (b"phone,name,full name\n+12125550100,Ann,Ann Lee\n", "name"),
    "binary": (bytes(range(256)) * 8, ""),
    "half a workbook": (b"PK\x03\x04" + b"\0" * 200, ""),
    "UTF-16 that was cut off": ("phone,name\n+12125550100,Ä\n".encode("utf-16")[:-1], "UTF-16"),
    "Latin-1 half-way": ("phone,name\n+12125550100,Ä\n".encode() + "+12125550101,Ä\n".encode("latin-1"), "line 3"),
    "Cyrillic of a code page": ("phone,name\n+12125550100,Иванов\n".encode("cp1251"), "encoding"),
    "a locked workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
    "NUL in the middle": (b"phone,name\n+12125550100,a\0b\n", "line 2"),
    "not a table": (b"hello world\nthis is a letter\n", "phone"),
}


@pytest.mark.parametrize("name", _BAD)
def test_a_bad_file_is_refused_at_once(user: User, name: str) -> None:
    content, hint = _BAD[name]
    campaign = user.campaign(user.trunk())

    with pytest.raises(Problem) as refused:
        user.api.upload(f"/v1/campaigns/{campaign}/call-lists?name=bad", [content] if content else [])

    assert refused.value.status == 422
    assert hint.lower() in refused.value.detail.lower()
    assert user.api.get(f"/v1/campaigns/{campaign}/contacts")["items"] == []


def test_good_rows_around_bad_ones_are_kept_and_each_bad_one_is_reported_with_its_line(user: User) -> None:
    campaign = user.campaign(user.trunk())
    rows = [
        b'phone,name,"time zone",priority\r\n',
        b"+12125550100,Contact 1,,\r\n",
        b'+12125550101,"Contact\r\n2",America/New_York,5\r\n',
        b"12345,too short,,\r\n",  # line 5
        b"+12125550100,again,,\r\n",
        b"+12125550102,Contact 3,Atlantis/Capital,\r\n",
        b"+12125550103,Contact 4,,high\r\n",
        b"911,emergency,,\r\n",
        b"+12125550104,Contact 5,,,,too many\r\n",
        b"+12125550105,Contact 6,,\r\n",
    ]
    job = user.api.upload(f"/v1/campaigns/{campaign}/call-lists?name=mixed", rows)
    done = until(lambda: user.api.get(f"/v1/call-lists/{job['id']}"), is_so=lambda j: j["state"] == "completed")

    assert (done["imported"], done["duplicates"], done["refused"]) == (3, 1, 5)
    assert done["rows"] == 9
    report = user.api.text(f"/v1/call-lists/{job['id']}/refusals").splitlines()
    assert [line.split(",")[0] for line in report[1:]] == ["5", "6", "7", "8", "9", "10"]
