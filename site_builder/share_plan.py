"""What the share kit consists of, before anything is drawn: every file by its name, and what goes into it.

A file's name holds a hash of all that it is drawn from. So pages can name files that are drawn at the
same time, a changed picture has a new address (programs that show links remember pictures by address),
and a file that is there need not be drawn again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from forms_api.content.share import SharedPage, ShortLink, short_links
from forms_api.content.ward import Ward
from forms_api.forms.definition import FormDefinition
from site_builder.content import FORM_PREFIX, SiteContent
from site_builder.share_kit import Archive, Card, Drawing, LinkKit, PageKit, ShareKit, plain_name
from site_builder.share_order import Item, Subject
from site_builder.share_paper_form import paper_form
from site_builder.share_papers import (
    BANNER,
    CARD,
    CODE,
    FOR_EVERY_AREA,
    FORM,
    FORM_SCREEN,
    LABEL,
    POSTER,
    PRINTED,
    SLIDES,
    Paper,
)

EXAMPLE_ADDRESS = "https://phuong.example"
"""Where a specimen leads: nowhere, for ever (RFC 2606)."""

SPECIMEN = "MẪU: phường chưa có địa chỉ trang"
NOT_OFFICIAL = "Trang giới thiệu mô hình, không phải trang chính thức của cơ quan công an"
DEMONSTRATION = "Trang giới thiệu mô hình"
OFFICIAL = "Trang của {police}"
EMERGENCY = ("113", "114", "115")
CARD_ALT = "{title}. Đang nguy hiểm: gọi {numbers}."
TEXT_NAMES = {
    "zalo": "TIN NHẮN ZALO",
    "facebook": "BÀI ĐĂNG FACEBOOK",
    "sms": "TIN NHẮN ĐIỆN THOẠI (SMS)",
    "loudspeaker": "BÀI ĐỌC TRÊN LOA, KHOẢNG HAI PHÚT",
}
TEXTS_FILE = "loi-nhan.txt"
DIGITS = 10

_TOOLS = ("typst", "segno", "pikepdf", "pillow", "font-source-sans-pro")
_DRAWN_BY = ("share_drawing.py", "share_papers.py", "share_pixels.py", "share_sheets.py")


def plan_share_kit(content: SiteContent, templates: Path, titles: Mapping[str, str]) -> ShareKit:
    """Return the kit of the ward's content.

    `titles` are the pages that get a picture of their link, by address; those that are shared have
    theirs in share.yml.
    """
    return _Planner(content, templates).plan(titles)


def note_of(page: SharedPage, ward: Ward) -> str | None:
    """Return what must be said of a shared page as long as the site is a demonstration."""
    return page.note if ward.status == "demonstration" else None


class _Planner:
    """Names every file; holds what all of them depend on."""

    def __init__(self, content: SiteContent, templates: Path) -> None:
        ward = content.ward
        self._content = content
        self._base = ward.site_url or EXAMPLE_ADDRESS
        self._templates = templates
        sources = [Path(__file__).with_name(name).read_bytes() for name in _DRAWN_BY]
        self._tools = [_hash(*sources), *(version(name) for name in _TOOLS)]
        is_official = ward.status == "official"
        self._facts: dict[str, object] = {
            "site_name": ward.site_name,
            "ward": ward.current.ward,
            "specimen": None if ward.site_url else SPECIMEN,
            "status": OFFICIAL.format(police=ward.current.police) if is_official else NOT_OFFICIAL,
            "check_words": content.share.check_words,
            "numbers": [
                {"number": entry.number, "name": entry.name}
                for key in EMERGENCY
                if (entry := ward.numbers.get(key))
            ],
        }
        self._kit = ShareKit(is_specimen=ward.site_url is None, facts=self._facts)
        self._seeds: dict[str, bytes] = {}

    def plan(self, titles: Mapping[str, str]) -> ShareKit:
        by_page: dict[str, list[ShortLink]] = {}
        for link in short_links(self._content.share, self._content.areas).values():
            by_page.setdefault(link.page.id, []).append(link)
        shared = {page.page: page for page in self._content.share.pages}
        for address, page in shared.items():
            self._card(address, page.headline)
        if not self._kit.is_specimen:
            for address, title in titles.items():
                if address not in shared:
                    self._card(address, title)
        for page in self._content.share.pages:
            self._kit.pages.append(self._page(page, by_page[page.id]))
        return self._kit

    def _page(self, page: SharedPage, links: list[ShortLink]) -> PageKit:
        title, description = self._target(page.page)
        note = note_of(page, self._content.ward)
        words = {"headline": page.headline, "lead": page.lead, "points": page.points, "note": note}
        face = Subject(page.headline, words, None)
        for_all = self._for_all(page, links[0], words)
        kits = [self._link(link, face, for_all) for link in links]
        whole, drawn = kits[0]
        return PageKit(
            page=page,
            title=title,
            description=description,
            note=note,
            card=self._kit.cards[page.page],
            drawings=(*drawn, *for_all),
            whole=whole,
            areas=tuple(kit for kit, _ in kits[1:]),
        )

    def _for_all(self, page: SharedPage, link: ShortLink, words: Item) -> list[Drawing]:
        """Return what is the same for every tổ dân phố: the banner, the talk, the form on paper."""
        url = self._url(link)
        item = {**words, **self._label_item(link)}
        subject = Subject(page.headline, item, url)
        drawings = [self._draw(BANNER, page.id, subject, png=1)]
        if page.slides:
            slides = [slide.model_dump() for slide in page.slides]
            talk = Subject(page.headline, {**item, "slides": slides}, url)
            drawings.append(self._draw(SLIDES, page.id, talk, png=len(slides) + 2))
        form = self._form_at(page.page)
        if form:
            follow_up = f"{self._base.removeprefix('https://')}/tra-cuu/"
            paper = {**paper_form(form), "note": words["note"], "follow_up": follow_up}
            sheet = Subject(form.title, paper, None)
            drawings.append(self._draw(FORM, form.form_id, sheet))
            drawings.append(self._draw(FORM_SCREEN, form.form_id, sheet, pdf=False, png=1))
        self._publish(*drawings)
        return drawings

    def _link(
        self, link: ShortLink, face: Subject, for_all: list[Drawing]
    ) -> tuple[LinkKit, list[Drawing]]:
        """Return what there is for one short link, and its drawings in the order of the papers."""
        is_whole = link.area is None
        item = self._label_item(link)
        area, url = str(item["area"]), self._url(link)
        label = Subject(f"{face.title} {area}", item, url)
        drawn = {
            paper: self._draw(
                paper, link.slug, label, face=face, png=int(is_whole or paper.shown_everywhere)
            )
            for paper in PRINTED
        }
        drawn[CODE] = self._draw(CODE, link.slug, label, pdf=is_whole, png=1)
        if is_whole:
            self._publish(*drawn.values())
        note = note_of(link.page, self._content.ward)
        texts = {
            name: link.page.text(name, link=url, area=area, note=note)
            for name in link.page.texts.by_name()
        }
        kit = LinkKit(
            link=link,
            url=url,
            area=area,
            poster=drawn[POSTER].pngs[0],
            code=drawn[CODE].pngs[0],
            archive=self._archive(link, drawn.values(), for_all, texts),
            texts=texts,
        )
        self._kit.published |= {kit.poster, kit.code}
        return kit, list(drawn.values())

    def _draw(
        self,
        paper: Paper,
        stem: str,
        subject: Subject,
        *,
        face: Subject | None = None,
        pdf: bool = True,
        png: int = 0,
    ) -> Drawing:
        digest = self._digest(paper, subject, face)
        name = f"{paper.id}-{stem}"
        numbers = [f"-{number}" for number in range(1, png + 1)] if png > 1 else [""] * png
        drawing = Drawing(
            paper,
            subject,
            face,
            f"{name}.{digest}.pdf" if pdf else None,
            tuple(f"{name}{number}.{digest}.png" for number in numbers),
        )
        self._kit.drawings.append(drawing)
        return drawing

    def _publish(self, *drawings: Drawing) -> None:
        self._kit.published |= {name for drawing in drawings for name in drawing.names}

    def _digest(self, paper: Paper, subject: Subject, face: Subject | None) -> str:
        """Return a hash of everything that the drawing depends on."""
        if paper.id not in self._seeds:
            templates = ["kit.typ", paper.template, *([LABEL.template] if paper.sheet else [])]
            sources = [(self._templates / name).read_bytes() for name in templates]
            rest = _canonical([self._tools, self._facts, repr(paper)])
            self._seeds[paper.id] = b"\0".join([*sources, rest])
        on_it = [subject.title, subject.item, subject.link, face and [face.title, face.item]]
        return _hash(self._seeds[paper.id], _canonical(on_it))

    def _card(self, address: str, title: str) -> None:
        ward = self._content.ward
        lines = [ward.current.ward, self._base.removeprefix("https://")]
        words = "\n".join(lines if ward.status == "official" else [*lines, DEMONSTRATION])
        stem = address.strip("/").replace("/", "-") or "trang-chu"
        subject = Subject(title, {"title": title, "foot": words}, None)
        drawing = self._draw(CARD, stem, subject, pdf=False, png=1)
        self._publish(drawing)
        numbers = ", ".join(EMERGENCY)
        alt = CARD_ALT.format(title=title.rstrip(".?! "), numbers=numbers)
        self._kit.cards[address] = Card(drawing.pngs[0], alt)

    def _archive(
        self,
        link: ShortLink,
        own: Iterable[Drawing],
        for_all: Iterable[Drawing],
        texts: Mapping[str, str],
    ) -> Archive:
        """Return the ZIP file of a short link; the ward's own holds everything there is."""
        names = [name for drawing in own for name in drawing.names]
        for drawing in for_all:
            suffix = FOR_EVERY_AREA.get(drawing.paper.id, "none") if link.area else ""
            names += [name for name in drawing.names if name.endswith(suffix)]
        if link.area is None:
            names.append(self._kit.cards[link.page.page].name)
        members = {plain_name(name): name for name in names}
        words = "\n\n".join(f"{TEXT_NAMES[name]}\n\n{text}" for name, text in texts.items()) + "\n"
        digest = _hash(_canonical(members), words.encode())
        archive = Archive(f"tron-bo-{link.slug}.{digest}.zip", members, words)
        self._kit.archives.append(archive)
        self._kit.published.add(archive.name)
        return archive

    def _label_item(self, link: ShortLink) -> dict[str, object]:
        """Return what stands beside the code of a short link."""
        area = link.area.name if link.area else self._content.ward.current.ward
        return {"area": area, "address": self._url(link).removeprefix("https://")}

    def _url(self, link: ShortLink) -> str:
        return f"{self._base}{link.path}"

    def _target(self, address: str) -> tuple[str, str]:
        """Return title and description of the page at `address`, as a link to it shows them."""
        form = self._form_at(address)
        if form:
            return form.title, form.description
        page = next(page for page in self._content.pages if page.address == address)
        return page.meta.title, page.meta.description

    def _form_at(self, address: str) -> FormDefinition | None:
        """Return the form that residents find at `address`."""
        form = self._content.forms.get(address.removeprefix(FORM_PREFIX).rstrip("/"))
        return form if form and address.startswith(FORM_PREFIX) and form.is_public else None


def _plain(name: str) -> str:
    """Return a file's name without its hash, as people see it once it is theirs."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem.rpartition('.')[0]}.{suffix}"


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:DIGITS]
