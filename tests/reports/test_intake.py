"""A report is taken once and whole, or not at all."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Table, event, func, select

from forms_api.errors import DifferentSubmissionError, StorageError
from forms_api.reports.intake import Receipt, submit
from forms_api.reports.service import ReportService
from forms_api.store import audit, outbox
from forms_api.store.schema import attachments, events, reports
from forms_api.store.schema import outbox as notices
from forms_api.vault.receipts import new_submission_id
from forms_api.vault.sealing import Identity, unseal
from tests.reports.samples import a_photo, a_submission

WRITTEN = (reports, attachments, events, notices)


def count(service: ReportService, table: Table) -> int:
    """Return how many rows the table has."""
    with service.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def opened(service: ReportService, identity: Identity) -> list[dict[str, object]]:
    """Return every report's content, opened, oldest first."""
    with service.database.read() as connection:
        found = connection.execute(select(reports.c.sealed).order_by(reports.c.sequence))
        return [json.loads(unseal(sealed, identity)) for sealed in found.scalars()]


def test_report_pictures_event_and_notice_are_written_together(service: ReportService) -> None:
    receipt = submit(service, a_submission(files=[a_photo("a"), a_photo("b")]))

    assert [count(service, table) for table in WRITTEN] == [1, 2, 1, 1]
    with service.database.read() as connection:
        row = connection.execute(select(reports)).mappings().one()
        audit.verify(connection)
        (notice,) = outbox.due(connection, now=receipt.received_at, limit=10)
    assert (row["reference"], row["attachment_count"], row["version"]) == (receipt.reference, 2, 1)
    assert (row["status"], row["quarantined"], row["claimed_by"]) == ("moi", None, None)
    assert (notice["topic"], notice["report_id"]) == ("report.waiting", row["id"])
    assert not receipt.repeated


@pytest.mark.parametrize("table", WRITTEN, ids=lambda table: table.name)
def test_where_one_part_cannot_be_written_nothing_is(service: ReportService, table: Table) -> None:
    def fail(*arguments: object) -> None:
        if str(arguments[2]).startswith(f"INSERT INTO {table.name} "):
            raise OSError("no space left")

    event.listen(service.database.engine, "before_cursor_execute", fail)
    with pytest.raises(StorageError):
        submit(service, a_submission(files=[a_photo("a")]))
    event.remove(service.database.engine, "before_cursor_execute", fail)

    assert [count(service, table) for table in WRITTEN] == [0, 0, 0, 0]
    submit(service, a_submission(files=[a_photo("a")]))
    assert [count(service, table) for table in WRITTEN] == [1, 1, 1, 1]


def test_the_sealed_document_names_its_report_and_the_versions_it_was_sent_with(
    service: ReportService, queue_identity: Identity
) -> None:
    submit(service, a_submission())

    (document,) = opened(service, queue_identity)
    with service.database.read() as connection:
        row = connection.execute(select(reports)).mappings().one()
    assert document["report_id"] == row["id"]
    assert document["submission"] == row["submission_key"].hex()
    assert document["answers"] == {"noi_dung": "Đèn đường hỏng"}
    versions = ("form_id", "form_version", "consent_version")
    assert [document[name] for name in versions] == ["phan-anh-antt", "form 1", "consent 1"]


def test_no_field_of_a_form_can_pass_for_the_document_s_own_facts(
    service: ReportService, queue_identity: Identity
) -> None:
    false = dict.fromkeys(
        ("format", "report_id", "submission", "form_id", "form_version", "consent_version"), "false"
    )
    submit(service, a_submission(content=false))

    (document,) = opened(service, queue_identity)
    assert "false" not in document.values()


def test_the_intake_s_own_keys_open_nothing(service: ReportService) -> None:
    receipt = submit(service, a_submission())

    with service.database.read() as connection:
        sealed = connection.execute(select(reports.c.sealed)).scalar_one()
    with pytest.raises(Exception, match="matching keys"):
        unseal(sealed, receipt.code.identity)


def test_the_same_submission_again_gives_the_same_receipt_and_one_report(
    service: ReportService,
) -> None:
    submission = a_submission(files=[a_photo("a")])

    first = submit(service, submission)
    second = submit(service, submission)

    assert second == dataclasses.replace(first, repeated=True)
    assert second.code.reveal() == first.code.reveal()
    assert [count(service, table) for table in WRITTEN] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "changes",
    [
        {"content": {"answers": {"noi_dung": "Việc khác"}}},
        {"files": [a_photo("another")]},
    ],
    ids=["words", "file"],
)
def test_an_id_that_comes_again_with_other_content_is_refused_with_the_first_reference(
    service: ReportService, changes: dict[str, object]
) -> None:
    submission = a_submission()
    first = submit(service, submission)

    with pytest.raises(DifferentSubmissionError) as caught:
        submit(service, dataclasses.replace(submission, **changes))  # type: ignore[arg-type] # two fields

    assert caught.value.reference == first.reference
    assert first.code.reveal() not in str(caught.value)
    assert [count(service, table) for table in WRITTEN] == [1, 0, 1, 1]


def test_the_same_submission_by_fifty_threads_at_once_is_one_report(service: ReportService) -> None:
    submission = a_submission(files=[a_photo("a")])

    with ThreadPoolExecutor(50) as pool:
        receipts = list(pool.map(lambda _: submit(service, submission), range(50)))

    assert sorted(receipt.repeated for receipt in receipts) == [False] + [True] * 49
    assert len({(receipt.reference, receipt.code) for receipt in receipts}) == 1
    assert [count(service, table) for table in WRITTEN] == [1, 1, 1, 1]


SENDING = """
import sys
from forms_api.reports.intake import submit
from forms_api.reports.service import ReportService
from forms_api.store.database import Database
from forms_api.vault.receipts import SubmissionId
from forms_api.vault.sealing import Recipient
from tests.reports.samples import a_submission

address, recipient, key, submission_id = sys.argv[1:]
service = ReportService(Database(address), Recipient(recipient), bytes.fromhex(key), "XG")
sys.stdin.read(1)
for _ in range(5):
    receipt = submit(service, a_submission(SubmissionId(bytes.fromhex(submission_id))))
    print(receipt.reference, receipt.code.reveal(), receipt.repeated)
"""


def test_the_same_submission_by_four_processes_at_once_is_one_report(
    service: ReportService,
) -> None:
    command = [
        sys.executable,
        "-c",
        SENDING,
        service.database.url.render_as_string(hide_password=False),
        service.recipient,
        service.receipt_key.hex(),
        new_submission_id().hex(),
    ]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    said = [process.communicate("x", timeout=120)[0].splitlines() for process in running]

    lines = [line.split() for lines in said for line in lines]
    assert len(lines) == 20
    assert len({(reference, code) for reference, code, _ in lines}) == 1
    assert sum(repeated == "False" for _, _, repeated in lines) == 1
    assert count(service, reports) == 1


def test_two_hundred_reports_at_once_are_two_hundred_reports(
    service: ReportService, queue_identity: Identity
) -> None:
    sent = [a_submission(content={"answers": {"so": number}}) for number in range(200)]

    with ThreadPoolExecutor(50) as pool:
        receipts: list[Receipt] = list(pool.map(lambda one: submit(service, one), sent))

    assert len({receipt.reference for receipt in receipts}) == 200
    assert len({receipt.code.reveal() for receipt in receipts}) == 200
    numbers = [document["answers"] for document in opened(service, queue_identity)]
    assert sorted(numbers, key=str) == sorted(({"so": n} for n in range(200)), key=str)
    with service.database.read() as connection:
        assert audit.verify(connection).sequence == 200


def test_what_looks_like_spam_is_kept_apart_and_announced_as_such(service: ReportService) -> None:
    submit(service, a_submission(quarantined="trap"))

    with service.database.read() as connection:
        row = connection.execute(select(reports.c.quarantined, reports.c.status)).one()
        topics = connection.execute(select(notices.c.topic)).scalars().all()
    assert tuple(row) == ("trap", "moi")
    assert topics == ["report.quarantined"]


@pytest.mark.parametrize(
    ("changes", "topic"),
    [
        ({}, "report.waiting"),
        ({"urgent": True}, "report.urgent"),
        ({"urgent": True, "quarantined": "fast"}, "report.quarantined"),
    ],
)
def test_officers_are_told_of_an_urgent_report_as_such_unless_it_may_be_spam(
    service: ReportService, changes: dict[str, Any], topic: str
) -> None:
    submit(service, a_submission(**changes))

    with service.database.read() as connection:
        assert connection.execute(select(notices.c.topic)).scalars().all() == [topic]
