"""When will it end, as a campaign manager asks it."""

from typing import Any

import pytest

from tests.integration.api.conftest import Api


def test_forecast_of_a_campaign_by_given_rates(admin: Api, campaign_id: int) -> None:
    added = admin.post(f"/v1/campaigns/{campaign_id}/contacts", {"contacts": [{"phone_number": "+12125550123"}]})
    assert added.status_code in (200, 201), added.text
    body = {"rates": [{"answered": 100}], "hold_seconds": {"answered": 30}, "horizon_days": 14}
    told = admin.post(f"/v1/campaigns/{campaign_id}/forecast", body)
    assert told.status_code == 200, told.text
    assert told.json["contacts"] == 1
    assert told.json["done"] == {"answered": 1}
    assert told.json["earliest_at"] <= told.json["finish_at"] <= told.json["latest_at"] < told.json["horizon"]
    assert told.json["rates"]["by_attempt"] == [{"answered": 1.0}]
    assert told.json["hours"][-1]["remaining"] == 0
    assert told.json["as_of"] <= told.json["finish_at"]
    assert any("draft" in said for said in told.json["assumptions"])


def test_forecast_without_anything_given_says_what_it_assumes(admin: Api, campaign_id: int) -> None:
    told = admin.post(f"/v1/campaigns/{campaign_id}/forecast", {})
    assert told.status_code == 200, told.text
    assert told.json["rates"]["calls_seen"] == 0
    assert any("usual rates" in said for said in told.json["assumptions"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rates": [{}]}, "rates"),
        ({"rates": [{"answered": -1}]}, "rates"),
        ({"rates": [{"withdrawn": 1}]}, "rates"),
        ({"hold_seconds": {"answered": -1}}, "hold_seconds"),
        ({"horizon_days": 91}, "horizon_days"),
        ({"horizon": 3}, "horizon"),
    ],
)
def test_bad_input_is_refused_with_its_field(admin: Api, campaign_id: int, body: dict[str, Any], field: str) -> None:
    answer = admin.post(f"/v1/campaigns/{campaign_id}/forecast", body)
    assert answer.status_code == 422, answer.text
    assert any(error["field"].startswith(field) for error in answer.json["errors"])


def test_what_is_not_there_or_cancelled_has_no_forecast(admin: Api, campaign_id: int) -> None:
    assert admin.post("/v1/campaigns/999999/forecast", {}).status_code == 404
    assert admin.post(f"/v1/campaigns/{campaign_id}/cancel").status_code == 200
    assert admin.post(f"/v1/campaigns/{campaign_id}/forecast", {}).status_code == 409
