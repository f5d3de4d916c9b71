"""Where the parts are put together: settings in, services out. Nothing is connected before it is used."""

import queue
from functools import cached_property

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine

from dialer import failpoints
from dialer.ari.client import AriClient
from dialer.ari.server import EventServer
from dialer.ari.socket import EventSocket
from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.db.engine import create_engine
from dialer.errors import ConfigurationError
from dialer.limits.breaker import Breaker
from dialer.limits.limiter import Limiter
from dialer.queues import Queue, QueueNudges
from dialer.services.api_keys import ApiKeys
from dialer.services.auth import Auth
from dialer.services.callbacks import Callbacks
from dialer.services.caller_ids import CallerIds
from dialer.services.calls import Calls
from dialer.services.campaigns import Campaigns
from dialer.services.claiming import Claims, Node
from dialer.services.contact_edits import ContactEdits
from dialer.services.contacts import Contacts
from dialer.services.control import ControlRoom
from dialer.services.correcting import Correcting
from dialer.services.dispatching import Dispatching
from dialer.services.dnc import DncList
from dialer.services.dnc_uploads import DncUploads
from dialer.services.explaining import Explaining
from dialer.services.exporting.service import Exports
from dialer.services.figures import Figures
from dialer.services.forecasting import Forecasting
from dialer.services.health import Health
from dialer.services.history import Numbers
from dialer.services.idempotency import Idempotency
from dialer.services.importing.dry_run import DryRuns
from dialer.services.importing.service import CallListImport
from dialer.services.list_edits import CallListEdits
from dialer.services.listening.listener import Listener, Pbx
from dialer.services.nudges import Nudges
from dialer.services.originating import Originating
from dialer.services.pacing import Paces
from dialer.services.passwords import Passwords
from dialer.services.pbx_records import PbxRecords
from dialer.services.reconciling import Reconciling
from dialer.services.recovering import Recovering
from dialer.services.requeueing import Requeueing
from dialer.services.results import Results
from dialer.services.retention import Retention
from dialer.services.single_calls import SingleCalls
from dialer.services.sound_checks import SoundChecks
from dialer.services.sounds import Sounds
from dialer.services.stats import Stats
from dialer.services.streaming.feed import Feed
from dialer.services.sweeping import Sweeping
from dialer.services.telephony import Telephony
from dialer.services.trial_calls import TrialCalls
from dialer.services.trunk_groups import TrunkGroups
from dialer.services.trunk_states import TrunkStates
from dialer.services.users import Users
from dialer.services.webhook_delivering import WebhookDelivering
from dialer.services.webhooks import Webhooks
from dialer.services.withdrawing import Withdrawing
from dialer.services.witness import Witness


class Dialer:
    """One process's parts, made on first use and shared within the process.

    Args:
        settings: with `database_url` and `redis_url` set (see `dialer.embedded.servers.resolve`).
        nudges: how the workers are told that there is something to do; through Redis unless given.
        idle_in_transaction_seconds: see `dialer.db.engine.create_engine`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        name: str = "dialer",
        nudges: Nudges | None = None,
        idle_in_transaction_seconds: float = 30.0,
    ) -> None:
        failpoints.arm(settings)
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.name = name
        self._nudges = nudges
        self._idle_in_transaction_seconds = idle_in_transaction_seconds
        self._ari_clients: dict[int, AriClient] = {}

    @cached_property
    def engine(self) -> Engine:
        if self.settings.database_url is None:
            raise ConfigurationError("DIALER_DATABASE_URL is not set")
        return create_engine(
            self.settings.database_url,
            pool_size=self.settings.database_pool_size,
            application_name=self.name,
            idle_in_transaction_seconds=self._idle_in_transaction_seconds,
        )

    @cached_property
    def redis(self) -> redis.Redis:
        if self.settings.redis_url is None:
            raise ConfigurationError("DIALER_REDIS_URL is not set")
        return redis.Redis.from_url(
            self.settings.redis_url,
            socket_timeout=1.0,
            socket_connect_timeout=1.0,
            retry=Retry(NoBackoff(), 0),  # a limit that can't be asked at once is a no
            client_name=self.name,
        )

    @cached_property
    def nudges(self) -> Nudges:
        return self._nudges or self._queues

    @cached_property
    def _queues(self) -> QueueNudges:
        return QueueNudges(self.redis, self.settings.redis_url or "")

    def ari_client(self, node: Node) -> AriClient:
        """The client of a node, shared by the threads of this process.

        Raises:
            ConfigurationError: there is no password for the node.
        """
        if node.id not in self._ari_clients:
            self._ari_clients[node.id] = self.new_ari_client(node, pool_size=self.settings.ari_pool_size)
        return self._ari_clients[node.id]

    def new_ari_client(self, node: Node, *, pool_size: int, app: str | None = None) -> AriClient:
        """A client of one's own, to be closed by whoever asked for it.

        Args:
            app: the Stasis application, where it isn't the dialer's usual one.

        Raises:
            ConfigurationError: there is no password for the node.
        """
        return AriClient(
            node.ari_url,
            node.ari_username,
            self._ari_password(node),
            app or self.settings.ari_app,
            connect_timeout=self.settings.ari_connect_timeout_seconds,
            read_timeout=self.settings.ari_read_timeout_seconds,
            pool_size=pool_size,
            ca_file=self.settings.ari_ca_file,
            clock=self.clock,
        )

    def listener(self, node: Node) -> Listener:
        """A listener for a node. It leads at most once.

        Raises:
            ConfigurationError: there is no password for the node.
        """
        password = self._ari_password(node)

        def connect() -> EventSocket:
            return self._event_socket(node, self.settings.ari_app)

        server = None
        if node.events_port is not None:
            host = self.settings.listener_host
            server = EventServer(host, node.events_port, node.ari_username, password, self.clock)
        pbx = Pbx(node.id, node.name, self.ari_client(node), connect, server)
        return Listener(pbx, self.engine, self.limiter, self.clock, self.settings)

    def _event_socket(self, node: Node, app: str) -> EventSocket:
        return EventSocket(
            node.ari_url,
            node.ari_username,
            self._ari_password(node),
            app,
            queue.SimpleQueue(),
            self.clock,
            timeout_seconds=self.settings.ari_read_timeout_seconds,
            ca_file=self.settings.ari_ca_file,
        )

    def _ari_password(self, node: Node) -> str:
        password = self.settings.ari_passwords.get(node.name, self.settings.ari_password)
        if password is None:
            raise ConfigurationError(f"Node {node.name} has no password: set DIALER_ARI_PASSWORD")
        return password.get_secret_value()

    @cached_property
    def api_keys(self) -> ApiKeys:
        return ApiKeys(self.engine, self.clock)

    @cached_property
    def auth(self) -> Auth:
        return Auth(self.engine, self.clock, self.settings, Passwords())

    @cached_property
    def breaker(self) -> Breaker:
        return Breaker(self.redis)

    @cached_property
    def call_lists(self) -> CallListImport:
        return CallListImport(self.engine, self.clock, self.settings, self.nudges)

    @cached_property
    def call_list_edits(self) -> CallListEdits:
        return CallListEdits(self.engine, self.clock)

    @cached_property
    def callbacks(self) -> Callbacks:
        return Callbacks(self.engine, self.clock, self.settings, self.contacts)

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.engine)

    @cached_property
    def campaigns(self) -> Campaigns:
        return Campaigns(self.engine, self.clock)

    @cached_property
    def claims(self) -> Claims:
        return Claims(
            self.engine,
            self.limiter,
            self.breaker,
            self.clock,
            self.settings,
            self.witness,
            prepare=self.ari_client,
        )

    @cached_property
    def contact_edits(self) -> ContactEdits:
        return ContactEdits(self.engine, self.clock, self.settings, self.contacts)

    @cached_property
    def contacts(self) -> Contacts:
        return Contacts(self.engine)

    @cached_property
    def control(self) -> ControlRoom:
        return ControlRoom(self.engine, self.clock, self.settings)

    @cached_property
    def correcting(self) -> Correcting:
        return Correcting(self.engine, self.pbx_records)

    @cached_property
    def dispatching(self) -> Dispatching:
        return Dispatching(self.engine, self.nudges, self.trunk_states, self.settings, self.witness)

    @cached_property
    def dnc(self) -> DncList:
        return DncList(self.engine, self.clock, self.settings)

    @cached_property
    def dnc_uploads(self) -> DncUploads:
        return DncUploads(self.engine, self.clock, self.settings)

    @cached_property
    def feed(self) -> Feed:
        return Feed(self.engine, self.trunk_states)

    @cached_property
    def dry_runs(self) -> DryRuns:
        return DryRuns(self.engine, self.settings)

    @cached_property
    def exports(self) -> Exports:
        return Exports(self.engine, self.clock, self.settings, self.nudges)

    @cached_property
    def figures(self) -> Figures:
        """Of the whole installation; for one process."""
        cache = self.settings.cache_redis_url
        caches = {"cache": redis.Redis.from_url(cache, socket_timeout=1.0, socket_connect_timeout=1.0)} if cache else {}
        return Figures(
            self.engine, self.redis, self.limiter, self.breaker, self.settings, queues=list(Queue), caches=caches
        )

    @cached_property
    def explaining(self) -> Explaining:
        return Explaining(self.engine, self.settings, self.paces, self.trunk_states)

    @cached_property
    def forecasting(self) -> Forecasting:
        return Forecasting(self.engine, self.settings)

    @cached_property
    def health(self) -> Health:
        return Health(self.engine, self.redis)

    @cached_property
    def idempotency(self) -> Idempotency:
        return Idempotency(self.engine)

    @cached_property
    def limiter(self) -> Limiter:
        return Limiter(self.redis)

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(self.engine)

    @cached_property
    def originating(self) -> Originating:
        return Originating(
            self.engine,
            self.claims,
            self.limiter,
            self.breaker,
            self.ari_client,
            self.clock,
            wanted_elsewhere=lambda: self._queues.waiting(Queue.ORIGINATE) > 0,
            threads=self.settings.ari_pool_size,
        )

    @cached_property
    def pbx_records(self) -> PbxRecords:
        return PbxRecords(self._records_engine, self.settings.pbx_cel_table, self.settings.pbx_cdr_table)

    @cached_property
    def _records_engine(self) -> Engine | None:
        url = self.settings.pbx_records_url
        return create_engine(url, pool_size=1, application_name=self.name) if url else None

    @cached_property
    def reconciling(self) -> Reconciling:
        return Reconciling(self.engine, self.limiter, self.ari_client, self.settings, self.pbx_records)

    @cached_property
    def recovering(self) -> Recovering:
        return Recovering(self.engine, self.clock, self.pbx_records, self.witness)

    @cached_property
    def requeueing(self) -> Requeueing:
        return Requeueing(self.engine, self.clock, self.nudges)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self.engine, self.clock, self.settings)

    @cached_property
    def results(self) -> Results:
        return Results(self.engine)

    @cached_property
    def single_calls(self) -> SingleCalls:
        return SingleCalls(self.engine, self.clock, self.settings, self.nudges, self.calls, self.trunk_states)

    @cached_property
    def sounds(self) -> Sounds:
        return Sounds(self.engine, self.settings)

    @cached_property
    def sound_checks(self) -> SoundChecks:
        def client_of(node: Node, app: str) -> AriClient:
            return self.new_ari_client(node, pool_size=1, app=app)

        return SoundChecks(self.engine, self.clock, self.settings, client_of, self._event_socket)

    @cached_property
    def stats(self) -> Stats:
        return Stats(self.engine, self.trunk_states)

    @cached_property
    def sweeping(self) -> Sweeping:
        return Sweeping(self.engine, self.limiter, self.settings)

    @cached_property
    def caller_ids(self) -> CallerIds:
        return CallerIds(self.engine, self.clock)

    @cached_property
    def paces(self) -> Paces:
        return Paces(self.engine, self.limiter, self.breaker)

    @cached_property
    def telephony(self) -> Telephony:
        return Telephony(self.engine, self.clock)

    @cached_property
    def trial_calls(self) -> TrialCalls:
        return TrialCalls(self.engine, self.single_calls)

    @cached_property
    def trunk_groups(self) -> TrunkGroups:
        return TrunkGroups(self.engine)

    @cached_property
    def trunk_states(self) -> TrunkStates:
        return TrunkStates(self.engine, self.breaker, self.settings)

    @cached_property
    def users(self) -> Users:
        return Users(self.engine, Passwords())

    @cached_property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.engine)

    @cached_property
    def webhook_delivering(self) -> WebhookDelivering:
        private_allowed = self.settings.webhooks_to_private_addresses
        return WebhookDelivering(self.engine, self.clock, private_allowed=private_allowed)

    @cached_property
    def witness(self) -> Witness:
        return Witness(self.engine, self.redis)

    @cached_property
    def withdrawing(self) -> Withdrawing:
        return Withdrawing(self.engine, self.clock, self.nudges)

    def close(self) -> None:
        """Let go of all connections."""
        if isinstance(made := self.__dict__.pop("originating", None), Originating):
            made.close()
        for client in self._ari_clients.values():
            client.close()
        self._ari_clients.clear()
        for name in ("engine", "_records_engine"):
            if isinstance(made := self.__dict__.pop(name, None), Engine):
                made.dispose()
        if isinstance(made := self.__dict__.pop("redis", None), redis.Redis):
            made.close()
