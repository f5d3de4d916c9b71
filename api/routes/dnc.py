"""The do-not-call list."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, dialer, identity, nothing
from api.openapi import blueprint, problems
from api.schemas.dnc import DncDecided, DncIn, DncOut, DncPage, DncPath, DncQuery

dnc: Final[APIBlueprint] = blueprint("dnc", "/v1/dnc")


@dnc.post("", responses={200: DncDecided, **problems(400, 415, 422)})
def add(body: DncIn) -> Response:
    """Forbid a number: after the answer it is not dialed

    Contacts with that number that were due are done. Adding a number again changes its reason, expiry and source.
    """
    return answer(DncDecided.of(dialer().dnc.add(body.new(), identity().username)))


@dnc.get("", responses={200: DncPage, **problems(422)})
def listed(query: DncQuery) -> Response:
    """List entries, the newest first"""
    found = dialer().dnc.listed(query.page(), **query.filter())
    return answer(DncPage.model_validate(found))


@dnc.get("/<int:entry_id>", responses={200: DncOut, **problems(404)})
def get(path: DncPath) -> Response:
    """Read an entry"""
    return answer(DncOut.model_validate(dialer().dnc.get(path.entry_id)))


@dnc.delete("/<int:entry_id>", responses={204: None, **problems(404)})
def remove(path: DncPath) -> Response:
    """Take an entry off the list. Contacts that it ended stay done"""
    dialer().dnc.remove(path.entry_id)
    return nothing()
