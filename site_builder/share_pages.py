"""The pages of the share kit: an overview with the link builder, and one page for each shared page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from jinja2 import Environment

from site_builder.content import SiteContent
from site_builder.pagewriter import tight
from site_builder.share_kit import PageKit, ShareKit, address_of_file, plain_name

TEMPLATE = "share.html"
TITLE = "Chia sẻ với bà con"
DESCRIPTION = (
    "Đường dẫn, mã QR, áp phích, tờ rơi, bài trình chiếu và lời nhắn viết sẵn cho từng tổ dân phố."
)
PAGE_TITLE = "Chia sẻ: {headline}"
PAGE_DESCRIPTION = (
    "Áp phích, tờ rơi, mã QR, trình chiếu, lời nhắn: {headline}. Cho cả phường và từng tổ dân phố."
)


@dataclass(frozen=True)
class SharePage:
    """One page of the kit: where it stands among the documents, title, description, body."""

    place: PurePosixPath
    title: str
    description: str
    body: str


@dataclass(frozen=True)
class LinkList:
    """What the link builder reads: the texts and files of every short link."""

    name: str
    content: str

    @property
    def address(self) -> str:
        """Where it is served."""
        return address_of_file(self.name)


def share_addresses(content: SiteContent) -> frozenset[str]:
    """Return the addresses of the kit's pages."""
    return frozenset({"/chia-se/", *(f"/chia-se/{page.id}/" for page in content.share.pages)})


def share_titles(content: SiteContent) -> dict[str, str]:
    """Return the titles of the kit's pages by their address."""
    pages = {
        f"/chia-se/{page.id}/": PAGE_TITLE.format(headline=page.headline)
        for page in content.share.pages
    }
    return {"/chia-se/": TITLE, **pages}


def link_list(kit: ShareKit) -> LinkList:
    """Return the list for the link builder, under a name that changes with it."""
    content = json.dumps(
        {
            "areas": [link.area for link in kit.pages[0].links],
            "pages": [_listed(page) for page in kit.pages],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    return LinkList(f"danh-sach.{digest}.json", content)


def share_pages(
    kit: ShareKit, content: SiteContent, pieces: Environment, list_address: str
) -> list[SharePage]:
    """Return the kit's pages; their link builder reads the list at `list_address`."""
    pieces.filters.update(kit_file=address_of_file, saved=plain_name)
    write: Any = pieces.get_template(TEMPLATE).module
    examples = content.areas.example
    words = content.share.check_words
    pages = [
        SharePage(
            PurePosixPath("chia-se/index.md"),
            TITLE,
            DESCRIPTION,
            tight(write.overview(kit, words, list_address, examples)),
        )
    ]
    for page in kit.pages:
        headline = page.page.headline
        host = page.whole.shown.partition("/")[0]
        pages.append(
            SharePage(
                PurePosixPath(f"chia-se/{page.page.id}.md"),
                PAGE_TITLE.format(headline=headline),
                PAGE_DESCRIPTION.format(headline=headline.rstrip(".?!")),
                tight(write.page(kit, page, host, examples)),
            )
        )
    return pages


def _listed(page: PageKit) -> Mapping[str, object]:
    texts = {
        name: page.page.text(name, link="{link}", area="{area}", note=page.note)
        for name in page.page.texts.by_name()
    }
    return {
        "title": page.page.headline,
        "texts": texts,
        "links": [
            [link.url, *map(address_of_file, (link.poster, link.code, link.archive.name))]
            for link in page.links
        ],
    }
