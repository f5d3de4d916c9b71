"""The tables. `Base.metadata` has all of them; `migrations/` must match (`dialer db check`)."""

from dialer.db.tables.access import ApiKey, IdempotencyKey, LoginFailure, Session, User
from dialer.db.tables.base import Base
from dialer.db.tables.calls import Call, CallVariables, NumberDials
from dialer.db.tables.campaigns import (
    Callback,
    CallList,
    Campaign,
    CampaignCount,
    CampaignCountDelta,
    Contact,
    ContactData,
    ContactNumber,
    ImportChunk,
    ImportRefusal,
    LiveAnswer,
    ZoneSet,
)
from dialer.db.tables.dnc import DncEntry, DncRefusal, DncUpload
from dialer.db.tables.exports import Export, ExportPart
from dialer.db.tables.requeues import Requeue
from dialer.db.tables.sounds import SoundCheck, UploadedSound
from dialer.db.tables.telephony import (
    AllowedNumber,
    Control,
    ControlChange,
    PbxNode,
    Trunk,
    TrunkCallerId,
    TrunkGroup,
    TrunkGroupMember,
)
from dialer.db.tables.webhooks import Webhook, WebhookDelivery

__all__ = [
    "AllowedNumber",
    "ApiKey",
    "Base",
    "Call",
    "CallList",
    "CallVariables",
    "Callback",
    "Campaign",
    "CampaignCount",
    "CampaignCountDelta",
    "Contact",
    "ContactData",
    "ContactNumber",
    "Control",
    "ControlChange",
    "DncEntry",
    "DncRefusal",
    "DncUpload",
    "Export",
    "ExportPart",
    "IdempotencyKey",
    "ImportChunk",
    "ImportRefusal",
    "LiveAnswer",
    "LoginFailure",
    "NumberDials",
    "PbxNode",
    "Requeue",
    "Session",
    "SoundCheck",
    "Trunk",
    "TrunkCallerId",
    "TrunkGroup",
    "TrunkGroupMember",
    "UploadedSound",
    "User",
    "Webhook",
    "WebhookDelivery",
    "ZoneSet",
]
