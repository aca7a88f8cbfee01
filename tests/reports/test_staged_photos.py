"""Pictures are kept while a form is mended, belong to its report once, and vanish when abandoned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from sqlalchemy import RowMapping, select

from forms_api.reports.intake import stage_files, staged_files, submit
from forms_api.reports.retention import ABANDONED_AFTER, drop_abandoned_files
from forms_api.reports.service import ReportService, utc_now
from forms_api.store.schema import attachments, reports
from forms_api.vault.receipts import SubmissionId, new_submission_id
from forms_api.vault.sealing import Identity, unseal
from tests.reports.samples import a_photo, a_submission


@pytest.fixture
def form_id() -> SubmissionId:
    """The random id of one form that somebody is filling in."""
    return new_submission_id()


def stage(
    service: ReportService, form: SubmissionId, *names: str, dropped: Sequence[int] = ()
) -> list[int]:
    """Stage pictures of these names; return the numbers kept so far."""
    photos = [a_photo(name) for name in names]
    return [photo.number for photo in stage_files(service, form, photos, dropped=dropped)]


def stored(service: ReportService) -> list[RowMapping]:
    """Return every picture's row, by number."""
    with service.database.read() as connection:
        query = select(attachments).order_by(attachments.c.number)
        return list(connection.execute(query).mappings())


def pictures(service: ReportService, identity: Identity) -> list[bytes]:
    """Return every stored picture, opened."""
    return [unseal(row["sealed"], identity) for row in stored(service)]


def test_staged_pictures_are_kept_sealed_and_belong_to_no_report(
    service: ReportService, queue_identity: Identity, form_id: SubmissionId
) -> None:
    assert stage(service, form_id, "a", "b") == [1, 2]

    assert [photo.number for photo in staged_files(service, form_id)] == [1, 2]
    assert pictures(service, queue_identity) == [b"picture a", b"picture b"]
    assert {row["report_id"] for row in stored(service)} == {None}


def test_a_staged_picture_s_facts_are_sealed_and_say_what_it_was(
    service: ReportService, queue_identity: Identity, form_id: SubmissionId
) -> None:
    stage(service, form_id, "a")

    (row,) = stored(service)
    facts = json.loads(unseal(row["sealed_facts"], queue_identity))
    assert facts["sha256"] == hashlib.sha256(b"picture a").hexdigest()
    assert facts["submission"] == row["submission_key"].hex()
    assert row["sealed_sha256"] == hashlib.sha256(row["sealed"]).hexdigest()
    assert row["sealed_bytes"] == len(row["sealed"])


def test_the_same_picture_again_is_kept_once(service: ReportService, form_id: SubmissionId) -> None:
    stage(service, form_id, "a", "a")

    assert stage(service, form_id, "b", "a") == [1, 2]


def test_the_same_picture_on_another_form_is_kept_there_too(
    service: ReportService, form_id: SubmissionId
) -> None:
    stage(service, form_id, "a")

    assert stage(service, new_submission_id(), "a") == [1]
    assert len(stored(service)) == 2


def test_the_same_pictures_staged_by_many_threads_are_kept_once(
    service: ReportService, form_id: SubmissionId
) -> None:
    with ThreadPoolExecutor(20) as pool:
        kept = list(pool.map(lambda _: stage(service, form_id, "a", "b"), range(20)))

    assert kept == [[1, 2]] * 20


def test_a_picture_taken_back_is_gone_and_may_come_again(
    service: ReportService, queue_identity: Identity, form_id: SubmissionId
) -> None:
    stage(service, form_id, "a", "b")

    assert stage(service, form_id, dropped=[1]) == [2]
    assert pictures(service, queue_identity) == [b"picture b"]
    assert stage(service, form_id, "a") == [2, 3]


def test_nobody_takes_back_the_pictures_of_another_form(
    service: ReportService, form_id: SubmissionId
) -> None:
    stage(service, form_id, "a")

    assert stage(service, new_submission_id(), dropped=[1]) == []
    assert [photo.number for photo in staged_files(service, form_id)] == [1]


def test_sending_attaches_what_is_staged_adds_what_is_new_and_drops_what_was_taken_back(
    service: ReportService, queue_identity: Identity, form_id: SubmissionId
) -> None:
    stage(service, form_id, "a", "b")

    submit(
        service,
        a_submission(form_id, files=[a_photo("b"), a_photo("c")], dropped_files=[1]),
    )

    with service.database.read() as connection:
        report_id, attached = connection.execute(
            select(reports.c.id, reports.c.attachment_count)
        ).one()
    assert pictures(service, queue_identity) == [b"picture b", b"picture c"]
    assert {row["report_id"] for row in stored(service)} == {report_id}
    assert attached == 2


def test_sending_takes_no_picture_of_another_form(
    service: ReportService, form_id: SubmissionId
) -> None:
    stage(service, form_id, "a")

    submit(service, a_submission())

    assert [row["report_id"] for row in stored(service)] == [None]


def test_a_report_that_was_sent_takes_no_more_pictures_and_gives_none_back(
    service: ReportService, form_id: SubmissionId
) -> None:
    submit(service, a_submission(form_id, files=[a_photo("a")]))

    assert stage(service, form_id, "b", dropped=[1]) == [1]
    assert len(stored(service)) == 1


def test_a_repeat_after_staging_is_the_same_report(
    service: ReportService, form_id: SubmissionId
) -> None:
    stage(service, form_id, "a")
    first = submit(service, a_submission(form_id))

    again = submit(service, a_submission(form_id, files=[a_photo("a")]))

    assert again.reference == first.reference
    assert len(stored(service)) == 1


def test_abandoned_pictures_are_deleted_after_their_time_and_sent_ones_are_not(
    service: ReportService, form_id: SubmissionId
) -> None:
    now = utc_now()
    with time_machine.travel(now, tick=False):
        stage(service, form_id, "abandoned")
        submit(service, a_submission(files=[a_photo("sent")]))
    with time_machine.travel(now + ABANDONED_AFTER, tick=False):
        stage(service, new_submission_id(), "still being filled in")
        assert drop_abandoned_files(service.database) == 0
    with time_machine.travel(now + ABANDONED_AFTER * 1.01, tick=False):
        assert drop_abandoned_files(service.database) == 1

    assert len(stored(service)) == 2
    assert staged_files(service, form_id) == []
