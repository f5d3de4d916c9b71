"""Test calls of campaigns."""

from pydantic import Field

from api.schemas.calls import VariableName, VariableValue
from api.schemas.common import Phone, Schema


class TrialIn(Schema):
    """Whom to call, to try a campaign."""

    phone_number: Phone
    variables: dict[VariableName, VariableValue] = Field(
        default_factory=dict, max_length=100, description="Channel variables, in the place of a contact's data."
    )
