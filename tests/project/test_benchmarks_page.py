"""The page of figures: each command writes its own part and leaves the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.document import PAGE, write_part

PARTS = ("bench", "soak SQLite", "soak PostgreSQL")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_written_anew_and_nothing_else_is_touched(tmp_path: Path, part: str) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")

    for words in ("figures of before", "figures \\1 of today"):
        write_part(part, words, page=page)

    before, begins, rest = PAGE.read_text(encoding="utf-8").partition(f"<!-- {part} -->\n")
    _, ends, after = rest.partition(f"<!-- /{part} -->")
    written = page.read_text(encoding="utf-8")
    assert written == f"{before}{begins}\nfigures \\1 of today\n\n{ends}{after}"


def test_a_part_that_the_page_does_not_have_is_not_made_up(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n", encoding="utf-8")

    with pytest.raises(ValueError, match="no part bench"):
        write_part("bench", "figures", page=page)
    assert page.read_text(encoding="utf-8") == "# Benchmarks\n"
