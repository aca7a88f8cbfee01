"""A page compressed once: what a visitor gets is whole, and no secret was ever compressed."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.web.pressed import MAX_STORED_BYTES, PressedPage

OPEN = frozenset({"<mã>", "<phiếu>"})
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(st.lists(st.one_of(WORDS, st.sampled_from(sorted(OPEN)))), WORDS, WORDS)
def test_the_page_is_the_same_compressed_and_plain(parts: list[str], one: str, two: str) -> None:
    page = PressedPage(parts, OPEN)
    values = {"<mã>": one, "<phiếu>": two}

    assert gzip.decompress(page.gzip(values)).decode() == page.plain(values)


def test_a_value_stands_in_the_answer_as_it_is_and_its_length_tells_nothing() -> None:
    secret = "kín-0123456789-kín-0123456789"
    page = PressedPage([f"{secret} " * 20, "<mã>", f"{secret} " * 20, "<phiếu>", "hết"], OPEN)
    answers = [page.gzip({"<mã>": secret, "<phiếu>": guess}) for guess in (secret, secret[::-1])]

    assert all(secret.encode() in answer for answer in answers)
    assert len({len(answer) for answer in answers}) == 1


def test_fixed_parts_are_compressed() -> None:
    page = PressedPage(["phường " * 1000, "<mã>"], OPEN)

    assert len(page.gzip({"<mã>": "x"})) < 200


def test_a_value_that_fits_into_no_block_is_refused() -> None:
    page = PressedPage(["<mã>"], OPEN)
    assert zlib.decompress(page.gzip({"<mã>": "x" * MAX_STORED_BYTES}), wbits=31)

    with pytest.raises(ValueError, match="65535 fit"):
        page.gzip({"<mã>": "x" * (MAX_STORED_BYTES + 1)})
