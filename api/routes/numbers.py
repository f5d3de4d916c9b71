"""Numbers, across campaigns; and the rules that numbers of a region are under."""

from typing import Final

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from api.context import answer, dialer
from api.openapi import blueprint, problems
from api.schemas.explaining import HistoryQuery, NumberHistoryOut, NumberPath, ProfilesOut
from dialer.domain.profiles import profiles

numbers: Final[APIBlueprint] = blueprint("numbers", "/v1")


@numbers.get("/numbers/<string:phone_number>/history", responses={200: NumberHistoryOut, **problems(422)})
def history(path: NumberPath, query: HistoryQuery) -> Response:
    """Why was this number called? Its calls by all campaigns, with what the gate decided, and its DNC entries"""
    return answer(
        NumberHistoryOut.model_validate(dialer().numbers.history(path.phone_number, query.page(), **query.filter()))
    )


@numbers.get("/profiles", responses={200: ProfilesOut})
def rules() -> Response:
    """List the compliance profiles: their figures with sources, and what they do not cover"""
    return answer(ProfilesOut(items=list(profiles().values())))
