"""What a drawing process is told: plain data, without the programs that draw.

The build plans with it, so it must not load Typst and its like, which only the drawing needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

Item = Mapping[str, object]


@dataclass(frozen=True)
class Subject:
    """Something that is drawn: what the template is given, and the address in its code, if any."""

    title: str
    item: Item
    link: str | None


@dataclass(frozen=True)
class WantedPages:
    """Something that has pages of its own, and the files wanted of it: all in one PDF, a PNG each."""

    subject: Subject
    pdf: str | None
    pngs: Sequence[str]


@dataclass(frozen=True)
class WantedSheet:
    """One sheet: its face and its label by their place among the subjects, the files wanted of it."""

    title: str
    face: int
    label: int
    pdf: str | None
    png: str | None


@dataclass(frozen=True)
class Order:
    """What one process draws, by the kind of paper, and where the files go."""

    templates: str
    folder: str
    kit: Item
    pages: Mapping[str, Sequence[WantedPages]]
    faces: Mapping[str, Sequence[Subject]]
    labels: Sequence[Subject]
    sheets: Mapping[str, Sequence[WantedSheet]]

    def to_json(self) -> str:
        """Return the order as `read_order` takes it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_order(text: str) -> Order:
    """Return the order in `text`."""
    data = json.loads(text)
    return Order(
        templates=data["templates"],
        folder=data["folder"],
        kit=data["kit"],
        pages={
            paper: [
                WantedPages(Subject(**one["subject"]), one["pdf"], one["pngs"]) for one in wanted
            ]
            for paper, wanted in data["pages"].items()
        },
        faces={
            paper: [Subject(**one) for one in subjects] for paper, subjects in data["faces"].items()
        },
        labels=[Subject(**one) for one in data["labels"]],
        sheets={
            paper: [WantedSheet(**one) for one in wanted]
            for paper, wanted in data["sheets"].items()
        },
    )
