"""The ward's facts: names before and after the merger, numbers to call, tổ dân phố."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from forms_api.content.yaml_source import ContentModel, load

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Phone = Annotated[str, Field(pattern=r"^[0-9][0-9. ]{1,16}$")]
SourceId = Annotated[str, Field(pattern=r"^(S[0-9]+|quy-che|phuong)$")]


class Unit(ContentModel):
    """An administrative unit and its police, as named at one time."""

    ward: Text
    police: Text
    province: Text
    since: dt.date | None = None
    until: dt.date | None = None
    sources: list[SourceId] = Field(min_length=1)


class PublicNumber(ContentModel):
    """A number people may call: `when` says for what; `source` and `checked` say how it is known."""

    number: Phone
    name: Text
    when: Text
    emergency: bool = False
    sources: list[SourceId] = Field(min_length=1)
    checked: dt.date

    @property
    def tel(self) -> str:
        """The `tel:` address (RFC 3966)."""
        return "tel:" + "".join(sign for sign in self.number if sign.isdigit())


class PoliceContact(ContentModel):
    """The ward police's own contacts. None means that the ward has not supplied it: show a gap."""

    duty_phone: Phone | None = None
    address: Text | None = None
    email: Text | None = None
    zalo: Text | None = None
    opening_hours: Text | None = None
    confirmed: dt.date | None = None

    @model_validator(mode="after")
    def _supplied_means_confirmed(self) -> Self:
        supplied = any((self.duty_phone, self.address, self.email, self.zalo, self.opening_hours))
        if supplied and self.confirmed is None:
            raise ValueError("đã điền liên hệ thì phải ghi ngày phường xác nhận vào “confirmed”")
        return self


class Ward(ContentModel):
    """`content/data/ward.yml`."""

    status: Literal["demonstration", "official"]
    site_name: Text
    site_url: Annotated[str, Field(pattern=r"^https://[^/\s]+$")] | None = None
    quick_exit_url: Annotated[str, Field(pattern=r"^https://[^\s\"]+$")] | None = None
    reference_prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
    historical: Unit
    current: Unit
    numbers: dict[str, PublicNumber]
    police: PoliceContact

    @model_validator(mode="after")
    def _official_sites_are_complete(self) -> Self:
        if self.status == "official" and (self.site_url is None or self.police.duty_phone is None):
            raise ValueError(
                "trang chính thức (status: official) phải có “site_url” và “police.duty_phone”"
            )
        return self


class Area(ContentModel):
    """A tổ dân phố."""

    id: Slug
    name: Text


class Areas(ContentModel):
    """`content/data/areas.yml`; `example` says that the list is not the ward's own yet."""

    example: bool
    areas: list[Area] = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [area.id for area in self.areas]
        twice = sorted({area_id for area_id in ids if ids.count(area_id) > 1})
        if twice:
            raise ValueError(f"mã tổ dân phố bị trùng: {', '.join(twice)}")
        return self


def load_ward(content_dir: Path) -> Ward:
    """Return the ward's facts. Raises ContentError."""
    return load(content_dir / "data" / "ward.yml", Ward)


def load_areas(content_dir: Path) -> Areas:
    """Return the tổ dân phố. Raises ContentError."""
    return load(content_dir / "data" / "areas.yml", Areas)
