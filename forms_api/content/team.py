"""The model's 14 seats by group (Điều 4 of the regulation); an unknown holder stays a gap."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from forms_api.content.ward import Slug, SourceId, Text
from forms_api.content.yaml_source import ContentModel, load

# Seats of each group. Source: Quy chế of 22/4/2024, Điều 4, khoản 1 to 3.
GROUP_SIZES = {"ban-dieu-hanh": 3, "co-quan-thuong-truc": 2, "thanh-vien": 9}
LEADERS = ["Trưởng ban", "Phó ban", "Phó ban"]


class Seat(ContentModel):
    """A place in the team; `holder` is None until the ward confirms a name."""

    role: Text
    holder: Text | None


class Group(ContentModel):
    """Seats that the regulation names together."""

    id: Slug
    name: Text
    article: int
    seats: list[Seat]

    @model_validator(mode="after")
    def _has_the_seats_of_the_regulation(self) -> Self:
        wanted = GROUP_SIZES.get(self.id)
        if wanted is not None and len(self.seats) != wanted:
            raise ValueError(f"nhóm “{self.name}” phải có đúng {wanted} vị trí (Điều 4 Quy chế)")
        if self.id == "ban-dieu-hanh" and [seat.role for seat in self.seats] != LEADERS:
            raise ValueError("Ban điều hành gồm 1 Trưởng ban rồi 2 Phó ban (Điều 4 Quy chế)")
        return self


class Signatory(ContentModel):
    """Who signed the regulation, with the title of that day; says nothing about today."""

    name: Text
    title: Text
    signed: dt.date


class Team(ContentModel):
    """`content/data/team.yml`."""

    confirmed: dt.date | None
    sources: list[SourceId] = Field(min_length=1)
    groups: list[Group]
    signatory: Signatory

    @model_validator(mode="after")
    def _has_the_groups_of_the_regulation(self) -> Self:
        if [group.id for group in self.groups] != [*GROUP_SIZES]:
            raise ValueError(f"các nhóm phải là, theo thứ tự: {', '.join(GROUP_SIZES)}")
        named = any(seat.holder for group in self.groups for seat in group.seats)
        if named and self.confirmed is None:
            raise ValueError("đã điền tên người thì phải ghi ngày phường xác nhận vào “confirmed”")
        return self

    @property
    def seat_names(self) -> dict[str, str]:
        """The name of each seat by its id, such as `thanh-vien-3`, in the regulation's order."""
        return {
            f"{group.id}-{number}": f"{group.name}: {seat.role} ({number})"
            for group in self.groups
            for number, seat in enumerate(group.seats, start=1)
        }

    @property
    def seat_count(self) -> int:
        """How many seats the team has."""
        return sum(len(group.seats) for group in self.groups)


def load_team(content_dir: Path) -> Team:
    """Return the 14 seats. Raises ContentError."""
    return load(content_dir / "data" / "team.yml", Team)
