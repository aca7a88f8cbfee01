"""A report as it is printed, in the words that people read."""

from __future__ import annotations

from forms_api.documents.case_sheet import CaseSheet, SheetEntry
from forms_api.documents.wording import CHANNELS, NO_AREA, NO_CATEGORY, STATES
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.words import NUMBER_KINDS, action_text, actor_text
from forms_api.reports.lifecycle import Status
from forms_api.reports.reading import OpenedCase
from forms_api.reports.service import utc_now
from forms_api.reports.timeline import EntryKind


def paper_of(desk: Desk, case: OpenedCase, *, printed_by: str) -> CaseSheet:
    """Return the sheet of an opened report; who sent it is not on it, notes are only counted."""
    report = case.clear
    return CaseSheet(
        reference=report["reference"],
        form_title=case.form_title or desk.names.forms.get(report["form_id"], report["form_id"]),
        state=STATES[Status(report["status"])],
        received_at=report["received_at"],
        updated_at=report["updated_at"],
        category=desk.names.categories.get(report["category"], report["category"] or NO_CATEGORY),
        area=desk.names.areas.get(report["area"], report["area"] or NO_AREA),
        channel=CHANNELS.get(report["channel"], report["channel"]),
        is_urgent=report["urgent"],
        file_count=len(case.files),
        answers=[(answer.label, answer.text) for answer in case.story],
        identity=[],
        timeline=[
            SheetEntry(
                entry.at,
                actor_text(entry.actor),
                action_text(entry.actor, entry.action, entry.details),
            )
            for entry in case.timeline
            if entry.kind is EntryKind.ACT
        ],
        messages=[
            SheetEntry(words.written_at, actor_text(words.author), words.text)
            for words in case.messages
        ],
        external_numbers=[
            (NUMBER_KINDS[number.kind], " ".join(filter(None, (number.body, number.number))))
            for number in case.numbers
        ],
        has_notes=bool(case.notes),
        due_at=report["due_at"],
        printed_at=utc_now(),
        printed_by=actor_text(printed_by),
    )
