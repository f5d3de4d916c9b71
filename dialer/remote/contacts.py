"""`dialer contacts` and `dialer dnc`: single people and numbers."""

from datetime import datetime
from typing import Final

import click

from dialer.remote.command import Remote, on_api
from dialer.remote.problems import Exit, RemoteError
from dialer.wording import in_flight
from dialer_client.api.contacts import contacts_cancel, contacts_explain, contacts_listed
from dialer_client.api.dnc import dnc_add, dnc_listed
from dialer_client.models.cancel_in import CancelIn
from dialer_client.models.contact_state import ContactState
from dialer_client.models.dnc_in import DncIn
from dialer_client.types import UNSET

_COLUMNS: Final = ("id", "phone_number", "external_id", "state", "attempts", "final_reason", "next_attempt_at")

_campaign = click.option("--campaign", help="Where CONTACT is a number: in which campaign, a name or an id.")


@click.group()
def contacts() -> None:
    """The people of a campaign, by the API (see `dialer login`)."""


@contacts.command("list")
@click.argument("campaign")
@click.option("--state", type=click.Choice([state.value for state in ContactState]))
@click.option("--phone", help="In E.164, like +12125550100.")
@click.option("--external-id", help="What your own system calls the contact.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@click.option("--cursor", help="Go on where a page ended: its next_cursor.")
@on_api
def listed(
    remote: Remote,
    campaign: str,
    state: str | None,
    phone: str | None,
    external_id: str | None,
    limit: int,
    cursor: str | None,
) -> None:
    """The contacts of CAMPAIGN, a name or an id."""
    page = contacts_listed.sync(
        remote.campaign_id(campaign),
        client=remote.client,
        state=ContactState(state) if state else UNSET,
        phone_number=phone or UNSET,
        external_id=external_id or UNSET,
        limit=limit,
        cursor=cursor or UNSET,
    )
    remote.page(_COLUMNS, page)


@contacts.command()
@click.argument("contact")
@_campaign
@on_api
def explain(remote: Remote, contact: str, campaign: str | None) -> None:
    """Why CONTACT, an id or a number, is not being called now, by which rule, and until when."""
    found = contacts_explain.sync(_contact_id(remote, contact, campaign), client=remote.client)
    until = f", until {found.until:%Y-%m-%d %H:%M} UTC" if found.until else ""
    remote.show(found, f"{found.code}: {found.rule}{until} (by {found.source}).")


@contacts.command()
@click.argument("contact")
@click.option("--hang-up", is_flag=True, help="Also hang up on somebody who talks.")
@_campaign
@on_api
def cancel(remote: Remote, contact: str, hang_up: bool, campaign: str | None) -> None:
    """Call CONTACT, an id or a number, no more."""
    contact_id = _contact_id(remote, contact, campaign)
    done = contacts_cancel.sync(contact_id, client=remote.client, body=CancelIn(hang_up=hang_up))
    goes_on = f" {in_flight(done.in_flight)}." if done.in_flight else ""
    remote.show(done, f"Contact {done.id} is not called any more.{goes_on}")


def _contact_id(remote: Remote, contact: str, campaign: str | None) -> int:
    """The id of a contact that is named by its id, or by its first number and its campaign.

    Raises:
        RemoteError: none is.
    """
    if contact.isascii() and contact.isdigit():
        return int(contact)
    if not contact.startswith("+"):
        raise click.BadParameter("must be an id, or a number like +12125550100", param_hint="CONTACT")
    if campaign is None:
        raise click.UsageError("A number may be in several campaigns: say in which with --campaign.")
    page = contacts_listed.sync(remote.campaign_id(campaign), client=remote.client, phone_number=contact)
    if not page.items:
        raise RemoteError(f"{contact} is nobody's first number in the campaign {campaign!r}.", Exit.NOT_FOUND)
    return page.items[0].id


@click.group()
def dnc() -> None:
    """Numbers not to be called, by the API (see `dialer login`)."""


@dnc.command()
@click.argument("number")
@click.option("--campaign", help="Only by this campaign, a name or an id; otherwise by nobody.")
@click.option("--reason", help="Why, for whoever asks.")
@click.option("--source", default="command line", show_default=True, help="Where it comes from.")
@click.option("--expires-at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="Otherwise it holds for ever.")
@click.option("--region", help="Of a national number, like US.")
@on_api
def add(
    remote: Remote,
    number: str,
    campaign: str | None,
    reason: str | None,
    source: str,
    expires_at: datetime | None,
    region: str | None,
) -> None:
    """From the answer on nobody dials NUMBER."""
    body = DncIn(
        phone_number=number,
        campaign_id=remote.campaign_id(campaign) if campaign else None,
        reason=reason,
        source=source,
        expires_at=expires_at,
        default_region=region,
    )
    made = dnc_add.sync(client=remote.client, body=body)
    goes_on = f" {in_flight(made.in_flight)}." if made.in_flight else ""
    remote.show(made, f"{made.phone_number} is not called any more (entry {made.id}).{goes_on}")


@dnc.command()
@click.argument("number")
@on_api
def check(remote: Remote, number: str) -> None:
    """Whether NUMBER, in E.164, is on the list, and why."""
    page = dnc_listed.sync(client=remote.client, phone_number=number, limit=500)
    if remote.as_json:
        remote.json(page.to_dict())
    elif not page.items:
        remote.say(f"{number} is not on the list.")
    else:
        columns = ("id", "phone_number", "campaign_id", "reason", "source", "expires_at")
        remote.rows(columns, (item.to_dict() for item in page.items))
