"""Trunk groups: what an administrator says about which trunks stand in for each other."""

from collections.abc import Mapping

from sqlalchemy import Connection, Engine

from dialer.db import trunk_groups
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.trunk_groups import GroupRecord
from dialer.errors import Conflict, DialerError, InvalidInput, NotFound
from dialer.services import revisions
from dialer.services.idempotency import Within, nothing_more
from dialer.services.revisions import ANY, Revisions


class TrunkGroups:
    """Adds, edits and removes them. Calls that are queued already follow an edit with the next tick of dispatch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(
        self, name: str, weights: Mapping[int, int], *, within: Within[GroupRecord] = nothing_more
    ) -> GroupRecord:
        """Add a group.

        Args:
            weights: of its trunks, by their ids.

        Raises:
            InvalidInput: no such trunk.
            Conflict: there is one of that name.
        """
        with explaining(_violations(name)), self._engine.begin() as tx:
            _check(tx, weights)
            group = _found(tx, trunk_groups.create(tx, name, weights))
            within(tx, group)
        return group

    def get(self, group_id: int) -> GroupRecord:
        """One group.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return _found(tx, group_id)

    def listed(self, page: PageRequest, *, trunk_id: int | None = None, name: str | None = None) -> Page[GroupRecord]:
        """Groups, the oldest first; with `trunk_id` those that it is in."""
        with self._engine.begin() as tx:
            return trunk_groups.listed(tx, page, trunk_id=trunk_id, name=name)

    def edit(
        self, group_id: int, *, name: str | None, weights: Mapping[int, int] | None, of: Revisions = ANY
    ) -> GroupRecord:
        """Change what isn't None, of a group of one of the revisions `of`. Raises as `create`, NotFound,
        PreconditionFailed."""
        with explaining(_violations(name)), self._engine.begin() as tx:
            revisions.check(of, _locked(tx, group_id).revision)
            if weights is not None:
                _check(tx, weights)
            trunk_groups.edit(tx, group_id, name=name, weights=weights)
            return _found(tx, group_id)

    def remove(self, group_id: int) -> None:
        """Calls that wait for one of its trunks stay with that trunk.

        Raises:
            NotFound: there is none.
            Conflict: a campaign names it.
        """
        with explaining(_violations(None)), self._engine.begin() as tx:
            group = _locked(tx, group_id)
            if (campaign := trunk_groups.used_by(tx, group_id)) is not None:
                raise Conflict(
                    f"The campaign {campaign!r} names the group {group.name!r}: let it name another group or a trunk."
                )
            trunk_groups.remove(tx, group_id)


def _found(tx: Connection, group_id: int) -> GroupRecord:
    group = trunk_groups.get(tx, group_id)
    if group is None:
        raise NotFound(f"There is no trunk group {group_id}.")
    return group


def _locked(tx: Connection, group_id: int) -> GroupRecord:
    trunk_groups.lock(tx, group_id)
    return _found(tx, group_id)


def _check(tx: Connection, weights: Mapping[int, int]) -> None:
    unknown = sorted(weights.keys() - trunk_groups.existing_trunks(tx, list(weights)))
    if unknown:
        message = f"there is no trunk {unknown[0]}"
        raise InvalidInput(f"trunks: {message}.", errors=[{"field": "trunks", "message": message}])


def _violations(name: str | None) -> dict[str, DialerError]:
    return {
        "uq_trunk_groups_name": Conflict(f"There is a trunk group named {name!r} already."),
        "fk_campaigns_trunk_group_id": Conflict("A campaign has just named the group."),
    }
