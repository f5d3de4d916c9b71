"""When a campaign will end."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, model_validator

from api.schemas.common import Moment, Schema
from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.hours import LimitedBy
from dialer.services.forecasting import CampaignForecast, Wanted

_Weight = Annotated[float, Field(ge=0, le=1e9)]
_Seconds = Annotated[float, Field(ge=0, le=86400)]


class RatesIn(Schema):
    """How calls end: parts of any sum, like percentages. What isn't named doesn't happen."""

    answered: _Weight = 0.0
    busy: _Weight = 0.0
    no_answer: _Weight = 0.0
    rejected: _Weight = 0.0
    unallocated: _Weight = 0.0
    congestion: _Weight = 0.0
    trunk_fault: _Weight = 0.0
    failed: _Weight = 0.0
    indeterminate: _Weight = 0.0
    abandoned: _Weight = 0.0

    @model_validator(mode="after")
    def _some(self) -> "RatesIn":
        if sum(self.weights().values()) <= 0:
            raise ValueError("name at least one disposition with more than 0")
        return self

    def weights(self) -> dict[Disposition, float]:
        return {Disposition(name): getattr(self, name) for name in type(self).model_fields}


class HoldIn(Schema):
    """From dialing to hang-up, in seconds. What isn't named is taken as seen."""

    answered: _Seconds | None = None
    busy: _Seconds | None = None
    no_answer: _Seconds | None = None
    rejected: _Seconds | None = None
    unallocated: _Seconds | None = None
    congestion: _Seconds | None = None
    trunk_fault: _Seconds | None = None
    failed: _Seconds | None = None
    indeterminate: _Seconds | None = None
    abandoned: _Seconds | None = None


class ForecastIn(Schema):
    """What to go by. `{}`: by what was seen so far."""

    rates: list[RatesIn] = Field(
        default_factory=list, max_length=20, description="For the first, the second, … attempt; the last for all more."
    )
    hold_seconds: HoldIn = HoldIn()
    horizon_days: int = Field(30, ge=1, le=90, description="How far to look.")

    def wanted(self) -> Wanted:
        holds = {name: getattr(self.hold_seconds, name) for name in HoldIn.model_fields}
        return Wanted(
            rates=[rates.weights() for rates in self.rates],
            hold_seconds={Disposition(name): seconds for name, seconds in holds.items() if seconds is not None},
            horizon=timedelta(days=self.horizon_days),
        )


class HourOut(Schema):
    at: Moment = Field(description="When the hour begins.")
    dials: int
    answered: int
    done: int = Field(description="Contacts that are done in this hour.")
    remaining: int = Field(description="Contacts that are not done at its end.")
    limited_by: LimitedBy = Field(description="What keeps more from being dialed for the longest part of it.")


class NotCalled(Schema):
    code: str = Field(description="One of the gate's codes, or not_in_time.")
    rule: str
    contacts: int


class RatesOut(Schema):
    """What the forecast went by."""

    by_attempt: list[dict[Disposition, float]] = Field(description="The last holds for all further attempts.")
    hold_seconds: dict[Disposition, float]
    calls_seen: int = Field(description="From how many calls the rates come.")


class ForecastOut(Schema):
    """When a campaign will end, as of `as_of`."""

    campaign_id: int
    state: CampaignState
    finish_at: Moment | None = Field(
        description="When the last call is over to whoever may be called; empty: not before the horizon."
    )
    earliest_at: Moment | None = Field(description="The earliest of several runs.")
    latest_at: Moment | None = Field(description="The latest of several runs; empty: beyond the horizon.")
    horizon: Moment
    contacts: int = Field(description="Contacts that are not done now.")
    done: dict[FinalReason, int] = Field(description="What becomes of them.")
    left: list[NotCalled] = Field(description="Those who are not called, or not in time, and why.")
    hours: list[HourOut]
    rates: RatesOut
    assumptions: list[str]
    as_of: Moment

    @classmethod
    def of(cls, told: CampaignForecast) -> "ForecastOut":
        forecast = told.forecast
        rates = RatesOut(
            by_attempt=[{d: round(part, 4) for d, part in mix.items()} for mix in forecast.rates.mixes],
            hold_seconds={d: round(seconds, 1) for d, seconds in forecast.rates.hold_seconds.items()},
            calls_seen=told.calls_seen,
        )
        return cls(
            campaign_id=told.campaign_id,
            state=told.state,
            finish_at=forecast.finish_at,
            earliest_at=forecast.earliest_at,
            latest_at=forecast.latest_at,
            horizon=told.horizon,
            contacts=forecast.contacts,
            done=dict(forecast.done),
            left=[NotCalled.model_validate(part) for part in forecast.left],
            hours=[HourOut.model_validate(hour) for hour in forecast.hours],
            rates=rates,
            assumptions=list(told.assumptions),
            as_of=told.as_of,
        )
