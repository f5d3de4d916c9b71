"""The resources."""

from api.routes.api_keys import api_keys
from api.routes.auth import auth
from api.routes.call_lists import call_lists
from api.routes.caller_ids import caller_ids
from api.routes.calls import calls
from api.routes.campaigns import campaigns
from api.routes.contacts import contacts
from api.routes.control import control
from api.routes.dnc import dnc
from api.routes.dnc_uploads import dnc_uploads
from api.routes.events import events
from api.routes.exports import exports
from api.routes.health import health
from api.routes.nodes import nodes
from api.routes.numbers import numbers
from api.routes.requeues import requeues
from api.routes.sounds import sounds, sounds_for_pbxs
from api.routes.trial_calls import trial_calls
from api.routes.trunk_groups import trunk_groups
from api.routes.trunks import trunks
from api.routes.users import users
from api.routes.webhooks import webhooks

BLUEPRINTS = (
    api_keys,
    auth,
    call_lists,
    caller_ids,
    calls,
    campaigns,
    contacts,
    control,
    dnc,
    dnc_uploads,
    events,
    exports,
    health,
    nodes,
    numbers,
    requeues,
    sounds,
    sounds_for_pbxs,
    trial_calls,
    trunk_groups,
    trunks,
    users,
    webhooks,
)
