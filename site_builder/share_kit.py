"""The share kit as it is planned: drawings, archives, pictures of links, by the names of their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_api.content.share import SharedPage, ShortLink
from site_builder.share_order import Item, Subject
from site_builder.share_papers import Paper

FOLDER = "chia-se/tai"
CARD_WIDTH, CARD_HEIGHT = 1200, 630
LAST_SLIDE = "Xem lại ở nhà"


@dataclass(frozen=True)
class Drawing:
    """Something that is drawn: a kind of paper, what stands on it, its files.

    Of a sheet, `subject` is the label, and `face` what it is set into.
    """

    paper: Paper
    subject: Subject
    face: Subject | None
    pdf: str | None
    pngs: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Every file of it."""
        return [*([self.pdf] if self.pdf else []), *self.pngs]


@dataclass(frozen=True)
class Archive:
    """A ZIP file: members by the name they get in it, and the words of its text file."""

    name: str
    members: Mapping[str, str]
    words: str


@dataclass(frozen=True)
class Card:
    """The picture that programs show beside a link."""

    name: str
    alt: str

    @property
    def address(self) -> str:
        """The picture's address on the site."""
        return address_of_file(self.name)


@dataclass(frozen=True)
class LinkKit:
    """Everything for one short link: its full address, its pictures' files, its archive, its texts."""

    link: ShortLink
    url: str
    area: str
    poster: str
    code: str
    archive: Archive
    texts: Mapping[str, str]

    @property
    def shown(self) -> str:
        """The address as it is printed and read aloud."""
        return self.url.removeprefix("https://")


@dataclass(frozen=True)
class PageKit:
    """Everything for one shared page: for the ward as a whole, and for each tổ dân phố."""

    page: SharedPage
    title: str
    description: str
    note: str | None
    card: Card
    drawings: tuple[Drawing, ...]
    whole: LinkKit
    areas: tuple[LinkKit, ...]

    @property
    def links(self) -> tuple[LinkKit, ...]:
        """The ward's link, then those of the tổ dân phố."""
        return (self.whole, *self.areas)

    @property
    def slide_titles(self) -> list[str]:
        """What each slide of the talk is about; the first and the last have no title of their own."""
        return [self.page.headline, *(slide.title for slide in self.page.slides), LAST_SLIDE]


@dataclass
class ShareKit:
    """The whole kit. `cards` are the pictures of links by the address of their page."""

    is_specimen: bool
    facts: Item
    pages: list[PageKit] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)
    drawings: list[Drawing] = field(default_factory=list)
    archives: list[Archive] = field(default_factory=list)
    published: set[str] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        """Every file that is drawn or put together, published or only part of an archive."""
        drawn = {name for drawing in self.drawings for name in drawing.names}
        return drawn | {archive.name for archive in self.archives}

    @property
    def shared_at(self) -> dict[str, str]:
        """Where in the kit each shared page is found, by the page's address."""
        return {page.page.page: f"/chia-se/{page.page.id}/" for page in self.pages}

    @property
    def short_paths(self) -> frozenset[str]:
        """The addresses that the form service leads on."""
        return frozenset(kit.link.path for page in self.pages for kit in page.links)


def address_of_file(name: str) -> str:
    """Return the address on the site of one of the kit's files."""
    return f"/{FOLDER}/{name}"


def plain_name(name: str) -> str:
    """Return a file's name without its hash, as people see it once it is theirs."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem.rpartition('.')[0]}.{suffix}"
