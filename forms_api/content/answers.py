"""Ready answers to reporters: the ward's own words, which an officer fills in and changes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from forms_api.content.ward import Slug, Text
from forms_api.content.yaml_source import ContentModel, load

State = Literal[
    "tiep_nhan",
    "xac_minh",
    "da_giai_quyet",
    "chuyen_co_quan",
    "khong_du_thong_tin",
    "trung_lap",
    "ngoai_pham_vi",
]
_GAP = re.compile(r"\[[^\]\n]{1,80}\]")


class ReadyAnswer(ContentModel):
    """One template: for which states it is meant, and whether it asks the reporter something."""

    id: Slug
    title: Text
    states: list[State] = Field(min_length=1)
    question: bool = False
    text: Text


class ReadyAnswers(ContentModel):
    """`content/data/answers.yml`; `request_received` answers a request about somebody's own data."""

    answers: list[ReadyAnswer]
    request_received: Text

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [answer.id for answer in self.answers]
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        if twice:
            raise ValueError(f"mã mẫu câu trả lời bị trùng: {', '.join(twice)}")
        return self

    @field_validator("request_received")
    @classmethod
    def _is_sent_as_it_is(cls, text: str) -> str:
        if gaps_in(text):
            raise ValueError(
                "lời này được gửi nguyên như vậy: không để chỗ trống trong ngoặc vuông"
            )
        return text


def load_answers(content_dir: Path) -> ReadyAnswers:
    """Return the ready answers. Raises ContentError."""
    return load(content_dir / "data" / "answers.yml", ReadyAnswers)


def gaps_in(text: str) -> list[str]:
    """Return the places of a template, in square brackets, that nobody filled in."""
    return _GAP.findall(text)
