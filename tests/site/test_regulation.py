"""The built regulation says what the source says: every paragraph, in order, nothing added."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import html

SOURCE = Path(__file__).resolve().parents[1] / "data" / "quy-che-xuong-giang-2024-04-22.txt"


def source_paragraphs() -> list[str]:
    """Return the source's lines of text, emphasis marks kept."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def built_paragraphs(page: Path) -> list[str]:
    """Return the document's paragraphs as built, emphasis written as the source writes it."""
    tree = html.parse(str(page), html.HTMLParser(encoding="utf-8"))
    paragraphs: list[str] = []
    for element in tree.getroot().iter():
        classes = (element.get("class") or "").split()
        if "text" not in classes:
            continue
        text = marked(element)
        if "text--run-on" in classes:
            paragraphs[-1] += f" {text}"
        else:
            paragraphs.append(text)
    return paragraphs


def marked(element: html.HtmlElement) -> str:
    """Return the element's text with `<em>` as `*…*` and `<strong>` as `**…**`; nothing else is allowed."""
    signs = {"em": "*", "strong": "**"}
    text = element.text or ""
    for child in element:
        sign = signs[str(child.tag)]
        text += f"{sign}{child.text}{sign}{child.tail or ''}"
    return text


def test_the_whole_regulation_is_the_source_paragraph_by_paragraph(built_site: Path) -> None:
    assert built_paragraphs(built_site / "quy-che/index.html") == source_paragraphs()


def test_an_article_page_is_the_article_paragraph_by_paragraph(built_site: Path) -> None:
    paragraphs = source_paragraphs()
    starts = [
        index for index, text in enumerate(paragraphs) if re.match(r"(Điều|Chương|Nơi nhận)", text)
    ]
    articles: dict[int, list[str]] = {}
    for number in range(1, 13):
        start = next(i for i in starts if paragraphs[i].startswith(f"Điều {number}."))
        articles[number] = paragraphs[start : next(i for i in starts if i > start)]

    built = {
        number: built_paragraphs(built_site / f"quy-che/dieu-{number}/index.html")
        for number in articles
    }
    assert built == articles


def test_every_clause_and_dash_has_an_anchor_and_a_link_to_copy(built_site: Path) -> None:
    tree = html.parse(str(built_site / "quy-che/index.html")).getroot()
    wanted = {"dieu-4-khoan-2", "dieu-6-gach-1", "dieu-7-gach-8", "dieu-12"}
    ids = set(tree.xpath("//@id"))
    linked = {href.removeprefix("#") for href in tree.xpath("//a[@class='clause__link']/@href")}

    assert wanted <= ids
    clauses = {name for name in ids if re.fullmatch(r"dieu-\d+(-(khoan|gach)-\d+)?", name)}
    assert clauses == linked
    assert len(clauses) == 12 + 35


def test_notes_stand_outside_the_words_of_the_document(built_site: Path) -> None:
    tree = html.parse(str(built_site / "quy-che/index.html")).getroot()

    assert not tree.xpath("//*[contains(@class, 'notes')]//*[contains(@class, 'text')]")
    assert not tree.xpath("//*[@class='text']//*[contains(@class, 'remark')]")
    assert "phường Bắc Giang" in tree.xpath("string(//*[contains(@class, 'notes')])")


def test_articles_lead_to_the_one_before_and_the_one_after(built_site: Path) -> None:
    tree = html.parse(str(built_site / "quy-che/dieu-5/index.html")).getroot()

    assert tree.xpath("//a[@rel='prev']/@href") == ["/quy-che/dieu-4/"]
    assert tree.xpath("//a[@rel='next']/@href") == ["/quy-che/dieu-6/"]
