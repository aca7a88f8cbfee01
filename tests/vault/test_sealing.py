"""What is sealed opens with the right key, unchanged, and with nothing else."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.errors import SealError
from forms_api.vault.sealing import (
    Identity,
    Recipient,
    generate_identity,
    identity_from_seed,
    identity_from_text,
    seal,
    unseal,
)

OFFICER = generate_identity()
REPORTER = generate_identity()
STRANGER = generate_identity()
SEALED = seal(b"content", [OFFICER.recipient])


@given(st.binary(max_size=4096))
def test_any_bytes_come_back_as_they_were(content: bytes) -> None:
    assert unseal(seal(content, [OFFICER.recipient]), OFFICER) == content


def test_every_recipient_opens_and_a_stranger_does_not() -> None:
    sealed = seal("Xin chào".encode(), [OFFICER.recipient, REPORTER.recipient])

    assert unseal(sealed, OFFICER) == unseal(sealed, REPORTER) == "Xin chào".encode()
    with pytest.raises(SealError):
        unseal(sealed, STRANGER)


def test_sealed_bytes_are_the_standard_age_format() -> None:
    sealed = seal(b"content", [OFFICER.recipient])

    header, first_stanza = sealed.split(b"\n")[:2]
    assert header == b"age-encryption.org/v1"
    assert first_stanza.startswith(b"-> X25519 ")


def test_the_same_content_never_seals_to_the_same_bytes() -> None:
    assert seal(b"content", [OFFICER.recipient]) != seal(b"content", [OFFICER.recipient])


@given(st.data())
def test_one_changed_bit_anywhere_is_refused(data: st.DataObject) -> None:
    sealed = bytearray(SEALED)
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(SealError):
        unseal(bytes(sealed), OFFICER)


@given(st.data())
def test_a_shortened_or_lengthened_file_is_refused(data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(SEALED) - 1))

    for wrong in (SEALED[:cut], SEALED + data.draw(st.binary(min_size=1))):
        with pytest.raises(SealError):
            unseal(wrong, OFFICER)


@given(st.binary(max_size=300))
def test_bytes_that_were_never_sealed_are_refused(content: bytes) -> None:
    with pytest.raises(SealError):
        unseal(content, OFFICER)


@pytest.mark.parametrize(
    "text",
    ["", "age1", OFFICER.reveal(), OFFICER.recipient[:-1] + "!", "ssh-ed25519 AAAA"],
    ids=["empty", "cut short", "a private key", "a wrong sign", "another kind"],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        seal(b"content", [Recipient(text)])


def test_sealing_to_nobody_is_refused() -> None:
    with pytest.raises(SealError):
        seal(b"content", [])


def test_an_identity_file_with_comments_gives_its_key() -> None:
    file = f"# created: 2026-11-03\n# public key: {OFFICER.recipient}\n\n  {OFFICER.reveal()}  \n"

    assert identity_from_text(file) == OFFICER


@pytest.mark.parametrize(
    "text",
    ["", "# only a comment", "AGE-SECRET-KEY-1", OFFICER.recipient],
    ids=["empty", "a comment", "cut short", "a public key"],
)
def test_a_text_without_a_private_key_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        identity_from_text(text)


@given(st.binary(min_size=32, max_size=32))
def test_any_seed_is_a_key_that_opens_what_it_seals(seed: bytes) -> None:
    identity = identity_from_seed(seed)

    assert identity == identity_from_seed(seed)
    assert unseal(seal(b"content", [identity.recipient]), identity) == b"content"


def test_a_private_key_shows_in_no_text_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    secret = OFFICER.reveal()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("%s %r %s", OFFICER, OFFICER, [OFFICER])
    with pytest.raises(SealError) as caught:
        unseal(seal(b"content", [REPORTER.recipient]), OFFICER)

    shown = [repr(OFFICER), str(OFFICER), f"{OFFICER}", caplog.text, repr(caught.value)]
    assert secret not in "".join(shown)
    assert secret.removeprefix("AGE-SECRET-KEY-1")[:12] not in "".join(shown)


def test_a_wrong_private_key_is_not_repeated_in_the_refusal() -> None:
    wrong = OFFICER.reveal()[:-1] + "!"

    with pytest.raises(SealError) as caught:
        Identity(wrong).recipient  # noqa: B018 - reading it is the act
    assert wrong not in str(caught.value)


def test_opening_needs_no_network_and_no_clock() -> None:
    script = (
        "import sys; from forms_api.vault.sealing import *\n"
        "sys.stdout.buffer.write(unseal(sys.stdin.buffer.read(), identity_from_text(sys.argv[1])))"
    )

    opened = subprocess.run(
        [sys.executable, "-c", script, OFFICER.reveal()],
        input=seal(b"content", [OFFICER.recipient]),
        capture_output=True,
        check=True,
    )

    assert opened.stdout == b"content"
