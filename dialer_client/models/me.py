from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.role import Role
from ..models.scope import Scope

T = TypeVar("T", bound="Me")


@_attrs_define
class Me:
    """Who sends the request: a user who is logged in, or a program with a key of theirs.

    Attributes:
        user_id (int):
        username (str):
        role (Role): What a user may do, each role all that the ones before it may.
        key_id (int | None):
        scopes (list[Scope] | None): Of the key; null for a user, who isn't bound to any.
    """

    user_id: int
    username: str
    role: Role
    key_id: int | None
    scopes: list[Scope] | None

    def to_dict(self) -> dict[str, Any]:
        user_id = self.user_id

        username = self.username

        role = self.role.value

        key_id: int | None
        key_id = self.key_id

        scopes: list[str] | None
        if isinstance(self.scopes, list):
            scopes = []
            for scopes_type_0_item_data in self.scopes:
                scopes_type_0_item = scopes_type_0_item_data.value
                scopes.append(scopes_type_0_item)

        else:
            scopes = self.scopes

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "user_id": user_id,
                "username": username,
                "role": role,
                "key_id": key_id,
                "scopes": scopes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        user_id = d.pop("user_id")

        username = d.pop("username")

        role = Role(d.pop("role"))

        def _parse_key_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        key_id = _parse_key_id(d.pop("key_id"))

        def _parse_scopes(data: object) -> list[Scope] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                scopes_type_0 = []
                _scopes_type_0 = data
                for scopes_type_0_item_data in _scopes_type_0:
                    scopes_type_0_item = Scope(scopes_type_0_item_data)

                    scopes_type_0.append(scopes_type_0_item)

                return scopes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Scope] | None, data)

        scopes = _parse_scopes(d.pop("scopes"))

        me = cls(
            user_id=user_id,
            username=username,
            role=role,
            key_id=key_id,
            scopes=scopes,
        )

        return me
