"""Contacts."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, dialer, identity
from api.openapi import blueprint, problems
from api.schemas.campaigns import CampaignPath
from api.schemas.contacts import (
    AddedOut,
    ContactDetailsOut,
    ContactPage,
    ContactPath,
    ContactQuery,
    ContactsAdded,
    ContactsIn,
)
from api.schemas.explaining import ExplanationOut

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
    """List a campaign's contacts, by number"""
    found = dialer().contacts.listed(path.campaign_id, query.page(), **query.filter())
    return answer(ContactPage.model_validate(found))


@contacts.get("/contacts/<int:contact_id>", responses={200: ContactDetailsOut, **problems(404)})
def get(path: ContactPath) -> Response:
    """Read a contact with its data and its calls"""
    return answer(ContactDetailsOut.of(dialer().contacts.get(path.contact_id)))


@contacts.get("/contacts/<int:contact_id>/explain", responses={200: ExplanationOut, **problems(404)})
def explain(path: ContactPath) -> Response:
    """Why is this contact not being dialed? The gate's own answer, on the facts of this moment"""
    return answer(ExplanationOut.model_validate(dialer().explaining.contact(path.contact_id)))
