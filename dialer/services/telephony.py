"""PBX nodes and trunks: what an administrator tells the dialer about them. Passwords are in the settings only."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.db import telephony
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.tables import Call
from dialer.db.telephony import NodeRecord, TrunkRecord
from dialer.errors import Conflict, DialerError, InvalidInput, NotFound
from dialer.services import caller_ids, revisions
from dialer.services.decisions import Decided, decide
from dialer.services.idempotency import Within, nothing_more
from dialer.services.revisions import ANY, Revisions

# Technology/resource. What is put into it must not be able to add options to the dial string.
_ENDPOINT: Final = re.compile(r"^[A-Za-z0-9]+/[A-Za-z0-9_@.{}:;=+-]+$")
_NUMBER: Final = ("{number}", "{digits}")
_PLACEHOLDERS: Final = (*_NUMBER, "{call_id}")


class Telephony:
    """Nodes and trunks. Edits hold for every claim made after their answer."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def create_node(self, values: Mapping[str, Any], *, within: Within[NodeRecord] = nothing_more) -> NodeRecord:
        """Add a node: `name`, `ari_url`, `ari_username`, `events_port`, `enabled`.

        Raises:
            InvalidInput: the URL isn't http or https, or carries a password.
            Conflict: there is one of that name, or with that port.
        """
        _check_node(values)
        with explaining(_violations(values)), self._engine.begin() as tx:
            node = telephony.create_node(tx, dict(values))
            within(tx, node)
        return node

    def node(self, node_id: int) -> NodeRecord:
        """One node, with its listener's lease and last echo.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return _node(telephony.get_node(tx, node_id), node_id)

    def nodes(self, page: PageRequest, *, enabled: bool | None = None, name: str | None = None) -> Page[NodeRecord]:
        """Nodes, the oldest first."""
        with self._engine.begin() as tx:
            return telephony.nodes(tx, page, enabled=enabled, name=name)

    def edit_node(self, node_id: int, changes: Mapping[str, Any], *, of: Revisions = ANY) -> Decided[NodeRecord]:
        """Change a node of one of the revisions `of`. Raises as `create_node`, NotFound, PreconditionFailed."""
        _check_node(changes)

        def action(tx: Connection) -> NodeRecord:
            revisions.check(of, _node(telephony.lock_node(tx, node_id), node_id).revision)
            return _node(telephony.edit_node(tx, node_id, dict(changes)), node_id)

        with explaining(_violations(changes)):
            return decide(self._engine, self._clock, action, scope=[Call.node_id == node_id])

    def create_trunk(self, values: Mapping[str, Any], *, within: Within[TrunkRecord] = nothing_more) -> TrunkRecord:
        """Add a trunk: `name`, `node_id`, `endpoint`, `caller_id`, `cps`, `channels`, `enabled`.

        Raises:
            InvalidInput: the endpoint is not of the form `PJSIP/{number}@carrier`; there is no such node; another trunk
                owns the caller id.
            Conflict: there is one of that name.
        """
        _check_trunk(values)
        with explaining(_violations(values)), self._engine.begin() as tx:
            if values.get("caller_id"):
                caller_ids.check_trunk(tx, None, values["caller_id"])
            trunk = telephony.create_trunk(tx, dict(values))
            within(tx, trunk)
        return trunk

    def trunk(self, trunk_id: int) -> TrunkRecord:
        """One trunk.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return _trunk(telephony.get_trunk(tx, trunk_id), trunk_id)

    def trunks(
        self,
        page: PageRequest,
        *,
        enabled: bool | None = None,
        name: str | None = None,
        node_id: int | None = None,
    ) -> Page[TrunkRecord]:
        """Trunks, the oldest first."""
        with self._engine.begin() as tx:
            return telephony.trunks(tx, page, enabled=enabled, name=name, node_id=node_id)

    def edit_trunk(self, trunk_id: int, changes: Mapping[str, Any], *, of: Revisions = ANY) -> Decided[TrunkRecord]:
        """Change a trunk of one of the revisions `of`. Raises as `create_trunk`, NotFound, PreconditionFailed."""
        _check_trunk(changes)

        def action(tx: Connection) -> TrunkRecord:
            revisions.check(of, _trunk(telephony.lock_trunk(tx, trunk_id), trunk_id).revision)
            if changes.get("caller_id"):
                caller_ids.check_trunk(tx, trunk_id, changes["caller_id"])
            return _trunk(telephony.edit_trunk(tx, trunk_id, dict(changes)), trunk_id)

        with explaining(_violations(changes)):
            return decide(self._engine, self._clock, action, scope=[Call.trunk_id == trunk_id])


def _node(node: NodeRecord | None, node_id: int) -> NodeRecord:
    if node is None:
        raise NotFound(f"There is no node {node_id}.")
    return node


def _trunk(trunk: TrunkRecord | None, trunk_id: int) -> TrunkRecord:
    if trunk is None:
        raise NotFound(f"There is no trunk {trunk_id}.")
    return trunk


def _check_node(values: Mapping[str, Any]) -> None:
    if "ari_url" not in values:
        return
    try:
        url = urlsplit(values["ari_url"])
        sound = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        sound = False
    if not sound or url.username or url.password or url.query or url.fragment:
        message = "must be like http://pbx.example:8088/ari, without user name, password or query"
        raise InvalidInput(f"The ARI URL {message}.", errors=[{"field": "ari_url", "message": message}])


def _check_trunk(values: Mapping[str, Any]) -> None:
    if "endpoint" not in values:
        return
    endpoint = str(values["endpoint"])
    rest = endpoint
    for placeholder in _PLACEHOLDERS:
        rest = rest.replace(placeholder, "")
    has_number = any(placeholder in endpoint for placeholder in _NUMBER)
    if not _ENDPOINT.match(endpoint) or not has_number or "{" in rest or "}" in rest:
        message = "must be like PJSIP/{number}@carrier, with {number} or {digits} in it"
        raise InvalidInput(f"The endpoint {message}.", errors=[{"field": "endpoint", "message": message}])


def _violations(values: Mapping[str, Any]) -> dict[str, DialerError]:
    no_node = f"There is no node {values.get('node_id')}."
    return {
        "uq_pbx_nodes_name": Conflict(f"There is a node named {values.get('name')!r} already."),
        "uq_pbx_nodes_events_port": Conflict(f"Another node has the events_port {values.get('events_port')} already."),
        "uq_trunks_name": Conflict(f"There is a trunk named {values.get('name')!r} already."),
        "fk_trunks_node_id": InvalidInput(no_node, errors=[{"field": "node_id", "message": no_node}]),
    }
