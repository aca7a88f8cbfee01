"""A report that an officer types for its reporter: told on the phone or face to face, or on paper.

It is judged by the same form and kept by the same way as one that comes from the web.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from forms_api.accounts.permissions import Actor, Permission
from forms_api.reports.intake import Entered, Stub, Submission, take_in
from forms_api.reports.service import ReportService
from forms_api.vault.receipts import FollowUpCode, derive_code, report_id


class Channel(StrEnum):
    """How a report reached the desk."""

    PHONE = "dien-thoai"
    FACE_TO_FACE = "truc-tiep"
    PAPER = "giay"


class Consent(StrEnum):
    """How the reporter agreed, as the officer saw or heard it."""

    SPOKEN = "noi"
    SIGNED = "ky"


@dataclass(frozen=True)
class HandedOver:
    """What is handed to the reporter; `code` is None where it stands on the reporter's stub alone."""

    report_id: str
    reference: str
    code: FollowUpCode | None
    received_at: dt.datetime
    repeated: bool


def enter(
    service: ReportService,
    *,
    actor: Actor,
    submission: Submission,
    channel: Channel,
    stub: Stub | None = None,
) -> HandedOver:
    """Keep a judged report for its reporter; the same submission again gives the same receipt.

    Raises ForbiddenError, DifferentSubmissionError, StubTakenError, StorageError.
    """
    actor.need(Permission.ENTER)
    code = derive_code(service.receipt_key, submission.submission_id)
    facts = {"channel": channel.value, "consent": _consent(submission).value}
    kept = take_in(
        service,
        replace(submission, channel=channel.value),
        code,
        Entered(actor.name, facts, stub),
    )
    return HandedOver(
        report_id=report_id(submission.submission_id),
        reference=kept.reference,
        # The first of two tries may have gone by a stub, whose code is known to its holder alone.
        code=code if kept.lookup_key == code.lookup_key else None,
        received_at=kept.received_at,
        repeated=kept.repeated,
    )


def _consent(submission: Submission) -> Consent:
    """Return how the reporter agreed, by the form's own answers: signed when all of it was."""
    answers = submission.content["answers"]
    given = [answer["value"] for answer in answers if answer["kind"] == "consent"]
    is_signed = bool(given) and all(value == Consent.SIGNED for value in given)
    return Consent.SIGNED if is_signed else Consent.SPOKEN
