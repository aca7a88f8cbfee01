"""What `backup` writes, `restore` brings back, on either engine, and nothing else is taken for it."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from forms_api.accounts.permissions import operator_actor
from forms_api.errors import AuditError, BackupError, ConflictError, StorageError
from forms_api.reports.campaigns import NewCampaign, add_campaign
from forms_api.reports.followup import add_message, follow
from forms_api.reports.intake import submit
from forms_api.reports.service import ReportService
from forms_api.reports.short_links import CampaignPages, VisitCounter
from forms_api.store import audit
from forms_api.store.backup import back_up, check_backup, restore
from forms_api.store.database import Database
from forms_api.store.schema import attachments, events, metadata, reports
from forms_api.vault.sealing import Identity
from tests.cli.operators import Operator, mode, newcomer
from tests.conftest import ROOT
from tests.databases import PostgresServer
from tests.reports.samples import a_photo, a_submission

CANARY = "CHIM-HOANG-YEN-9917"

NewDatabase = Callable[[str], Database]


@pytest.fixture
def new_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    """A function that gives an empty database on the engine it is told."""
    opened: list[Database] = []

    def make(engine: str) -> Database:
        if engine == "sqlite":
            url = f"sqlite:///{tmp_path / f'target{len(opened)}.sqlite3'}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            url = server.url_of(server.create())
        opened.append(Database(url))
        return opened[-1]

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def backup_file(service: ReportService, tmp_path: Path) -> Path:
    """A backup of a queue in which something of every kind stands."""
    fill(service)
    path = tmp_path / "queue.jsonl.gz"
    back_up(service.database, path)
    return path


def fill(service: ReportService) -> None:
    """Send reports with pictures and words, all marked, and add a link that was opened."""
    for _ in range(3):
        words = {"answers": {"noi_dung": CANARY}}
        receipt = submit(service, a_submission(content=words, files=[a_photo(CANARY)]))
        add_message(service, receipt.code, text=CANARY, message_id="1")
    new = NewCampaign("tet", "/lien-he/", "Tết", "tdp-vi-du-1", dt.date(2027, 2, 1))
    add_campaign(service.database, new, actor=operator_actor("test"), taken=())
    counter = VisitCounter(service.database)
    counter.count("tet", dt.date(2026, 11, 24))
    counter.flush()


def all_rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def is_empty(database: Database) -> bool:
    """Tell whether the database has no tables, or only empty ones."""
    with database.read() as connection:
        present = database.engine.dialect.has_table(connection, reports.name)
    return not present or not any(all_rows(database).values())


@pytest.mark.parametrize("target_engine", ["sqlite", "postgresql"])
def test_every_row_comes_back_on_either_engine_and_the_service_goes_on(
    service: ReportService, backup_file: Path, new_database: NewDatabase, target_engine: str
) -> None:
    target = new_database(target_engine)
    summary = restore(target, backup_file)

    assert all_rows(target) == all_rows(service.database)
    assert summary.counts["reports"] == 3
    assert (summary.counts["campaign_links"], summary.counts["link_visits"]) == (1, 1)
    assert CampaignPages(target).page("tet", dt.date(2027, 2, 1)) == "/lien-he/"
    with target.read() as restored, service.database.read() as original:
        assert audit.verify(restored) == audit.verify(original)
    moved = ReportService(target, service.recipient, service.receipt_key, "XG")
    receipt = submit(moved, a_submission(files=[a_photo("new")]))
    add_message(moved, receipt.code, text="thêm", message_id="1")
    assert follow(moved, receipt.code).messages[0].text == "thêm"
    with target.read() as connection:
        assert audit.verify(connection).sequence > 3


def test_a_backup_is_private_and_holds_no_words(
    backup_file: Path, queue_identity: Identity
) -> None:
    content = gzip.decompress(backup_file.read_bytes())

    assert mode(backup_file) == 0o600
    assert CANARY.encode() not in content
    assert queue_identity.reveal().encode() not in content


def test_a_backup_made_while_reports_come_in_is_one_state(
    service: ReportService, new_database: NewDatabase, tmp_path: Path
) -> None:
    stop = threading.Event()
    sent = threading.Semaphore(0)

    def send() -> None:
        while not stop.is_set():
            submit(service, a_submission(files=[a_photo("a"), a_photo("b")]))
            sent.release()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        sent.acquire()
    back_up(service.database, tmp_path / "b.gz")
    stop.set()
    for thread in threads:
        thread.join()
    target = new_database("sqlite")
    restore(target, tmp_path / "b.gz")

    with target.read() as connection:
        kept = set(connection.execute(select(reports.c.id)).scalars())
        pictures = list(connection.execute(select(attachments.c.report_id)).scalars())
        events = audit.verify(connection).sequence
    assert len(kept) >= 5
    assert sorted(pictures) == sorted([*kept, *kept])
    assert events == len(kept)


def test_every_shortened_backup_is_refused(backup_file: Path, new_database: NewDatabase) -> None:
    whole = backup_file.read_bytes()
    target = new_database("sqlite")
    for size in range(0, len(whole), max(1, len(whole) // 40)):
        backup_file.write_bytes(whole[:size])
        with pytest.raises(BackupError):
            restore(target, backup_file)

    assert is_empty(target)


def test_a_backup_in_which_any_bit_was_turned_is_refused_or_the_same(
    backup_file: Path, new_database: NewDatabase
) -> None:
    whole = backup_file.read_bytes()
    known = check_backup(backup_file)
    target = new_database("sqlite")
    refused = 0
    for place in range(10, len(whole), max(1, len(whole) // 60)):
        turned = bytearray(whole)
        turned[place] ^= 0x10
        backup_file.write_bytes(turned)
        try:
            assert check_backup(backup_file) == known
        except BackupError:
            refused += 1
            with pytest.raises(BackupError):
                restore(target, backup_file)

    assert refused > 50
    assert is_empty(target)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        gzip.compress(b""),
        gzip.compress(b"\xff\xfe\n"),
        gzip.compress(b"5\n"),
        gzip.compress(b'{"rows": []}\n'),
        gzip.compress(b'{"format": 2, "made_at": "", "revision": "1", "tables": []}\n'),
        gzip.compress(
            b'{"format": 1, "made_at": "2026-01-01T00:00:00+00:00", "revision": "1",'
            b' "tables": ["sqlite_master"]}\n'
        ),
    ],
    ids=["empty", "text", "no line", "no UTF-8", "a number", "rows", "format 2", "another table"],
)
def test_a_foreign_file_is_refused_and_nothing_is_written(
    content: bytes, tmp_path: Path, new_database: NewDatabase
) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_bytes(content)
    target = new_database("sqlite")

    with pytest.raises(BackupError):
        restore(target, foreign)
    assert is_empty(target)


def test_lines_behind_the_end_are_refused(backup_file: Path) -> None:
    with gzip.open(backup_file, "ab") as more:
        more.write(b'{"table": "facts", "row": {"name": "queue_recipient", "value": "mine"}}\n')

    with pytest.raises(BackupError):
        check_backup(backup_file)


def test_a_backup_whose_rows_were_changed_and_packed_again_is_refused(
    backup_file: Path, new_database: NewDatabase
) -> None:
    lines = gzip.decompress(backup_file.read_bytes())
    assert lines.count(b'"actor": "reporter"') > 0
    changed = lines.replace(b'"actor": "reporter"', b'"actor": "somebody"')
    backup_file.write_bytes(gzip.compress(changed))
    target = new_database("sqlite")

    with pytest.raises(BackupError, match="damaged"):
        restore(target, backup_file)
    assert is_empty(target)


def test_a_database_that_holds_anything_is_refused_and_stays(
    service: ReportService, backup_file: Path
) -> None:
    before = all_rows(service.database)

    with pytest.raises(ConflictError):
        restore(service.database, backup_file)
    assert all_rows(service.database) == before


def test_where_the_file_cannot_be_written_nothing_is_left(
    service: ReportService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "b.gz").write_bytes(b"the one before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("forms_api.store.backup.os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        back_up(service.database, folder / "b.gz")

    assert [path.name for path in folder.iterdir()] == ["b.gz"]
    assert (folder / "b.gz").read_bytes() == b"the one before"


@pytest.mark.parametrize("target", ["/dev/null", "{folder}", "{folder}/none/b.gz"])
def test_a_backup_never_takes_the_place_of_what_is_no_file(
    service: ReportService, tmp_path: Path, target: str
) -> None:
    with pytest.raises(StorageError):
        back_up(service.database, Path(target.format(folder=tmp_path)))
    assert not Path("/dev/null").is_file()


def test_an_operator_moves_an_installation_by_two_commands(
    operator: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "queue.gz"
    made = operator.data("backup", str(file))
    other = newcomer(tmp_path / "other machine")
    other.data("restore", str(file))
    again = other.refusal("restore", str(file))

    assert made["counts"]["officers"] == 1
    assert mode(other.data_dir) == 0o700
    assert other.data("audit", "verify") == operator.data("audit", "verify")
    assert "restore fills a new one only" in again
    assert other.refusal("init")  # makes the secrets that are missing, and no key
    assert other.run("check", "--json").exit_code == operator.run("check", "--json").exit_code


def test_a_proven_backup_is_like_any_other_and_leaves_nothing_beside_it(
    service: ReportService, tmp_path: Path, new_database: NewDatabase
) -> None:
    fill(service)
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(service.database, folder / "queue.gz", prove=True)
    target = new_database("sqlite")
    restore(target, folder / "queue.gz")

    assert [path.name for path in folder.iterdir()] == ["queue.gz"]
    assert all_rows(target) == all_rows(service.database)


def test_a_backup_that_cannot_be_restored_does_not_take_an_earlier_one_s_place(
    service: ReportService, tmp_path: Path
) -> None:
    fill(service)
    path = tmp_path / "queue.gz"
    back_up(service.database, path, prove=True)
    earlier = path.read_bytes()
    changed = update(events).where(events.c.sequence == 1).values(action="changed")
    service.database.write(lambda connection: connection.execute(changed))

    with pytest.raises(AuditError):
        back_up(service.database, path, prove=True)

    assert path.read_bytes() == earlier
    assert [found.name for found in tmp_path.iterdir() if found.name.startswith("queue")] == [
        "queue.gz"
    ]
    back_up(service.database, path)  # what is broken can still be carried away
    assert path.read_bytes() != earlier


def test_the_unit_of_the_nightly_backup_runs_the_command(operator: Operator) -> None:
    unit = (ROOT / "deploy/ward-safety-backup.service").read_text(encoding="utf-8")
    started = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert started is not None
    backups = operator.folder / "backups"
    backups.mkdir()
    words = shlex.split(started[1].replace("%%", "%"))
    line = words[-1].replace("/var/lib/ward-safety-backup", str(backups))
    line = line.replace(".venv/bin/python", sys.executable)
    done = subprocess.run(
        [*words[:-1], line],
        cwd=ROOT,
        env={**os.environ, **operator.environment},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    [made] = backups.iterdir()
    assert re.fullmatch(r"queue-[1-7]\.jsonl\.gz", made.name)


def test_an_operator_is_told_that_a_file_is_no_backup(
    before_init: Operator, tmp_path: Path
) -> None:
    (tmp_path / "other").write_text("xin chào", encoding="utf-8")

    assert "nothing was restored" in before_init.refusal("restore", str(tmp_path / "other"))
