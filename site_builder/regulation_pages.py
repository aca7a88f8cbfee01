"""The pages of the regulation: the whole, each article, the list of versions and what changed in each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from forms_api.moments import vietnam_day
from site_builder.content import SiteContent
from site_builder.pagewriter import tight
from site_builder.regulation import Regulation
from site_builder.regulation_diff import Comparison, compare
from site_builder.regulation_pdf import Paper
from site_builder.regulation_versions import (
    LIST_ADDRESS,
    compared_pairs,
    comparison_address,
    version_address,
)

WHOLE = "/quy-che/"
_SECTION = "quy-che"
_VERSIONS = f"{_SECTION}/phien-ban"


@dataclass(frozen=True)
class RegulationPage:
    """A page made from data: its place, its front matter, its HTML, the day it was last looked over.

    What is not listed is kept from search: an older version must not be taken for the current one.
    """

    place: PurePosixPath
    meta: Mapping[str, object]
    html: str
    checked: dt.date
    is_listed: bool = True


@dataclass(frozen=True)
class Version:
    """A version as the pages name it; `changes` is None for the first."""

    number: int
    regulation: Regulation
    paper: Paper
    address: str
    changes: Comparison | None

    @property
    def name(self) -> str:
        """The version in people's words."""
        return f"Bản {self.number}, ngày {vietnam_day(self.regulation.signed)}"

    @property
    def changes_address(self) -> str:
        """Where it is compared with the version before it."""
        return comparison_address(self.number - 1, self.number)


def regulation_pages(
    content: SiteContent, pieces: Environment, papers: Sequence[Paper], *, today: dt.date
) -> Iterator[RegulationPage]:
    """Yield every page of the regulation; `papers` are the PDFs of its versions, oldest first."""
    versions = [*_versions(content.versions, papers)]
    current = versions[-1]
    write: Any = pieces.get_template("regulation.html").module
    more: Any = pieces.get_template("versions.html").module
    yield _page(
        f"{_SECTION}/index.md",
        current.regulation.page.title,
        current.regulation.page.description,
        write.whole(current, current, content.sources, today),
        current.regulation,
    )
    yield from _article_pages(current, content, write, today)
    yield _page(
        f"{_VERSIONS}/index.md",
        "Các bản của Quy chế",
        "Các bản của Quy chế từ trước đến nay: bản nào đang đăng, bản sau sửa những gì so với bản trước.",
        more.version_list(versions[::-1], content.sources),
        current.regulation,
    )
    for version in versions[:-1]:
        yield _older_version(version, write.whole(version, current, content.sources, today))
    for older, newer in compared_pairs(len(versions)):
        yield _comparison(versions[older - 1], versions[newer - 1], more)


def regulation_addresses(content: SiteContent) -> set[str]:
    """Return the addresses of all pages of the regulation."""
    count = len(content.versions)
    return {
        WHOLE,
        LIST_ADDRESS,
        *(article.address for article in content.regulation.articles),
        *(version_address(number) for number in range(1, count)),
        *(comparison_address(older, newer) for older, newer in compared_pairs(count)),
    }


def _versions(regulations: Sequence[Regulation], papers: Sequence[Paper]) -> Iterator[Version]:
    before: Regulation | None = None
    for number, (regulation, paper) in enumerate(zip(regulations, papers, strict=True), start=1):
        address = WHOLE if number == len(regulations) else version_address(number)
        changes = None if before is None else compare(before, regulation)
        yield Version(number, regulation, paper, address, changes)
        before = regulation


def _article_pages(
    current: Version,
    content: SiteContent,
    write: Any,  # noqa: ANN401 (a template's macros)
    today: dt.date,
) -> Iterator[RegulationPage]:
    regulation = current.regulation
    articles = regulation.articles
    for index, article in enumerate(articles):
        around = {
            "before": articles[index - 1] if index else None,
            "after": articles[index + 1] if index + 1 < len(articles) else None,
        }
        yield _page(
            f"{_SECTION}/{article.anchor}.md",
            f"{article.label} – Quy chế {regulation.signed.year}",
            article.description,
            write.single(regulation, article, content.sources, today),
            regulation,
            **{
                key: {"title": other.label, "url": other.address}
                for key, other in around.items()
                if other is not None
            },
        )


def _older_version(version: Version, html: Markup) -> RegulationPage:
    signed = vietnam_day(version.regulation.signed)
    return _page(
        f"{_VERSIONS}/{version.number}.md",
        f"Quy chế ngày {signed} (bản {version.number}, đã có bản mới hơn)",
        f"Toàn văn bản {version.number} của Quy chế, ký ngày {signed}, giữ lại để đối chiếu. Đã có bản mới hơn.",
        html,
        version.regulation,
        robots="noindex",
    )


def _comparison(older: Version, newer: Version, more: Any) -> RegulationPage:  # noqa: ANN401
    names = f"bản {older.number} và bản {newer.number}"
    changes = newer.changes
    if changes is None or older.number + 1 != newer.number:
        changes = compare(older.regulation, newer.regulation)
    return _page(
        f"{_VERSIONS}/{older.number}-{newer.number}.md",
        f"Quy chế: {names} khác nhau ở đâu",
        f"So sánh từng chữ {names} của Quy chế, theo từng điều: chữ nào được thêm, chữ nào đã bỏ.",
        more.comparison(older, newer, changes),
        newer.regulation,
        robots="noindex",
    )


def _page(
    place: str, title: str, description: str, html: Markup, regulation: Regulation, **meta: object
) -> RegulationPage:
    return RegulationPage(
        PurePosixPath(place),
        {"title": title, "description": description, "section": _SECTION, **meta},
        tight(html),
        regulation.page.checked,
        is_listed="robots" not in meta,
    )
