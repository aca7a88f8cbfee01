"""Made-up reports on which newcomers practise: what somebody sent, and what became of it since."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from forms_api.content.ward import Slug, Text
from forms_api.content.yaml_source import ContentModel, YamlSource, read_yaml, validate

MARK = "PHIẾU MẪU"
"""What a sample's story begins with: whoever sees nothing else knows what it is."""

EndState = Literal[
    "xac_minh",
    "da_giai_quyet",
    "chuyen_co_quan",
    "khong_du_thong_tin",
    "trung_lap",
    "ngoai_pham_vi",
]


class DaysAgo(ContentModel):
    """A day before today, so that samples never grow old."""

    days_ago: int = Field(ge=0, le=365)


class AreaInList(ContentModel):
    """A tổ dân phố by its place in areas.yml: another ward's list serves as well."""

    area: int = Field(ge=1, le=500)


class Receive(ContentModel):
    """An officer takes the report over."""

    do: Literal["receive"]


class MoveOn(ContentModel):
    """An officer moves the report on."""

    do: Literal["move"]
    to: EndState
    answer: Text | None = None
    reason: Text | None = None
    body: Text | None = None


class Say(ContentModel):
    """An officer answers, asks or notes something, or the reporter writes."""

    do: Literal["answer", "ask", "note", "reporter"]
    text: Text


class Link(ContentModel):
    """An officer links the report with an earlier sample."""

    do: Literal["link"]
    to: Slug
    kind: Literal["trung", "tai-dien", "lien-quan"]


class Rate(ContentModel):
    """The reporter says whether the matter was settled."""

    do: Literal["rate"]
    satisfaction: Literal["co", "mot-phan", "khong"]


Step = Annotated[Receive | MoveOn | Say | Link | Rate, Field(discriminator="do")]
GivenAnswer = str | list[str] | DaysAgo | AreaInList


class Sample(ContentModel):
    """One made-up report: the answers as the form takes them, by field, then what happened."""

    id: Slug
    answers: dict[Slug, GivenAnswer]
    steps: list[Step] = Field(default_factory=list)


class Samples(ContentModel):
    """`content/data/samples.yml`: the form that all are sent with; `story` is the field that tells."""

    form: Slug
    story: Slug
    samples: list[Sample] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _say_what_they_are(self) -> Self:
        for sample in self.samples:
            story = sample.answers.get(self.story)
            if not isinstance(story, str) or not story.startswith(MARK):
                raise ValueError(
                    f"phiếu mẫu “{sample.id}”: mục “{self.story}” phải bắt đầu bằng “{MARK}”"
                )
        return self

    @model_validator(mode="after")
    def _link_to_earlier_ones(self) -> Self:
        known: set[str] = set()
        for sample in self.samples:
            if sample.id in known:
                raise ValueError(f"mã phiếu mẫu “{sample.id}” viết hai lần")
            strangers = [
                step.to for step in sample.steps if isinstance(step, Link) and step.to not in known
            ]
            if strangers:
                raise ValueError(
                    f"phiếu mẫu “{sample.id}” nối tới “{strangers[0]}”, phải ở trên nó"
                )
            known.add(sample.id)
        return self


def load_samples(content_dir: Path) -> tuple[Samples, YamlSource]:
    """Return the samples, and their file for telling of mistakes in it. Raises ContentError."""
    source = read_yaml(content_dir / "data" / "samples.yml")
    return validate(source, Samples), source
