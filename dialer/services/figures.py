"""The figures of the business, for Prometheus: read from PostgreSQL and Redis, so right however many workers there are.

One process of a dialer serves them (`dialer exporter`). Labels are trunks, nodes, states and campaign ids: never a
number, never a person.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import redis
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from dialer.config import Settings
from dialer.db import figures, nodes
from dialer.db import people as people_rows
from dialer.domain.dispositions import Disposition
from dialer.domain.trunks import BreakerState
from dialer.errors import LimitsUnavailable
from dialer.limits.breaker import Breaker
from dialer.limits.limiter import Limiter
from dialer.limits.slots import GLOBAL, node_scope, trunk_scope
from dialer.services import people

log = logging.getLogger(__name__)

SETTLED: Final = timedelta(seconds=10)
"""A call is counted this long after its end: by then every transaction that ended one has committed."""

_MOST: Final = timedelta(hours=1)
"""After a longer pause what lies further back is not counted any more."""

_SECONDS: Final = (0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 45, 60, 120)
_ACTION_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)
_DUE_SECONDS: Final = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 10_800, 43_200)
_TALK_SECONDS: Final = (1, 3, 6, 10, 20, 30, 60, 120, 300, 600, 1800)


_ATTEMPTS: Final = ("first", "again", "callback", "single")


class EndedCalls:
    """Counts every call once, when it has ended. The counts begin with the process, as Prometheus expects.

    Attributes:
        until: calls that ended by then have been counted; None before the first look.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        def histogram(name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(name, meaning, ["trunk"], buckets=buckets, registry=registry)

        self._ended = Counter(
            "dialer_calls_ended", "Calls that have ended.", ["trunk", "disposition"], registry=registry
        )
        self._refused = Counter(
            "dialer_calls_refused", "Calls taken back before they were dialed.", ["reason"], registry=registry
        )
        self._due = Histogram(
            "dialer_call_due_seconds",
            "From due (own time, hours and campaign permitting) to dialed.",
            ["trunk", "attempt"],
            buckets=_DUE_SECONDS,
            registry=registry,
        )
        self._histograms = {
            "queued_seconds": histogram("dialer_call_queued_seconds", "From queued to dialed.", _SECONDS),
            "setup_seconds": histogram("dialer_call_setup_seconds", "From dialed to answered.", _SECONDS),
            "action_seconds": histogram("dialer_call_action_seconds", "From answer to answer action.", _ACTION_SECONDS),
            "talk_seconds": histogram("dialer_call_talk_seconds", "From answer to end.", _TALK_SECONDS),
        }
        self.until: datetime | None = None

    def look(self, tx: Connection, trunks: Mapping[int, str]) -> None:
        """Count what has ended since the last look."""
        for name in trunks.values():
            for disposition in Disposition:
                self._ended.labels(name, disposition.value)
            for histogram in self._histograms.values():
                histogram.labels(name)
            for attempt in _ATTEMPTS:
                self._due.labels(name, attempt)
        now = nodes.time(tx) - SETTLED
        after = max(self.until or now, now - _MOST)
        for row in figures.ended(tx, after, now):
            trunk = trunks.get(row["trunk_id"], str(row["trunk_id"]))
            self._ended.labels(trunk, row["disposition"]).inc()
            if row["reason"] is not None:
                self._refused.labels(row["reason"]).inc()
            if row["due_seconds"] is not None:
                self._due.labels(trunk, row["attempt"]).observe(max(row["due_seconds"], 0.0))
            for name, histogram in self._histograms.items():
                if row[name] is not None:
                    histogram.labels(trunk).observe(max(row[name], 0.0))
        self.until = now


class Figures(Collector):
    """Everything, read anew for each scrape. What can't be asked is left out, and a gauge says that it is away.

    Args:
        caches: further Redis servers to look at, by name.
    """

    def __init__(
        self,
        engine: Engine,
        client: redis.Redis,
        limiter: Limiter,
        breaker: Breaker,
        settings: Settings,
        *,
        queues: Iterable[str],
        caches: Mapping[str, redis.Redis],
    ) -> None:
        self.registry = CollectorRegistry()
        self._engine = engine
        self._redis = client
        self._limiter = limiter
        self._breaker = breaker
        self._settings = settings
        self._queues = tuple(queues)
        self._servers = {"broker": client, **caches}
        # Its own registry: what it has counted is served after the look that this scrape makes.
        self._counted = CollectorRegistry()
        self.ended = EndedCalls(self._counted)
        self._lock = threading.Lock()
        self._trunks: dict[int, str] = {}
        self._nodes: dict[int, str] = {}
        self.registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing: without this, registering would ask the servers."""
        return []

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            yield from list(self._postgres())
            yield from list(self._redis_servers())
            yield from list(self._limits())
            yield from list(self._counted.collect())

    def _postgres(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("dialer_postgres_up", "1: PostgreSQL answers.")
        try:
            with self._engine.begin() as tx:
                self._trunks = figures.trunk_names(tx)
                self._nodes = figures.node_names(tx)
                self.ended.look(tx, self._trunks)
                families = [family for gauges in figures.ALL for family in _families(tx, gauges)] + _people(tx)
        except SQLAlchemyError as error:
            log.warning("PostgreSQL can't be asked: %s", str(error).partition("\n")[0])
            up.add_metric([], 0)
        else:
            up.add_metric([], 1)
            yield from families
        yield up

    def _redis_servers(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("dialer_redis_up", "1: Redis answers.", labels=["server"])
        families = {
            key: GaugeMetricFamily(f"dialer_redis_{name}", meaning, labels=["server"])
            for key, (name, meaning) in _REDIS.items()
        }
        jobs = GaugeMetricFamily("dialer_queue_jobs", "Jobs that wait in a queue.", labels=["queue"])
        for server, client in self._servers.items():
            try:
                info: Any = client.info()
                if client is self._redis:
                    for queue in self._queues:
                        jobs.add_metric([queue], int(client.llen(queue)))
            except RedisError as error:
                log.warning("Redis (%s) can't be asked: %s", server, error)
                up.add_metric([server], 0)
                continue
            up.add_metric([server], 1)
            # 0 is Redis's word for "all there is".
            info["maxmemory"] = info["maxmemory"] or info.get("total_system_memory", 0)
            for key, family in families.items():
                family.add_metric([server], float(info[key]))
        yield from (up, jobs, *families.values())

    def _limits(self) -> Iterator[Metric]:
        yield _single("dialer_limit_cps", "Calls per second of the whole installation.", self._settings.max_cps)
        yield _single("dialer_limit_channels", "Channels of the whole installation.", self._settings.max_channels)
        used = GaugeMetricFamily("dialer_trunk_channels_used", "Channels of a trunk in use.", labels=["trunk"])
        opened = GaugeMetricFamily("dialer_breaker_open", "1: a trunk only fails and is left alone.", labels=["trunk"])
        nodes = GaugeMetricFamily(
            "dialer_node_breaker_open", "1: a node only fails and is left alone.", labels=["node"]
        )
        scopes = {trunk_scope(trunk_id): (opened, name) for trunk_id, name in self._trunks.items()}
        scopes |= {node_scope(node_id): (nodes, name) for node_id, name in self._nodes.items()}
        try:
            everywhere = self._limiter.used(GLOBAL)
            for trunk_id, name in self._trunks.items():
                used.add_metric([name], self._limiter.used(trunk_scope(trunk_id)))
            for scope, state in self._breaker.look(list(scopes)).items():
                family, name = scopes[scope]
                family.add_metric([name], float(state is not BreakerState.CLOSED))
        except LimitsUnavailable as error:
            log.warning("the limits can't be read: %s", error)
            return
        yield _single("dialer_limit_channels_used", "Channels in use.", everywhere)
        yield from (used, opened, nodes)


_ONE: Final = ("campaign",)
_BY_RULE: Final = ("campaign", "rule")

_REDIS: Final[Mapping[str, tuple[str, str]]] = {
    "used_memory": ("used_bytes", "Memory that Redis uses."),
    "maxmemory": ("max_bytes", "Memory that Redis may use."),
    "connected_clients": ("clients", "Connections to Redis."),
    "evicted_keys": ("evicted_keys", "Keys thrown away since Redis began."),
    "instantaneous_ops_per_sec": ("operations_per_second", "Commands a second."),
    "uptime_in_seconds": ("uptime_seconds", "Since when Redis runs."),
}


def _families(tx: Connection, gauges: figures.Gauges) -> list[Metric]:
    families = {
        column: GaugeMetricFamily(name, meaning, labels=list(gauges.labels))
        for column, (name, meaning) in gauges.metrics.items()
    }
    for row in figures.rows(tx, gauges):
        labels = [row[label] for label in gauges.labels]
        for column, family in families.items():
            family.add_metric(labels, float(row[column]))
    return list(families.values())


def _people(tx: Connection) -> list[Metric]:
    campaigns = people_rows.campaigns(tx)
    paces = people.paces(tx, campaigns, campaigns[0]["at"], key="id") if campaigns else {}
    free = GaugeMetricFamily("dialer_campaign_people", "People of a campaign, to speak to who answers.", labels=_ONE)
    calls = GaugeMetricFamily("dialer_campaign_people_calls", "Calls that they allow now.", labels=_ONE)
    rate = GaugeMetricFamily("dialer_campaign_abandoned_percent", "Of those who answered, by rule.", labels=_BY_RULE)
    ceiling = GaugeMetricFamily("dialer_campaign_abandon_ceiling_percent", "The most of that.", labels=_BY_RULE)
    for campaign_id, pace in paces.items():
        free.add_metric([str(campaign_id)], pace.people)
        calls.add_metric([str(campaign_id)], pace.calls)
        for item in pace.measured:
            labels = [str(campaign_id), item.ceiling.profile or "campaign"]
            rate.add_metric(labels, 100 * item.tally.rate)
            if item.ceiling.share is not None:
                ceiling.add_metric(labels, 100 * item.ceiling.share)
    return [free, calls, rate, ceiling]


def _single(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)
