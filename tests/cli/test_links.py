"""`links`: an operator adds a link for a campaign, prints its code, counts, removes it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from pathlib import Path

import pytest
import time_machine
from PIL import Image

from forms_api.store.links import add_visits
from tests.cli.operators import Operator
from tests.cli.test_check import problems
from tests.conftest import ROOT
from tests.reports.histories import NOON, History, write_histories

FORM = "/gui/phan-anh-antt/"
GUIDE = "/huong-dan/hoi-dap/"
TODAY = dt.date(2026, 11, 18)


@pytest.fixture
def site(operator: Operator) -> Path:
    """The operator's built site, with one guide."""
    page = operator.folder / "site" / GUIDE[1:] / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<!doctype html>", encoding="utf-8")
    return page.parents[2]


@pytest.fixture
def known_address(operator: Operator) -> Operator:
    """The same operator, whose ward has said where its site is."""
    content = operator.folder / "content"
    shutil.copytree(ROOT / "content", content)
    ward = content / "data" / "ward.yml"
    text = ward.read_text(encoding="utf-8")
    ward.write_text(
        text.replace("site_url: null", "site_url: https://phuong.example"), encoding="utf-8"
    )
    operator.settings["FORMS_CONTENT_DIR"] = str(content)
    return operator


def add(operator: Operator, slug: str = "tet", *more: str, page: str = FORM) -> object:
    """Add a link and return what was printed for a program."""
    return operator.data("links", "add", slug, "--page", page, *more)


def opened(operator: Operator, *visits: tuple[dt.date, str, int]) -> None:
    """Let links be opened so many times on these days."""
    database = operator.open_database()
    counts = {(day, slug): number for day, slug, number in visits}
    database.write(lambda connection: add_visits(connection, counts))
    database.close()


def test_a_link_is_added_listed_and_removed(operator: Operator, site: Path) -> None:
    done = operator.run("links", "add", "tet", "--page", GUIDE, "--title", "Tết 2027")
    listed = operator.run("links", "list").stdout
    removed = operator.run("links", "remove", "tet")

    assert done.stdout == "/s/tet\n"
    assert "site_url is missing" in done.stderr
    assert listed == f"/s/tet\t{GUIDE}\tin force\tTết 2027\n"
    assert removed.stdout == "/s/tet leads nowhere any more\n"
    assert operator.run("links", "list").stdout == f"/s/tet\t{GUIDE}\tremoved\tTết 2027\n"
    assert operator.run("audit", "verify").exit_code == 0


def test_a_program_reads_all_of_it(known_address: Operator) -> None:
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)
    until = str(day)
    area = "tdp-vi-du-1"
    added = add(known_address, "tet", "--title", "Tết", "--area", area, "--until", until)

    [listed] = known_address.data("links", "list")
    facts = {"slug": "tet", "page": FORM, "title": "Tết", "area": area, "until": until}
    assert added == {
        **facts,
        "address": "https://phuong.example/s/tet",
        "path": "/s/tet",
        "qr": None,
    }
    assert facts.items() <= listed.items()
    assert listed["added_by"].startswith("cli:")
    assert f"\tuntil {until}\t" in known_address.run("links", "list").stdout
    assert known_address.data("links", "remove", "tet") == {"removed": "tet"}
    with time_machine.travel(dt.datetime.combine(day, dt.time(23), dt.UTC), tick=False):
        add(known_address, "xuan", "--until", str(day + dt.timedelta(days=1)))


@pytest.mark.parametrize("kind", ["svg", "png", "PNG"])
def test_a_code_to_print_is_written(known_address: Operator, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"tet.{kind}"

    done = known_address.run("links", "add", "tet", "--page", FORM, "--qr", str(file))

    assert done.stdout == "https://phuong.example/s/tet\n"
    if kind == "svg":
        assert file.read_bytes().startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<svg ')
    else:
        with Image.open(file) as picture:
            assert (picture.format, picture.size[0] >= 300) == ("PNG", True)


def test_without_an_address_there_is_no_code_and_no_link(
    operator: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "tet.svg"

    said = operator.refusal("links", "add", "tet", "--page", FORM, "--qr", str(file))

    assert "site_url is missing" in said
    assert not file.exists()
    assert operator.data("links", "list") == []


def test_where_the_code_cannot_be_written_there_is_no_link(
    known_address: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "none" / "tet.svg"

    said = known_address.refusal("links", "add", "tet", "--page", FORM, "--qr", str(file))

    assert said == f"Error: no folder {file.parent}\n"
    assert known_address.data("links", "list") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("bao-tin", "--page", FORM), "share.yml already leads /s/bao-tin"),
        (("bao-tin-tdp-vi-du-1", "--page", FORM), "share.yml already leads"),
        (("tet", "--page", "/khong-co/"), "no page /khong-co/"),
        (("tet", "--page", "/gui/khong-co/"), "no page /gui/khong-co/"),
        (("tet", "--page", "/can-bo/"), "no page /can-bo/"),
        (("tet", "--page", FORM, "--area", "tdp-99"), "no tổ dân phố tdp-99"),
    ],
)
def test_what_leads_nowhere_is_refused(
    operator: Operator, arguments: tuple[str, ...], said: str
) -> None:
    assert said in operator.refusal("links", "add", *arguments)
    assert operator.data("links", "list") == []


def test_a_link_in_force_is_not_added_again(operator: Operator) -> None:
    add(operator)

    said = operator.refusal("links", "add", "tet", "--page", FORM)

    assert said == "Error: “tet” is already there\n"


def test_what_is_not_there_cannot_be_removed(operator: Operator) -> None:
    assert operator.refusal("links", "remove", "tet") == "Error: there is no “tet”\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "Tet", "--page", FORM),
        ("add", "tet_2", "--page", FORM),
        ("add", "a" * 61, "--page", FORM),
        ("add", "tet"),
        ("add", "tet", "--page", "https://evil.example/"),
        ("add", "tet", "--page", "//evil.example/"),
        ("add", "tet", "--page", "/huong-dan"),
        ("add", "tet", "--page", FORM, "--until", "31/12/2030"),
        ("add", "tet", "--page", FORM, "--until", "2020-01-01"),
        ("add", "tet", "--page", FORM, "--qr", "tet.pdf"),
        ("stats", "--since", "0001-01-01"),
        ("stats", "--since", "2026-11-02", "--until", "2026-11-01"),
        ("stats", "--csv", "-", "--json"),
        ("remove", "../x"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_said_before_anything_happens(
    operator: Operator, arguments: tuple[str, ...]
) -> None:
    assert operator.run("links", *arguments).exit_code == 2
    assert operator.data("links", "list") == []


@pytest.fixture
def counting(operator: Operator) -> Operator:
    """An operator whose links were opened and brought reports."""
    add(operator, "tet", "--title", "=HYPERLINK(1)")
    add(operator, "moi")
    opened(operator, (TODAY, "bao-tin", 12), (TODAY, "tet", 3), (dt.date(2026, 10, 31), "tet", 40))
    database = operator.open_database()
    write_histories(
        database,
        [
            *[History(link="tet")] * 2,
            History(link="bao-tin"),
            History(),
            History(link="tet", trial="sample"),
            History(link="tet", received_at=NOON - dt.timedelta(days=60)),
        ],
    )
    database.close()
    return operator


NOVEMBER = ("--since", "2026-11-01", "--until", "2026-11-30")


def test_visits_and_reports_of_each_link_are_told_most_visits_first(counting: Operator) -> None:
    told = counting.data("links", "stats", *NOVEMBER)

    assert (told["first"], told["last"]) == ("2026-11-01", "2026-11-30")
    assert [(line["slug"], line["visits"], line["reports"]) for line in told["links"]] == [
        ("bao-tin", 12, 1),
        ("tet", 3, 2),
        ("moi", 0, 0),
    ]
    assert told["links"][0]["title"] == "Thấy việc mất an ninh, trật tự? Báo qua VNeID"


def test_a_person_reads_a_line_a_link(counting: Operator) -> None:
    lines = counting.run("links", "stats", *NOVEMBER).stdout.splitlines()

    assert [line.split()[:3] for line in lines] == [
        ["12", "1", "bao-tin"],
        ["3", "2", "tet"],
        ["0", "0", "moi"],
    ]


def test_without_days_it_is_this_month_up_to_today(counting: Operator) -> None:
    with time_machine.travel(NOON, tick=False):
        told = counting.data("links", "stats")

    assert (told["first"], told["last"]) == ("2026-11-01", "2026-11-18")


def test_a_table_is_printed_or_written_and_no_cell_is_a_formula(
    counting: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "links.csv"
    printed = counting.run("links", "stats", *NOVEMBER, "--csv", "-").stdout_bytes
    said = counting.run("links", "stats", *NOVEMBER, "--csv", str(file)).stdout

    assert said == f"{file}\n"
    assert file.read_bytes() == printed
    rows = list(csv.reader(io.StringIO(printed.decode("utf-8-sig"))))
    assert rows[0] == ["Đường dẫn", "Tên", "Lượt mở", "Phiếu"]
    assert rows[2] == ["tet", "'=HYPERLINK(1)", "3", "2"]


def test_a_removed_link_keeps_its_numbers(counting: Operator) -> None:
    counting.data("links", "remove", "tet")
    counting.data("links", "remove", "moi")

    told = counting.data("links", "stats", *NOVEMBER)

    assert [line["slug"] for line in told["links"]] == ["bao-tin", "tet"]


def test_check_names_a_link_whose_page_is_gone(operator: Operator, site: Path) -> None:
    add(operator, "tet", page=GUIDE)
    add(operator, "phieu")
    add(operator, "cu", page=GUIDE)
    operator.data("links", "remove", "cu")
    assert problems(operator) == {}
    (site / GUIDE[1:] / "index.html").unlink()

    assert problems(operator) == {
        "short links": [f"/s/tet leads to {GUIDE}, which is no page of the built site"]
    }


def test_check_names_a_link_whose_name_the_share_kit_took(known_address: Operator) -> None:
    add(known_address, "tin-moi")
    share = known_address.folder / "content" / "data" / "share.yml"
    share.write_text(
        share.read_text(encoding="utf-8").replace("id: bao-tin", "id: tin-moi"), encoding="utf-8"
    )

    [said] = problems(known_address)["short links"]

    assert "share.yml now leads /s/tin-moi" in said


def test_before_init_links_name_init(before_init: Operator) -> None:
    for arguments in (("list",), ("stats",), ("remove", "tet"), ("add", "tet", "--page", FORM)):
        assert "run `python -m forms_api init`" in before_init.refusal("links", *arguments)
