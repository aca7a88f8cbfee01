"""`stubs`: sheets of numbers and codes, written once to a file of one's own."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader
from sqlalchemy import select

from forms_api.store.schema import stubs
from forms_api.vault.receipts import parse_code
from tests.cli.operators import Operator
from tests.conftest import ROOT

REFERENCE = re.compile(r"XG-(?:[A-Z][0-9]){3}")
GROUPS = re.compile(r"[0-9A-Z]{4}(?:\s+[0-9A-Z]{4}){5}")


def kept(operator: Operator) -> dict[str, bytes]:
    """Return the look-up key of each stub's code by its number."""
    database = operator.open_database()
    try:
        with database.read() as connection:
            found = connection.execute(select(stubs.c.reference, stubs.c.lookup_key))
            return {row.reference: row.lookup_key for row in found}
    finally:
        database.close()


def printed(file: Path) -> str:
    """Return all text of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(file).pages)


def test_a_sheet_holds_each_number_twice_and_each_code_once_and_nothing_else_does(
    operator: Operator,
) -> None:
    file = operator.folder / "cuong.pdf"
    made = operator.data("stubs", "make", "--count", "13", "--out", str(file))

    assert (made["stubs"], made["file"]) == (13, str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    text = printed(file)
    rows = kept(operator)
    assert sorted(REFERENCE.findall(text)) == sorted([*rows, *rows])
    codes = [parse_code(signs) for signs in GROUPS.findall(text)]
    assert {code.lookup_key for code in codes if code} == set(rows.values())
    assert made["sheet"] in text
    for code in codes:
        assert code is not None
        assert code.reveal() not in repr(made)


def test_what_is_printed_on_each_half_belongs_together(operator: Operator) -> None:
    file = operator.folder / "cuong.pdf"
    operator.data("stubs", "make", "--count", "1", "--out", str(file))

    text = printed(file)
    code = parse_code(GROUPS.findall(text)[0])
    assert code is not None
    (reference,) = set(REFERENCE.findall(text))
    assert kept(operator) == {reference: code.lookup_key}


def test_where_the_site_has_an_address_a_square_brings_the_code_along(
    operator: Operator,
) -> None:
    content = operator.folder / "content"
    (content / "data").mkdir(parents=True)
    (content / "forms").symlink_to(ROOT / "content" / "forms")
    for source in (ROOT / "content" / "data").iterdir():
        text = source.read_text(encoding="utf-8")
        text = text.replace("site_url: null", "site_url: https://phuong.example")
        (content / "data" / source.name).write_text(text, encoding="utf-8")
    operator.settings["FORMS_CONTENT_DIR"] = str(content)
    file = operator.folder / "cuong.pdf"
    operator.data("stubs", "make", "--count", "2", "--out", str(file))

    picture = pypdfium2.PdfDocument(file)[0].render(scale=3).to_pil()
    squares = {one.text for one in zxingcpp.read_barcodes(picture)}

    text = printed(file)
    assert "https://phuong.example/tra-cuu/" in text
    codes = [parse_code(signs) for signs in GROUPS.findall(text)]
    assert squares == {
        f"https://phuong.example/tra-cuu/#ma={code.reveal()}" for code in codes if code
    }


def test_a_file_that_is_there_is_never_written_over(operator: Operator) -> None:
    file = operator.folder / "cuong.pdf"
    file.write_text("mine")

    refused = operator.run("stubs", "make", "--out", str(file))

    assert refused.exit_code == 1
    assert file.read_text() == "mine"
    assert operator.data("stubs", "list") == []


def test_a_sheet_that_cannot_be_written_leaves_neither_file_nor_stub(operator: Operator) -> None:
    refused = operator.run("stubs", "make", "--out", str(operator.folder / "nowhere" / "a.pdf"))

    assert refused.exit_code == 1
    assert operator.data("stubs", "list") == []


def test_a_database_that_refuses_leaves_no_sheet_behind(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no")

    monkeypatch.setattr("forms_api.cli.stubs.keep_sheet", refuse)

    refused = operator.run("stubs", "make", "--out", str(operator.folder / "a.pdf"))

    assert refused.exit_code == 1
    assert list(operator.folder.glob("a.pdf*")) == []


def test_sheets_are_listed_and_a_lost_one_is_ended(operator: Operator) -> None:
    made = operator.data("stubs", "make", "--count", "4", "--out", str(operator.folder / "a.pdf"))
    (state,) = operator.data("stubs", "list")
    assert (state["sheet"], state["free"], state["entered"]) == (made["sheet"], 4, 0)
    assert f"{made['sheet']}\t" in operator.run("stubs", "list").stdout

    assert operator.data("stubs", "drop", "--sheet", made["sheet"].lower()) == {"dropped": 4}

    assert operator.data("stubs", "list") == []
    again = operator.run("stubs", "drop", "--sheet", made["sheet"])
    assert (again.exit_code, again.stdout) == (1, "")


def test_who_has_no_address_yet_is_told_to_write_it_by_hand(operator: Operator) -> None:
    said = operator.run("stubs", "make", "--out", str(operator.folder / "a.pdf"))

    assert said.exit_code == 0
    assert "write the address on the stubs by hand" in said.stdout
    assert not GROUPS.search(said.stdout)
