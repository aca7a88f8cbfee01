"""Follow-up codes: strong, forgiving to type, one-way to what is stored."""

from __future__ import annotations

import datetime as dt
import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.moments import VIETNAM
from forms_api.vault.receipts import (
    ALPHABET,
    CODE_LENGTH,
    FollowUpCode,
    SubmissionId,
    content_digest,
    derive_code,
    new_code,
    new_reference,
    new_stub_reference,
    new_submission_id,
    parse_code,
    parse_stub_reference,
    receipt_stamp,
    submission_key,
)
from forms_api.vault.sealing import identity_from_seed

KEY = bytes(range(32))
submission_ids = st.binary(min_size=16, max_size=16).map(SubmissionId)
codes = submission_ids.map(lambda submission_id: derive_code(KEY, submission_id))


@given(codes)
def test_a_code_is_six_groups_of_four_signs_that_nobody_mistakes(code: FollowUpCode) -> None:
    assert re.fullmatch(f"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{5}}", code.reveal())
    assert not set(code.reveal()) & set("ILOU")


def test_a_code_has_120_bits_and_uses_every_one() -> None:
    seen_ones = seen_zeros = 0
    for number in range(400):
        code = derive_code(KEY, SubmissionId(number.to_bytes(16)))
        value = sum(
            ALPHABET.index(sign) << 5 * place
            for place, sign in enumerate(reversed(code.reveal().replace("-", "")))
        )
        seen_ones |= value
        seen_zeros |= ~value

    every_bit = 2**120 - 1
    assert seen_ones == every_bit
    assert seen_zeros & every_bit == every_bit


@given(codes, st.data())
def test_a_code_is_known_however_a_person_types_it(code: FollowUpCode, data: st.DataObject) -> None:
    looks_like = {"0": "0Oo", "1": "1IiLl"}
    gap = st.sampled_from(["", "", " ", "-", " - ", "\u2013", "\u00a0", "."])
    typed = ""
    for sign in code.reveal().replace("-", ""):
        typed += data.draw(st.sampled_from(looks_like.get(sign, sign + sign.lower())))
        typed += data.draw(gap)

    assert parse_code(typed) == code


@given(st.text(ALPHABET, max_size=40).filter(lambda text: len(text) != CODE_LENGTH))
def test_a_code_of_another_length_is_none(typed: str) -> None:
    assert parse_code(typed) is None


@given(codes, st.integers(0, CODE_LENGTH - 1), st.sampled_from("UuĐÔâ٣②ß"))
def test_a_sign_outside_the_alphabet_is_none(code: FollowUpCode, place: int, sign: str) -> None:
    signs = code.reveal().replace("-", "")

    assert parse_code(signs[:place] + sign + signs[place + 1 :]) is None


@given(st.text(max_size=200))
def test_anything_typed_is_a_code_or_none(typed: str) -> None:
    code = parse_code(typed)

    assert code is None or parse_code(code.reveal()) == code


@given(submission_ids)
def test_a_repeat_of_a_submission_has_the_same_code(submission_id: SubmissionId) -> None:
    assert derive_code(KEY, submission_id) == derive_code(KEY, submission_id)


@given(submission_ids, submission_ids)
def test_codes_differ_by_submission_and_by_key(one: SubmissionId, two: SubmissionId) -> None:
    if one != two:
        assert derive_code(KEY, one) != derive_code(KEY, two)
    assert derive_code(KEY, one) != derive_code(KEY[::-1], one)


@given(codes)
def test_what_is_stored_tells_neither_the_code_nor_the_other_stored_value(
    code: FollowUpCode,
) -> None:
    signs = code.reveal().replace("-", "").encode()

    assert len(code.lookup_key) == 32
    assert signs not in code.lookup_key
    assert signs.decode() not in code.identity.recipient.upper()
    # Different purposes: who reads the look-up key in the database does not hold the private key.
    assert identity_from_seed(code.lookup_key) != code.identity


def test_the_derivations_stay_as_they_are_for_codes_already_handed_out() -> None:
    code = derive_code(KEY, SubmissionId(bytes(16)))

    assert (code.reveal(), code.lookup_key.hex(), code.identity.recipient) == (
        "KTWY-47EA-S33J-XNZZ-XBJD-3KW5",
        "d4e80c0aa05bf80b1d87a3050796e4505783650c405b55171d53848548572867",
        "age13vqelm9m8zpzlen77u72nf39h4ctw89l8z9dmp8wunq7g7ey83yqks9ejk",
    )


@given(codes)
def test_a_code_shows_in_no_text(code: FollowUpCode) -> None:
    assert code.reveal()[:4] not in f"{code} {code!r} {[code]}".replace("Code", "")


def test_submission_ids_are_random_and_their_keys_are_not_them() -> None:
    ids = {new_submission_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert {len(submission_id) for submission_id in ids} == {16}
    assert all(submission_key(one).find(one) == -1 for one in ids)


@given(submission_ids, submission_ids, st.binary(), st.binary())
def test_a_digest_tells_content_apart_only_to_who_holds_the_submission_id(
    one: SubmissionId, two: SubmissionId, content: bytes, other: bytes
) -> None:
    assert (content_digest(one, content) == content_digest(one, other)) == (content == other)
    assert (content_digest(one, content) == content_digest(two, content)) == (one == two)


@pytest.mark.parametrize("prefix", ["XG", "TM2"])
def test_a_reference_is_short_says_no_word_and_has_no_sign_twice_meant(prefix: str) -> None:
    for _ in range(500):
        assert re.fullmatch(rf"{prefix}-([2-9][A-HJKMNP-TV-Z]){{3}}", new_reference(prefix))


def test_an_invitation_s_codes_are_random_and_typed_like_a_receipt_s() -> None:
    made = [new_code() for _ in range(500)]

    assert len({code.reveal() for code in made}) == 500
    assert all(parse_code(code.reveal().lower()) == code for code in made)


def test_an_invitation_s_codes_have_120_bits_and_use_every_one() -> None:
    seen_ones = seen_zeros = 0
    for _ in range(400):
        signs = new_code().reveal().replace("-", "")
        value = sum(ALPHABET.index(sign) << 5 * place for place, sign in enumerate(reversed(signs)))
        seen_ones |= value
        seen_zeros |= ~value

    every_bit = 2**120 - 1
    assert (seen_ones, seen_zeros & every_bit) == (every_bit, every_bit)


def test_a_stamp_belongs_to_one_receipt_of_one_service() -> None:
    at = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
    key, other = secrets.token_bytes(32), secrets.token_bytes(32)
    stamp = receipt_stamp(key, "XG-7K3M92", at)

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", stamp)
    assert stamp == receipt_stamp(key, "XG-7K3M92", at.astimezone(VIETNAM))
    forged = {
        receipt_stamp(other, "XG-7K3M92", at),
        receipt_stamp(key, "XG-7K3M93", at),
        receipt_stamp(key, "XG-7K3M92", at + dt.timedelta(seconds=1)),
    }
    assert stamp not in forged


def test_a_printed_number_is_none_that_a_report_gets_by_itself() -> None:
    printed = {new_stub_reference("XG") for _ in range(200)}

    assert all(re.fullmatch(r"XG-(?:[A-HJKMNP-TV-Z][2-9]){3}", one) for one in printed)
    assert not printed & {new_reference("XG") for _ in range(200)}
    assert not any(parse_stub_reference("XG", new_reference("XG")) for _ in range(200))


@pytest.mark.parametrize("typed", ["XG-K7M3P9", "k7m3p9", "xg k7m3p9", " XGK7M3P9 ", "K7-M3-P9"])
def test_a_printed_number_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_stub_reference("XG", typed) == "XG-K7M3P9"


@pytest.mark.parametrize(
    "typed", ["", "XG-7K3M92", "XG-K7M3P", "AB-K7M3P9", "K7M3P99", "K7M3PO", "số"]
)
def test_what_is_no_printed_number_is_none(typed: str) -> None:
    assert parse_stub_reference("XG", typed) is None
