"""Each rule catches its defect: one small site that breaks exactly one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from site_builder.errors import VerifyError
from site_builder.verify import verify

DESCRIPTION = "Một trang thử đủ dài để đạt yêu cầu về độ dài của phần mô tả trang."
PAGE = f"""<!doctype html><html lang="vi"><head><title>Trang thử</title>
<meta name="description" content="{DESCRIPTION}"></head>
<body><h1 id="dau">Trang thử</h1><p>Chào bà con.</p></body></html>"""
SHELL = (
    '<!doctype html><html lang="vi"><head><title>{% block title %}{% endblock %}</title>'
    '<meta name="description" content="{% block description %}{% endblock %}">'
    '<meta name="robots" content="{% block robots %}index,follow{% endblock %}"></head>'
    "<body>{% block content %}{% endblock %}</body></html>"
)
BODY_END = "</body>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that breaks no rule."""
    (tmp_path / "_shell").mkdir()
    (tmp_path / "_shell/page.html.j2").write_text(SHELL, encoding="utf-8")
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    return tmp_path


def breaches(site: Path, *, site_url: str | None = None) -> list[str]:
    """Return what `verify` finds wrong."""
    with pytest.raises(VerifyError) as caught:
        verify(site, served_elsewhere=frozenset({"/tra-cuu/"}), site_url=site_url)
    return list(caught.value.reasons)


def test_a_sound_site_passes(site: Path) -> None:
    assert verify(site, served_elsewhere=frozenset(), site_url=None).bytes == 0


@pytest.mark.parametrize(
    ("old", "new", "breach"),
    [
        ('<h1 id="dau">Trang thử</h1>', "", "/: has 0 h1 headings, one is needed"),
        (BODY_END, "<h1>Hai</h1></body>", "/: has 2 h1 headings, one is needed"),
        ('lang="vi"', 'lang="en"', "/: is not marked as Vietnamese (lang)"),
        ("<title>Trang thử</title>", "", "/: has no title"),
        (DESCRIPTION, "Ngắn", "/: description has 4 characters, 50 to 160 are needed"),
        (BODY_END, '<a href="/mat/">Mất</a></body>', "/: links to /mat/, where nothing is"),
        (BODY_END, '<a href="/gui/la/">Lạ</a></body>', "/: links to /gui/la/, where nothing is"),
        (
            BODY_END,
            '<a href="#mat">Mất</a></body>',
            "/: links to /#mat, but the page has no such anchor",
        ),
        (
            BODY_END,
            '<script src="https://other.example/x.js"></script></body>',
            "/: loads https://other.example/x.js from another site",
        ),
        (
            BODY_END,
            '<img alt="Hình" src="//other.example/x.png"></body>',
            "/: loads //other.example/x.png from another site",
        ),
        (BODY_END, "<script>go()</script></body>", "/: has an inline script"),
        (BODY_END, "<style>p{}</style></body>", "/: has an inline style element"),
        ("<p>", '<p style="color:red">', "/: has a style attribute on <p>"),
        ("<p>", '<p onclick="go()">', "/: has a onclick attribute on <p>"),
        (
            BODY_END,
            '<img src="/index.html"></body>',
            "/: shows /index.html without an alternative text",
        ),
    ],
)
def test_a_defect_in_a_page_is_found(site: Path, old: str, new: str, breach: str) -> None:
    assert old in PAGE
    (site / "index.html").write_text(PAGE.replace(old, new, 1), encoding="utf-8")

    assert breaches(site) == [breach]


def test_links_to_the_form_service_and_known_anchors_are_allowed(site: Path) -> None:
    links = '<a href="/tra-cuu/">A</a><a href="/#dau">B</a><a href="tel:113">C</a></body>'
    (site / "index.html").write_text(PAGE.replace(BODY_END, links), encoding="utf-8")

    assert verify(site, served_elsewhere=frozenset({"/tra-cuu/"}), site_url=None).bytes == 0


def test_two_pages_with_one_title_are_found(site: Path) -> None:
    (site / "hai").mkdir()
    (site / "hai/index.html").write_text(PAGE, encoding="utf-8")

    assert breaches(site) == ['title "Trang thử" is used 2 times']


@pytest.mark.parametrize("name", ["ward.yml", "form.yaml", "page.md", "site.css.map"])
def test_published_data_is_found(site: Path, name: str) -> None:
    (site / name).write_text("x", encoding="utf-8")

    assert breaches(site) == [f"{name} must not be published"]


@pytest.mark.parametrize(
    ("shell", "breach"),
    [
        (SHELL.replace("{% endblock %}", "", 1), "is no template"),
        (
            SHELL.replace("{% block robots %}index,follow{% endblock %}", ""),
            "block robots is missing",
        ),
        (SHELL.replace("</head>", "<script>go()</script></head>"), "has an inline script"),
        (SHELL.replace("</head>", '<link href="/assets/x.css"></head>'), "where nothing is"),
    ],
)
def test_a_broken_shell_is_found(site: Path, shell: str, breach: str) -> None:
    (site / "_shell/page.html.j2").write_text(shell, encoding="utf-8")

    found = breaches(site)

    assert len(found) == 1
    assert breach in found[0]


def test_a_missing_shell_is_found(site: Path) -> None:
    (site / "_shell/page.html.j2").unlink()

    assert breaches(site) == ["_shell/page.html.j2 is missing"]


def test_a_site_with_an_address_needs_canonical_links_and_a_sitemap(site: Path) -> None:
    assert breaches(site, site_url="https://phuong.example") == [
        "/: canonical address is missing",
        "/: has no og:title",
        "/: has no og:description",
        "/: has no og:url",
        "/: og:image is missing",
        "/: is not in the sitemap",
    ]


ADDRESS = "https://phuong.example"
SOCIAL = f"""<link rel="canonical" href="{ADDRESS}/"><meta property="og:title" content="Trang thử">
<meta property="og:description" content="{DESCRIPTION}"><meta property="og:url" content="{ADDRESS}/">
<meta property="og:image" content="{ADDRESS}/card.png"><meta property="og:image:width" content="1200">
<meta property="og:image:height" content="630"><meta property="og:image:alt" content="Trang thử">
<meta name="twitter:card" content="summary_large_image"></head>"""


@pytest.fixture
def addressed(site: Path) -> Path:
    """A site with an address that breaks no rule."""
    (site / "index.html").write_text(PAGE.replace("</head>", SOCIAL), encoding="utf-8")
    (site / "sitemap.xml").write_text(f"<loc>{ADDRESS}/</loc>", encoding="utf-8")
    Image.new("RGB", (1200, 630)).save(site / "card.png")
    return site


def test_a_sound_site_with_an_address_passes(addressed: Path) -> None:
    assert verify(addressed, served_elsewhere=frozenset(), site_url=ADDRESS).bytes == 0


@pytest.mark.parametrize(
    ("old", "new", "breach"),
    [
        (f"{ADDRESS}/card.png", "/card.png", "/: og:image is /card.png"),
        (
            "/card.png",
            "/other.png",
            f"/: og:image {ADDRESS}/other.png does not exist",
        ),
        ("/card.png", "/small.png", f"/: og:image {ADDRESS}/small.png is no picture of 1200 × 630"),
        (
            "/card.png",
            "/index.html",
            f"/: og:image {ADDRESS}/index.html is no picture of 1200 × 630",
        ),
        ('content="1200"', 'content="600"', "/: og:image has no width, height or alternative text"),
        (
            'og:image:alt" content="Trang thử"',
            'og:image:alt" content=""',
            "/: og:image has no width, height or alternative text",
        ),
        ("summary_large_image", "summary", "/: twitter:card is not summary_large_image"),
    ],
)
def test_a_defect_in_what_is_said_to_others_is_found(
    addressed: Path, old: str, new: str, breach: str
) -> None:
    Image.new("RGB", (630, 630)).save(addressed / "small.png")
    page = addressed / "index.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")

    assert breaches(addressed, site_url=ADDRESS) == [breach]


def test_a_picture_that_is_too_heavy_is_found(addressed: Path) -> None:
    with (addressed / "card.png").open("ab") as file:
        file.write(b"\0" * 1_000_000)

    assert breaches(addressed, site_url=ADDRESS) == [f"/: og:image {ADDRESS}/card.png is too heavy"]


def test_a_site_without_the_share_kit_needs_no_pictures(addressed: Path) -> None:
    page = addressed / "index.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("og:image", "og:other"), encoding="utf-8")

    view = verify(addressed, served_elsewhere=frozenset(), site_url=ADDRESS, has_cards=False)

    assert view.bytes == 0


def test_a_guide_that_is_too_heavy_is_found(site: Path) -> None:
    (site / "huong-dan").mkdir()
    text = PAGE.replace("<p>", f"<p>{'nặng ' * 20_000}").replace("Trang thử", "Bài nặng")
    (site / "huong-dan/index.html").write_text(text, encoding="utf-8")

    assert any("first view weighs" in breach for breach in breaches(site))


def test_all_breaches_are_reported_at_once(site: Path) -> None:
    broken = PAGE.replace('lang="vi"', "").replace("<p>", '<p style="x">').replace("<h1", "<h2")
    (site / "index.html").write_text(broken, encoding="utf-8")

    assert len(breaches(site)) == 3
