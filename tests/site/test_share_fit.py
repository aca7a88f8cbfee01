"""Words fit on paper, however long a name, a headline or an address may be."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from forms_api.forms.definition import load_definitions
from site_builder.share_checks import MAX_NAME_CHARACTERS
from site_builder.share_drawing import DrawingError, Printer, own_fonts
from site_builder.share_order import Item, Subject
from site_builder.share_paper_form import paper_form
from site_builder.share_papers import (
    BANNER,
    CARD,
    CODE,
    CODE_BAND,
    FORM,
    LABEL,
    LABEL_WORDS,
    PRINTED,
    SLIDES,
    Paper,
)
from tests.site.conftest import PROJECT
from tests.site.share_readers import missing_glyphs

TEMPLATES = PROJECT / "templates" / "share"
EVERY_LETTER = (
    "".join(map(chr, range(0x1EA0, 0x1EFA))) + "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư"
)
FACTS: dict[str, object] = {
    "site_name": "An ninh phường qua VNeID",
    "ward": "Phường Bắc Giang",
    "specimen": "MẪU: phường chưa có địa chỉ trang",
    "status": "Trang giới thiệu mô hình, không phải trang chính thức của cơ quan công an",
    "check_words": "lúa vàng",
    "numbers": [
        {"number": "113", "name": "Công an"},
        {"number": "114", "name": "Cứu hỏa, cứu nạn"},
        {"number": "115", "name": "Cấp cứu y tế"},
    ],
}
WIDE = "W" * 200
LONG = "Nghiêng nghiêng ngả ngả trước trụ sở " * 10
EDGE_POINTS = 1.5


def up_to(count: int) -> st.SearchStrategy[str]:
    """Return words of at most so many letters, of which the longest are likely."""
    drawn = st.text(alphabet=EVERY_LETTER + "WMiln ,.-/", min_size=3, max_size=count)
    return st.one_of(drawn, st.just(WIDE[:count]), st.just(LONG[:count]))


@pytest.fixture(scope="module")
def fonts() -> Iterator[object]:
    """The kit's typefaces."""
    with own_fonts() as found:
        yield found


def drawn(
    fonts: object, paper: Paper, item: Item, facts: Item, inputs: dict[str, str] | None = None
) -> bytes:
    """Return the item as a PDF."""
    printer = Printer(TEMPLATES, fonts, facts)  # type: ignore[arg-type] # what the fixture gave
    subject = Subject("thử", item, "https://phuong.example/s/" + "a" * 60)
    given_inputs = paper.sheet.inputs if paper.sheet else paper.inputs
    return printer.pdf(paper.template, [subject], inputs or given_inputs)


def pages_within(pdf: bytes) -> int:
    """Return how many pages there are, after seeing that no letter stands beyond any edge."""
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            width, height = page.get_size()
            text = page.get_textpage()
            for index in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(index)
                assert left > -EDGE_POINTS
                assert bottom > -EDGE_POINTS
                assert right < width + EDGE_POINTS
                assert top < height + EDGE_POINTS
        return len(document)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
@pytest.mark.parametrize("paper", [*PRINTED[:1], *PRINTED[2:], BANNER, SLIDES], ids=lambda p: p.id)
def test_the_longest_words_fit_on_every_paper(
    fonts: object, paper: Paper, data: st.DataObject
) -> None:
    points = data.draw(st.lists(up_to(90), min_size=2, max_size=5))
    item: dict[str, object] = {
        "headline": data.draw(up_to(60)),
        "lead": data.draw(up_to(120)),
        "points": points,
        "note": data.draw(st.one_of(st.none(), up_to(160))),
        "area": data.draw(up_to(MAX_NAME_CHARACTERS)),
        "address": "an-ninh-phuong-rat-dai.example/s/" + data.draw(st.just("to-dan-pho-" * 5)),
        "slides": [{"title": data.draw(up_to(60)), "points": points}] * 2,
    }
    facts = {
        **FACTS,
        "site_name": data.draw(up_to(MAX_NAME_CHARACTERS)),
        "ward": data.draw(up_to(MAX_NAME_CHARACTERS)),
        "specimen": data.draw(st.sampled_from([FACTS["specimen"], None])),
    }

    made = drawn(fonts, paper, item, facts)

    assert pages_within(made) == (4 if paper is SLIDES else 1)


@settings(max_examples=25, deadline=None)
@given(area=up_to(80), ward=up_to(80), check=st.one_of(st.none(), up_to(40)))
@pytest.mark.parametrize(
    ("paper", "inputs"),
    [(LABEL, None), (LABEL, LABEL_WORDS), (CODE, None), (CODE, CODE_BAND)],
    ids=["label", "label words", "code", "code band"],
)
def test_the_longest_names_fit_beside_a_code(
    fonts: object,
    paper: Paper,
    inputs: dict[str, str] | None,
    area: str,
    ward: str,
    check: str | None,
) -> None:
    item = {"area": area, "address": "an-ninh-phuong-rat-dai.example/s/" + "to-dan-pho-" * 5}

    made = drawn(fonts, paper, item, {**FACTS, "ward": ward, "check_words": check}, inputs)

    assert pages_within(made) == 1


@settings(max_examples=25, deadline=None)
@given(title=up_to(110), ward=up_to(80))
def test_the_longest_title_fits_on_a_card(fonts: object, title: str, ward: str) -> None:
    foot = f"{ward}\nan-ninh-phuong-rat-dai.example\nTrang giới thiệu mô hình"

    made = drawn(fonts, CARD, {"title": title, "foot": foot}, FACTS)

    assert pages_within(made) == 1


def test_every_vietnamese_letter_is_drawn_and_can_be_read_back(fonts: object) -> None:
    letters = " ".join(EVERY_LETTER[at : at + 10] for at in range(0, len(EVERY_LETTER), 10))

    made = drawn(fonts, CARD, {"title": letters, "foot": letters}, FACTS)

    text = PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert set(EVERY_LETTER) <= set(text)
    assert missing_glyphs(made) == 0


def test_a_sign_that_the_typefaces_lack_would_be_found(fonts: object) -> None:
    made = drawn(fonts, CARD, {"title": "Chữ lạ 字", "foot": "x"}, FACTS)

    assert missing_glyphs(made) == 1


def test_words_that_fit_at_no_size_stop_the_build_and_are_named(fonts: object) -> None:
    item = {"area": LONG * 40, "address": "phuong.example"}

    with pytest.raises(DrawingError, match=r"label\.typ \(thử\).*does not fit"):
        drawn(fonts, LABEL, item, FACTS)


def test_the_form_of_the_project_takes_one_sheet_on_both_sides(fonts: object) -> None:
    form = load_definitions(PROJECT / "content")["phan-anh-antt"]
    item = {**paper_form(form), "note": "Đang giới thiệu thử. " * 6, "follow_up": "p.example/"}

    made = drawn(fonts, FORM, item, FACTS)

    assert pages_within(made) == 2
