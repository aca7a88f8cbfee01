"""The phone's digits and the codes on paper: each counts once, late by one step at most."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
from sqlalchemy import select, update

from forms_api.accounts.second_factor import (
    RECOVERY_CODES,
    enrolment_uri,
    new_recovery_codes,
    new_secret,
    open_secret,
    seal_secret,
)
from forms_api.errors import SealError, UnauthenticatedError
from forms_api.store.schema import credentials
from tests.accounts.office import STEP, Office, Person


def test_a_phone_code_counts_once_in_its_own_window(office: Office, lan: Person) -> None:
    code = lan.typed()
    office.sign_in(lan, code=code)

    office.sends_away(lan, code=code)
    office.clock.shift(STEP)
    office.sends_away(lan, code=code)


def test_of_several_who_use_one_code_at_once_one_comes_in(office: Office, lan: Person) -> None:
    together, code = Barrier(4), lan.typed()

    def come(_: int) -> bool:
        together.wait(timeout=30)
        try:
            office.sign_in(lan, code=code)
        except UnauthenticatedError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(come, range(4)))

    assert sorted(came) == [False, False, False, True]


@pytest.mark.parametrize(("steps_ago", "counts"), [(1, True), (2, False), (-1, False)])
def test_a_code_may_be_one_step_late_and_no_more(
    office: Office, lan: Person, steps_ago: int, counts: bool
) -> None:
    office.clock.shift(2 * STEP)
    code = lan.typed(steps_ago=steps_ago)

    if counts:
        office.sign_in(lan, code=code)
    else:
        office.sends_away(lan, code=code)


def test_after_a_code_the_one_before_it_does_not_count_any_more(
    office: Office, lan: Person
) -> None:
    office.clock.shift(STEP)
    office.sign_in(lan, code=lan.typed())

    office.sends_away(lan, code=lan.typed(steps_ago=1))


def test_digits_are_read_however_they_are_spaced(office: Office, lan: Person) -> None:
    digits = lan.typed()

    office.sign_in(lan, code=f" {digits[:3]} {digits[3:]} ")


@pytest.mark.parametrize("typed", ["", " ", "12345", "1234567", "٣٣٣٣٣٣", "sáu chữ số", "\0"])
def test_what_is_no_code_opens_nothing(office: Office, lan: Person, typed: str) -> None:
    office.sends_away(lan, code=typed)


def test_each_code_on_paper_counts_once(office: Office, lan: Person) -> None:
    came = office.sign_in(lan, code=lan.papers[3])

    assert came.recovery_codes_left == RECOVERY_CODES - 1
    office.sends_away(lan, code=lan.papers[3])
    office.sign_in(lan, code=lan.papers[4].upper().replace("-", " "))


def test_a_code_on_paper_opens_one_account_alone(office: Office, lan: Person, khac: Person) -> None:
    office.sends_away(khac, code=lan.papers[0])


def test_another_officer_s_phone_opens_nothing(office: Office, lan: Person, khac: Person) -> None:
    office.sends_away(lan, code=khac.typed())


def test_a_second_factor_copied_from_another_row_opens_nothing(
    office: Office, lan: Person, khac: Person
) -> None:
    """Who can write the database and has a password still needs that person's phone."""
    owner = office.officer(khac).id
    query = select(credentials.c.totp_secret).where(credentials.c.officer_id == owner)
    with office.database.read() as connection:
        theirs = connection.execute(query).scalar_one()
    copied = (
        update(credentials)
        .where(credentials.c.officer_id == office.officer(lan).id)
        .values(totp_secret=theirs)
    )
    office.write(copied)

    office.sends_away(lan, code=khac.typed())


def test_without_a_second_factor_nobody_comes_in(office: Office, lan: Person) -> None:
    bare = update(credentials).values(totp_secret=None)
    office.write(bare)

    for code in (lan.typed(), lan.papers[0], ""):
        office.sends_away(lan, code=code)


def test_a_kept_secret_opens_with_its_key_for_its_officer_alone() -> None:
    secret, key = new_secret(), bytes(32)
    sealed = seal_secret(secret, key=key, officer_id="1")

    assert open_secret(sealed, key=key, officer_id="1") == secret
    for other in ({"key": bytes(31) + b"1", "officer_id": "1"}, {"key": key, "officer_id": "2"}):
        with pytest.raises(SealError):
            open_secret(sealed, **other)  # type: ignore[arg-type] # the two arguments above


def test_secrets_have_160_bits_and_the_phone_is_told_whose_they_are() -> None:
    secret = new_secret()
    address = urlsplit(enrolment_uri(secret, officer="Lan", issuer="Phường ta"))

    assert len(pyotp.TOTP(secret).byte_secret()) * 8 == 160
    assert (address.scheme, unquote(address.path)) == ("otpauth", "/Phường ta:Lan")
    assert parse_qs(address.query)["secret"] == [secret]


def test_codes_on_paper_can_be_copied_by_hand() -> None:
    made = [code for _ in range(50) for code in new_recovery_codes()]

    assert len(set(made)) == 500
    assert all(re.fullmatch("[a-hj-km-np-z2-9]{5}-[a-hj-km-np-z2-9]{5}", code) for code in made)
