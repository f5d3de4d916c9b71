"""`dialer ops`: what people who run a dialer ask of it, and tell it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import click
import orjson
from rich.console import Console
from rich.table import Table

from dialer.at_hand import opened_dialer, operator
from dialer.bootstrap import Dialer
from dialer.db.imports import failed as failed_imports
from dialer.errors import LimitsUnavailable
from dialer.queues import Queue
from dialer.wording import in_flight

DISPATCH_SECONDS: Final = 15.0
"""Dispatch looks every second; after this long it has stopped."""

QUEUED_SECONDS: Final = 15.0
"""A queued call whose job is waiting too is taken within a second; after this long nobody takes jobs."""

LATE_SECONDS: Final = 900.0
"""From when on an import or a webhook is late, as for the alerts."""

_NAME: Final = "dialer-ops"
_LOOK_SECONDS: Final = 1.0
_CHANGES: Final = 10


@dataclass(frozen=True, slots=True)
class Status:
    """Every figure at one moment, and what is wrong.

    Attributes:
        figures: by metric and labels, as Prometheus would get them.
        wrong: sentences; none while all is well.
        noted: sentences on what is meant so, and keeps people from being called.
    """

    figures: dict[str, dict[tuple[tuple[str, str], ...], float]]
    wrong: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    def value(self, name: str, **labels: str) -> float | None:
        return self.figures.get(name, {}).get(tuple(sorted(labels.items())))

    def by(self, name: str, label: str) -> dict[str, float]:
        """A metric's values by one of its labels."""
        return {dict(labels)[label]: value for labels, value in self.figures.get(name, {}).items()}


def status_of(dialer: Dialer) -> Status:
    """Look at everything once."""
    figures: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in dialer.figures.registry.collect():
        for sample in family.samples:
            figures.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    status = Status(figures)
    status.wrong.extend(_wrong(status))
    if status.value("dialer_postgres_up"):
        status.wrong.extend(_lost(dialer))
        if dialer.control.status().allow_list_only:
            status.noted.append(
                "Only numbers on the allow-list are dialed: `dialer ops flags allow-list-only off` ends that."
            )
    return status


def _lost(dialer: Dialer) -> Iterator[str]:
    with suppress(LimitsUnavailable):  # Redis is among what is wrong
        if not dialer.recovering.history().is_known:
            yield "PostgreSQL was promoted or restored: nothing is dialed until `dialer ops recover`."


def _wrong(status: Status) -> Iterator[str]:
    if not status.value("dialer_postgres_up"):
        yield "PostgreSQL does not answer: start it, or correct DIALER_DATABASE_URL (`dialer doctor` tells more)."
        return
    for server, up in status.by("dialer_redis_up", "server").items():
        if not up:
            yield f"Redis ({server}) does not answer: nothing is dialed."
    if status.value("dialer_stopped"):
        yield "The emergency stop is on: `dialer lift` ends it."
    age = status.value("dialer_dispatch_age_seconds") or 0.0
    if age > DISPATCH_SECONDS:
        yield f"Dispatch has not looked for {_seconds(age)}: are beat and a control worker running?"
    enabled = status.by("dialer_node_enabled", "node")
    for node, alive in status.by("dialer_node_listener_alive", "node").items():
        if enabled.get(node) and not alive:
            yield f"No listener leads the node {node}, so nobody is dialed there: is `dialer listener` running?"
    yield from _late(status)
    for trunk, is_open in status.by("dialer_breaker_open", "trunk").items():
        if is_open:
            yield f"The trunk {trunk} only fails and is left alone for now."
    for node, is_open in status.by("dialer_node_breaker_open", "node").items():
        if is_open:
            yield f"The node {node} only fails and is left alone for now, with all its trunks."
    if late := status.value("dialer_late_dials"):
        yield f"{late:.0f} calls were dialed after they had been given up (late_dialed_at)."


def _late(status: Status) -> Iterator[str]:
    """Work that nobody takes."""
    waiting = status.value("dialer_queue_jobs", queue=Queue.ORIGINATE) or 0.0
    for trunk, age in status.by("dialer_calls_queued_oldest_seconds", "trunk").items():
        if waiting and age > QUEUED_SECONDS:
            yield f"A call of the trunk {trunk} has been queued for {_seconds(age)}: is an originate worker running?"
    if (age := status.value("dialer_import_oldest_seconds") or 0.0) > LATE_SECONDS:
        yield f"A call list uploaded {_seconds(age)} ago is not imported yet: is an import worker running?"
    if (age := status.value("dialer_webhook_oldest_seconds") or 0.0) > LATE_SECONDS:
        yield f"A webhook has not been told what happened {_seconds(age)} ago: is a webhooks worker running?"


def _seconds(value: float) -> str:
    return "ever" if value == float("inf") else f"{value:.0f} s"


@click.group()
def ops() -> None:
    """For those who run it: look, drain, reconcile, recover, flags."""


@ops.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Everything at a glance. The exit code is 1 if something is wrong."""
    with opened_dialer(_NAME) as dialer:
        found = status_of(dialer)
    if as_json:
        figures = {
            name: [{"labels": dict(labels), "value": value} for labels, value in values.items()]
            for name, values in sorted(found.figures.items())
        }
        click.echo(orjson.dumps({"wrong": found.wrong, "noted": found.noted, "figures": figures}).decode())
    else:
        _print(found)
    context.exit(1 if found.wrong else 0)


def _print(found: Status) -> None:
    console = Console(soft_wrap=True)
    for sentence in found.wrong:
        console.print(f"! {sentence}")
    if not found.wrong:
        console.print("All is well.")
    for sentence in found.noted:
        console.print(sentence)
    if not found.value("dialer_postgres_up"):
        return
    trunks = Table("trunk", "queued", "in flight", "channels", "of", "CPS", "oldest queued", title="Trunks")
    open_calls = found.figures.get("dialer_calls_open", {})
    for trunk, channels in found.by("dialer_trunk_channels", "trunk").items():
        states = {dict(labels)["state"]: n for labels, n in open_calls.items() if dict(labels)["trunk"] == trunk}
        queued = states.pop("queued", 0.0)
        trunks.add_row(
            trunk,
            f"{queued:.0f}",
            f"{sum(states.values()):.0f}",
            f"{found.value('dialer_trunk_channels_used', trunk=trunk) or 0:.0f}",
            f"{channels:.0f}",
            f"{found.value('dialer_trunk_cps', trunk=trunk) or 0:g}",
            _seconds(found.value("dialer_calls_queued_oldest_seconds", trunk=trunk) or 0),
        )
    nodes = Table("node", "listener", "event lag", "heard without a gap for", title="Nodes")
    for node, alive in found.by("dialer_node_listener_alive", "node").items():
        nodes.add_row(
            node,
            "leads" if alive else "none",
            _seconds(found.value("dialer_node_echo_age_seconds", node=node) or 0),
            _seconds(found.value("dialer_node_gap_free_seconds", node=node) or 0),
        )
    others = Table("what", "how many", title="The rest")
    for name, label in (("dialer_campaigns", "state"), ("dialer_imports", "state"), ("dialer_queue_jobs", "queue")):
        for key, value in found.by(name, label).items():
            others.add_row(f"{name.removeprefix('dialer_').replace('_', ' ')}: {key}", f"{value:.0f}")
    for table in (trunks, nodes, others):
        console.print(table)


@ops.command()
@click.option("--reason", required=True, help="Why; shown to everybody who asks.")
@click.option("--timeout", default=600.0, show_default=True, type=click.FloatRange(0), help="Seconds to wait.")
def drain(reason: str, timeout: float) -> None:
    """Stop dialing and wait until no call is in flight. `dialer lift` lets dialing go on."""
    with opened_dialer(_NAME) as dialer:
        dialer.control.stop(operator(), reason)
        deadline = dialer.clock.monotonic() + timeout
        while calls := _in_flight(dialer):
            if dialer.clock.monotonic() > deadline:
                raise click.ClickException(f"{in_flight(calls)}; dialing stays stopped.")
            dialer.clock.sleep(_LOOK_SECONDS)
    click.echo("No call is in flight. `dialer lift` lets dialing go on.")


def _in_flight(dialer: Dialer) -> int:
    found = status_of(dialer).figures.get("dialer_calls_open", {})
    return int(sum(n for labels, n in found.items() if dict(labels)["state"] != "queued"))


@ops.command()
def reconcile() -> None:
    """Ask the PBX nodes now what became of calls that nothing was heard of. Beat does it every two seconds."""
    with opened_dialer(_NAME) as dialer:
        dialer.reconciling.tick()
    click.echo("Reconciled.")


@ops.command()
@click.option(
    "--lost-seconds", required=True, type=click.FloatRange(0), help="How much time of commits may be lost, at most."
)
@click.option(
    "--hold-hours",
    default=24.0,
    show_default=True,
    type=click.FloatRange(0),
    help="How long the doubtful are left alone.",
)
def recover(lost_seconds: float, hold_hours: float) -> None:
    """Dial again after PostgreSQL was promoted or restored.

    Whoever may have been called in the lost time is not called for a while, and loses no attempt. The PBX's own records
    (DIALER_PBX_RECORDS_URL) are asked for calls that are lost: the lost time is as long as they show.
    """
    with opened_dialer(_NAME) as dialer:
        if dialer.recovering.history().is_known:
            click.echo("PostgreSQL's history is the one that was recorded: there is nothing to recover from.")
            return
        done = dialer.recovering.recover(operator(), lost_seconds=lost_seconds, hold_seconds=hold_hours * 3600)
        asked = dialer.pbx_records.exist
    if asked:
        click.echo(
            f"The PBX's records have {done.unknown} calls that are lost, {done.adopted} that seemed to be queued."
        )
        if done.lost_seconds > lost_seconds:
            click.echo(
                f"By them {done.lost_seconds:.0f} s may be lost, not {lost_seconds:.0f} s: that many were assumed."
            )
    click.echo(
        f"{done.withdrawn} queued calls were taken back, {done.held_back} contacts are held back. Dialing goes on."
    )


@ops.group(invoke_without_command=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="The newest so many.")
@click.pass_context
def failed(context: click.Context, limit: int) -> None:
    """What was put aside for good, with the reason: call lists, webhook deliveries. Without a command: lists them.

    Nothing of a call list that failed was imported: have it uploaded again.
    """
    if context.invoked_subcommand is not None:
        return
    with opened_dialer(_NAME) as dialer:
        with dialer.engine.connect() as tx:
            lists = failed_imports(tx, limit)
        deliveries = dialer.webhooks.dead(limit)
    console = Console(soft_wrap=True)
    table = Table("list", "campaign", "name", "uploaded", "why", title="Call lists")
    for found in lists:
        row = (str(found.id), str(found.campaign_id), found.name, f"{found.created_at:%Y-%m-%d %H:%M}", found.error)
        table.add_row(*(cell or "" for cell in row))
    console.print(table if lists else "No call list has failed.")
    table = Table("delivery", "webhook", "event", "of", "tries", "why", title="Webhook deliveries")
    for delivery in deliveries:
        why = delivery.error or f"the answer was {delivery.status}"
        told = (delivery.event, f"{delivery.created_at:%Y-%m-%d %H:%M}", str(delivery.tries), why)
        table.add_row(str(delivery.id), str(delivery.webhook_id), *told)
    console.print(table if deliveries else "No webhook delivery has failed.")
    if deliveries:
        console.print("`dialer ops failed replay` delivers them again.")


@failed.command("replay")
@click.option("--webhook", "webhook_id", type=int, help="Those of this webhook only.")
def replay(webhook_id: int | None) -> None:
    """Deliver again what webhooks have not taken, as if for the first time."""
    with opened_dialer(_NAME) as dialer:
        again = dialer.webhooks.replay_dead(operator(), webhook_id)
    click.echo(f"{again} deliveries are tried again.")


@ops.group(invoke_without_command=True)
@click.pass_context
def flags(context: click.Context) -> None:
    """What can be switched while it runs; without a command: how it stands."""
    if context.invoked_subcommand is not None:
        return
    with opened_dialer(_NAME) as dialer:
        now = dialer.control.status()
        changes = dialer.control.changes(_CHANGES)
    stopped = f"on since {now.stop_at:%Y-%m-%d %H:%M} by {now.stop_by}: {now.stop_reason}" if now.stop_at else "off"
    click.echo(f"emergency-stop   {stopped}   (dialer stop, dialer lift)")
    click.echo(f"allow-list-only  {'on' if now.allow_list_only else 'off'}   (dialer ops flags allow-list-only on|off)")
    if changes:
        table = Table("when", "who", "what", "why, or to what", title="Changed lately")
        for change in changes:
            table.add_row(f"{change.at:%Y-%m-%d %H:%M:%S}", change.who, change.what.replace("_", "-"), change.detail)
        Console(soft_wrap=True).print(table)


@flags.command("allow-list-only")
@click.argument("to", type=click.Choice(["on", "off"]))
def allow_list_only(to: str) -> None:
    """Whether only numbers on the allow-list may be dialed."""
    with opened_dialer(_NAME) as dialer:
        decided = dialer.control.set_allow_list_only(to == "on", operator())
    click.echo(f"allow-list-only is {to}. {in_flight(decided.in_flight)}.")
