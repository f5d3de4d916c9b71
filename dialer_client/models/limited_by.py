from enum import StrEnum


class LimitedBy(StrEnum):
    CALLING_WINDOW = "calling_window"
    CALLS_IN_PROGRESS = "calls_in_progress"
    CAMPAIGN_CHANNELS = "campaign_channels"
    CAMPAIGN_CPS = "campaign_cps"
    CAMPAIGN_DATES = "campaign_dates"
    INSTALLATION_CHANNELS = "installation_channels"
    INSTALLATION_CPS = "installation_cps"
    NOTHING = "nothing"
    NUMBER_CAPS = "number_caps"
    OTHER_CAMPAIGNS = "other_campaigns"
    PEOPLE = "people"
    RETRY_DELAY = "retry_delay"
    TRUNK_CHANNELS = "trunk_channels"
    TRUNK_CPS = "trunk_cps"

    def __str__(self) -> str:
        return str(self.value)
