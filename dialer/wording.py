"""Words that several parts use: what is wrong with a value, as who sent it would say it, and how many calls go on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

_WORDS: Final = MappingProxyType(
    {
        "missing": "is required",
        "extra_forbidden": "there is no such field: is it misspelt?",
        "union_tag_not_found": "{discriminator} is required",
        "union_tag_invalid": "{discriminator} must be one of {expected_tags}, not '{tag}'",
        "literal_error": "must be {expected}",
        "enum": "must be {expected}",
        "string_type": "must be text",
        "string_too_short": "must have at least {min_length} characters",
        "string_too_long": "must have at most {max_length} characters",
        "int_type": "must be a whole number",
        "int_parsing": "must be a whole number",
        "int_from_float": "must be a whole number",
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "finite_number": "must be a finite number",
        "bool_type": "must be true or false",
        "bool_parsing": "must be true or false",
        "list_type": "must be a list",
        "dict_type": "must be an object with fields",
        "model_type": "must be an object with fields",
        "model_attributes_type": "must be an object with fields",
        "greater_than": "must be more than {gt}",
        "greater_than_equal": "must be at least {ge}",
        "less_than": "must be less than {lt}",
        "less_than_equal": "must be at most {le}",
        "too_short": "must have at least {min_length} items",
        "too_long": "must have at most {max_length} items",
    }
)
_E164: Final = r"^\+[0-9]{6,19}$"


def message(item: Mapping[str, Any]) -> str:
    """Of one of the errors that a `ValidationError` lists. What has no words here keeps Pydantic's."""
    kind, context = item["type"], item.get("ctx", {})
    if kind == "string_pattern_mismatch" and context.get("pattern") == _E164:
        return "must be a number in E.164: + and the country code, such as +12125550100"
    words = _WORDS.get(kind)
    if words is None:
        return str(item["msg"]).removeprefix("Value error, ")
    return words.format_map({name: _plain(value) for name, value in context.items()})


def _plain(value: Any) -> Any:
    """1000.0 as 1000; the quotes of Pydantic's discriminator are left out."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.strip("'") if isinstance(value, str) and value.count("'") == 2 and value[0] == "'" else value


def in_flight(calls: int) -> str:
    """How many calls go on, whatever was decided about them."""
    return "1 call is still in flight" if calls == 1 else f"{calls} calls are still in flight"
