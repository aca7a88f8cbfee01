"""Printed stubs in tests: drawn and kept as the command does, entered as the desk does."""

from __future__ import annotations

from sqlalchemy import Connection

from forms_api.accounts.permissions import Role, officer_actor, operator_actor
from forms_api.reports.followup import NewMessage, write_message
from forms_api.reports.intake import Submission
from forms_api.reports.on_behalf import Channel, Consent, HandedOver, enter
from forms_api.reports.service import ReportService, utc_now
from forms_api.reports.stubs import DrawnStub, draw_sheet, find_stub, keep_sheet
from forms_api.store import reports as rows
from forms_api.vault.sealing import Recipient, seal
from tests.reports.cases import an_answer
from tests.reports.samples import a_submission

MEMBER = officer_actor("hoa", Role.MEMBER)
KEEPER = operator_actor("tester")


def told(*, consent: Consent = Consent.SPOKEN, story: str = "Đèn đường hỏng") -> Submission:
    """Return what somebody told an officer, as the form's judge gives it."""
    answers = [
        an_answer("dien-bien", "paragraph", story),
        {**an_answer("dong-y", "consent", "Nói đồng ý"), "value": consent.value},
    ]
    return a_submission(content={"form_title": "Phiếu phản ánh", "answers": answers})


def a_stub(service: ReportService) -> DrawnStub:
    """Print one stub and return what stands on it."""
    sheet = draw_sheet(service.database, prefix=service.reference_prefix, count=1)
    keep_sheet(service.database, sheet, actor=KEEPER)
    return sheet.stubs[0]


def enter_by(
    service: ReportService, stub: DrawnStub, submission: Submission | None = None
) -> HandedOver:
    """Type a report that came on paper, with the number of its stub."""
    submission = submission or told()
    found = find_stub(service, stub.reference, actor=MEMBER, submission_id=submission.submission_id)
    return enter(service, actor=MEMBER, submission=submission, channel=Channel.PAPER, stub=found)


def answer_to(service: ReportService, stub: DrawnStub, text: str) -> None:
    """Let an officer write to whoever holds the stub."""

    def store(connection: Connection) -> None:
        report = rows.find_by_lookup_key(connection, stub.code.lookup_key)
        assert report is not None
        sealed = seal(
            f'{{"text": "{text}"}}'.encode(),
            [service.recipient, Recipient(report["reply_recipient"])],
        )
        words = NewMessage(f"answer to {stub.reference}", "officer:lan", sealed)
        write_message(connection, report, words, at=utc_now())

    service.database.write(store)
