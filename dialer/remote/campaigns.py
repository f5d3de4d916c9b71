"""`dialer campaigns`: from a draft to its end."""

import json
import tomllib
from typing import IO, Any, Final, Protocol

import click

from dialer.remote.command import Remote, counts, on_api
from dialer.wording import in_flight
from dialer_client import AuthenticatedClient
from dialer_client.api.campaigns import (
    campaigns_cancel,
    campaigns_explain,
    campaigns_get,
    campaigns_listed,
    campaigns_pause,
    campaigns_resume,
    campaigns_start,
    campaigns_stats,
)
from dialer_client.errors import Problem
from dialer_client.models.campaign_decided import CampaignDecided
from dialer_client.models.campaign_out import CampaignOut
from dialer_client.models.campaign_state import CampaignState
from dialer_client.types import UNSET

_COLUMNS: Final = ("id", "name", "state", "trunk_id", "created_at")


@click.group()
def campaigns() -> None:
    """Campaigns of a dialer, by its API (see `dialer login`). CAMPAIGN is a name or an id."""


@campaigns.command("list")
@click.option("--state", type=click.Choice([state.value for state in CampaignState]))
@click.option("--name", help="A part of the name.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@click.option("--cursor", help="Go on where a page ended: its next_cursor.")
@on_api
def listed(remote: Remote, state: str | None, name: str | None, limit: int, cursor: str | None) -> None:
    """The campaigns, the newest first."""
    page = campaigns_listed.sync(
        client=remote.client,
        state=CampaignState(state) if state else UNSET,
        name=name or UNSET,
        limit=limit,
        cursor=cursor or UNSET,
    )
    remote.page(_COLUMNS, page)


@campaigns.command()
@click.argument("campaign")
@on_api
def show(remote: Remote, campaign: str) -> None:
    """All that a campaign is set to."""
    remote.fields(campaigns_get.sync(remote.campaign_id(campaign), client=remote.client))


@campaigns.command()
@click.argument("file", type=click.File("rb"))
@click.option("--name", help="Instead of the file's.")
@click.option("--trunk-id", type=int, help="Instead of the file's.")
@click.option("--idempotency-key", help="The same key again makes no second campaign.")
@on_api
def create(
    remote: Remote, file: IO[bytes], name: str | None, trunk_id: int | None, idempotency_key: str | None
) -> None:
    """Create a campaign, as a draft, from FILE: JSON or TOML with the fields of `POST /v1/campaigns`; - is stdin."""
    body = _document(file)
    body |= {"name": name} if name else {}
    body |= {"trunk_id": trunk_id} if trunk_id else {}
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    # As it is, not as the client's model would have it: what is misspelt is for the API to refuse, by its name.
    answer = remote.client.get_httpx_client().post("/v1/campaigns", json=body, headers=headers)
    if answer.status_code != 201:
        raise Problem(answer)
    made = CampaignOut.from_dict(answer.json())
    remote.show(made, f"Campaign {made.id} ({made.name}) is a draft: `dialer campaigns start {made.id}`.")


def _document(file: IO[bytes]) -> dict[str, Any]:
    text = file.read()
    is_toml = file.name.endswith(".toml")
    try:
        found = tomllib.loads(text.decode()) if is_toml else json.loads(text)
    except ValueError as error:
        kind = "TOML" if is_toml else "JSON (the name of a TOML file ends in .toml)"
        raise click.BadParameter(f"{file.name} is not {kind}: {error}", param_hint="FILE") from error
    if not isinstance(found, dict):
        raise click.BadParameter(f"{file.name}: must be an object with fields", param_hint="FILE")
    return found


class _Decision(Protocol):
    def __call__(self, campaign_id: int, *, client: AuthenticatedClient) -> CampaignDecided: ...


def _decision(name: str, decide: _Decision, what: str) -> None:
    @campaigns.command(name, help=f"{what}.")
    @click.argument("campaign")
    @on_api
    def command(remote: Remote, campaign: str) -> None:
        decided = decide(remote.campaign_id(campaign), client=remote.client)
        goes_on = f"; {in_flight(decided.in_flight)}" if decided.in_flight else ""
        remote.show(decided, f"Campaign {decided.id} ({decided.name}) is {decided.state.value}{goes_on}.")


_decision("start", campaigns_start.sync, "Start a draft")
_decision("pause", campaigns_pause.sync, "Dial nobody of it any more, until it is resumed")
_decision("resume", campaigns_resume.sync, "Go on after a pause")
_decision("cancel", campaigns_cancel.sync, "End it for good")


@campaigns.command()
@click.argument("campaign")
@on_api
def stats(remote: Remote, campaign: str) -> None:
    """How far it is: contacts by state, calls by outcome."""
    found = campaigns_stats.sync(remote.campaign_id(campaign), client=remote.client)
    if remote.as_json:
        remote.json(found.to_dict())
        return
    values = found.to_dict()
    remote.say(f"Campaign {found.campaign_id} is {found.state.value}.")
    remote.say(f"Contacts   {found.contacts_total}: {counts(values['contacts'])}")
    remote.say(f"Done       {counts(values['done'])}")
    remote.say(f"Calls      {found.calls_ended} ended: {counts(values['calls'])}")
    remote.say(f"Under way  {found.in_flight_total}, {found.queued} queued")


@campaigns.command()
@click.argument("campaign")
@on_api
def explain(remote: Remote, campaign: str) -> None:
    """Why its contacts are not being called, by reason, and when that ends."""
    found = campaigns_explain.sync(remote.campaign_id(campaign), client=remote.client)
    if remote.as_json:
        remote.json(found.to_dict())
        return
    remote.rows(("contacts", "code", "rule", "opens_at", "sample"), (group.to_dict() for group in found.groups))
