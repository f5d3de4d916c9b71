"""`dialer watch`: a campaign as it goes on."""

from dataclasses import dataclass, field
from typing import Any, Final

import click
from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dialer.clock import Clock, SystemClock
from dialer.remote.command import Remote, counts, on_api
from dialer_client.api.campaigns import campaigns_explain, campaigns_get, campaigns_stats
from dialer_client.models.campaign_explanation_out import CampaignExplanationOut
from dialer_client.models.campaign_state import CampaignState
from dialer_client.models.stats_out import StatsOut

_EXPLAIN_SECONDS: Final = 10.0
_PACE_SECONDS: Final = 10.0
_OVER: Final = (CampaignState.COMPLETED, CampaignState.CANCELLED)
_GROUPS: Final = 5


@dataclass
class Watched:
    """What is known of a campaign.

    Attributes:
        ended: how many calls had ended at which second, over the last few.
        why: what its contacts wait for; asked for less often, because it takes the database longer.
    """

    name: str
    stats: StatsOut
    ended: list[tuple[float, int]] = field(default_factory=list)
    why: CampaignExplanationOut | None = None

    def took(self, stats: StatsOut, at: float) -> None:
        """New counts."""
        self.stats = stats
        self.ended = [(then, count) for then, count in self.ended if then >= at - _PACE_SECONDS]
        self.ended.append((at, stats.calls_ended))

    @property
    def per_second(self) -> float:
        """Calls that ended, lately."""
        (first, before), (last, now) = self.ended[0], self.ended[-1]
        return (now - before) / (last - first) if last > first else 0.0


@click.command()
@click.argument("campaign")
@click.option("--every", default=1.0, show_default=True, type=click.FloatRange(0.2, 60), help="Seconds between looks.")
@on_api
def watch(remote: Remote, campaign: str, every: float) -> None:
    """Watch CAMPAIGN, a name or an id, until it is over; Ctrl-C stops watching, and nothing else.

    With --json, or where stdout is no terminal, a line comes whenever the counts have changed.
    """
    campaign_id = remote.campaign_id(campaign)
    clock = SystemClock()
    found = campaigns_get.sync(campaign_id, client=remote.client)
    watched = Watched(found.name, campaigns_stats.sync(campaign_id, client=remote.client))
    try:
        if remote.as_json or not remote.console.is_terminal:
            _by_line(remote, watched, clock, every)
        else:
            _live(remote, watched, clock, every)
    except KeyboardInterrupt:
        remote.errors.print(f"The campaign goes on: it is {watched.stats.state.value}.")


def _by_line(remote: Remote, watched: Watched, clock: Clock, every: float) -> None:
    told: dict[str, Any] = {}
    while True:
        found = watched.stats.to_dict()
        if (counted := {name: value for name, value in found.items() if name != "as_of"}) != told:
            told = counted
            remote.show(watched.stats, _line(watched.stats))
        if watched.stats.state in _OVER:
            return
        clock.sleep(every)
        watched.took(campaigns_stats.sync(watched.stats.campaign_id, client=remote.client), clock.monotonic())


def _live(remote: Remote, watched: Watched, clock: Clock, every: float) -> None:
    explained_at = float("-inf")
    with Live(console=remote.console, auto_refresh=False) as live:
        while True:
            watched.took(campaigns_stats.sync(watched.stats.campaign_id, client=remote.client), clock.monotonic())
            if clock.monotonic() - explained_at > _EXPLAIN_SECONDS:
                watched.why = campaigns_explain.sync(watched.stats.campaign_id, client=remote.client)
                explained_at = clock.monotonic()
            live.update(screen(watched), refresh=True)
            if watched.stats.state in _OVER:
                return
            clock.sleep(every)


def screen(watched: Watched) -> Group:
    """What the terminal shows."""
    stats = watched.stats
    values = stats.to_dict()
    done = values["contacts"].get("done", 0)
    bar = Table.grid(padding=(0, 1))
    bar.add_row(
        ProgressBar(total=max(stats.contacts_total, 1), completed=done, width=40),
        f"{done} of {stats.contacts_total} contacts done",
    )
    parts: list[Any] = [
        Text.assemble((watched.name, "bold"), "  ", (stats.state.value, "bold green" if done else "bold")),
        bar,
        Text(f"contacts   {counts(values['contacts'])}"),
        Text(f"under way  {stats.in_flight_total} ({counts(values['in_flight'])}), {stats.queued} queued"),
        Text(f"pace       {watched.per_second:.1f} calls ended per second"),
        _outcomes(values["calls"], stats.calls_ended),
    ]
    if stats.import_running:
        parts.append(Text("A list is being imported.", "yellow"))
    if watched.why is not None and watched.why.groups:
        parts.append(_waiting(watched.why))
    return Group(*parts)


def _outcomes(calls: dict[str, int], ended: int) -> Table:
    table = Table(title=f"{ended} calls ended", title_justify="left", box=None, pad_edge=False, show_header=False)
    for name, count in sorted(calls.items(), key=lambda item: -item[1]):
        if count:
            width = max(1, round(30 * count / max(ended, 1)))
            table.add_row(name, str(count), Text("█" * width, "cyan"))
    return table


def _waiting(why: CampaignExplanationOut) -> Table:
    table = Table(
        title=f"why not now ({why.as_of:%H:%M:%S} UTC)",
        title_justify="left",
        box=None,
        pad_edge=False,
        show_header=False,
    )
    for group in sorted(why.groups, key=lambda group: -group.contacts)[:_GROUPS]:
        opens = f"from {group.opens_at:%Y-%m-%d %H:%M} UTC" if group.opens_at else ""
        table.add_row(str(group.contacts), Text(group.code), Text(group.rule), opens)
    return table


def _line(stats: StatsOut) -> str:
    values = stats.to_dict()
    return (
        f"{stats.as_of:%H:%M:%S} {stats.state.value}: contacts {counts(values['contacts'])}; "
        f"under way {stats.in_flight_total}; calls {counts(values['calls'])}"
    )
