"""Each kind of field: what it takes, what it makes of it, and every value that it refuses."""

from __future__ import annotations

import pytest

from tests.forms.small_forms import judged, values, wrong_fields

RIGHT = [
    ("kind-text", "ten", " An\tBình\n", "An Bình", "An Bình"),
    ("kind-paragraph", "ke", "một\r\nhai  \rba", "một\nhai\nba", "một\nhai\nba"),
    ("kind-choice", "mau", "do", "do", "Đỏ"),
    ("kind-choice-select", "mau", "xanh", "xanh", "Xanh"),
    ("kind-yes-no", "thay", "co", True, "Có"),
    ("kind-yes-no", "thay", "khong", False, "Không"),
    ("kind-yes-no-checkbox", "thay", "co", True, "Có"),
    ("kind-date", "ngay", "2026-11-24", "2026-11-24", "24/11/2026"),
    ("kind-date", "ngay", "2026-01-01", "2026-01-01", "01/01/2026"),
    ("kind-date", "ngay", " 5/3/2026 ", "2026-03-05", "05/03/2026"),
    ("kind-date", "ngay", "05-03-2026", "2026-03-05", "05/03/2026"),
    ("kind-date", "ngay", "5.3.2026", "2026-03-05", "05/03/2026"),
    ("kind-date-until", "ngay", "2026-12-31", "2026-12-31", "31/12/2026"),
    ("kind-time", "gio", "21:30", "21:30", "21:30"),
    ("kind-time", "gio", "21:30:15", "21:30", "21:30"),
    ("kind-time", "gio", "9h", "09:00", "09:00"),
    ("kind-time", "gio", "9H05", "09:05", "09:05"),
    ("kind-time", "gio", "9 giờ 05 phút", "09:05", "09:05"),
    ("kind-time", "gio", "0.15", "00:15", "00:15"),
    ("kind-phone", "dien-thoai", "0912 345 678", "+84912345678", "0912 345 678"),
    ("kind-phone", "dien-thoai", "0912.345.678", "+84912345678", "0912 345 678"),
    ("kind-phone", "dien-thoai", "+84 (0) 912-345-678", "+84912345678", "0912 345 678"),
    ("kind-phone", "dien-thoai", "+49 30 901820", "+4930901820", "+49 30 901820"),
    ("kind-email", "thu", " A.b@Example.COM ", "A.b@example.com", "A.b@example.com"),
    ("kind-area", "to", "tdp-2", "tdp-2", "Tổ dân phố 2"),
    ("kind-area", "to", "khong-ro", "khong-ro", "Tôi không rõ"),
]

WRONG = [
    ("kind-text", "ten", "", "Hãy điền"),
    ("kind-text", "ten", " \t\n\u200b\u2060\ufeff", "Hãy điền"),
    ("kind-text", "ten", "A", "ít nhất 2"),
    ("kind-text", "ten", "mười một chữ", "12 ký tự"),
    ("kind-paragraph", "ke", "\r\n\r\n", "Hãy điền"),
    ("kind-paragraph", "ke", "a", "ít nhất 2"),
    ("kind-paragraph", "ke", "a" * 21, "nhiều nhất 20"),
    ("kind-choice", "mau", "", "Hãy chọn một câu trả lời"),
    ("kind-choice", "mau", "tim", "Hãy chọn lại"),
    ("kind-choice", "mau", "DO", "Hãy chọn lại"),
    ("kind-choice-select", "mau", "tim", "Hãy chọn lại"),
    ("kind-choices", "mau", "tim", "Hãy chọn lại"),
    ("kind-choices", "mau", "", "ít nhất một"),
    ("kind-yes-no", "thay", "", "Hãy chọn một câu trả lời"),
    ("kind-yes-no", "thay", "true", "Hãy chọn lại"),
    ("kind-yes-no-checkbox", "thay", "khong-phai", "Hãy chọn lại"),
    ("kind-date", "ngay", "", "Hãy điền"),
    ("kind-date", "ngay", "hôm qua", "24/11/2026"),
    ("kind-date", "ngay", "2026-02-30", "24/11/2026"),
    ("kind-date", "ngay", "30/02/2026", "24/11/2026"),
    ("kind-date", "ngay", "2026-11-25", "chưa tới"),
    ("kind-date", "ngay", "2025-12-31", "từ 01/01/2026"),
    ("kind-date", "ngay", "9999999999-01-01", "24/11/2026"),
    ("kind-date", "ngay", "٢٠٢٦-٠١-٠١", "24/11/2026"),
    ("kind-date-until", "ngay", "2027-01-01", "từ 31/12/2026 trở về trước"),
    ("kind-time", "gio", "", "Hãy điền"),
    ("kind-time", "gio", "24:00", "21:30"),
    ("kind-time", "gio", "12:60", "21:30"),
    ("kind-time", "gio", "tối", "21:30"),
    ("kind-time", "gio", "1234", "21:30"),
    ("kind-phone", "dien-thoai", "", "Hãy điền"),
    ("kind-phone", "dien-thoai", "0912", "chưa đúng"),
    ("kind-phone", "dien-thoai", "số của tôi", "chưa đúng"),
    ("kind-phone", "dien-thoai", "+999 123", "chưa đúng"),
    ("kind-phone", "dien-thoai", "0912345678" * 50, "chưa đúng"),
    ("kind-email", "thu", "", "Hãy điền"),
    ("kind-email", "thu", "a@b", "chưa đúng"),
    ("kind-email", "thu", "a b@example.com", "chưa đúng"),
    ("kind-email", "thu", "Tôi <a@example.com>", "chưa đúng"),
    ("kind-email", "thu", "a@example.com\nBcc: b@example.com", "chưa đúng"),
    ("kind-email", "thu", "a" * 9000 + "@example.com", "chưa đúng"),
    ("kind-area", "to", "", "tổ dân phố"),
    ("kind-area", "to", "tdp-99", "Hãy chọn lại"),
    ("kind-consent", "dong-y", "", "Hãy đọc"),
    ("kind-consent", "dong-y", "khong", "Hãy đọc"),
    ("kind-consent", "dong-y", "on", "Hãy đọc"),
]


@pytest.mark.parametrize(("form", "field", "typed", "value", "text"), RIGHT)
def test_a_right_value_is_cleaned_and_told_in_words(
    form: str, field: str, typed: str, value: object, text: str
) -> None:
    judgement = judged(form, (field, typed))

    assert judgement.is_accepted, judgement.errors
    assert [(a.field_id, a.value, a.text) for a in judgement.answers] == [(field, value, text)]


@pytest.mark.parametrize(("form", "field", "typed", "words"), WRONG)
def test_a_wrong_value_is_refused_in_words_that_name_the_field(
    form: str, field: str, typed: str, words: str
) -> None:
    judgement = judged(form, (field, typed))

    assert wrong_fields(judgement) == [field]
    assert words in judgement.errors[0].message
    assert not judgement.is_accepted


@pytest.mark.parametrize(
    ("form", "field"), sorted({(form, field) for form, field, typed, _ in WRONG if typed == ""})
)
def test_what_must_be_answered_and_is_not_posted_at_all_is_asked_for(form: str, field: str) -> None:
    assert wrong_fields(judged(form)) == [field]


def test_several_choices_are_kept_in_the_order_in_which_they_are_shown() -> None:
    judgement = judged("kind-choices", ("mau", "vang"), ("mau", "do"))

    assert values(judgement) == {"mau": ["do", "vang"]}
    assert judgement.answers[0].text == "Đỏ; Vàng"


def test_more_choices_than_allowed_are_refused() -> None:
    judgement = judged("kind-choices", ("mau", "vang"), ("mau", "do"), ("mau", "xanh"))

    assert "nhiều nhất 2" in judgement.errors[0].message


def test_a_box_that_nobody_ticked_is_no_answer() -> None:
    judgement = judged("kind-yes-no-checkbox")

    assert judgement.is_accepted
    assert judgement.answers == ()


def test_consent_is_kept_with_the_answers() -> None:
    judgement = judged("kind-consent", ("dong-y", "co"))

    assert values(judgement) == {"dong-y": True}


@pytest.mark.parametrize(("count", "words"), [(0, "ít nhất một tệp"), (3, "nhiều nhất 2 tệp")])
def test_too_few_and_too_many_pictures_are_refused(count: int, words: str) -> None:
    judgement = judged("kind-files", attachment_count=count)

    assert wrong_fields(judgement) == ["anh"]
    assert words in judgement.errors[0].message


def test_pictures_within_the_limits_are_taken() -> None:
    assert judged("kind-files", attachment_count=2).is_accepted


def test_the_name_of_a_picture_without_the_picture_is_a_mistake() -> None:
    judgement = judged("kind-files", ("anh", "IMG_1.jpg"), attachment_count=1)

    assert wrong_fields(judgement) == ["anh"]
    assert "chọn lại" in judgement.errors[0].message


def test_a_note_asks_nothing_and_takes_nothing() -> None:
    assert judged("kind-note").is_accepted
    assert wrong_fields(judged("kind-note", ("dan", "x"))) == [""]
