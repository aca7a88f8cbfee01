"""A content page as an editor wrote it: front matter as a typed model, body with its first line."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Self

from pydantic import Field, model_validator

from forms_api.content.ward import SourceId, Text
from forms_api.content.yaml_source import ContentModel, YamlSource, parse_yaml, validate
from forms_api.errors import ContentError, Problem

_FENCE = "---"


class PageMeta(ContentModel):
    """A page's front matter. `checked` is the day its facts were last compared with `sources`."""

    title: Annotated[str, Field(min_length=3, max_length=110)]
    short_title: Annotated[str, Field(min_length=2, max_length=40)] | None = None
    description: Annotated[str, Field(min_length=50, max_length=160)]
    order: int
    owner: Text
    checked: dt.date
    check_again: dt.date
    sources: list[SourceId]

    @model_validator(mode="after")
    def _checked_before_next(self) -> Self:
        if self.check_again <= self.checked:
            raise ValueError("“check_again” phải sau ngày “checked”")
        return self

    @property
    def label(self) -> str:
        """The name in menus and lists."""
        return self.short_title or self.title


@dataclass(frozen=True)
class ContentPage:
    """One Markdown file of `content/`; `place` is its path below `content/`."""

    path: Path
    place: PurePosixPath
    meta: PageMeta
    body: str
    body_line: int
    front: YamlSource

    @property
    def section(self) -> str:
        """The folder the page stands in; empty for a page at the top."""
        return "" if self.place.parent == PurePosixPath() else self.place.parts[0]

    @property
    def address(self) -> str:
        """The page's address on the site."""
        return address_of(self.place)


def address_of(place: PurePosixPath) -> str:
    """Return the site address of the Markdown file at `place`, always with a final slash."""
    parts = place.parent.parts if place.name == "index.md" else (*place.parent.parts, place.stem)
    return "/" + "".join(f"{part}/" for part in parts)


def read_page(path: Path, content_dir: Path) -> ContentPage:
    """Return the page in the Markdown file at `path`. Raises ContentError."""
    try:
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ContentError([Problem(path, 1, "tệp phải được lưu với mã UTF-8")]) from None
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if number and line.rstrip() == _FENCE]
    if lines[0].rstrip() != _FENCE or not ends:
        words = "trang phải bắt đầu bằng phần thông tin giữa hai dòng ---"
        raise ContentError([Problem(path, 1, words)])
    front = parse_yaml("\n".join(lines[1 : ends[0]]), path, first_line=2)
    meta = validate(front, PageMeta)
    place = PurePosixPath(path.relative_to(content_dir).as_posix())
    body = "\n".join(lines[ends[0] + 1 :])
    return ContentPage(path, place, meta, body, ends[0] + 2, front)
