"""The first visit with a code from a printed stub, and numbers that reporters were given elsewhere."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from forms_api.reports.service import ReportService
from forms_api.store.schema import external_numbers, messages
from tests.public.residents import Resident, code_of, hidden
from tests.reports.stubs import a_stub, answer_to, enter_by

ANSWER = "Tối thứ Bảy đã đến nhắc."


@pytest.fixture
def stub_code(service: ReportService) -> str:
    """The code on a stub whose report is there and was answered."""
    stub = a_stub(service)
    enter_by(service, stub)
    answer_to(service, stub, ANSWER)
    return stub.code.reveal()


def count(service: ReportService, table: object) -> int:
    """Return how many rows a table has."""
    with service.database.read() as connection:
        found = connection.execute(select(func.count()).select_from(table))  # type: ignore[arg-type] # a table
        return int(found.scalar_one())


def test_the_first_visit_shows_a_new_code_and_nothing_of_the_report(
    resident: Resident, stub_code: str
) -> None:
    page = resident.follow(stub_code)

    assert page.status_code == 200
    assert code_of(page) != stub_code
    assert "Giữ mã mới trước khi xem phiếu" in page.text
    assert ANSWER not in page.text
    assert hidden(page.text)["new_code"] == code_of(page)


def test_once_the_new_code_is_kept_it_opens_the_report_and_the_stub_s_opens_nothing(
    resident: Resident, stub_code: str
) -> None:
    page = resident.follow(stub_code)
    new = code_of(page)
    opened = resident.client.post("/tra-cuu/", data={**hidden(page.text), "action": "new_code"})

    assert "Đã đổi mã" in opened.text
    assert ANSWER in opened.text
    assert ANSWER in resident.follow(new).text
    assert "Đã đổi mã" not in resident.follow(new).text
    assert resident.follow(stub_code).status_code == 404


def test_a_page_that_is_sent_twice_changes_the_code_once(
    resident: Resident, stub_code: str
) -> None:
    page = resident.follow(stub_code)
    kept = {**hidden(page.text), "action": "new_code"}
    first = resident.client.post("/tra-cuu/", data=kept)
    second = resident.client.post("/tra-cuu/", data=kept)

    assert (first.status_code, second.status_code) == (200, 200)
    assert ANSWER in second.text
    assert ANSWER in resident.follow(code_of(page)).text


def test_a_new_code_that_nobody_took_up_opens_nothing_and_the_stub_s_still_counts(
    resident: Resident, stub_code: str
) -> None:
    seen = code_of(resident.follow(stub_code))

    assert resident.follow(seen).status_code == 404
    assert code_of(resident.follow(stub_code)) != seen


def test_with_a_stub_s_code_nothing_else_is_done_before_it_is_changed(
    resident: Resident, service: ReportService, stub_code: str
) -> None:
    for action in ("message", "rate", "number", "new_code"):
        page = resident.follow(
            stub_code, action=action, message="Tôi", number="1", number_kind="vneid", new_code="x"
        )
        assert "Giữ mã mới trước khi xem phiếu" in page.text
        assert ANSWER not in page.text

    assert count(service, messages) == 1
    assert count(service, external_numbers) == 0


def test_a_wrong_code_changes_nothing_whatever_comes_with_it(
    resident: Resident, stub_code: str
) -> None:
    mine = code_of(resident.report())
    wrong = resident.follow(
        "ABCD-EFGH-JKMN-PQRS-TVWX-YZ23",
        action="new_code",
        new_code="2222-2222-2222-2222-2222-2222",
    )
    ordinary = resident.follow(mine, action="new_code", new_code="2222-2222-2222-2222-2222-2222")

    assert (wrong.status_code, ordinary.status_code) == (404, 404)
    assert resident.follow(mine).status_code == 200
    assert "Giữ mã mới" in resident.follow(stub_code).text


def test_a_database_that_fails_at_the_change_leaves_the_stub_s_code(
    resident: Resident, service: ReportService, stub_code: str
) -> None:
    page = resident.follow(stub_code)
    service.database.write(lambda c: c.execute(text("ALTER TABLE messages RENAME TO away")))
    failed = resident.client.post("/tra-cuu/", data={**hidden(page.text), "action": "new_code"})
    service.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO messages")))

    assert failed.status_code == 503
    assert f'value="{stub_code}"' in failed.text
    assert resident.follow(code_of(page)).status_code == 404
    assert "Giữ mã mới" in resident.follow(stub_code).text


def test_a_number_that_vneid_gave_is_kept_once_and_not_shown_again(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    told = {
        **hidden(resident.follow(code).text),
        "action": "number",
        "number_kind": "vneid",
        "number": " PA-2026-77 ",
    }
    first = resident.client.post("/tra-cuu/", data=told)
    resident.client.post("/tra-cuu/", data=told)

    assert "Đã ghi số" in first.text
    assert "PA-2026-77" not in first.text
    assert count(service, external_numbers) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "  "},
        {"number": "9" * 101},
        {"number_kind": ""},
        {"number_kind": "co-quan"},
        {"number_kind": "gi-do"},
    ],
)
def test_a_number_that_cannot_be_is_told_and_kept_on_the_page(
    resident: Resident, service: ReportService, wrong: dict[str, str]
) -> None:
    code = code_of(resident.report())
    told = {**hidden(resident.follow(code).text), "number_kind": "nghiep-vu", "number": "HS-12"}
    reply = resident.client.post("/tra-cuu/", data={**told, "action": "number", **wrong})

    assert reply.status_code == 422
    assert "Chưa ghi được số" in reply.text
    assert f'name="number" value="{wrong.get("number", "HS-12").strip()}"' in reply.text
    assert count(service, external_numbers) == 0


def test_numbers_come_to_an_end(
    resident: Resident, service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_api.reports.outside_numbers.MAX_NUMBERS", 0)
    code = code_of(resident.report())
    told = {**hidden(resident.follow(code).text), "number_kind": "vneid", "number": "1"}
    reply = resident.client.post("/tra-cuu/", data={**told, "action": "number"})

    assert reply.status_code == 422
    assert "đã đủ 0 số" in reply.text
    assert count(service, external_numbers) == 0
