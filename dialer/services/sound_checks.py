"""Before a campaign starts: can its PBX play what its callees are to hear?"""

import logging
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from sqlalchemy import Engine

from dialer.ari.audition import Piece, unplayable
from dialer.ari.client import AriClient
from dialer.ari.socket import EventSocket
from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import campaigns, sounds, telephony
from dialer.domain.actions import ANSWER_ACTION, sounds_of, upload_id
from dialer.domain.campaigns import CampaignState
from dialer.errors import AriError, ConfigurationError, SoundsMissing
from dialer.services.claiming import Node
from dialer.services.sounds import check, media

log = logging.getLogger(__name__)

_OVER: Final = (CampaignState.RUNNING, CampaignState.CANCELLED)

ClientOf = Callable[[Node, str], AriClient]
SocketOf = Callable[[Node, str], EventSocket]


class SoundChecks:
    """Asks PBXs to play sounds where nobody hears it, which also brings uploaded ones into their caches.

    Args:
        client_of, socket_of: a client and the events of a node, for an application of that name.
    """

    def __init__(self, engine: Engine, clock: Clock, settings: Settings, client_of: ClientOf, socket_of: SocketOf):
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._client_of = client_of
        self._socket_of = socket_of

    def require(self, campaign_id: int) -> None:
        """Refuse a campaign whose PBX can't play one of its sounds. A PBX that can't be asked refuses nothing: no
        call goes to it either.

        Raises:
            SoundsMissing: names the node and the sounds.
            InvalidInput, Conflict: an uploaded sound was deleted, or has no address.
        """
        with self._engine.begin() as tx:
            campaign = campaigns.get(tx, campaign_id)
            if campaign is None or campaign.state in _OVER:
                return
            action = ANSWER_ACTION.validate_python(campaign.answer_action)
            check(tx, action)
            wanted = sounds_of(action)
            uploaded = {name: sound_id for name in wanted if (sound_id := upload_id(name)) is not None}
            addresses = media(tx, uploaded.keys(), self._settings.sounds_url) if uploaded else {}
            lengths = sounds.lengths(tx, uploaded.values())
            trunk = telephony.get_trunk(tx, campaign.trunk_id)
            found = telephony.get_node(tx, trunk.node_id) if trunk is not None else None
        if found is None or not wanted:
            return
        pieces = {
            Piece(addresses.get(name, name), lengths[uploaded[name]] if name in uploaded else None): name
            for name in sorted(wanted)
        }
        missing = [pieces[piece] for piece in self._unplayable(found, list(pieces))]
        if missing:
            raise SoundsMissing(
                f"Node {found.name} can't play {', '.join(missing)}. Upload what is missing, or put it on the PBX; a "
                "sound that was uploaded has to be fetched by the PBX from DIALER_SOUNDS_URL.",
                node=found.name,
                sounds=missing,
            )

    def _unplayable(self, node: telephony.NodeRecord, pieces: list[Piece]) -> list[Piece]:
        app = f"{self._settings.ari_app}-sounds-{uuid4().hex[:12]}"
        there = Node(node.id, node.name, node.ari_url, node.ari_username, node.events_port)
        try:
            with self._client_of(there, app) as client:
                return unplayable(client, lambda: self._socket_of(there, app), pieces, self._clock)
        except (AriError, ConfigurationError) as error:
            log.warning("node %s can't be asked whether it can play its sounds: %s", node.name, error)
            return []
