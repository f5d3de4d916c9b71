from enum import StrEnum


class Event(StrEnum):
    CALL_ENDED = "call.ended"
    CAMPAIGN_STATE = "campaign.state"
    CONTACT_FINISHED = "contact.finished"
    IMPORT_DONE = "import.done"

    def __str__(self) -> str:
        return str(self.value)
