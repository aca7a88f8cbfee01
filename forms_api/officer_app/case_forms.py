"""The forms of one report: moving it on, writing to its sender, notes, numbers, links."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from wtforms import (
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from forms_api.content.answers import gaps_in
from forms_api.documents.wording import STATES
from forms_api.officer_app.desk_form import DeskForm
from forms_api.officer_app.words import LINK_KINDS, NUMBER_KINDS, REVEAL_REASONS, TRASH_REASONS
from forms_api.reports.casework import Move, OutsideNumber
from forms_api.reports.lifecycle import END_STATES, MOVES, Status
from forms_api.reports.outside_numbers import NumberKind

Kind = TypeVar("Kind", bound=StrEnum)

MAX_WORDS = 10_000
TOO_LONG = Length(max=MAX_WORDS, message="Dài quá 10.000 chữ: hãy rút ngắn.")
WORDS_MISSING = "Hãy viết vài lời."


def choices_of(words: Mapping[Kind, str]) -> dict[str, str]:
    """Return a table of words as the choices of a list box."""
    return {member.value: f"{text[0].upper()}{text[1:]}" for member, text in words.items()}


class AnswerForm(DeskForm):
    """Words for the reporter; what a template left open must be filled in."""

    version = IntegerField(validators=[InputRequired()])
    text = TextAreaField(
        "Lời gửi cho người gửi phiếu", validators=[DataRequired(WORDS_MISSING), TOO_LONG]
    )

    def validate_text(self, field: TextAreaField) -> None:
        """Refuse what still has a place to fill in."""
        _refuse_gaps(field)


class NoteForm(DeskForm):
    """Words among officers."""

    text = TextAreaField(
        "Ghi chú nội bộ",
        description="Chỉ cán bộ đọc được. Người gửi không bao giờ thấy.",
        validators=[DataRequired(WORDS_MISSING), TOO_LONG],
    )


class MoveForm(DeskForm):
    """A move on: where to, why, what the reporter is told, whom it goes to."""

    version = IntegerField(validators=[InputRequired()])
    to = SelectField("Chuyển phiếu sang", validators=[InputRequired("Hãy chọn một bước.")])
    reason = TextAreaField(
        "Lý do (chỉ cán bộ đọc)",
        description="Đóng phiếu thì cần lý do hoặc lời trả lời; mở lại phiếu thì cần lý do.",
        validators=[Optional(), TOO_LONG],
    )
    answer = TextAreaField(
        "Lời trả lời cho người gửi",
        description="Đã làm gì, khi nào, kết quả ra sao, làm gì tiếp. Không hứa điều phường chưa ký.",
        validators=[Optional(), TOO_LONG],
    )
    body = StringField("Chuyển đến cơ quan nào", validators=[Optional(), Length(max=200)])
    number = StringField("Số của nơi ấy, nếu có", validators=[Optional(), Length(max=100)])

    def offer(self, current: Status) -> None:
        """Set the moves that the report can make now."""
        self.to.choices = {to.value: STATES[to] for to in Status if to in MOVES[current]}

    def validate_answer(self, field: TextAreaField) -> None:
        """Refuse what still has a place to fill in."""
        _refuse_gaps(field)

    def find_missing(self, current: Status) -> str:
        """Return what a move needs and does not have yet, in words; "" when it is complete."""
        to = Status(self.to.data)
        reason, answer = (self.reason.data or "").strip(), (self.answer.data or "").strip()
        if current in END_STATES and not reason:
            return "Mở lại phiếu thì cần ghi lý do."
        if to in END_STATES and not (reason or answer):
            return "Đóng phiếu thì cần lý do hoặc lời trả lời."
        if to is Status.HANDED_OVER and not (self.body.data or "").strip():
            return "Hãy ghi cơ quan sẽ nhận phiếu."
        return ""

    def move(self) -> Move:
        """Return the move as it was filled in."""
        to = Status(self.to.data)
        handed_to = None
        if to is Status.HANDED_OVER:
            body, number = (self.body.data or "").strip(), (self.number.data or "").strip()
            handed_to = OutsideNumber(NumberKind.BODY, body, number or None)
        return Move(
            to=to,
            version=int(self.version.data or 0),
            reason=(self.reason.data or "").strip() or None,
            answer=(self.answer.data or "").strip() or None,
            handed_to=handed_to,
        )


class NumberForm(DeskForm):
    """Under which number another system or body knows the report."""

    kind = SelectField("Số của", choices=choices_of(NUMBER_KINDS))
    body = StringField("Cơ quan", validators=[Optional(), Length(max=200)])
    number = StringField(
        "Số", validators=[DataRequired("Hãy gõ số."), Length(max=100, message="Số dài quá.")]
    )

    def outside_number(self) -> OutsideNumber:
        """Return the number as it was filled in."""
        return OutsideNumber(
            NumberKind(self.kind.data),
            (self.body.data or "").strip() or None,
            (self.number.data or "").strip(),
        )


class LinkForm(DeskForm):
    """Another report that belongs to this one."""

    reference = StringField(
        "Số phiếu kia",
        description="Ví dụ: XG-7K3M92",
        validators=[DataRequired("Hãy gõ số phiếu."), Length(max=20)],
    )
    kind = SelectField("Hai phiếu", choices=choices_of(LINK_KINDS))


class RevealForm(DeskForm):
    """Why an officer needs to know who sent a report."""

    # Ids of its own: the page has another reason to fill in.
    reason = SelectField(
        "Cần biết để làm gì", choices=choices_of(REVEAL_REASONS), id="reveal-reason"
    )
    note = StringField("Ghi thêm", validators=[Optional(), Length(max=500)], id="reveal-note")


class HolderForm(DeskForm):
    """Who should have the report, and why when it is taken away from somebody."""

    version = IntegerField(validators=[InputRequired()])
    to = StringField(validators=[Optional(), Length(max=100)])
    reason = StringField("Lý do lấy phiếu", validators=[Optional(), Length(max=500)])


class TrashForm(DeskForm):
    """Why a report goes to the trash."""

    version = IntegerField(validators=[InputRequired()])
    reason = SelectField("Lý do", choices=choices_of(TRASH_REASONS))


def _refuse_gaps(field: TextAreaField) -> None:
    gaps = gaps_in(field.data or "")
    if gaps:
        raise ValidationError(f"Còn chỗ chưa điền: {', '.join(gaps[:3])}")
