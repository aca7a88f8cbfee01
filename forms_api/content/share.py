"""What propaganda teams share: pages with their words, and the short link of each page and tổ dân phố.

The site draws the share kit from it, the form service leads `/s/<slug>` by it: one list for both.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from forms_api.content.ward import Area, Areas, Slug, Text, load_areas
from forms_api.content.yaml_source import ContentModel, load
from forms_api.errors import ContentError, Problem

MAX_SLUG_CHARACTERS = 60
SHORT_LINK_PREFIX = "/s/"
LINK_PARAMETER = "tu"
"""Names the short link in the address of a page: a form keeps it with the report."""

FORM_PREFIX = "/gui/"
SMS_CHARACTERS = 300
_SHARED_ID_CHARACTERS = 20
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PAGE = re.compile(r"/([a-z0-9-]+/)*")

PageAddress = Annotated[str, Field(pattern=r"^/([a-z0-9-]+/)*$")]
Headline = Annotated[str, Field(min_length=8, max_length=60)]
Lead = Annotated[str, Field(min_length=10, max_length=120)]
Point = Annotated[str, Field(min_length=2, max_length=90)]

_PLACE = re.compile(r"\{[^}]*\}")
_PLACES = frozenset({"{link}", "{area}", "{note}"})


class ReadyTexts(ContentModel):
    """Words to send along; `{link}` becomes the short link, `{area}` the tổ dân phố or the ward.

    `{note}` becomes the page's note while it holds. `loudspeaker` is read aloud in about two minutes
    and holds no link.
    """

    zalo: Text
    facebook: Text
    sms: Annotated[str, Field(min_length=20, max_length=SMS_CHARACTERS)]
    loudspeaker: Annotated[str, Field(min_length=200, max_length=4000)]

    @model_validator(mode="after")
    def _texts_name_the_link(self) -> Self:
        without = [
            name for name in ("zalo", "facebook", "sms") if "{link}" not in getattr(self, name)
        ]
        if without:
            raise ValueError(f"thiếu “{{link}}” trong: {', '.join(without)}")
        if "{link}" in self.loudspeaker:
            raise ValueError("bài đọc loa (loudspeaker) không đọc được đường dẫn: hãy bỏ “{link}”")
        unknown = {place for text in self.by_name().values() for place in _PLACE.findall(text)}
        if unknown - _PLACES:
            raise ValueError(f"không có chỗ điền tên {', '.join(sorted(unknown - _PLACES))}")
        return self

    def by_name(self) -> dict[str, str]:
        """Return the texts by their names, in the order in which people are shown them."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class Slide(ContentModel):
    """One slide of the talk about a page."""

    title: Annotated[str, Field(min_length=3, max_length=60)]
    points: Annotated[list[Point], Field(min_length=1, max_length=5)]


class SharedPage(ContentModel):
    """A page to share: its address on the site, the words of its pictures, its ready texts, a talk.

    `note` is printed on everything, and fills `{note}`, while the ward's site is a demonstration.
    """

    id: Annotated[Slug, Field(max_length=_SHARED_ID_CHARACTERS)]
    page: PageAddress
    headline: Headline
    lead: Lead
    note: Annotated[str, Field(min_length=10, max_length=160)] | None = None
    points: Annotated[list[Point], Field(min_length=2, max_length=5)]
    texts: ReadyTexts
    slides: Annotated[list[Slide], Field(max_length=12, default_factory=list)]

    @model_validator(mode="after")
    def _a_note_is_said_everywhere(self) -> Self:
        without = [name for name, text in self.texts.by_name().items() if "{note}" not in text]
        if self.note and without:
            raise ValueError(f"trang có “note” nên cần “{{note}}” trong: {', '.join(without)}")
        return self

    def text(self, name: str, *, link: str, area: str, note: str | None) -> str:
        """Return the ready text `name` with every place filled; a line of nothing but `{note}` goes."""
        lines = self.texts.by_name()[name].strip().split("\n")
        kept = [line for line in lines if note or line.strip() != "{note}"]
        filled = "\n".join(kept).replace("{note}", note or "")
        return filled.replace("{link}", link).replace("{area}", area).strip()


class Share(ContentModel):
    """`content/data/share.yml`. `check_words` are printed on paper; None until the ward chooses them."""

    check_words: Annotated[str, Field(min_length=3, max_length=40)] | None
    pages: Annotated[list[SharedPage], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [page.id for page in self.pages]
        twice = sorted({page_id for page_id in ids if ids.count(page_id) > 1})
        if twice:
            raise ValueError(f"mã trang chia sẻ bị trùng: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class ShortLink:
    """A link of the share kit: `area` is None for the ward as a whole."""

    slug: str
    page: SharedPage
    area: Area | None

    @property
    def path(self) -> str:
        """The link's address on the site, such as `/s/bao-tin-to-3`."""
        return short_path(self.slug)

    @property
    def title(self) -> str:
        """What people call the link: the page's headline, and whose link it is."""
        return (
            self.page.headline if self.area is None else f"{self.page.headline} ({self.area.name})"
        )


def short_links(share: Share, areas: Areas) -> dict[str, ShortLink]:
    """Return every short link of the share kit by its slug: each page, and each page and tổ dân phố.

    Raises ValueError, in an editor's words, when two would have the same slug or one is too long.
    """
    links: dict[str, ShortLink] = {}
    for page in share.pages:
        for area in (None, *areas.areas):
            slug = f"{page.id}-{area.id}" if area else page.id
            if slug in links:
                raise ValueError(f"hai đường dẫn ngắn cùng là “{slug}”: hãy đổi mã trang chia sẻ")
            if len(slug) > MAX_SLUG_CHARACTERS:
                raise ValueError(f"đường dẫn ngắn “{slug}” dài quá {MAX_SLUG_CHARACTERS} ký tự")
            links[slug] = ShortLink(slug, page, area)
    return links


def load_share(content_dir: Path) -> Share:
    """Return what is shared. Raises ContentError."""
    return load(content_dir / "data" / "share.yml", Share)


def load_short_links(content_dir: Path) -> dict[str, ShortLink]:
    """Return the short links of the ward's own share kit by slug. Raises ContentError."""
    share, areas = load_share(content_dir), load_areas(content_dir)
    try:
        return short_links(share, areas)
    except ValueError as error:
        raise ContentError([Problem(content_dir / "data" / "share.yml", 1, str(error))]) from error


def is_slug(text: str) -> bool:
    """Tell whether a text may name a short link."""
    return len(text) <= MAX_SLUG_CHARACTERS and _SLUG.fullmatch(text) is not None


def is_own_page(page: str) -> bool:
    """Tell whether a text is a page's address on this site, with nothing that leads elsewhere."""
    return _PAGE.fullmatch(page) is not None


def page_exists(page: str, *, site_dir: Path, form_ids: Collection[str]) -> bool:
    """Tell whether an address is a page of the built site or one of these forms."""
    if not is_own_page(page):
        return False
    if page.startswith(FORM_PREFIX):
        return page in {f"{FORM_PREFIX}{form_id}/" for form_id in form_ids}
    return (site_dir / page[1:] / "index.html").is_file()


def short_path(slug: str) -> str:
    """Return a short link's address on the site, such as `/s/bao-tin`."""
    return f"{SHORT_LINK_PREFIX}{slug}"


def landing_address(page: str, slug: str) -> str | None:
    """Return where a short link leads: an own page that is told by which link it was opened.

    None for whatever is no own page or no slug, wherever it comes from.
    """
    if not (is_own_page(page) and is_slug(slug)):
        return None
    return f"{page}?{LINK_PARAMETER}={slug}"
