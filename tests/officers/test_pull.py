"""`pull` brings every waiting report home once, whole, opened, and acknowledges only that."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from forms_api.reports.followup import add_message, follow
from forms_api.reports.lifecycle import Status
from forms_api.reports.service import ReportService
from forms_api.store.schema import attachments, reports
from forms_api.vault.sealing import Identity, generate_identity, seal
from tests.officers.desk import Caller, photo, send_report
from tests.officers.pulling import Puller, new_puller


def statuses(service: ReportService) -> dict[str, str]:
    """Return the state of every report by reference."""
    with service.database.read() as connection:
        found = connection.execute(select(reports.c.reference, reports.c.status))
        return {row.reference: row.status for row in found}


def claimers(service: ReportService) -> set[str | None]:
    """Return who holds reports that still wait."""
    with service.database.read() as connection:
        query = select(reports.c.claimed_by).where(reports.c.status == "moi")
        return set(connection.execute(query).scalars())


def test_a_report_becomes_a_folder_with_words_pictures_and_its_sealed_original(
    puller: Puller, service: ReportService
) -> None:
    words = "Hát karaoke to\nlúc 23 giờ"
    receipt = send_report(service, words, files=[photo("một"), photo("hai")], area="to-1")

    done = puller.run()

    reference = receipt.reference
    assert (done.exit_code, puller.references()) == (0, [reference]), done.output
    folder = puller.out / reference
    assert sorted(path.name for path in folder.iterdir()) == [
        "anh-1.jpg",
        "anh-2.jpg",
        "report.age",
        "report.json",
        "report.txt",
        "state.json",
    ]
    assert (folder / "anh-2.jpg").read_bytes() == photo("hai").data
    kept = puller.report(reference)
    assert (kept["area"], kept["content"]["answers"][0]["text"]) == ("to-1", words)
    assert [entry["file"] for entry in kept["attachments"]] == ["anh-1.jpg", "anh-2.jpg"]
    text = puller.text(reference)
    assert text.startswith(f"Phản ánh {reference}\nBiểu mẫu: Phản ánh về an ninh, trật tự\n")
    assert "Chuyện gì đã xảy ra?\n    Hát karaoke to\n    lúc 23 giờ\n" in text
    assert text.endswith("Tóm tắt diễn biến:\n    Hát karaoke to\n    lúc 23 giờ\n")
    assert statuses(service) == {reference: "tiep_nhan"}


def test_folders_and_files_are_the_officers_alone(puller: Puller, service: ReportService) -> None:
    send_report(service, files=[photo("một")])

    puller.run()

    modes = {stat.S_IMODE(path.stat().st_mode) for path in puller.out.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {
        stat.S_IMODE(path.stat().st_mode) for path in (puller.out, *puller.out.glob("XG-*"))
    } == {0o700}


def test_a_program_reads_what_was_done_from_standard_output(
    puller: Puller, service: ReportService
) -> None:
    receipts = [send_report(service) for _ in range(5)]

    done = puller.run("--json", "--batch", "2")

    outcome = json.loads(done.stdout)
    assert outcome["pulled"] == [receipt.reference for receipt in receipts]
    assert outcome["failed"] == outcome["lost"] == []
    assert "2 pulled\n4 pulled\n5 pulled\n" in done.stderr


def test_a_limit_leaves_the_younger_reports_waiting(puller: Puller, service: ReportService) -> None:
    receipts = [send_report(service) for _ in range(4)]

    puller.run("--limit", "3", "--batch", "2")

    assert puller.references() == sorted(receipt.reference for receipt in receipts[:3])
    assert statuses(service)[receipts[3].reference] == "moi"
    assert claimers(service) == {None}


def test_a_pull_for_one_form_leaves_the_others_waiting(
    puller: Puller, service: ReportService
) -> None:
    send_report(service)
    other = send_report(service, form_id="gop-y")

    puller.run("--form-id", "gop-y")

    assert puller.references() == [other.reference]


def test_a_folder_that_is_there_already_is_verified_and_only_acknowledged(
    puller: Puller, service: ReportService
) -> None:
    reference = send_report(service, files=[photo("một")]).reference
    puller.run()
    report = puller.out / reference / "report.json"
    kept = report.stat()

    def forget(connection: Connection) -> None:
        connection.execute(update(reports).values(status="moi", claimed_by=None))

    service.database.write(forget)
    done = puller.run("--json")

    outcome = json.loads(done.stdout)
    assert (outcome["pulled"], outcome["found"]) == ([], [reference])
    # Not the time of the last reading, which to verify changes.
    assert (report.stat().st_ino, report.stat().st_mtime_ns) == (kept.st_ino, kept.st_mtime_ns)
    assert statuses(service) == {reference: "tiep_nhan"}


def test_a_folder_that_holds_something_else_is_neither_overwritten_nor_acknowledged(
    puller: Puller, service: ReportService
) -> None:
    reference = send_report(service).reference
    folder = puller.out / reference
    folder.mkdir(parents=True)
    (folder / "report.json").write_text('{"id": "another"}')

    done = puller.run()

    assert done.exit_code == 1
    assert f"{reference}: left in the queue: the folder {folder} is there" in done.stderr
    assert (folder / "report.json").read_text() == '{"id": "another"}'
    assert statuses(service) == {reference: "moi"}


def test_a_half_written_folder_is_cleared_away(puller: Puller, service: ReportService) -> None:
    reference = send_report(service).reference
    half = puller.out / f".tmp-{reference}"
    half.mkdir(parents=True)
    (half / "report.json").write_text("{")

    done = puller.run()

    assert done.exit_code == 0, done.output
    assert puller.report(reference)["reference"] == reference
    assert not half.exists()


def test_reports_that_another_key_sealed_are_named_and_released_and_the_others_go_on(
    puller: Puller, service: ReportService
) -> None:
    stranger = ReportService(
        service.database, generate_identity().recipient, service.receipt_key, "XG"
    )
    bad = send_report(stranger).reference
    good = send_report(service).reference

    done = puller.run("--batch", "1")

    assert done.exit_code == 1
    assert done.stderr.count(f"{bad}: left in the queue: its content cannot be opened") == 1
    assert puller.references() == [good]
    assert statuses(service) == {bad: "moi", good: "tiep_nhan"}
    assert claimers(service) == {None}


def test_sealed_content_swapped_between_two_reports_is_refused(
    puller: Puller, service: ReportService
) -> None:
    first, second = (send_report(service, f"chuyện {n}").reference for n in range(2))

    def swap(connection: Connection) -> None:
        found = connection.execute(select(reports.c.id, reports.c.sealed).order_by("sequence"))
        (one, sealed_one), (two, sealed_two) = found.all()
        for id_, sealed in ((one, sealed_two), (two, sealed_one)):
            connection.execute(update(reports).where(reports.c.id == id_).values(sealed=sealed))

    service.database.write(swap)
    done = puller.run()

    assert done.exit_code == 1
    for reference in (first, second):
        assert f"{reference}: left in the queue: its content belongs to another" in done.stderr
    assert puller.references() == []
    assert statuses(service) == {first: "moi", second: "moi"}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (["sealed"], "file 1 did not come as it was kept"),
        (["sealed", "sealed_sha256"], "file 1 is not what its facts describe"),
        (["sealed", "sealed_sha256", "sealed_facts"], "file 1 belongs to another report"),
    ],
)
def test_pictures_swapped_between_two_reports_are_refused(
    puller: Puller, service: ReportService, columns: list[str], reason: str
) -> None:
    for words in ("một", "hai"):
        send_report(service, files=[photo(words)])

    def swap(connection: Connection) -> None:
        rows = connection.execute(select(attachments).order_by("sequence")).mappings().all()
        for row, other in (rows, rows[::-1]):
            values = {column: other[column] for column in columns}
            at = attachments.c.sequence == row["sequence"]
            connection.execute(update(attachments).where(at).values(values))

    service.database.write(swap)
    done = puller.run()

    assert done.exit_code == 1
    assert done.stderr.count(reason) == 2
    assert puller.references() == []


def test_a_picture_that_was_taken_away_is_missed(puller: Puller, service: ReportService) -> None:
    send_report(service, files=[photo("một")])

    def take_away(connection: Connection) -> None:
        connection.execute(attachments.delete())

    service.database.write(take_away)
    done = puller.run()

    assert done.exit_code == 1
    assert "files are missing" in done.stderr


def test_content_that_is_no_report_of_this_service_is_refused(
    puller: Puller, service: ReportService
) -> None:
    send_report(service)

    def replace(connection: Connection) -> None:
        sealed = seal(b"[1]", [service.recipient])
        connection.execute(update(reports).values(sealed=sealed))

    service.database.write(replace)
    done = puller.run()

    assert done.exit_code == 1
    assert "its content is not as this service writes it" in done.stderr


def test_words_that_come_later_are_added_to_the_folder(
    puller: Puller, service: ReportService, other_officer: Caller
) -> None:
    receipt = send_report(service)
    puller.run()
    add_message(service, receipt.code, text="Vẫn tái diễn\x1b[2J", message_id="m1")
    id_ = puller.report(receipt.reference)["id"]
    moved = other_officer.post(
        f"/reports/{id_}/transition", {"to": "xac_minh", "version": 3, "answer": "Đang xem."}
    )

    done = puller.run("--json")
    again = puller.run("--json")

    assert moved.status_code == 200
    assert json.loads(done.stdout)["updated"] == [receipt.reference]
    assert json.loads(again.stdout)["updated"] == []
    texts = json.loads(puller.text(receipt.reference, "messages.json"))
    assert [message["text"] for message in texts] == ["Vẫn tái diễn\x1b[2J", "Đang xem."]
    text = puller.text(receipt.reference, "messages.txt")
    assert "Trạng thái: Đang xác minh\n" in text
    assert "người gửi phản ánh viết:\n    Vẫn tái diễn\N{REPLACEMENT CHARACTER}[2J\n" in text
    assert follow(service, receipt.code).status is Status.VERIFYING


def test_a_report_whose_lease_was_lost_is_named_and_its_folder_kept(
    puller: Puller, service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forms_api.client import folders  # noqa: PLC0415 - only this test stands between its steps

    lost, kept = (send_report(service).reference for _ in range(2))
    write_batch = folders.write_batch

    def take_one_away(*arguments: object) -> None:
        def give(connection: Connection) -> None:
            at = reports.c.reference == lost
            connection.execute(update(reports).where(at).values(claimed_by="token:other"))

        write_batch(*arguments)  # type: ignore[arg-type] # handed through
        service.database.write(give)

    monkeypatch.setattr(folders, "write_batch", take_one_away)
    done = puller.run()

    assert done.exit_code == 1
    assert f"{lost}: the lease was lost" in done.stderr
    assert puller.references() == sorted([lost, kept])
    assert statuses(service) == {lost: "moi", kept: "tiep_nhan"}


def test_two_pulls_do_not_write_into_one_folder(puller: Puller, service: ReportService) -> None:
    from forms_api.client import folders  # noqa: PLC0415 - as above

    send_report(service)

    with folders.locked(puller.out):
        done = puller.run()

    assert done.exit_code == 1
    assert "another pull is writing there" in done.stderr


def test_a_token_that_is_refused_is_said(
    tmp_path: Path, address: str, queue_identity: Identity
) -> None:
    puller = new_puller(tmp_path / "may", address=address, token="xg_x", identity=queue_identity)

    done = puller.run()

    assert done.exit_code == 1
    assert "the server refused (401 unauthenticated)" in done.stderr


def test_secrets_that_others_can_read_are_warned_of(puller: Puller, service: ReportService) -> None:
    (puller.out.parent / "token").chmod(0o644)

    done = puller.run()

    assert done.exit_code == 0
    assert "warning: others can read" in done.stderr


def test_the_sealed_original_opens_with_the_standard_age_tool(
    puller: Puller, service: ReportService
) -> None:
    age = shutil.which("age")
    if age is None:
        pytest.skip("the age tool is not on this machine (apt-get install age)")
    reference = send_report(service, "Có tiếng ồn lạ").reference
    puller.run()

    opened = subprocess.run(
        [age, "-d", "-i", puller.out.parent / "identity", puller.out / reference / "report.age"],
        capture_output=True,
        check=True,
    )

    content = json.loads(opened.stdout)
    assert content == puller.report(reference)["content"]
    assert content["answers"][0]["text"] == "Có tiếng ồn lạ"


def test_files_that_came_later_are_fetched_and_checked_too(
    puller: Puller, service: ReportService
) -> None:
    receipt = send_report(service, files=[photo("một")])
    puller.run()
    add_message(service, receipt.code, text="Thêm ảnh", message_id="1", files=[photo("hai")])
    done = puller.run()

    folder = puller.out / receipt.reference
    assert done.exit_code == 0, done.output
    assert (folder / "anh-1.jpg").read_bytes() == photo("một").data
    assert (folder / "anh-2.jpg").read_bytes() == photo("hai").data
    assert "Thêm ảnh" in (folder / "messages.txt").read_text(encoding="utf-8")
