"""Sounds: uploaded by managers, played by campaigns, fetched by PBXs."""

import io
import threading
import wave
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from werkzeug.serving import make_server

from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.services.users import Role
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.threaded import RunningSimulator, running_simulator
from tests.integration.api.conftest import Answer, Api
from tests.unit.audio.test_conversion import tone

PBX_PASSWORD = "secret"
BASE = "https://dialer.example/api"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"sounds_url": BASE})


def upload(api: Api, name: str = "offer", recording: bytes | None = None, **kwargs: Any) -> Answer:
    data = tone(1, rate=44100) if recording is None else recording
    return api.post(f"/v1/sounds?name={name}", data=data, content_type="audio/wav", **kwargs)


def token_of(dialer: Any, sound_id: int) -> str:
    token: str = dialer.sounds.get(sound_id).token
    return token


def states(answer: Answer) -> dict[str, str]:
    return {node["node"]: node["state"] for node in answer.json["nodes"]}


def play(sound: str) -> dict[str, Any]:
    return {"type": "menu", "prompt": "hello-world", "digits": {"1": {"type": "play", "sound": sound}}}


def test_an_upload_is_read_listed_and_fetched_as_asterisk_plays_it(manager: Api, client: Api, dialer: Any) -> None:
    made = upload(manager)
    assert made.status_code == 201, made.text
    sound = made.json
    assert (sound["name"], sound["sound"]) == ("offer", f"upload:{sound['id']}")
    assert sound["milliseconds"] == pytest.approx(1000, abs=30)
    assert manager.get(made.headers["Location"]).json == sound | {"nodes": []}
    assert manager.get("/v1/sounds?name=offer").json["items"] == [sound]
    assert manager.get("/v1/sounds?name=other").json["items"] == []
    fetched = client.get(f"/v1/sounds/media/{token_of(dialer, sound['id'])}.wav")
    assert (fetched.status_code, fetched.mimetype) == (200, "audio/wav")
    assert "immutable" in fetched.headers["Cache-Control"]
    with wave.open(io.BytesIO(fetched.data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)


def test_the_file_may_be_part_of_a_form(manager: Api) -> None:
    made = manager.post("/v1/sounds?name=form", data={"file": (io.BytesIO(tone(1)), "offer.wav")})
    assert made.status_code == 201, made.text
    assert manager.post("/v1/sounds?name=none", data={"other": (io.BytesIO(b""), "x")}).status_code == 400


def test_a_token_that_is_not_one_gets_nothing(manager: Api, client: Api) -> None:
    sound = upload(manager).json
    assert client.get(f"/v1/sounds/media/{sound['id']}.wav").status_code == 404
    assert client.get("/v1/sounds/media/' OR 1=1.wav").status_code == 404
    assert client.get("/v1/sounds/media/..%2f..%2fetc%2fpasswd.wav").status_code == 404


def test_bad_recordings_and_names_are_refused_with_a_reason(manager: Api) -> None:
    refused = upload(manager, recording=b"hello")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "file"
    assert "not a recording" in refused.json["detail"]
    assert "silent" in upload(manager, recording=tone(1, loudness=0)).json["detail"]
    assert manager.post("/v1/sounds", data=tone(1), content_type="audio/wav").status_code == 422
    assert manager.post("/v1/sounds?name=x", data=b"a,b", content_type="text/csv").status_code == 415
    assert upload(manager, recording=bytes(10 * 1024 * 1024 + 1)).status_code == 413
    assert manager.get("/v1/sounds").json["items"] == []


def test_names_are_taken_once_and_a_repeated_request_adds_one(manager: Api) -> None:
    key = {"Idempotency-Key": "sound-1"}
    first, again = upload(manager, headers=key), upload(manager, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    taken = upload(manager)
    assert taken.status_code == 409
    assert "offer" in taken.json["detail"]


def test_viewers_listen_to_nothing_new(as_role: Any) -> None:
    viewer = as_role(Role.VIEWER)
    assert upload(viewer).status_code == 403
    assert viewer.get("/v1/sounds").status_code == 200
    assert viewer.delete("/v1/sounds/1").status_code == 403


def test_campaigns_and_calls_play_only_what_is_there(manager: Api, campaign_id: int, trunk_id: int) -> None:
    path = f"/v1/campaigns/{campaign_id}"
    wrong = manager.patch(path, {"answer_action": play("upload:99")})
    assert wrong.status_code == 422
    assert "upload:99" in wrong.json["errors"][0]["message"]
    new = {"name": "autumn", "trunk_id": trunk_id, "answer_action": play("upload:99")}
    assert manager.post("/v1/campaigns", new).status_code == 422
    call = {"phone_number": "+4930901820", "trunk_id": trunk_id, "answer_action": play("upload:99")}
    assert manager.post("/v1/calls", call).status_code == 422
    sound = upload(manager).json["sound"]
    assert manager.patch(path, {"answer_action": play(sound)}).status_code == 200
    assert manager.post("/v1/campaigns", new | {"answer_action": play(sound)}).status_code == 201
    assert manager.post(f"{path}/start").status_code == 200


@pytest.mark.parametrize("sound", ["upload:", "upload:0", "upload:-1", "upload:1,2", "upload:1&beep", "http://x/a.wav"])
def test_other_forms_of_a_sound_are_refused(manager: Api, campaign_id: int, sound: str) -> None:
    assert manager.patch(f"/v1/campaigns/{campaign_id}", {"answer_action": play(sound)}).status_code == 422


def test_a_sound_is_deleted_only_when_no_campaign_plays_it(manager: Api, campaign_id: int) -> None:
    one = upload(manager).json
    for n in range(9):
        upload(manager, f"more-{n}")
    ten = upload(manager, "ten").json
    path = f"/v1/campaigns/{campaign_id}"
    manager.patch(path, {"answer_action": play(ten["sound"])})
    kept = manager.delete(f"/v1/sounds/{ten['id']}")
    assert kept.status_code == 409
    assert kept.json["campaigns"] == ["spring"]
    assert manager.delete(f"/v1/sounds/{one['id']}").status_code == 204
    assert manager.get(f"/v1/sounds/{one['id']}").status_code == 404
    manager.post(f"{path}/cancel")
    assert manager.delete(f"/v1/sounds/{ten['id']}").status_code == 204
    # Its clone would play what isn't there any more.
    clone = manager.post(f"{path}/clone", {"name": "summer"}).json
    refused = manager.post(f"/v1/campaigns/{clone['id']}/start")
    assert refused.status_code == 422
    assert ten["sound"] in refused.json["detail"]


class TestAPbxThatIsThere:
    """The campaign's PBX is a simulator, and this machine's server gives out the sounds."""

    @pytest.fixture
    def simulator(self) -> Iterator[RunningSimulator]:
        options = SimulatorSettings(port=0, password=SecretStr(PBX_PASSWORD), playback_ms=20)
        with running_simulator(options) as running:
            yield running

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"ari_password": SecretStr(PBX_PASSWORD)})

    @pytest.fixture
    def path(self, admin: Api, campaign_id: int, simulator: RunningSimulator) -> str:
        """Of the campaign."""
        node = admin.get("/v1/nodes").json["items"][0]
        changed = admin.patch(f"/v1/nodes/{node['id']}", {"ari_url": simulator.url})
        assert changed.status_code == 200, changed.text
        return f"/v1/campaigns/{campaign_id}"

    def test_a_campaign_starts_when_it_has_all_sounds(self, manager: Api, path: str) -> None:
        manager.patch(path, {"answer_action": play("demo-congrats")})
        started = manager.post(f"{path}/start")
        assert (started.status_code, started.json["state"]) == (200, "running")

    def test_it_does_not_start_while_the_pbx_lacks_a_sound_anywhere_in_it(self, manager: Api, path: str) -> None:
        manager.patch(path, {"answer_action": play("custom/does-not-exist")})
        refused = manager.post(f"{path}/start")
        assert (refused.status_code, refused.json["code"]) == (409, "sounds_missing")
        assert (refused.json["node"], refused.json["sounds"]) == ("pbx1", ["custom/does-not-exist"])
        assert manager.get(path).json["state"] == "draft"

    def test_it_does_not_start_when_the_pbx_can_not_fetch_an_upload(
        self, manager: Api, path: str, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nowhere = dialer.settings.model_copy(update={"sounds_url": "http://127.0.0.1:1"})
        monkeypatch.setitem(dialer.__dict__, "settings", nowhere)
        sound = upload(manager).json["sound"]
        manager.patch(path, {"answer_action": play(sound)})
        refused = manager.post(f"{path}/start")
        assert (refused.status_code, refused.json["sounds"]) == (409, [sound])
        assert "DIALER_SOUNDS_URL" in refused.json["detail"]
        assert states(manager.get(sound.replace("upload:", "/v1/sounds/"))) == {"pbx1": "missing"}

    def test_what_every_pbx_makes_of_a_sound_can_be_asked_and_is_kept(
        self, manager: Api, admin: Api, path: str, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = make_server("127.0.0.1", 0, manager.flask.application, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        here = dialer.settings.model_copy(update={"sounds_url": f"http://127.0.0.1:{server.server_port}"})
        monkeypatch.setitem(dialer.__dict__, "settings", here)
        gone = {"name": "gone", "ari_url": "http://127.0.0.1:1", "ari_username": "dialer"}
        assert admin.post("/v1/nodes", gone).status_code == 201
        sound = upload(manager).json
        checked = manager.post(f"/v1/sounds/{sound['id']}/check")
        server.shutdown()
        thread.join()
        assert states(checked) == {"pbx1": "ok", "gone": "error"}
        assert manager.get(f"/v1/sounds/{sound['id']}").json == checked.json
        assert manager.delete(f"/v1/sounds/{sound['id']}").status_code == 204
        assert manager.post(f"/v1/sounds/{sound['id']}/check").status_code == 404

    def test_a_pbx_that_can_not_be_asked_refuses_nothing(
        self, manager: Api, path: str, simulator: RunningSimulator
    ) -> None:
        manager.patch(path, {"answer_action": play("custom/does-not-exist")})
        wrong = requests.post(
            f"{simulator.url}/simulator/faults", auth=("dialer", PBX_PASSWORD), json={"stall_ms": 60_000}, timeout=5
        )
        assert wrong.status_code == 200
        assert manager.post(f"{path}/start").status_code == 200


class TestWithoutAnAddress:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"sounds_url": None})

    def test_nothing_can_be_uploaded_and_the_answer_says_what_to_set(self, manager: Api) -> None:
        refused = upload(manager)
        assert refused.status_code == 409
        assert "DIALER_SOUNDS_URL" in refused.json["detail"]
