"""Phone numbers as people give them to the API and the command line."""

from dialer.domain import phone
from dialer.domain.phone import PhoneNumber, PhoneRefusal, PhoneRefusalCode
from dialer.errors import GateRefused, InvalidInput

_NEVER_DIALED = frozenset({PhoneRefusalCode.EMERGENCY, PhoneRefusalCode.SHORT_CODE, PhoneRefusalCode.PREMIUM_RATE})


def read(text: str, default_region: str | None = None, allowed: frozenset[str] = frozenset()) -> PhoneNumber:
    """`text` as a number.

    Args:
        default_region: ISO 3166 code of the country whose national numbers are meant.
        allowed: special numbers that may be dialed all the same.

    Raises:
        GateRefused: an emergency, short or premium-rate number.
        InvalidInput: not a number, or not one that can exist; or no such region.
    """
    if default_region is not None and not phone.known_region(default_region):
        message = f"{default_region!r} is not the ISO 3166 code of a country with phone numbers"
        raise InvalidInput(f"{message}.", errors=[{"field": "default_region", "message": message}])
    number = phone.parse(text, default_region, allowed)
    if isinstance(number, PhoneNumber):
        return number
    raise _refused(number)


def _refused(refusal: PhoneRefusal) -> GateRefused | InvalidInput:
    detail = f"{refusal.reason}."
    if refusal.code in _NEVER_DIALED:
        return GateRefused(detail, gate_code="undialable", phone_code=refusal.code.value, until=None)
    errors = [{"field": "phone_number", "message": refusal.reason}]
    return InvalidInput(detail, phone_code=refusal.code.value, errors=errors)
