"""Call lists: uploaded, and followed while they are imported."""

from typing import BinaryIO, Final, cast

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer, identity
from api.files import REPAIRS, REPORT, Table, download, uploaded
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.call_lists import (
    CallListDecided,
    CallListOut,
    CallListPage,
    CallListPatch,
    CallListPath,
    CallListQuery,
    UploadQuery,
)
from api.schemas.campaigns import CampaignPath
from api.schemas.dry_runs import DryRunOut, DryRunQuery
from dialer.db import pages
from dialer.db.imports import CallListInfo
from dialer.db.pages import Order
from dialer.db.tables import CallList

call_lists: Final[APIBlueprint] = blueprint("call_lists", "/v1")
_ORDER: Final = Order("call-lists", CallList.id, int, descending=True)


@call_lists.post(
    "/campaigns/<int:campaign_id>/call-lists",
    responses={202: CallListOut, **problems(400, 404, 409, 413, 415, 422)},
)
def upload(path: CampaignPath, query: UploadQuery, raw: Table) -> Response:
    """Upload a call list: a CSV file or an Excel workbook as the body, or as the part `file` of a form

    With the answer all rows are stored. They become contacts afterwards; the list tells how far that is.
    """
    file = uploaded()
    found = dialer().call_lists.receive(
        path.campaign_id,
        cast("BinaryIO", file.stream),
        name=query.name,
        default_region=query.default_region,
        user=identity().username,
        filename=file.filename,
        reading=query.reading(),
        within=keep(_received),
    )
    return _received(found)


@call_lists.post(
    "/campaigns/<int:campaign_id>/call-lists/dry-run",
    responses={200: DryRunOut, **problems(400, 404, 409, 413, 415, 422)},
)
def dry_run(path: CampaignPath, query: DryRunQuery, raw: Table) -> Response:
    """See how the first rows of a file would be understood: columns, numbers, zones, and what would be refused and why

    Nothing is stored. It goes by the rules of an upload, its parameters are the same, and what it refuses is refused in
    the same words.
    """
    found = dialer().dry_runs.read(
        path.campaign_id,
        cast("BinaryIO", uploaded().stream),
        default_region=query.default_region,
        reading=query.reading(),
        rows=query.rows,
    )
    return answer(DryRunOut.of(found))


@call_lists.get("/campaigns/<int:campaign_id>/call-lists", responses={200: CallListPage, **problems(404, 422)})
def listed(path: CampaignPath, query: CallListQuery) -> Response:
    """List a campaign's call lists, the newest first"""
    page = query.page()
    campaign = dialer().campaigns.get(path.campaign_id)
    found = dialer().call_lists.lists(
        campaign.id,
        beyond=pages.after(_ORDER, page),
        limit=page.limit + 1,
        oldest_first=page.backwards,
        state=query.state,
    )
    return answer(CallListPage.model_validate(pages.cut(_ORDER, found, page)))


@call_lists.get("/call-lists/<int:call_list_id>", responses={200: CallListOut, **problems(404)})
def get(path: CallListPath) -> Response:
    """Read a call list and how far its import is"""
    found = dialer().call_lists.progress(path.call_list_id)
    return answer(CallListOut.model_validate(found), revision=found.revision)


@call_lists.patch(
    "/call-lists/<int:call_list_id>", responses={200: CallListDecided, **problems(400, 404, 409, 412, 415, 422, 428)}
)
def edit(path: CallListPath, body: CallListPatch) -> Response:
    """Rename a call list, or switch it off and on again (`active`)

    After the answer nobody on a list that is off is dialed. Calls in flight go on.
    """
    decided = dialer().call_list_edits.edit(path.call_list_id, body.changes(), of=revisions())
    return answer(CallListDecided.of(decided), revision=decided.value.revision)


@call_lists.post("/call-lists/<int:call_list_id>/withdraw", responses={202: CallListDecided, **problems(404, 409)})
def withdraw(path: CallListPath) -> Response:
    """Pull a call list out again: after the answer nobody on it is dialed, nor ever will be

    Queued calls go back, calls in flight go on. Contacts that are not finished are removed in the background: they are
    `done`, with the reason `removed`. Sent again it changes nothing.
    """
    decided = dialer().withdrawing.begin(path.call_list_id, identity().username)
    return answer(CallListDecided.of(decided), 202, revision=decided.value.revision)


@call_lists.get("/call-lists/<int:call_list_id>/refusals", responses={200: REPORT, **problems(404)})
def refusals(path: CallListPath) -> Response:
    """Download the rows that did not become contacts, with the reason of each, as CSV"""
    return download(dialer().call_lists.refusals_csv(path.call_list_id), f"refusals-{path.call_list_id}.csv")


@call_lists.get("/call-lists/<int:call_list_id>/repairs", responses={200: REPAIRS, **problems(404)})
def repairs(path: CallListPath) -> Response:
    """Download the numbers that a spreadsheet had changed, and what they were read as, as CSV"""
    return download(dialer().call_lists.repairs_csv(path.call_list_id), f"repairs-{path.call_list_id}.csv")


def _received(found: CallListInfo) -> Response:
    return created(CallListOut.model_validate(found), "call_lists.get", status=202, call_list_id=found.id)
