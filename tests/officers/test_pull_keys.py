"""After the queue's key was replaced, one file with several keys pulls what is sealed to any of them."""

from __future__ import annotations

import dataclasses

from forms_api.accounts.queue_keys import present_keys, rotate
from forms_api.reports.followup import add_message
from forms_api.reports.service import ReportService
from forms_api.vault.sealing import Identity, Recipient
from tests.officers.desk import photo, send_report
from tests.officers.pulling import Puller


def restarted(service: ReportService, key: Identity) -> ReportService:
    """Replace the queue's key and return the service as a server that starts then has it."""
    recipient = rotate(service.database, keys=[key], actor="admin")
    return dataclasses.replace(service, recipient=Recipient(recipient))


def test_reports_from_before_and_after_a_new_key_come_home_with_a_file_of_both(
    puller: Puller, service: ReportService, queue_identity: Identity
) -> None:
    before = send_report(service, "trước khi đổi khóa", files=[photo("một")])
    after_it = restarted(service, queue_identity)
    after = send_report(after_it, "sau khi đổi khóa", files=[photo("hai")])
    add_message(after_it, before.code, text="thêm một điều", message_id="1")
    keys = present_keys(service.database, queue_identity)
    (puller.out.parent / "identity").write_text(
        "".join(f"# {key.recipient}\n{key.reveal()}\n" for key in keys), encoding="utf-8"
    )

    done = puller.run()

    assert done.exit_code == 0, done.output
    assert puller.references() == sorted([before.reference, after.reference])
    assert "trước khi đổi khóa" in puller.text(before.reference)
    assert "sau khi đổi khóa" in puller.text(after.reference)
    assert "thêm một điều" in puller.text(before.reference, "messages.txt")


def test_with_the_older_key_alone_newer_reports_stay_in_the_queue(
    puller: Puller, service: ReportService, queue_identity: Identity
) -> None:
    before = send_report(service, "trước khi đổi khóa")
    after = send_report(restarted(service, queue_identity), "sau khi đổi khóa")

    done = puller.run()

    assert done.exit_code == 1
    assert puller.references() == [before.reference]
    assert f"{after.reference}: left in the queue" in done.output
