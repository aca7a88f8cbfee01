"""Which passwords are taken: long ones that nobody guesses, whatever their signs."""

from __future__ import annotations

import unicodedata

import pytest

from forms_api.accounts.passwords import MAX_SIGNS, MIN_SIGNS, PasswordFault, find_fault

GOOD = "con mèo nhà tôi thích ăn bún riêu"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "bảy con vịt què lội qua mương",
        "Tr3n-cay-buoi-co-7-to-chim!",
        "🐈 mèo ngủ trên nóc nhà bếp cũ",
        "x7#Qm!v2Lp0z",
        "Một câu rất dài mà chỉ mình tôi nhớ, viết có dấu và dài hơn sáu mươi tư chữ",
    ],
)
def test_a_long_phrase_of_one_s_own_is_taken(password: str) -> None:
    assert find_fault(password) is None


@pytest.mark.parametrize("password", ["", " ", "x7#Qm!v2L", "mèo ngủ"])
def test_a_short_password_is_refused(password: str) -> None:
    assert len(password) < MIN_SIGNS
    assert find_fault(password) is PasswordFault.SHORT


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "1234567890",
        "aaaaaaaaaaaaaaaa",
        "qwertyuiop",
        "iloveyou2026",
        "abcabcabcabc",
        "anhyeuem123",
        "matkhau123",
        "Matkhau@2026",
        "mật khẩu 123",
        "mật khẩu",
        "Mật Khẩu 2026",
        "công an phường",
        "CongAnPhuong1",
        "vneid12345",
        "việt nam 2026",
    ],
)
def test_what_attackers_try_first_is_refused_with_and_without_its_marks(password: str) -> None:
    assert find_fault(password) is not None
    plain = unicodedata.normalize("NFD", password.lower().replace("đ", "d"))
    assert find_fault("".join(sign for sign in plain if not unicodedata.combining(sign)))


@pytest.mark.parametrize(
    "password", ["Nguyễn Thị Lan", "nguyenthilan2026", "NguyenThiLan@123", "nguyễnthịlan1985"]
)
def test_one_s_own_name_carries_no_password(password: str) -> None:
    assert find_fault(password, own_words=["lan.nt", "Nguyễn Thị Lan"]) is PasswordFault.GUESSABLE


@pytest.mark.parametrize("signs", [64, 65, 128, MAX_SIGNS])
def test_long_passwords_are_taken_whole(signs: int) -> None:
    assert find_fault((GOOD * 10)[:signs]) is None


def test_more_than_two_hundred_signs_are_refused() -> None:
    assert MAX_SIGNS == 200
    assert find_fault((GOOD * 10)[: MAX_SIGNS + 1]) is PasswordFault.LONG


@pytest.mark.parametrize("password", [GOOD, "mật khẩu 123", "mậtkhẩumè", "ế" * MAX_SIGNS])
def test_either_unicode_form_is_judged_alike(password: str) -> None:
    one, two = (unicodedata.normalize(form, password) for form in ("NFC", "NFD"))

    assert one != two
    assert find_fault(one) == find_fault(two)
