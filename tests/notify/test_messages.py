"""A notice holds our own words and numbers, whatever came in."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from forms_api.notify.messages import FOOTER, LATE, OTHER, TITLE, TOPICS, digest

CANARY = "CHIM-HOANG-YEN-5521"


def test_late_reports_are_told_by_their_number_alone() -> None:
    assert digest([LATE], late=7) == f"- 7 {TOPICS[LATE]}\n\n{FOOTER}"


def test_late_reports_that_are_late_no_more_are_not_told() -> None:
    assert digest([LATE], late=0) is None
    assert LATE not in (digest([LATE, "report.waiting"], late=0) or "")


def test_the_most_urgent_stands_first() -> None:
    said = digest(["message.waiting", "report.waiting", "report.urgent"])

    assert said is not None
    assert said.startswith(f"- 1 {TOPICS['report.urgent']}\n- 1 {TOPICS['report.waiting']}\n")


def test_a_topic_without_words_is_told_as_something_else() -> None:
    assert digest([f"{CANARY}\r\nBcc: x@example.com"]) == f"- 1 {OTHER}\n\n{FOOTER}"


@given(st.lists(st.one_of(st.sampled_from(sorted(TOPICS)), st.text()), min_size=1))
def test_nothing_but_our_words_and_numbers_is_ever_said(topics: list[str]) -> None:
    allowed = {*TOPICS.values(), OTHER}

    said = digest(topics, late=3, late_requests=2)

    assert said is not None
    *lines, blank, footer = said.split("\n")
    assert (blank, footer) == ("", FOOTER)
    for line in lines:
        dash, number, words = line.split(" ", 2)
        assert (dash, number.isascii(), number.isdigit()) == ("-", True, True)
        assert words in allowed


def test_the_title_is_one_line_that_nothing_is_put_into() -> None:
    assert TITLE.isprintable()


def test_a_reader_is_told_that_nobody_reads_replies() -> None:
    assert "Đừng trả lời tin này" in FOOTER


def test_all_words_are_composed_unicode() -> None:
    for words in (TITLE, OTHER, FOOTER, *TOPICS.values()):
        assert unicodedata.is_normalized("NFC", words)
