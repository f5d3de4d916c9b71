"""Contacts."""

from typing import Final

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint

from api.conditional import revisions
from api.context import answer, created, dialer, identity, moment
from api.idempotency import keep
from api.openapi import blueprint, problems
from api.schemas.callbacks import CallbackIn, CallbackOut
from api.schemas.campaigns import CampaignPath
from api.schemas.contacts import (
    AddedOut,
    CancelIn,
    ContactDecided,
    ContactDetailsOut,
    ContactPage,
    ContactPatch,
    ContactPath,
    ContactPut,
    ContactQuery,
    ContactsAdded,
    ContactsIn,
    ExternalPath,
)
from api.schemas.explaining import ExplanationOut
from dialer.services.callbacks import CallbackAsked
from dialer.services.revisions import ANY

contacts: Final[APIBlueprint] = blueprint("contacts", "/v1")


@contacts.post(
    "/campaigns/<int:campaign_id>/contacts", responses={200: ContactsAdded, **problems(400, 404, 409, 415, 422)}
)
def add(path: CampaignPath, body: ContactsIn) -> Response:
    """Add 1 to 1,000 contacts: all that can be, with a result for each"""
    items = [contact.new() for contact in body.contacts]
    results = dialer().call_lists.add_contacts(path.campaign_id, items, identity().username)
    shown = [AddedOut.model_validate(result) for result in results]
    return answer(ContactsAdded(added=sum(r.contact_id is not None for r in shown), results=shown))


@contacts.get("/campaigns/<int:campaign_id>/contacts", responses={200: ContactPage, **problems(404, 422)})
def listed(path: CampaignPath, query: ContactQuery) -> Response:
    """List a campaign's contacts, the oldest first"""
    found = dialer().contacts.listed(path.campaign_id, query.page(), **query.filter())
    return answer(ContactPage.model_validate(found))


@contacts.get("/contacts/<int:contact_id>", responses={200: ContactDetailsOut, **problems(404)})
def get(path: ContactPath) -> Response:
    """Read a contact with its data and its calls"""
    details = dialer().contacts.get(path.contact_id)
    return answer(ContactDetailsOut.of(details), revision=details.revision)


@contacts.get("/contacts/<int:contact_id>/explain", responses={200: ExplanationOut, **problems(404)})
def explain(path: ContactPath) -> Response:
    """Why is this contact not being dialed? The gate's own answer, on the facts of this moment"""
    return moment(ExplanationOut.model_validate(dialer().explaining.contact(path.contact_id)))


@contacts.put(
    "/campaigns/<int:campaign_id>/contacts/by-external-id/<path:external_id>",
    responses={200: ContactDecided, 201: ContactDecided, **problems(400, 404, 409, 412, 415, 422)},
)
def put(path: ExternalPath, body: ContactPut) -> Response:
    """Add the contact with your id, or make the one that has it what you give

    Sent again it changes nothing. A contact that is done stays done. If-Match is optional.
    """
    of = revisions() if "If-Match" in request.headers else ANY
    done = dialer().contact_edits.put(path.campaign_id, body.new(path.external_id), of=of)
    details = dialer().contacts.get(done.contact_id)
    shown = ContactDecided.after(details, done.in_flight)
    status = 201 if done.is_new else 200
    return created(shown, "contacts.get", status=status, revision=details.revision, contact_id=done.contact_id)


@contacts.patch(
    "/contacts/<int:contact_id>", responses={200: ContactDecided, **problems(400, 404, 409, 412, 415, 422, 428)}
)
def edit(path: ContactPath, body: ContactPatch) -> Response:
    """Edit a contact, also while it is being called: what is dialed after the answer goes by the new values"""
    decided = dialer().contact_edits.edit(path.contact_id, body.changes(), of=revisions())
    return answer(ContactDecided.after(decided.value, decided.in_flight), revision=decided.value.revision)


@contacts.post("/contacts/<int:contact_id>/cancel", responses={200: ContactDecided, **problems(400, 404, 415, 422)})
def cancel(path: ContactPath, body: CancelIn) -> Response:
    """Call somebody no more: after the answer no call to them is sent

    A call that rings is hung up; one that was answered goes on unless `hang_up`.
    """
    decided = dialer().contact_edits.cancel(path.contact_id, hang_up=body.hang_up)
    return answer(ContactDecided.after(decided.value, decided.in_flight), revision=decided.value.revision)


@contacts.post("/contacts/<int:contact_id>/callback", responses={201: CallbackOut, **problems(400, 404, 409, 415, 422)})
def ask_callback(path: ContactPath, body: CallbackIn) -> Response:
    """Call a person at the time that they asked for, also if all attempts are used up

    A callback that the contact has already is replaced. Hours, caps and the do-not-call list hold: see `moved_by`.
    """
    asked = dialer().callbacks.ask(path.contact_id, body.new(), identity().username, within=keep(_asked))
    return _asked(asked)


@contacts.delete("/contacts/<int:contact_id>/callback", responses={200: ContactDecided, **problems(404)})
def cancel_callback(path: ContactPath) -> Response:
    """Forget the callback: what happens next is what would have happened without it"""
    decided = dialer().callbacks.cancel(path.contact_id, identity().username)
    return answer(ContactDecided.after(decided.value, decided.in_flight), revision=decided.value.revision)


def _asked(asked: CallbackAsked) -> Response:
    return created(CallbackOut.model_validate(asked), "contacts.get", contact_id=asked.contact_id)
