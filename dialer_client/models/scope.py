from enum import StrEnum


class Scope(StrEnum):
    CALLSREAD = "calls:read"
    CALLSWRITE = "calls:write"
    CAMPAIGNSREAD = "campaigns:read"
    CAMPAIGNSWRITE = "campaigns:write"
    CONTACTSREAD = "contacts:read"
    CONTACTSWRITE = "contacts:write"
    CONTROLREAD = "control:read"
    CONTROLWRITE = "control:write"
    DNCREAD = "dnc:read"
    DNCWRITE = "dnc:write"
    EXPORTSREAD = "exports:read"
    EXPORTSWRITE = "exports:write"
    TELEPHONYREAD = "telephony:read"
    TELEPHONYWRITE = "telephony:write"
    WEBHOOKSREAD = "webhooks:read"
    WEBHOOKSWRITE = "webhooks:write"

    def __str__(self) -> str:
        return str(self.value)
