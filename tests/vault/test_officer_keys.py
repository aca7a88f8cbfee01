"""An officer's key under a password: opened by that officer with that password only."""

from __future__ import annotations

import dataclasses
import unicodedata

import pytest
from argon2 import extract_parameters

from forms_api.errors import SealError
from forms_api.vault.officer_keys import (
    WrapCost,
    WrappedIdentity,
    hash_password,
    needs_rehash,
    password_matches,
    unwrap_identity,
    wrap_identity,
)
from forms_api.vault.sealing import generate_identity

CHEAP = WrapCost(memory_kib=64, passes=1, lanes=1)
PASSWORD = "Mật khẩu đủ dài 2026"
QUEUE = generate_identity()


@pytest.fixture
def wrapped() -> WrappedIdentity:
    """The queue's key, wrapped for the officer in charge."""
    return wrap_identity(QUEUE, password=PASSWORD, officer="officer 1", cost=CHEAP)


def test_the_officer_with_the_password_gets_the_key_back(wrapped: WrappedIdentity) -> None:
    assert unwrap_identity(wrapped, password=PASSWORD, officer="officer 1") == QUEUE


@pytest.mark.parametrize(
    "password", ["", "mật khẩu đủ dài 2026", PASSWORD + " ", "Mat khau du dai 2026"]
)
def test_a_wrong_password_is_refused(wrapped: WrappedIdentity, password: str) -> None:
    with pytest.raises(SealError):
        unwrap_identity(wrapped, password=password, officer="officer 1")


def test_a_row_copied_to_another_officer_does_not_open(wrapped: WrappedIdentity) -> None:
    with pytest.raises(SealError):
        unwrap_identity(wrapped, password=PASSWORD, officer="officer 2")


@pytest.mark.parametrize("cut", [0, 5, 12, 20, -1])
def test_a_shortened_row_does_not_open(wrapped: WrappedIdentity, cut: int) -> None:
    short = dataclasses.replace(wrapped, sealed=wrapped.sealed[:cut])

    with pytest.raises(SealError):
        unwrap_identity(short, password=PASSWORD, officer="officer 1")


def test_a_changed_bit_anywhere_does_not_open(wrapped: WrappedIdentity) -> None:
    for place in range(len(wrapped.sealed)):
        changed = bytearray(wrapped.sealed)
        changed[place] ^= 1
        with pytest.raises(SealError):
            unwrap_identity(
                dataclasses.replace(wrapped, sealed=bytes(changed)),
                password=PASSWORD,
                officer="officer 1",
            )


def test_a_password_works_in_either_unicode_form(wrapped: WrappedIdentity) -> None:
    typed = unicodedata.normalize("NFD", PASSWORD)
    assert typed != PASSWORD

    assert unwrap_identity(wrapped, password=typed, officer="officer 1") == QUEUE
    assert password_matches(typed, hash_password(PASSWORD, CHEAP))
    assert password_matches(PASSWORD, hash_password(typed, CHEAP))


def test_a_row_opens_by_the_cost_it_was_made_with_not_by_the_present_one() -> None:
    other = WrapCost(memory_kib=128, passes=2, lanes=2)
    wrapped = wrap_identity(QUEUE, password=PASSWORD, officer="officer 1", cost=other)

    assert wrapped.cost == other
    assert unwrap_identity(wrapped, password=PASSWORD, officer="officer 1") == QUEUE
    with pytest.raises(SealError):
        unwrap_identity(
            dataclasses.replace(wrapped, cost=CHEAP), password=PASSWORD, officer="officer 1"
        )


def test_two_wrappings_share_neither_salt_nor_bytes(wrapped: WrappedIdentity) -> None:
    again = wrap_identity(QUEUE, password=PASSWORD, officer="officer 1", cost=CHEAP)

    assert again.salt != wrapped.salt
    assert again.sealed != wrapped.sealed


def test_the_wrapped_row_holds_no_part_of_the_key_or_password(wrapped: WrappedIdentity) -> None:
    row = wrapped.sealed + wrapped.salt

    assert QUEUE.reveal().encode()[20:32] not in row
    assert PASSWORD.encode() not in row


def test_what_is_paid_unasked_is_what_rfc_9106_recommends() -> None:
    assert WrapCost() == WrapCost(memory_kib=65536, passes=3, lanes=4)
    parameters = extract_parameters(hash_password(PASSWORD))
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (65536, 3, 4)
    assert parameters.type.name == "ID"


def test_a_hash_of_another_cost_than_today_s_is_to_be_renewed() -> None:
    today = WrapCost()
    cheaper = dataclasses.replace(today, memory_kib=1024)

    assert needs_rehash(hash_password(PASSWORD, cheaper))
    assert not needs_rehash(hash_password(PASSWORD, today))


def test_a_long_password_counts_to_its_last_sign() -> None:
    long = "một câu dài mà không ai đoán được, " * 6
    hashed = hash_password(long, CHEAP)

    assert password_matches(long, hashed)
    assert not password_matches(long[:-1], hashed)
    assert not password_matches(long[:72], hashed)


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$m=64,t=1,p=1$broken"])
def test_a_hash_that_is_none_matches_no_password(stored: str) -> None:
    assert not password_matches(PASSWORD, stored)
    assert not password_matches("", stored)
