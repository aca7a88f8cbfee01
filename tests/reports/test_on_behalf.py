"""Reports that officers type for somebody else: kept as surely as any, once, with who typed them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from forms_api.accounts.permissions import Role, officer_actor
from forms_api.errors import DifferentSubmissionError, ForbiddenError
from forms_api.reports.followup import follow
from forms_api.reports.intake import Submission
from forms_api.reports.on_behalf import Channel, Consent, HandedOver, enter
from forms_api.reports.service import ReportService
from forms_api.store.schema import events, outbox, reports
from forms_api.vault.sealing import Identity, unseal
from tests.reports.stubs import MEMBER, told


def enter_by_phone(service: ReportService, submission: Submission) -> HandedOver:
    """Type a report that was told on the phone."""
    return enter(service, actor=MEMBER, submission=submission, channel=Channel.PHONE)


def events_of(service: ReportService) -> list[tuple[str, str, dict[str, str]]]:
    """Return what the log tells: who, what, with which facts."""
    query = select(events.c.actor, events.c.action, events.c.details).order_by(events.c.sequence)
    with service.database.read() as connection:
        return [
            (row.actor, row.action, json.loads(row.details)) for row in connection.execute(query)
        ]


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("consent", Consent)
def test_way_consent_and_who_typed_it_are_kept_and_the_words_are_sealed(
    service: ReportService, queue_identity: Identity, channel: Channel, consent: Consent
) -> None:
    handed = enter(service, actor=MEMBER, submission=told(consent=consent), channel=channel)

    with service.database.read() as connection:
        row = connection.execute(select(reports)).mappings().one()
    assert (row["id"], row["reference"]) == (handed.report_id, handed.reference)
    assert (row["channel"], row["status"], row["claimed_by"]) == (channel, "moi", None)
    answers = json.loads(unseal(row["sealed"], queue_identity))["answers"]
    assert [answer["value"] for answer in answers] == ["Đèn đường hỏng", consent]
    assert events_of(service) == [
        ("reporter", "received", {}),
        ("officer:hoa", "entered", {"channel": channel, "consent": consent}),
    ]


def test_its_reporter_follows_it_up_and_officers_hear_of_it(service: ReportService) -> None:
    handed = enter_by_phone(service, told())

    assert handed.code is not None
    assert follow(service, handed.code).reference == handed.reference
    with service.database.read() as connection:
        assert connection.execute(select(outbox.c.topic)).scalars().all() == ["report.waiting"]


def test_many_presses_of_one_form_are_one_report_with_one_receipt(service: ReportService) -> None:
    submission = told()

    with ThreadPoolExecutor(8) as pool:
        handed = list(pool.map(lambda _: enter_by_phone(service, submission), range(24)))

    assert len({(one.reference, one.code, one.received_at) for one in handed}) == 1
    assert sorted(one.repeated for one in handed) == [False] + [True] * 23
    with service.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(reports)).scalar_one() == 1
    assert [action for _, action, _ in events_of(service)] == ["received", "entered"]


def test_the_same_form_with_other_words_is_refused_with_the_first_number(
    service: ReportService,
) -> None:
    submission = told()
    first = enter_by_phone(service, submission)

    with pytest.raises(DifferentSubmissionError, match=first.reference):
        enter_by_phone(service, replace(told(story="Khác"), submission_id=submission.submission_id))


def test_who_may_not_enter_reports_enters_none(service: ReportService) -> None:
    admin = officer_actor("quan-tri", Role.ADMIN)

    with pytest.raises(ForbiddenError):
        enter(service, actor=admin, submission=told(), channel=Channel.PHONE)

    assert events_of(service) == []
