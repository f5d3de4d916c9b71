"""Calls and contacts as files: at once, or made in the background and fetched."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, created, dialer, identity, nothing
from api.files import EXPORT, download
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.exports import CallExport, ContactExport, ExportOut, ExportPage, ExportPath, ExportQuery
from dialer.db.exports import ExportRecord
from dialer.domain.exports import ExportFormat
from dialer.services.exporting.service import NewExport

exports: Final[APIBlueprint] = blueprint("exports", "/v1/exports")


@exports.get("/calls", responses={200: EXPORT, **problems(422)})
def calls(query: CallExport) -> Response:
    """Download calls as CSV, an Excel workbook or NDJSON

    Up to 100,000 rows; for more POST the same.
    """
    return _streamed(query.new())


@exports.get("/contacts", responses={200: EXPORT, **problems(422)})
def contacts(query: ContactExport) -> Response:
    """Download contacts, with their data, as CSV, an Excel workbook or NDJSON

    Up to 100,000 rows; for more POST the same.
    """
    return _streamed(query.new())


@exports.post("/calls", responses={202: ExportOut, **problems(400, 415, 422)})
def begin_calls(body: CallExport) -> Response:
    """Have a file of calls made, however many there are; fetch it when the state is `completed`"""
    return _begun(dialer().exports.begin(body.new(), identity().username, within=keep(_begun)))


@exports.post("/contacts", responses={202: ExportOut, **problems(400, 415, 422)})
def begin_contacts(body: ContactExport) -> Response:
    """Have a file of contacts made, however many there are; fetch it when the state is `completed`"""
    return _begun(dialer().exports.begin(body.new(), identity().username, within=keep(_begun)))


@exports.get("", responses={200: ExportPage, **problems(422)})
def listed(query: ExportQuery) -> Response:
    """List exports, the newest first"""
    return answer(ExportPage.model_validate(dialer().exports.listed(query.page(), **query.filter())))


@exports.get("/<int:export_id>", responses={200: ExportOut, **problems(404)})
def get(path: ExportPath) -> Response:
    """Read an export and how far it is"""
    return answer(ExportOut.model_validate(dialer().exports.get(path.export_id)))


@exports.get("/<int:export_id>/file", responses={200: EXPORT, **problems(404, 409)})
def file(path: ExportPath) -> Response:
    """Download the file of an export that is complete"""
    export = dialer().exports.get(path.export_id)
    content = dialer().exports.file(path.export_id)
    name = f"{export.kind}-{export.id}.{export.format}"
    return download(content, name, ExportFormat(export.format).media_type)


@exports.delete("/<int:export_id>", responses={204: None, **problems(404)})
def remove(path: ExportPath) -> Response:
    """Forget an export with its file; one that is being made is ended"""
    dialer().exports.remove(path.export_id)
    return nothing()


def _streamed(new: NewExport) -> Response:
    content = dialer().exports.stream(new, identity().username)
    return download(content, f"{new.kind}.{new.format}", new.format.media_type)


def _begun(export: ExportRecord) -> Response:
    return created(ExportOut.model_validate(export), "exports.get", status=202, export_id=export.id)
