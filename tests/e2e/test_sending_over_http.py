"""Reports that arrive together, twice, too large or in disguise, at the real server."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from tests.e2e.installation import Installation, Installer, Server
from tests.e2e.senders import (
    FORM,
    GOOD,
    NewSender,
    Sender,
    code_of,
    is_receipt,
    photo_with_place,
    reference_of,
)

Reply = TypeVar("Reply")

TOGETHER = 200
REPEATS = 20
LIMIT_BYTES = 45 * 2**20
LIMIT_WORDS = "không được quá 45 MB"
WRONG_CODES = 30
ASKS = "lúc này có nhiều người cùng gửi"
PEOPLE, POSTS_EACH = 40, 7
USUAL_LIMIT = 240
UNKNOWN_CODE = "0000-0000-0000-0000-0000-0001"


def all_at_once(count: int, send: Callable[[int], Reply]) -> list[Reply]:
    """Call `send` from `count` threads that wait for each other."""
    gate = threading.Barrier(count)

    def one(number: int) -> Reply:
        gate.wait()
        return send(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_two_hundred_reports_sent_together_are_two_hundred_reports(
    installation: Installation, server: Server, new_sender: NewSender
) -> None:
    before = set(installation.references())
    senders = [new_sender(server.url) for _ in range(TOGETHER)]
    for sender in senders:
        sender.open()

    replies = all_at_once(TOGETHER, lambda number: senders[number].send())

    assert all(is_receipt(reply) for reply in replies)
    references = [reference_of(reply.text) for reply in replies]
    kept = installation.references()
    assert len(kept) == len(set(kept))
    assert set(kept) - before == set(references)
    assert len({code_of(reply.text) for reply in replies}) == TOGETHER


def test_a_report_sent_twice_is_one_report_with_one_receipt(
    installation: Installation, server: Server, new_sender: NewSender
) -> None:
    before = len(installation.references())
    sender, photo = new_sender(server.url), photo_with_place()
    sender.open()

    first, second = sender.send(photo=photo), sender.send(photo=photo)

    assert is_receipt(first)
    assert reference_of(second.text) == reference_of(first.text)
    assert code_of(second.text) == code_of(first.text)
    assert len(installation.references()) == before + 1


def test_a_report_sent_twenty_times_at_once_is_one_report_with_one_receipt(
    installation: Installation, server: Server, new_sender: NewSender
) -> None:
    before = len(installation.references())
    sender, photo = new_sender(server.url), photo_with_place()
    sender.open()

    replies = all_at_once(REPEATS, lambda _: sender.send(photo=photo))

    assert {reply.status_code for reply in replies} == {200}
    assert len({(reference_of(reply.text), code_of(reply.text)) for reply in replies}) == 1
    assert len(installation.references()) == before + 1


def multipart(total_bytes: int) -> Iterator[bytes]:
    """Give a body of exactly so many bytes, piece by piece: its length is not announced."""
    head = b'--cut\r\nContent-Disposition: form-data; name="anh"; filename="a.jpg"\r\n\r\n'
    tail = b"\r\n--cut--\r\n"
    left = total_bytes - len(head) - len(tail)
    yield head
    while left:
        piece = min(left, 2**20)
        yield b"\xff" * piece
        left -= piece
    yield tail


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
def test_a_body_one_byte_over_the_limit_gets_a_page_that_names_the_limit(
    installation: Installation, server: Server, announced: bool, new_sender: NewSender
) -> None:
    before = installation.references()
    body = multipart(LIMIT_BYTES + 1)

    reply = new_sender(server.url).client.post(
        FORM,
        content=b"".join(body) if announced else body,
        headers={"Content-Type": "multipart/form-data; boundary=cut"},
    )

    assert reply.status_code == 413
    assert LIMIT_WORDS in reply.text
    assert "Phiếu chưa gửi được" in reply.text
    assert installation.references() == before


def test_a_body_just_below_the_limit_is_read_and_answered_as_a_form(
    server: Server, new_sender: NewSender
) -> None:
    reply = new_sender(server.url).client.post(
        FORM,
        content=b"".join(multipart(LIMIT_BYTES - 1)),
        headers={"Content-Type": "multipart/form-data; boundary=cut"},
    )

    assert reply.status_code == 400
    assert "Phiếu chưa gửi" in reply.text


def test_forged_forwarding_headers_neither_lift_a_limit_nor_lead_elsewhere(
    installation: Installation, new_sender: NewSender
) -> None:
    # Two processes: they count together, so that the limit is the limit.
    limit = {"FORMS_RATELIMIT_ENABLED": "1", "FORMS_FOLLOW_UP_LIMIT": f"{WRONG_CODES}/day"}
    with installation.serving(workers=2, **limit) as limited:
        sender = new_sender(limited.url)
        statuses = []
        for number in range(WRONG_CODES + 1):
            sender.client.headers["X-Forwarded-For"] = f"203.0.113.{number}"
            statuses.append(sender.follow(UNKNOWN_CODE).status_code)
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        redirect = sender.client.get(FORM.rstrip("/"), headers=forged)

    assert statuses == [404] * WRONG_CODES + [429]
    assert redirect.headers["Location"] == f"{limited.url}{FORM}"


def forge(sender: Sender, number: int) -> None:
    """Let a browser say that it comes from elsewhere, in every way in which proxies say so."""
    address = f"203.0.113.{number}"
    sender.client.headers.update(
        {
            "X-Forwarded-For": address,
            "X-Real-IP": address,
            "Forwarded": f"for={address}",
            "CF-Connecting-IP": address,
        }
    )


def test_forged_forwarding_headers_pass_neither_the_ceiling_nor_the_limit_of_a_talk(
    new_installation: Installer, new_sender: NewSender
) -> None:
    installation = new_installation(
        FORMS_RATELIMIT_ENABLED="1", FORMS_CROWD_LIMIT="2/day", FORMS_TALK_LIMIT="4/day"
    )
    code = installation.run("talk", "open").stdout.split()[0]
    with installation.serving() as limited:
        senders = [new_sender(limited.url) for _ in range(4)]
        for number, sender in enumerate(senders):
            forge(sender, number)
        asked = [ASKS in sender.report().text for sender in senders]
        statuses = []
        for number in range(5):
            sender = new_sender(limited.url)
            forge(sender, number)
            sender.open(f"{FORM}?buoi={code}")
            reply = sender.client.post(f"{FORM}?buoi={code}", data={**sender.tokens, **GOOD})
            statuses.append(reply.status_code)

    assert asked == [False, False, True, True]
    assert statuses == [200] * 4 + [429]
    assert installation.rows("SELECT count(*) FROM reports WHERE trial = 'talk'") == [(4,)]


def test_a_flood_from_one_network_is_stopped_there_by_all_processes_together_and_nowhere_else(
    new_installation: Installer, new_sender: NewSender
) -> None:
    installation = new_installation(FORMS_RATELIMIT_ENABLED="1", FORMS_SEND_LIMIT="20/day")
    with installation.serving(workers=2) as limited:
        flood = [new_sender(limited.url) for _ in range(30)]
        for sender in flood:
            sender.open()
        replies = all_at_once(30, lambda number: flood[number].send())
        neighbour = new_sender(limited.url, network_address="127.0.0.2")
        elsewhere = neighbour.report()

    assert sorted(reply.status_code for reply in replies) == [200] * 20 + [429] * 10
    assert is_receipt(elsewhere)
    assert len(installation.references()) == 21


def send_till_it_is_good(sender: Sender, address: str) -> list[int]:
    """Open a form, send it with something missing again and again, then whole; return each status."""
    sender.open(address)
    unfinished = {**GOOD, "dien-bien": ""}
    tries = [*[unfinished] * (POSTS_EACH - 1), GOOD]
    return [
        sender.client.post(address, data={**sender.tokens, **answers}).status_code
        for answers in tries
    ]


def test_forty_people_behind_one_address_are_all_let_in_with_the_code_and_limited_without_it(
    new_installation: Installer, new_sender: NewSender
) -> None:
    # The limits that every installation has, counted by two processes together.
    installation = new_installation(FORMS_RATELIMIT_ENABLED="1")
    code = installation.run("talk", "open").stdout.split()[0]

    def hall(url: str, address: str) -> list[int]:
        senders = [new_sender(url) for _ in range(PEOPLE)]
        sent = all_at_once(PEOPLE, lambda number: send_till_it_is_good(senders[number], address))
        return [status for one in sent for status in one]

    with installation.serving(workers=2) as server:
        at_the_talk = hall(server.url, f"{FORM}?buoi={code}")
        trials = installation.rows("SELECT count(*) FROM reports WHERE trial = 'talk'")
        without_code = hall(server.url, FORM)
        elsewhere = new_sender(server.url, network_address="127.0.0.2").report()

    assert Counter(at_the_talk) == {422: PEOPLE * (POSTS_EACH - 1), 200: PEOPLE}
    assert trials == [(PEOPLE,)]
    assert Counter(without_code)[429] == PEOPLE * POSTS_EACH - USUAL_LIMIT
    real = installation.rows("SELECT count(*) FROM reports WHERE trial IS NULL")
    assert real == [(Counter(without_code)[200] + 1,)]
    assert is_receipt(elsewhere)
