"""Whoever opens a form hears before writing that words alone, or nothing, can be taken in now."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from forms_api.public_app.app import create_public_app
from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.store.database import Database
from forms_api.store.installation import migrate
from forms_api.store.schema import reports
from forms_api.vault.sealing import Identity
from forms_api.web import capacity
from forms_api.web.capacity import TEXT_ONLY_TIMES, Capacity, CapacityWatch
from forms_api.web.site import STAND_IN
from tests.public.residents import FORM, GOOD, Resident, code_of, hidden, photo
from tests.store.conftest import own_server
from tests.store.servers import OwnServer

__all__ = ["own_server"]

RESERVE = 1000
CLOSED = "Máy chủ đang tạm nghỉ, gọi 113"
WORDS_ALONE = "lúc này chỉ nhận chữ"

MakeApp = Callable[[Settings], Flask]


class Disk:
    """A disk that has as much room as a test says."""

    def __init__(self) -> None:
        self.free = 10 * RESERVE

    def usage(self, _folder: object) -> DiskUsage:
        """Stand in for `shutil.disk_usage`."""
        return DiskUsage(self.free)


class DiskUsage(NamedTuple):
    """What is asked of a disk."""

    free: int


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk, which every look sees as it is at that moment."""
    made = Disk()
    monkeypatch.setattr("forms_api.web.health.shutil.disk_usage", made.usage)
    monkeypatch.setattr(capacity, "FRESH_SECONDS", 0)
    return made


@pytest.fixture
def careful(settings: Settings) -> Settings:
    """Settings that keep a reserve, with a page that stands in."""
    (settings.site_dir / STAND_IN.lstrip("/")).write_text(f"<h1>{CLOSED}</h1>", encoding="utf-8")
    return dataclasses.replace(settings, min_free_bytes=RESERVE)


@pytest.fixture
def resident(make_app: MakeApp, careful: Settings, clock: time_machine.Traveller) -> Resident:
    """A resident of that ward."""
    return Resident(make_app(careful).test_client(), clock)


def test_with_room_enough_the_form_offers_files(resident: Resident, disk: Disk) -> None:
    disk.free = TEXT_ONLY_TIMES * RESERVE
    page = resident.open()

    assert 'type="file"' in page
    assert WORDS_ALONE not in page


def test_before_the_disk_is_full_the_form_takes_words_alone_and_says_so(
    resident: Resident, disk: Disk
) -> None:
    disk.free = TEXT_ONLY_TIMES * RESERVE - 1
    page = resident.open()
    received = resident.send(**GOOD)

    assert 'type="file"' not in page
    assert WORDS_ALONE in page
    assert "Đã nhận phiếu" in received.text


def test_the_form_offers_files_again_once_there_is_room(resident: Resident, disk: Disk) -> None:
    disk.free = RESERVE
    resident.open()
    disk.free = 10 * RESERVE

    assert 'type="file"' in resident.open()


def test_files_that_were_kept_before_can_still_be_taken_out(resident: Resident, disk: Disk) -> None:
    resident.open()
    kept = resident.send(**{**GOOD, "ke": "", "anh": (BytesIO(photo()), "a.jpg")})
    disk.free = RESERVE
    again = resident.client.post(FORM, data={**hidden(kept.text), **GOOD, "ke": ""})

    assert 'name="drop_file"' in again.text


def test_with_a_full_disk_the_form_gives_way_to_the_page_that_stands_in(
    resident: Resident, disk: Disk
) -> None:
    disk.free = RESERVE - 1
    reply = resident.client.get(FORM)

    assert reply.status_code == 503
    assert CLOSED in reply.text
    assert int(reply.headers["Retry-After"]) > 0


def test_a_form_that_was_open_before_the_disk_was_full_comes_back_with_its_words(
    resident: Resident, disk: Disk, service: ReportService
) -> None:
    resident.open()
    disk.free = RESERVE - 1
    refused = resident.send(**GOOD)
    with service.database.read() as connection:
        kept = connection.execute(select(reports.c.id)).all()

    assert refused.status_code == 503
    assert GOOD["ke"] in refused.text
    assert kept == []


def test_with_a_full_disk_a_report_can_still_be_followed_up(resident: Resident, disk: Disk) -> None:
    resident.open()
    code = code_of(resident.send(**GOOD))
    disk.free = 0
    page = resident.client.get("/tra-cuu/")
    opened = resident.client.post("/tra-cuu/", data={**hidden(page.text), "code": code})

    assert "Chưa có câu trả lời nào" in opened.text
    assert 'name="later_file"' not in opened.text


def test_a_dead_database_gives_the_same_page_at_once_and_heals_by_itself(
    own_server: OwnServer,
    careful: Settings,
    queue_identity: Identity,
    clock: time_machine.Traveller,
    disk: Disk,
) -> None:
    database = Database(own_server.url)
    migrate(database)
    service = ReportService(database, queue_identity.recipient, secrets.token_bytes(32), "XG")
    resident = Resident(create_public_app(careful, service=service).test_client(), clock)
    resident.open()

    own_server.stop_at_once()
    pages = [resident.client.get(address) for address in (FORM, "/tra-cuu/")]
    refused = resident.send(**GOOD)
    own_server.start()
    received = resident.send(**GOOD)

    assert [page.status_code for page in pages] == [503, 503]
    assert all(CLOSED in page.text for page in pages)
    assert refused.status_code == 503
    assert GOOD["ke"] in refused.text
    assert "Đã nhận phiếu" in received.text
    assert 'type="file"' in resident.open()
    database.close()


@pytest.mark.parametrize(("fresh_seconds", "looks"), [(1000, 1), (0, 3)])
def test_what_was_seen_holds_for_a_moment_and_no_longer(
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    fresh_seconds: int,
    looks: int,
) -> None:
    seen: list[Capacity] = []

    def look(*_: object) -> Capacity:
        seen.append(Capacity())
        return seen[-1]

    monkeypatch.setattr(capacity, "_look", look)
    monkeypatch.setattr(capacity, "FRESH_SECONDS", fresh_seconds)
    watch = CapacityWatch(settings, database)
    for _ in range(3):
        watch.now()

    assert len(seen) == looks
