"""The kit's pages and what every page says to programs that show links."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import html

from forms_api.content.share import load_share
from site_builder.offline import STAND_IN
from site_builder.verify import SitePage
from tests.site.conftest import ADDRESS, PROJECT

PAGES = load_share(PROJECT / "content").pages
EMPTY = "{% extends 'page.html.j2' %}"
WHOLE = ("ap-phich-a4", "ap-phich-a3", "to-roi-a5", "the-de-ban", "nhan-dan", "ma-qr")
FOR_AREAS = (("ap-phich-a4", "png"), ("ma-qr", "png"), ("tron-bo", "zip"))
FILE = re.compile(r"/chia-se/tai/([^/.]+)\.[0-9a-f]+\.([a-z]+)")
"""The address of a file of the kit: its name, the hash of what it was drawn from, its kind."""
FORM = (
    "{% extends 'page.html.j2' %}{% block social %}{% include 'head-phan-anh-antt.html.j2' "
    "ignore missing %}{% endblock %}"
)


def pages_of(site: Path) -> list[SitePage]:
    """Return every page of the site."""
    return [
        SitePage(
            "/" + path.relative_to(site).as_posix().removesuffix("index.html"),
            path.read_text(encoding="utf-8"),
        )
        for path in sorted(site.rglob("*.html"))
    ]


def tree_of(site: Path, address: str) -> html.HtmlElement:
    """Return the page at the address."""
    return html.document_fromstring(
        (site / address.strip("/") / "index.html").read_text(encoding="utf-8")
    )


def test_every_public_page_has_a_picture_of_its_own_and_tells_its_size(
    addressed_site: Path,
) -> None:
    public = [page for page in pages_of(addressed_site) if page.public]
    pictures = {page.address: page.meta("og:image") or "" for page in public}

    assert len(public) > 30
    assert len(set(pictures.values())) == len(public)
    for page in public:
        path = addressed_site / pictures[page.address].removeprefix(f"{ADDRESS}/")
        assert path.is_file()
        assert re.search(r"\.[0-9a-f]{8,}\.png$", path.name)
        assert page.meta("og:image:width") == "1200"
        assert page.meta("og:image:height") == "630"
        assert "113" in (page.meta("og:image:alt") or "")
        assert page.meta("og:url") == f"{ADDRESS}{page.address}"
        assert page.meta("twitter:card") == "summary_large_image"


def test_pages_for_officers_and_lost_ones_have_none(addressed_site: Path) -> None:
    hidden = [page for page in pages_of(addressed_site) if not page.public]

    assert hidden
    assert [page.address for page in hidden if page.meta("og:image")] == []


def test_a_ward_without_an_address_has_no_such_words_on_any_page(built_site: Path) -> None:
    for page in pages_of(built_site):
        assert page.meta("og:image") is None
        assert page.meta("og:url") is None
        assert page.meta("twitter:card") is None
    cards = {path.name.partition(".")[0] for path in built_site.glob("chia-se/tai/anh-chia-se-*")}
    assert len(cards) == len(PAGES)


def form_head(site: Path, template: str) -> SitePage:
    """Return the head that the form service gives a page, without its own words."""
    loader = FileSystemLoader(site / "_shell")
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=True)
    return SitePage("/gui/phan-anh-antt/", environment.from_string(template).render())


def test_the_forms_page_gets_its_picture_through_the_shell(addressed_site: Path) -> None:
    page = form_head(addressed_site, FORM)

    assert page.meta("og:url") == f"{ADDRESS}/gui/phan-anh-antt/"
    assert page.meta("og:title") == "Phiếu phản ánh an ninh, trật tự"
    image = (page.meta("og:image") or "").removeprefix(f"{ADDRESS}/")
    assert (addressed_site / image).is_file()
    assert form_head(addressed_site, EMPTY).meta("og:image") is None


def test_a_ward_without_an_address_gives_the_form_no_picture(built_site: Path) -> None:
    assert form_head(built_site, FORM).meta("og:image") is None


def test_the_templates_of_the_service_ask_for_it() -> None:
    form = (PROJECT / "templates/public/form.html").read_text(encoding="utf-8")

    assert '{% include "head-" ~ form.form_id ~ ".html.j2" ignore missing %}' in form


def test_a_page_of_the_kit_shows_everything_without_a_script(built_site: Path) -> None:
    missing: list[str] = []
    texts: dict[str, list[str]] = {}
    for shared in PAGES:
        page = tree_of(built_site, f"/chia-se/{shared.id}/")
        links = {str(link) for link in page.xpath("//a/@href")}
        slugs = [f"{shared.id}-tdp-vi-du-{area}" for area in range(1, 5)]
        files = {f"{name}-{shared.id}.{suffix}" for name in WHOLE for suffix in ("pdf", "png")}
        files |= {f"{name}-{slug}.{suffix}" for name, suffix in FOR_AREAS for slug in slugs}
        wanted = files | {shared.page, *(f"/s/{slug}" for slug in slugs)}
        shown = {f"{found[1]}.{found[2]}" for link in links if (found := FILE.fullmatch(link))}
        missing += wanted - shown - links
        texts[shared.id] = [block.text_content() for block in page.xpath("//*[@data-text]")]

    assert len(texts) == 4
    assert missing == []
    assert {page: len(found) for page, found in texts.items()} == dict.fromkeys(texts, 4)
    assert [page for page, found in texts.items() if "{" in "".join(found)] == []
    assert [page for page, found in texts.items() if "phuong.example/s/" not in found[0]] == []


def test_a_download_is_named_without_its_hash(built_site: Path) -> None:
    page = tree_of(built_site, "/chia-se/bao-tin/")

    names = page.xpath("//a[@download]/@download")

    assert "ap-phich-a4-bao-tin-tdp-vi-du-1.png" in names
    assert [name for name in names if re.search(r"\.[0-9a-f]{8,}\.", name)] == []


def test_the_preview_shows_what_programs_will_show(built_site: Path) -> None:
    missing: list[tuple[str, str]] = []
    for shared in PAGES:
        page = tree_of(built_site, f"/chia-se/{shared.id}/")
        [preview] = page.xpath("//figure[@class='preview']")
        wanted = ["phuong.example"]
        if shared.page.startswith("/huong-dan/"):
            target = tree_of(built_site, shared.page)
            wanted.append(target.xpath("string(//h1)").strip())
            wanted.append(target.xpath("string(//meta[@name='description']/@content)"))
        else:
            wanted.append("Phiếu phản ánh an ninh, trật tự")
        words = preview.text_content()
        missing += [(shared.id, text) for text in wanted if not text or text not in words]

    assert PAGES
    assert missing == []


def test_every_page_leads_to_the_kit_and_a_shared_page_to_its_own(built_site: Path) -> None:
    for page in pages_of(built_site):
        if page.address != STAND_IN:  # one file that must show without any other
            assert page.tree.xpath("//a[@href='/chia-se/']"), page.address
    guide = tree_of(built_site, "/huong-dan/lua-dao-mao-danh/")
    assert guide.xpath("//a[@href='/chia-se/lua-dao/']")


def test_the_kit_says_what_is_missing_and_that_these_are_specimens(built_site: Path) -> None:
    words = tree_of(built_site, "/chia-se/").text_content()

    assert "Bản mẫu, xin đừng in để phát" in words
    assert "phường chưa chọn" in words
    assert "danh sách tổ dân phố thật" in words
    form = tree_of(built_site, "/chia-se/gui-phieu/").text_content()
    assert "phường chưa công bố phiếu này là kênh chính thức" in form


def test_a_real_kit_is_no_specimen(addressed_site: Path) -> None:
    words = tree_of(addressed_site, "/chia-se/").text_content()

    assert "Bản mẫu" not in words
    assert "phuong.example" not in words


def test_the_scripts_and_styles_of_the_kit_are_loaded_by_its_pages_alone(built_site: Path) -> None:
    for page in pages_of(built_site):
        loads = "share." in "".join(map(str, page.tree.xpath("//script/@src | //link/@href")))
        assert loads == page.address.startswith("/chia-se/"), page.address


def test_nothing_on_the_kits_pages_comes_from_or_leads_to_anybody_else(
    addressed_site: Path,
) -> None:
    for page in pages_of(addressed_site):
        if not page.address.startswith("/chia-se/"):
            continue
        for link in page.tree.xpath("//body//@href | //body//@src | //@data-builder"):
            assert urlsplit(str(link)).netloc == ""
            assert not str(link).startswith(("http", "zalo", "fb"))


def test_residents_who_search_do_not_find_the_kit(built_site: Path) -> None:
    index = json.loads((built_site / "search.json").read_text(encoding="utf-8"))

    addresses = [address for address, *_ in index["pages"]]
    assert addresses
    assert [address for address in addresses if address.startswith("/chia-se/")] == []


def test_the_kit_is_in_the_sitemap(addressed_site: Path) -> None:
    listed = (addressed_site / "sitemap.xml").read_text(encoding="utf-8")

    for page in PAGES:
        assert f"<loc>{ADDRESS}/chia-se/{page.id}/</loc>" in listed
