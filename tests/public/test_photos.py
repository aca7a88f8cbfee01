"""Pictures of a form: cleaned, kept while the words are mended, sent once, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import time_machine
from flask import Flask
from sqlalchemy import select

from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.store.schema import attachments, reports
from forms_api.vault.sealing import Identity, unseal
from tests.public.residents import GOOD, Resident, code_of, hidden, photo


def upload(*pictures: bytes, name: str = "anh.jpg") -> list[tuple[BytesIO, str]]:
    """Return files as a browser sends them."""
    return [(BytesIO(data), name) for data in pictures]


def kept(service: ReportService) -> list[tuple[int, bool]]:
    """Return each kept picture's number and whether it belongs to a report."""
    with service.database.read() as connection:
        rows = connection.execute(
            select(attachments.c.number, attachments.c.report_id).order_by(attachments.c.number)
        )
        return [(number, report_id is not None) for number, report_id in rows]


def test_a_picture_reaches_the_report_without_its_metadata(
    resident: Resident, service: ReportService, queue_identity: Identity
) -> None:
    reply = resident.report(anh=upload(photo()))

    assert code_of(reply)
    with service.database.read() as connection:
        row = connection.execute(select(attachments)).mappings().one()
        report = connection.execute(select(reports)).mappings().one()
    opened = unseal(row["sealed"], queue_identity)
    assert (row["report_id"], report["attachment_count"]) == (report["id"], 1)
    assert opened.startswith(b"\xff\xd8")
    assert "nhà số 7".encode() not in opened
    assert json.loads(unseal(row["sealed_facts"], queue_identity))["width_px"] == 40


def test_pictures_of_a_form_with_mistakes_are_kept_and_sent_once(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    wrong = resident.send(ke="ngắn", anh=upload(photo(), photo(colour="blue")))
    resident.fields = hidden(wrong.text)
    reply = resident.send(**GOOD)

    assert wrong.status_code == 422
    assert "Đã giữ 2 tệp" in wrong.text
    assert wrong.text.count('name="drop_file"') == 2
    assert code_of(reply)
    assert kept(service) == [(1, True), (2, True)]


def test_a_kept_picture_can_be_dropped(resident: Resident, service: ReportService) -> None:
    resident.open()
    wrong = resident.send(ke="ngắn", anh=upload(photo(), photo(colour="blue")))
    resident.fields = hidden(wrong.text)
    resident.send(**GOOD, drop_file="1")

    assert kept(service) == [(2, True)]


def test_the_same_post_with_pictures_again_gives_the_same_receipt(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    pictures = [photo(colour=colour) for colour in ("red", "green", "blue")]
    first = resident.send(**GOOD, anh=upload(*pictures))
    second = resident.send(**GOOD, anh=upload(*pictures))

    assert code_of(first) == code_of(second)
    assert len(kept(service)) == 3


def test_more_pictures_than_the_form_takes_are_refused_with_the_words_kept(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    reply = resident.send(**GOOD, anh=upload(*[photo(size=(40, n)) for n in range(30, 34)]))

    assert reply.status_code == 422
    assert GOOD["ke"] in reply.text
    assert kept(service) == []


def test_a_file_that_is_no_picture_is_refused_by_its_name_and_the_good_one_kept(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    files = [*upload(photo()), *upload(b"MZ\x90\x00 not a picture", name="<b>may\u202e.jpg")]
    reply = resident.send(**GOOD, anh=files)

    assert reply.status_code == 422
    assert "&lt;b&gt;may.jpg" in reply.text
    assert kept(service) == [(1, False)]


def test_pictures_sent_with_a_screen_to_read_first_are_not_asked_for_again(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    stop = resident.send(**{**GOOD, "loai": "chay"}, anh=upload(photo()))
    resident.fields = hidden(stop.text)
    reply = resident.send(stop_seen="loai:chay")

    assert "Đã giữ 1 tệp" in stop.text
    assert code_of(reply)
    assert kept(service) == [(1, True)]


def test_while_the_scanner_is_silent_a_report_with_pictures_waits_apart(
    settings: Settings,
    make_app: Callable[[Settings], Flask],
    clock: time_machine.Traveller,
    service: ReportService,
    tmp_path: Path,
) -> None:
    app = make_app(replace(settings, clamd=str(tmp_path / "nobody-listens")))
    somebody = Resident(app.test_client(), clock)

    with_picture = somebody.report(anh=upload(photo()))
    without = somebody.report()
    somebody.open()
    mended = somebody.send(ke="ngắn", anh=upload(photo(colour="blue")))
    somebody.fields = hidden(mended.text)
    kept_before = somebody.send(**GOOD)
    somebody.open()
    mended = somebody.send(ke="ngắn", anh=upload(photo(colour="blue")))
    somebody.fields = hidden(mended.text)
    taken_back = somebody.send(**GOOD, drop_file="1")

    assert all(code_of(reply) for reply in (with_picture, without, kept_before, taken_back))
    with service.database.read() as connection:
        query = select(reports.c.quarantined).order_by(reports.c.sequence)
        apart = list(connection.execute(query).scalars())
        scans = list(connection.execute(select(attachments.c.scan)).scalars())
    assert apart == ["scan", None, "scan", None]
    assert scans == ["failed", "failed"]
