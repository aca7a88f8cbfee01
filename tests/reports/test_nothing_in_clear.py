"""After a report, nothing it said stands readable on any disk or in any log."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from forms_api.attachments.cleaning import CleanFile
from forms_api.errors import DifferentSubmissionError, NotFoundError, StorageError
from forms_api.reports import casework, queue, sealed
from forms_api.reports.followup import add_message, follow
from forms_api.reports.intake import stage_files, submit
from forms_api.reports.lifecycle import Status
from forms_api.reports.service import ReportService
from forms_api.store.database import Database
from forms_api.vault.receipts import FollowUpCode, derive_code, new_submission_id
from tests.reports.people import IN_CHARGE, id_of, standing
from tests.reports.samples import a_submission

CANARY = "CHIM-HOANG-YEN-7741"
PHONE = "0999000111"


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What all loggers say when they talk as much as they can: statements and rows too."""
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="sqlalchemy"):
        yield caplog


def live(service: ReportService) -> list[bytes]:
    """Let a marked report live its whole life; return what must stand nowhere."""
    submission_id = new_submission_id()
    photo = CleanFile(CANARY.encode(), "image/jpeg", "0" * 64, 9)
    staged = CleanFile(b"staged " + CANARY.encode(), "image/png", "1" * 64, 9)
    stage_files(service, submission_id, [staged])
    words = {"answers": {"noi_dung": CANARY, "dien_thoai": PHONE}}
    for_vneid = [("Tóm tắt diễn biến", CANARY)]
    submission = a_submission(submission_id, content=words, files=[photo], hand_off=for_vneid)
    receipt = submit(service, submission)
    submit(service, submission)
    with pytest.raises(DifferentSubmissionError):
        submit(service, a_submission(submission_id, content={"answers": {"noi_dung": PHONE}}))
    add_message(service, receipt.code, text=f"thêm {CANARY}", message_id=CANARY)
    queue.claim(service.database, actor=IN_CHARGE, limit=10, lease=dt.timedelta(hours=1))
    report_id = id_of(service, receipt)
    queue.acknowledge(service.database, actor=IN_CHARGE, report_ids=[report_id])
    sealed.open_report(service.database, actor=IN_CHARGE, report_id=report_id)
    casework.transition(
        service,
        actor=IN_CHARGE,
        report_id=report_id,
        move=casework.Move(
            to=Status.VERIFYING,
            version=standing(service, report_id)[1],
            reason=f"vì {CANARY}",
            answer=f"trả lời {CANARY}",
        ),
    )
    assert CANARY in follow(service, receipt.code).messages[-1].text
    assert [*follow(service, receipt.code).hand_off] == for_vneid
    with pytest.raises(NotFoundError):
        follow(service, derive_code(service.receipt_key, new_submission_id()))
    return secrets_of(service, receipt.code, submission_id)


def secrets_of(service: ReportService, code: FollowUpCode, submission_id: bytes) -> list[bytes]:
    """Return each secret as it is and in the ways a database or a log would spell it."""
    raw = [
        CANARY.encode(),
        PHONE.encode(),
        code.reveal().encode(),
        code.reveal().replace("-", "").encode(),
        code.identity.reveal().encode(),
        submission_id,
        service.receipt_key,
    ]
    return [*raw, *(one.hex().encode() for one in raw), *(repr(one)[2:-1].encode() for one in raw)]


def on_disk(database: Database) -> bytes:
    """Return every byte that the database keeps, the log of changes included."""
    if database.file is not None:
        folder = database.file.parent
        files = [path for path in folder.iterdir() if path.name.startswith(database.file.name)]
        assert any(path.name.endswith("-wal") for path in files)
        return b"".join(path.read_bytes() for path in files)
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    dumped = bytearray()
    with psycopg.connect(address) as connection:
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        assert len(tables) >= 8
        for (table,) in tables:
            # Binary: text and bytes as they are.
            with connection.cursor().copy(
                f"COPY {table} TO STDOUT (FORMAT binary)".encode()
            ) as rows:
                for part in rows:
                    dumped += part
    return bytes(dumped)


def test_nothing_a_report_said_stands_in_the_database_s_files(service: ReportService) -> None:
    forbidden = live(service)

    kept = on_disk(service.database)
    assert b"age-encryption.org/v1" in kept  # these are the bytes that hold the report
    assert [secret for secret in forbidden if secret in kept] == []


def test_nothing_a_report_said_stands_in_any_log(
    service: ReportService, everything_logged: pytest.LogCaptureFixture
) -> None:
    forbidden = live(service)

    logged = everything_logged.text.encode()
    assert b"INSERT INTO reports" in logged
    logged += repr([record.args for record in everything_logged.records]).encode()
    assert [secret for secret in forbidden if secret in logged] == []


def test_a_refused_report_stands_in_no_log_either(
    service: ReportService, everything_logged: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    broken = ReportService(
        Database(f"sqlite:///{tmp_path / 'never-made.sqlite3'}"),
        service.recipient,
        service.receipt_key,
        "XG",
    )
    submission_id = new_submission_id()
    words = {"answers": {"noi_dung": CANARY, "dien_thoai": PHONE}}

    with pytest.raises(StorageError) as caught:
        submit(broken, a_submission(submission_id, content=words))

    broken.database.close()
    said = everything_logged.text + str(caught.value) + str(caught.value.__cause__)
    code = derive_code(service.receipt_key, submission_id)
    forbidden = secrets_of(service, code, submission_id)
    assert "the database refused" in said
    assert [secret for secret in forbidden if secret in said.encode()] == []
