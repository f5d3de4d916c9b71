"""Many numbers not to be called, from a file."""

from typing import BinaryIO, Final, cast

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, created, dialer, identity
from api.files import REPORT, Table, download, uploaded
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.dnc_uploads import DncUploadIn, DncUploadOut, DncUploadPage, DncUploadPath, DncUploadQuery
from dialer.db.dnc_uploads import DncUploadRecord

dnc_uploads: Final[APIBlueprint] = blueprint("dnc_uploads", "/v1/dnc/uploads")


@dnc_uploads.post("", responses={201: DncUploadOut, **problems(400, 409, 413, 415, 422)})
def create(query: DncUploadIn, raw: Table) -> Response:
    """Forbid the numbers of a CSV file or an Excel workbook: the body, or the part `file` of a form

    After the answer none of them is dialed. The same file sent again changes nothing; an entry that holds is never
    shortened.
    """
    file = uploaded()
    stream, new = cast("BinaryIO", file.stream), query.new(file.filename)
    user, reading = identity().username, query.reading()
    return _received(dialer().dnc_uploads.receive(stream, new, user, reading=reading, within=keep(_received)))


@dnc_uploads.get("", responses={200: DncUploadPage, **problems(422)})
def listed(query: DncUploadQuery) -> Response:
    """List uploads, the newest first"""
    return answer(DncUploadPage.model_validate(dialer().dnc_uploads.listed(query.page(), **query.filter())))


@dnc_uploads.get("/<int:upload_id>", responses={200: DncUploadOut, **problems(404)})
def get(path: DncUploadPath) -> Response:
    """Read an upload: how many of its rows forbid a number"""
    return answer(DncUploadOut.model_validate(dialer().dnc_uploads.get(path.upload_id)))


@dnc_uploads.get("/<int:upload_id>/refusals", responses={200: REPORT, **problems(404)})
def refusals(path: DncUploadPath) -> Response:
    """Download the rows that forbid nothing, with the reason of each, as CSV"""
    return download(dialer().dnc_uploads.refusals_csv(path.upload_id), f"refusals-dnc-{path.upload_id}.csv")


def _received(upload: DncUploadRecord) -> Response:
    return created(DncUploadOut.model_validate(upload), "dnc_uploads.get", upload_id=upload.id)
