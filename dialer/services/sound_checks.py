"""Before a campaign starts: can its PBX play what its callees are to hear?"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import uuid4

from sqlalchemy import Engine

from dialer.ari.audition import Piece, unplayable
from dialer.ari.client import AriClient
from dialer.ari.socket import EventSocket
from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import campaigns, sounds, telephony
from dialer.db.pages import PageRequest
from dialer.db.telephony import NodeRecord
from dialer.domain.actions import ANSWER_ACTION, UPLOAD_PREFIX, sounds_of, upload_id
from dialer.domain.campaigns import CampaignState
from dialer.domain.sounds import SoundState
from dialer.errors import AriError, ConfigurationError, SoundsMissing
from dialer.services.claiming import Node
from dialer.services.sounds import check, media

log = logging.getLogger(__name__)

_OVER: Final = (CampaignState.RUNNING, CampaignState.CANCELLED)

_THREADS: Final = 4
_MOST_NODES: Final = 100

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
        """Refuse a campaign one of whose PBXs can't play one of its sounds. A PBX that can't be asked refuses nothing:
        no call goes to it either.

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
            found = telephony.nodes_of_campaign(tx, campaign_id)
        if not wanted:
            return
        pieces = {
            Piece(addresses.get(name, name), lengths[uploaded[name]] if name in uploaded else None): name
            for name in sorted(wanted)
        }
        for node in found:
            failed = self._unplayable(node, list(pieces))
            missing = [pieces[piece] for piece in failed or ()]
            self._note(node.id, uploaded, missing, was_asked=failed is not None)
            if missing:
                raise SoundsMissing(
                    f"Node {node.name} can't play {', '.join(missing)}. Upload what is missing, or put it on the PBX; "
                    "a sound that was uploaded has to be fetched by the PBX from DIALER_SOUNDS_URL.",
                    node=node.name,
                    sounds=missing,
                )

    def check(self, sound_id: int) -> None:
        """Ask every enabled PBX to play an uploaded sound, all at once, and keep what becomes of it.

        Raises:
            NotFound: there is no such sound.
            Conflict: it has no address.
        """
        name = f"{UPLOAD_PREFIX}{sound_id}"
        with self._engine.begin() as tx:
            address = media(tx, {name}, self._settings.sounds_url)[name]
            piece = Piece(address, sounds.lengths(tx, [sound_id])[sound_id])
            nodes = telephony.nodes(tx, PageRequest(_MOST_NODES), enabled=True, name=None).items

        def ask(node: NodeRecord) -> None:
            failed = self._unplayable(node, [piece])
            self._note(node.id, {name: sound_id}, [name] if failed else [], was_asked=failed is not None)

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(ask, nodes))

    def _note(self, node_id: int, uploaded: Mapping[str, int], missing: Sequence[str], *, was_asked: bool) -> None:
        states: dict[SoundState, list[int]] = {}
        for name, sound_id in uploaded.items():
            state = SoundState.MISSING if name in missing else SoundState.OK if was_asked else SoundState.ERROR
            states.setdefault(state, []).append(sound_id)
        with self._engine.begin() as tx:
            for state, sound_ids in states.items():
                sounds.note_check(tx, node_id, state, sound_ids)

    def _unplayable(self, node: NodeRecord, pieces: list[Piece]) -> list[Piece] | None:
        """None: the node can't be asked."""
        app = f"{self._settings.ari_app}-sounds-{uuid4().hex[:12]}"
        there = Node(node.id, node.name, node.ari_url, node.ari_username, node.events_port)
        try:
            with self._client_of(there, app) as client:
                return unplayable(client, lambda: self._socket_of(there, app), pieces, self._clock)
        except (AriError, ConfigurationError) as error:
            log.warning("node %s can't be asked whether it can play its sounds: %s", node.name, error)
            return None
