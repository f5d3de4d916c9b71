"""The emergency stop and the allow-list guard."""

from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import control
from dialer.db.control import AllowedRecord, ChangeRecord, ControlRecord
from dialer.db.pages import Page, PageRequest
from dialer.db.tables import Call
from dialer.errors import NotFound
from dialer.services import numbers
from dialer.services.decisions import Decided, decide
from dialer.services.ending import withdraw_queued


class ControlRoom:
    """Decisions for the whole installation. They live in PostgreSQL and survive every restart."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings) -> None:
        self._engine = engine
        self._clock = clock
        self._settings = settings

    def status(self) -> ControlRecord:
        """What holds now."""
        with self._engine.begin() as tx:
            return control.get(tx)

    def stop(self, user: str, reason: str) -> Decided[ControlRecord]:
        """Stop all dialing everywhere. When this returns, no further call is sent; queued calls are taken back."""

        def action(tx: Connection) -> ControlRecord:
            stopped = control.stop(tx, user, reason)
            control.log(tx, user, "stop", reason)
            withdraw_queued(tx, reason="emergency_stop")
            return stopped

        return decide(self._engine, self._clock, action)

    def lift(self, user: str) -> ControlRecord:
        """Let dialing go on."""
        with self._engine.begin() as tx:
            control.log(tx, user, "lift")
            return control.lift(tx)

    def set_allow_list_only(self, only: bool, user: str) -> Decided[ControlRecord]:
        """Whether only numbers on the allow-list may be dialed, from this moment on."""

        def action(tx: Connection) -> ControlRecord:
            control.log(tx, user, "allow_list_only", "on" if only else "off")
            return control.set_allow_list_only(tx, only)

        return decide(self._engine, self._clock, action)

    def changes(self, limit: int) -> list[ChangeRecord]:
        """Who has stopped, lifted, switched or recovered, the newest first."""
        with self._engine.begin() as tx:
            return control.changes(tx, limit)

    def allow(self, phone_number: str, user: str, *, default_region: str | None = None) -> AllowedRecord:
        """Put a number on the allow-list.

        Args:
            phone_number: E.164, or national with a `default_region`.

        Raises:
            InvalidInput: not a phone number.
            GateRefused: one that is never dialed, listed or not.
        """
        number = numbers.read(phone_number, default_region, self._settings.special_numbers_allowed)
        with self._engine.begin() as tx:
            return control.allow(tx, number.e164, user)

    def disallow(self, phone_number: str) -> int:
        """Take a number (E.164) off the allow-list; how many calls to it are in flight.

        Raises:
            NotFound: it isn't there.
        """

        def action(tx: Connection) -> None:
            if not control.disallow(tx, phone_number):
                raise NotFound(f"{phone_number} is not on the allow-list.")

        return decide(self._engine, self._clock, action, scope=[Call.phone_number == phone_number]).in_flight

    def allowed(self, page: PageRequest, *, added_by: str | None = None) -> Page[AllowedRecord]:
        """The allow-list, by number."""
        with self._engine.begin() as tx:
            return control.allowed(tx, page, added_by=added_by)
