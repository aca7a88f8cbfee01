"""The ward's own form, `phan-anh-antt`: what it asks, what it must never ask, where it leads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.datastructures import MultiDict

from forms_api.attachments.cleaning import MEDIA_TYPES
from forms_api.forms.specs import ChoicesField, ConsentField, FilesField, NoteField, options_of
from forms_api.forms.wording import Link
from tests.forms.small_forms import CONTENT, report_form, values, wrong_fields

FORM = report_form()
SHORTEST = [
    ("dang-xay-ra", "khong"),
    ("an-danh", "co"),
    ("hanh-vi", "trom-cap"),
    ("ngay-xay-ra", "2026-01-02"),
    ("dia-diem", "Đầu ngõ 5"),
    ("dien-bien", "Mất một xe đạp"),
    ("dong-y", "co"),
]


def test_the_shortest_report_is_seven_answers_and_no_name() -> None:
    judgement = FORM.judge(MultiDict(SHORTEST))

    assert judgement.is_accepted
    assert judgement.category == "trom-cap"
    assert judgement.anonymous
    assert not judgement.urgent


@pytest.mark.parametrize("left_out", [name for name, _ in SHORTEST])
def test_each_of_the_seven_is_needed(left_out: str) -> None:
    posted = [(name, value) for name, value in SHORTEST if name != left_out]

    assert wrong_fields(FORM.judge(MultiDict(posted))) == [left_out]


def test_who_does_not_remember_the_place_says_so_instead() -> None:
    posted = [pair for pair in SHORTEST if pair[0] != "dia-diem"]

    judgement = FORM.judge(MultiDict([*posted, ("khong-nho-dia-diem", "co"), ("quanh-do", "chợ")]))

    assert judgement.is_accepted
    assert values(judgement)["quanh-do"] == "chợ"


def test_the_report_follows_the_order_of_vneid() -> None:
    named = [getattr(spec, "vneid", None) for spec in FORM.definition.fields()]

    assert [name for name in named if name] == [
        "Ẩn danh",
        "Là đại diện cơ quan, tổ chức",
        "Tên đơn vị",
        "Mã số thuế",
        "Đã gửi đơn tới cơ quan Công an",
        "Người bị kiến nghị, phản ánh",
        "Hành vi",
        "Ngày xảy ra",
        "Không nhớ địa điểm xảy ra vụ việc",
        "Địa điểm xảy ra",
        "Tóm tắt diễn biến",
        "Hậu quả",
        "Hình ảnh",
        "Người bị hại",
    ]


def test_at_most_three_acts_are_taken_as_in_vneid() -> None:
    (acts,) = (spec for spec in FORM.definition.fields() if spec.id == "hanh-vi")

    assert isinstance(acts, ChoicesField)
    assert acts.max_choices == 3
    assert "đề xuất, chưa phải danh mục chính thức" in (acts.hint or "")


@pytest.mark.parametrize(
    ("field", "answer", "calls", "may_continue"),
    [
        ("dang-xay-ra", "co", ["113", "114", "115"], True),
        ("bi-thuong", "co", ["115", "113"], True),
        ("hanh-vi", "cuop-giat", ["113"], True),
        ("hanh-vi", "danh-nhau-gay-roi", ["113"], True),
        ("hanh-vi", "bao-luc-gia-dinh", ["113", "111"], True),
        ("hanh-vi", "xam-hai-tre-em", ["111", "113"], True),
        ("hanh-vi", "chay-no", ["114", "115"], True),
        ("hanh-vi", "khieu-nai-to-cao", [], False),
        ("hanh-vi", "thu-tuc-hanh-chinh", [], False),
    ],
)
def test_danger_leads_to_a_number_and_other_matters_to_their_door(
    field: str, answer: str, calls: list[str], may_continue: bool
) -> None:
    posted = [pair for pair in SHORTEST if pair[0] != field]

    judgement = FORM.judge(MultiDict([*posted, (field, answer)]))

    assert judgement.stop is not None
    assert judgement.stop.stop.call == calls
    assert judgement.stop.stop.may_continue is may_continue
    assert calls or judgement.stop.stop.link is not None


def test_only_what_is_happening_or_dangerous_is_urgent() -> None:
    posted = [*SHORTEST[1:], ("dang-xay-ra", "co"), ("stop_seen", "dang-xay-ra:co")]

    judgement = FORM.judge(MultiDict(posted))

    assert judgement.is_accepted
    assert judgement.urgent


@pytest.mark.parametrize(
    "never", ["căn cước", "cccd", "otp", "mật khẩu", "tài khoản ngân hàng", "số tài khoản"]
)
def test_nothing_is_asked_that_a_swindler_would_ask(never: str) -> None:
    labels = [
        getattr(spec, "label", "")
        for spec in FORM.definition.fields()
        if not isinstance(spec, NoteField)
    ]

    assert [label for label in labels if never in label.lower()] == []


def test_files_are_few_and_optional_and_every_kind_can_be_cleaned() -> None:
    files = FORM.definition.files_field

    assert isinstance(files, FilesField)
    assert (files.required, files.max_files, files.max_file_bytes) == (False, 4, 10 * 2**20)
    assert files.max_recording_bytes == 40 * 2**20
    assert set(files.types) == set(MEDIA_TYPES)


def test_no_time_of_keeping_is_promised_that_the_ward_has_not_decided() -> None:
    consents = [spec for spec in FORM.definition.fields() if isinstance(spec, ConsentField)]

    assert FORM.definition.retention.days is None
    assert "chưa công bố" in " ".join(consents[0].text)


def links() -> Iterator[Link]:
    for notice in FORM.definition.introduction:
        if notice.link:
            yield notice.link
    for spec in FORM.definition.fields():
        for option in options_of(spec).values():
            if option.stop and option.stop.link:
                yield option.stop.link
        if isinstance(spec, ConsentField | NoteField) and spec.link:
            yield spec.link
    if FORM.definition.receipt.link:
        yield FORM.definition.receipt.link


@pytest.mark.parametrize("link", list(links()), ids=lambda link: link.href)
def test_links_lead_to_our_own_pages_or_the_national_portal(link: Link) -> None:
    page, _, anchor = link.href.partition("#")
    if page.startswith("https:"):
        assert page == "https://dichvucong.gov.vn"
        return

    source = CONTENT / f"{page.strip('/')}.md"

    assert f"#{anchor}" in source.read_text(encoding="utf-8") if anchor else source.is_file()


def test_every_answer_that_tells_who_the_sender_is_is_marked_so() -> None:
    marked = {spec.id for spec in FORM.definition.fields() if getattr(spec, "is_personal", False)}

    assert marked == {*FORM.definition.roles.contact, "ma-so-thue"}
