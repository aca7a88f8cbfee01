"""What a page says of itself to the programs that show links: Open Graph and its picture.

Source: ogp.me; Facebook's “Images in Link Shares” (1200 × 630, width and height given); docs/share-kit.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from site_builder.share_kit import CARD_HEIGHT, CARD_WIDTH, Card

Tag = tuple[str, str, str]
"""The attribute that names the tag, its name, its content."""


@dataclass(frozen=True)
class Social:
    """The site's name and address, and the pictures of links by the address of their page."""

    site_name: str
    site_url: str | None
    cards: Mapping[str, Card]

    def tags(self, address: str, title: str, description: str) -> list[Tag]:
        """Return the tags of the page at `address`; none as long as the site has no address."""
        if self.site_url is None:
            return []
        return list(self._tags(self.site_url, address, title, description))

    def _tags(self, site_url: str, address: str, title: str, description: str) -> Iterator[Tag]:
        card = self.cards.get(address)
        yield "property", "og:type", "website"
        yield "property", "og:locale", "vi_VN"
        yield "property", "og:site_name", self.site_name
        yield "property", "og:title", title
        yield "property", "og:description", description
        yield "property", "og:url", f"{site_url}{address}"
        if card:
            yield "property", "og:image", f"{site_url}{card.address}"
            yield "property", "og:image:type", "image/png"
            yield "property", "og:image:width", str(CARD_WIDTH)
            yield "property", "og:image:height", str(CARD_HEIGHT)
            yield "property", "og:image:alt", card.alt
        yield "name", "twitter:card", "summary_large_image" if card else "summary"


def as_html(tags: list[Tag], canonical: str) -> str:
    """Return tags and canonical address as the head of a page holds them."""
    metas = "".join(
        f'<meta {attribute}="{name}" content="{escape(content)}">\n'
        for attribute, name, content in tags
    )
    return f'<link rel="canonical" href="{escape(canonical)}">\n{metas}'
