"""Sounds: uploaded by people, fetched by PBXs."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import RawModel

from api.context import answer, created, dialer, identity, nothing
from api.files import AUDIO, uploaded
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.sounds import MediaPath, SoundDetails, SoundOut, SoundPage, SoundPath, SoundQuery, SoundUploadQuery
from dialer.db.sounds import SoundRecord

MAX_MEGABYTES: Final = 10

sounds: Final[APIBlueprint] = blueprint("sounds", "/v1/sounds")
sounds_for_pbxs: Final[APIBlueprint] = blueprint("sounds_for_pbxs", "/v1/sounds/media", public=True)

_WAV = {
    "description": "8 kHz, one channel, 16 bits",
    "content": {"audio/wav": {"schema": {"type": "string", "contentMediaType": "audio/wav"}}},
}


class Recording(RawModel):
    """A recording: the body itself, or the part `file` of a form."""

    mimetypes = ["audio/wav", "multipart/form-data"]  # noqa: RUF012


@sounds.post("", responses={201: SoundOut, **problems(400, 409, 413, 415, 422)})
def upload(query: SoundUploadQuery, raw: Recording) -> Response:
    """Upload a recording: WAV, FLAC, Ogg, MP3, M4A, AIFF or AU, as the body or as the part `file` of a form

    At most 10 MB and 5 minutes. It is converted to what Asterisk plays.
    """
    recording = uploaded(AUDIO, megabytes=MAX_MEGABYTES).stream.read()
    added = dialer().sounds.upload(query.name, recording, identity().username, within=keep(_created))
    return _created(added)


@sounds.get("", responses={200: SoundPage, **problems(422)})
def listed(query: SoundQuery) -> Response:
    """List uploaded sounds, the newest first"""
    found = dialer().sounds.listed(query.page(), name=query.name)
    return answer(SoundPage.model_validate(found))


@sounds.get("/<int:sound_id>", responses={200: SoundDetails, **problems(404)})
def get(path: SoundPath) -> Response:
    """Read what is known of an uploaded sound, and which PBXs have played it"""
    return _details(path.sound_id)


@sounds.post("/<int:sound_id>/check", responses={200: SoundDetails, **problems(404, 409)})
def check(path: SoundPath) -> Response:
    """Ask every enabled PBX to play a sound where nobody hears it; takes up to some seconds

    What is fetched for that stays in the PBX's cache.
    """
    dialer().sound_checks.check(path.sound_id)
    return _details(path.sound_id)


@sounds.delete("/<int:sound_id>", responses={204: None, **problems(404, 409)})
def remove(path: SoundPath) -> Response:
    """Delete a sound that no campaign plays, save those that are over"""
    dialer().sounds.remove(path.sound_id)
    return nothing()


@sounds_for_pbxs.get("/<token>.wav", responses={200: _WAV, **problems(404)})
def media(path: MediaPath) -> Response:
    """Fetch a sound, for PBXs: the address has a secret token instead of a log-in"""
    response = Response(dialer().sounds.wav(path.token), mimetype="audio/wav")
    # What is under a token never changes: a PBX that has it need not ask again.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.set_etag(path.token)
    return response


def _details(sound_id: int) -> Response:
    sound = dialer().sounds.get(sound_id)
    return answer(SoundDetails.of(sound, dialer().sounds.checks(sound_id)))


def _created(added: SoundRecord) -> Response:
    return created(SoundOut.model_validate(added), "sounds.get", sound_id=added.id)
