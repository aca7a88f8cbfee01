"""What stands before a POST: where the form came from, how often, how large, is there room."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from forms_api.public_app.limits import BusyError, UploadRoom, client_key
from forms_api.reports.service import ReportService, utc_now
from forms_api.settings import Settings
from forms_api.store.schema import limit_counters
from tests.public.residents import FORM, GOOD, Resident, code_of, hidden
from tests.public.test_sending import count

MakeApp = Callable[[Settings], Flask]
DAY = dt.date(2026, 11, 24)
URLENCODED = "application/x-www-form-urlencoded"


def test_a_form_open_too_long_comes_back_with_everything_and_sends_the_same_report(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    late = resident.send(after_seconds=25 * 60 * 60, **GOOD)
    first = resident.fields["submission"]
    resident.fields = hidden(late.text)
    reply = resident.send(**GOOD)

    assert late.status_code == 400
    assert "trang đã mở quá lâu" in late.text
    assert GOOD["ke"] in late.text
    assert resident.fields["submission"] == first
    assert code_of(reply)
    assert count(service) == 1


def test_a_browser_without_the_cookie_gets_everything_back(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    resident.client.delete_cookie("phieu")
    reply = resident.send(**GOOD)

    assert reply.status_code == 400
    assert GOOD["ke"] in reply.text
    assert count(service) == 0


def test_a_post_that_another_site_sent_gets_a_blank_form(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    data = {**resident.fields, **GOOD}
    reply = resident.client.post(FORM, data=data, headers={"Sec-Fetch-Site": "cross-site"})

    assert reply.status_code == 403
    assert GOOD["ke"] not in reply.text
    assert hidden(reply.text)["submission"] != resident.fields["submission"]
    assert count(service) == 0


def test_a_flood_from_another_site_leaves_nothing_of_it_in_a_form(resident: Resident) -> None:
    resident.open()
    data, headers = {**resident.fields, **GOOD}, {"Sec-Fetch-Site": "cross-site"}
    replies = [resident.client.post(FORM, data=data, headers=headers) for _ in range(241)]

    assert replies[-1].status_code == 429
    assert GOOD["ke"] not in replies[-1].text
    assert hidden(replies[-1].text)["submission"] != resident.fields["submission"]


def test_a_submission_token_that_was_not_signed_here_is_replaced(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    resident.fields["submission"] = resident.fields["submission"][:-2] + "xx"
    reply = resident.send(**GOOD)

    assert reply.status_code == 400
    assert hidden(reply.text)["submission"] != resident.fields["submission"]
    assert count(service) == 0


def test_every_address_that_takes_a_post_checks_its_csrf_token(app: Flask) -> None:
    posts = {
        str(rule) for rule in app.url_map.iter_rules() if "POST" in (rule.methods or frozenset())
    }

    assert posts == {"/gui/<form_id>/", "/gui/<form_id>/tep/", "/tra-cuu/"}
    for address in (FORM, f"{FORM}tep/", "/tra-cuu/"):
        assert app.test_client().post(address, data=GOOD).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(resident: Resident, method: str) -> None:
    reply = resident.client.open(FORM, method=method)

    assert reply.status_code == 405
    assert "POST" in reply.headers["Allow"]


def test_a_body_over_the_limit_gets_a_page_that_names_the_limit(
    settings: Settings, make_app: MakeApp
) -> None:
    client = make_app(replace(settings, max_request_bytes=2**20)).test_client()
    reply = client.post(FORM, data="ke=" + "a" * 2**20, content_type=URLENCODED)

    assert reply.status_code == 413
    assert "1 MB" in reply.text
    assert 'href="tel:113"' in reply.text


def test_words_over_the_limit_for_words_get_the_same_page(resident: Resident) -> None:
    body = "a&" * 2**20
    reply = resident.client.post(FORM, data=body, content_type=URLENCODED)

    assert reply.status_code == 413


def test_a_database_that_takes_nothing_loses_no_words(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    service.database.write(lambda c: c.execute(text("ALTER TABLE outbox RENAME TO away")))
    reply = resident.send(**GOOD)
    service.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO outbox")))
    resident.fields = hidden(reply.text)
    again = resident.send(**GOOD)

    assert reply.status_code == 503
    assert "CHƯA được nhận" in reply.text
    assert GOOD["ke"] in reply.text
    assert 'href="tel:113"' in reply.text
    assert code_of(again)
    assert count(service) == 1


def test_forty_people_behind_one_address_get_through_and_a_flood_does_not(
    resident: Resident,
) -> None:
    for _ in range(40):
        assert resident.report().status_code == 200
    resident.open()
    replies = [resident.send(after_seconds=0) for _ in range(201)]
    last = resident.send(after_seconds=0, **GOOD)

    assert replies[0].status_code == 422
    assert last.status_code == 429
    assert "quá nhiều phiếu" in last.text
    assert GOOD["ke"] in last.text
    assert 'href="tel:113"' in last.text


def test_codes_that_open_nothing_are_limited_and_the_right_one_is_not_counted(
    resident: Resident,
) -> None:
    code = code_of(resident.report())
    right = [resident.follow(code).status_code for _ in range(40)]
    wrong = [resident.follow("abc") for _ in range(31)]

    assert set(right) == {200}
    assert {reply.status_code for reply in wrong[:30]} == {404}
    assert wrong[30].status_code == 429
    assert "quá nhiều lần thử" in wrong[30].text
    assert 'value="abc"' in wrong[30].text


def test_guessing_from_one_network_shuts_nobody_out_of_a_report(
    resident: Resident, app: Flask
) -> None:
    code = code_of(resident.report())
    guesses = [resident.follow(f"{number:024d}").status_code for number in range(40)]
    elsewhere = Resident(_from("198.51.100.7", app), resident.clock)
    here_at_once = resident.follow(code)
    resident.clock.shift(10 * 60 + 1)
    here_later = resident.follow(code)

    assert guesses == [404] * 30 + [429] * 10
    assert elsewhere.follow(code).status_code == 200
    assert here_at_once.status_code == 429
    assert here_later.status_code == 200


def test_a_flood_from_one_network_stops_that_network_alone(resident: Resident, app: Flask) -> None:
    resident.open()
    flood = [resident.send(after_seconds=0).status_code for _ in range(241)]
    neighbour = Resident(_from("198.51.100.7", app), resident.clock)

    assert flood == [422] * 240 + [429]
    assert neighbour.report().status_code == 200


def test_processes_share_the_limits(
    settings: Settings, make_app: MakeApp, resident: Resident
) -> None:
    limited = replace(settings, send_limit="3/hour")
    two = [make_app(limited).test_client() for _ in range(2)]
    statuses = []
    for number in range(4):
        resident.client = two[number % 2]
        resident.open()
        statuses.append(resident.send(after_seconds=0).status_code)

    assert statuses == [422, 422, 422, 429]


def test_counters_that_cannot_be_kept_close_no_door_and_still_count_in_each_process(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService
) -> None:
    resident.client = make_app(replace(settings, send_limit="2/hour")).test_client()
    service.database.write(lambda c: c.execute(text("ALTER TABLE limit_counters RENAME TO away")))

    assert code_of(resident.report())
    statuses = [resident.report().status_code for _ in range(3)]
    assert statuses[-1] == 429
    service.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO limit_counters")))
    resident.clock.shift(60)
    assert code_of(resident.report())


def test_no_counter_names_a_network(resident: Resident, service: ReportService) -> None:
    resident.client.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    resident.report()

    with service.database.read() as connection:
        kept = list(connection.execute(select(limit_counters)).mappings())
    longest = dt.timedelta(days=1)
    assert kept
    assert "203.0.113" not in str(kept)
    assert all(row["ends_at"] - utc_now() <= longest for row in kept)


def _from(address: str, app: Flask) -> FlaskClient:
    """Return a browser on another network."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def test_limits_can_be_turned_off(
    settings: Settings, make_app: MakeApp, resident: Resident
) -> None:
    resident.client = make_app(replace(settings, ratelimit_enabled=False)).test_client()

    assert {resident.follow("abc").status_code for _ in range(35)} == {404}


def test_the_counters_know_a_network_by_a_hash_that_changes_every_day() -> None:
    secret, tomorrow = b"s" * 32, DAY + dt.timedelta(days=1)
    key = client_key(secret, "203.0.113.7", DAY)

    assert "203.0.113.7" not in key
    assert key == client_key(secret, "::ffff:203.0.113.7", DAY)
    assert key != client_key(secret, "203.0.113.8", DAY)
    assert key != client_key(secret, "203.0.113.7", tomorrow)
    assert key != client_key(b"t" * 32, "203.0.113.7", DAY)
    one, other = "2001:db8:1:2::1", "2001:db8:1:2:ffff::9"
    assert client_key(secret, one, DAY) == client_key(secret, other, DAY)
    assert client_key(secret, one, DAY) != client_key(secret, "2001:db8:1:3::1", DAY)
    assert client_key(secret, None, DAY) == client_key(secret, "unix:", DAY)


def test_a_server_full_of_uploads_says_that_nothing_was_received(
    resident: Resident, monkeypatch: pytest.MonkeyPatch, service: ReportService
) -> None:
    resident.open()
    monkeypatch.setattr(UploadRoom, "take", _no_room)
    reply = resident.send(**GOOD)

    assert reply.status_code == 503
    assert "CHƯA có gì được nhận" in reply.text
    assert count(service) == 0


def _no_room(*_: object) -> None:
    raise BusyError


def test_large_bodies_wait_for_room_and_small_ones_do_not() -> None:
    room = UploadRoom(4 * 2**20, wait_seconds=0)
    with room.take(3 * 2**20):
        with room.take(2**20), room.take(None):
            pass
        with pytest.raises(BusyError), room.take(2 * 2**20):
            pass
    entered = threading.Event()
    with room.take(100 * 2**20):
        entered.set()

    assert entered.is_set()
