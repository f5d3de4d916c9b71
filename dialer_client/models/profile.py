from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.abandonment_figure import AbandonmentFigure
    from ..models.cap_figure import CapFigure
    from ..models.hours_figure import HoursFigure
    from ..models.seconds_figure import SecondsFigure
    from ..models.source_figure import SourceFigure


T = TypeVar("T", bound="Profile")


@_attrs_define
class Profile:
    """A profile's file.

    Attributes:
        regions: ISO 3166 codes of where it applies.
        area_codes: those of the North American plan by which a number is of its regions, with `area_codes_source`.
        includes: another profile, which holds as well.
        ring: the least time that it must ring.
        not_covered: what the law asks for and the dialer does not check.

        Attributes:
            name (str):
            version (int):
            title (str):
            not_covered (list[str]):
            regions (list[str] | Unset):
            area_codes (list[int] | Unset):
            area_codes_source (None | str | Unset):
            includes (None | str | Unset):
            hours (HoursFigure | None | Unset):
            caps (list[CapFigure] | Unset):
            ring (None | SecondsFigure | Unset):
            consent (None | SourceFigure | Unset):
            abandonment (AbandonmentFigure | None | Unset):
    """

    name: str
    version: int
    title: str
    not_covered: list[str]
    regions: list[str] | Unset = UNSET
    area_codes: list[int] | Unset = UNSET
    area_codes_source: None | str | Unset = UNSET
    includes: None | str | Unset = UNSET
    hours: HoursFigure | None | Unset = UNSET
    caps: list[CapFigure] | Unset = UNSET
    ring: None | SecondsFigure | Unset = UNSET
    consent: None | SourceFigure | Unset = UNSET
    abandonment: AbandonmentFigure | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.abandonment_figure import AbandonmentFigure  # noqa: PLC0415
        from ..models.hours_figure import HoursFigure  # noqa: PLC0415
        from ..models.seconds_figure import SecondsFigure  # noqa: PLC0415
        from ..models.source_figure import SourceFigure  # noqa: PLC0415

        name = self.name

        version = self.version

        title = self.title

        not_covered = self.not_covered

        regions: list[str] | Unset = UNSET
        if not isinstance(self.regions, Unset):
            regions = self.regions

        area_codes: list[int] | Unset = UNSET
        if not isinstance(self.area_codes, Unset):
            area_codes = self.area_codes

        area_codes_source: None | str | Unset
        if isinstance(self.area_codes_source, Unset):
            area_codes_source = UNSET
        else:
            area_codes_source = self.area_codes_source

        includes: None | str | Unset
        if isinstance(self.includes, Unset):
            includes = UNSET
        else:
            includes = self.includes

        hours: dict[str, Any] | None | Unset
        if isinstance(self.hours, Unset):
            hours = UNSET
        elif isinstance(self.hours, HoursFigure):
            hours = self.hours.to_dict()
        else:
            hours = self.hours

        caps: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.caps, Unset):
            caps = []
            for caps_item_data in self.caps:
                caps_item = caps_item_data.to_dict()
                caps.append(caps_item)

        ring: dict[str, Any] | None | Unset
        if isinstance(self.ring, Unset):
            ring = UNSET
        elif isinstance(self.ring, SecondsFigure):
            ring = self.ring.to_dict()
        else:
            ring = self.ring

        consent: dict[str, Any] | None | Unset
        if isinstance(self.consent, Unset):
            consent = UNSET
        elif isinstance(self.consent, SourceFigure):
            consent = self.consent.to_dict()
        else:
            consent = self.consent

        abandonment: dict[str, Any] | None | Unset
        if isinstance(self.abandonment, Unset):
            abandonment = UNSET
        elif isinstance(self.abandonment, AbandonmentFigure):
            abandonment = self.abandonment.to_dict()
        else:
            abandonment = self.abandonment

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "version": version,
                "title": title,
                "not_covered": not_covered,
            }
        )
        if regions is not UNSET:
            field_dict["regions"] = regions
        if area_codes is not UNSET:
            field_dict["area_codes"] = area_codes
        if area_codes_source is not UNSET:
            field_dict["area_codes_source"] = area_codes_source
        if includes is not UNSET:
            field_dict["includes"] = includes
        if hours is not UNSET:
            field_dict["hours"] = hours
        if caps is not UNSET:
            field_dict["caps"] = caps
        if ring is not UNSET:
            field_dict["ring"] = ring
        if consent is not UNSET:
            field_dict["consent"] = consent
        if abandonment is not UNSET:
            field_dict["abandonment"] = abandonment

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.abandonment_figure import AbandonmentFigure  # noqa: PLC0415
        from ..models.cap_figure import CapFigure  # noqa: PLC0415
        from ..models.hours_figure import HoursFigure  # noqa: PLC0415
        from ..models.seconds_figure import SecondsFigure  # noqa: PLC0415
        from ..models.source_figure import SourceFigure  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        title = d.pop("title")

        not_covered = cast(list[str], d.pop("not_covered"))

        regions = cast(list[str], d.pop("regions", UNSET))

        area_codes = cast(list[int], d.pop("area_codes", UNSET))

        def _parse_area_codes_source(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        area_codes_source = _parse_area_codes_source(d.pop("area_codes_source", UNSET))

        def _parse_includes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        includes = _parse_includes(d.pop("includes", UNSET))

        def _parse_hours(data: object) -> HoursFigure | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                hours_type_0 = HoursFigure.from_dict(data)

                return hours_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(HoursFigure | None | Unset, data)

        hours = _parse_hours(d.pop("hours", UNSET))

        _caps = d.pop("caps", UNSET)
        caps: list[CapFigure] | Unset = UNSET
        if _caps is not UNSET:
            caps = []
            for caps_item_data in _caps:
                caps_item = CapFigure.from_dict(caps_item_data)

                caps.append(caps_item)

        def _parse_ring(data: object) -> None | SecondsFigure | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                ring_type_0 = SecondsFigure.from_dict(data)

                return ring_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SecondsFigure | Unset, data)

        ring = _parse_ring(d.pop("ring", UNSET))

        def _parse_consent(data: object) -> None | SourceFigure | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                consent_type_0 = SourceFigure.from_dict(data)

                return consent_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SourceFigure | Unset, data)

        consent = _parse_consent(d.pop("consent", UNSET))

        def _parse_abandonment(data: object) -> AbandonmentFigure | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                abandonment_type_0 = AbandonmentFigure.from_dict(data)

                return abandonment_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AbandonmentFigure | None | Unset, data)

        abandonment = _parse_abandonment(d.pop("abandonment", UNSET))

        profile = cls(
            name=name,
            version=version,
            title=title,
            not_covered=not_covered,
            regions=regions,
            area_codes=area_codes,
            area_codes_source=area_codes_source,
            includes=includes,
            hours=hours,
            caps=caps,
            ring=ring,
            consent=consent,
            abandonment=abandonment,
        )

        return profile
