"""What the desk asks beside a report's own form, and what it says when a report is not taken yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wtforms import RadioField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from forms_api.documents.wording import CHANNELS
from forms_api.officer_app.desk_form import DeskForm
from forms_api.reports.on_behalf import Channel, Consent

STUB_FIELD = "stub_number"  # no field of a form can take a name with an underscore
STUB_UNKNOWN = "Không có cuống nào mang số này. Xem lại từng chữ, hoặc để trống."
STUB_TAKEN = "Số cuống này đã dùng cho một phiếu khác. Xem lại từng chữ, hoặc để trống."

CONSENT_WAYS: dict[str, str] = {
    Consent.SPOKEN.value: "Người gửi nói đồng ý, tôi đã đọc cho nghe",
    Consent.SIGNED.value: "Người gửi đã ký trên giấy",
}
"""What an officer chooses where a reporter would tick a box."""


class EntryForm(DeskForm):
    """How the report came, and the number of the stub that its reporter holds."""

    channel = RadioField(
        "Người gửi báo bằng cách nào?",
        choices={channel.value: CHANNELS[channel] for channel in Channel},
        validators=[InputRequired("Hãy chọn người gửi báo bằng cách nào.")],
    )
    stub_number = StringField(
        "Số trên cuống",
        description="Chỉ khi người gửi cầm cuống in sẵn số và mã. Không có thì để trống: máy tự cấp "
        "số và mã.",
        validators=[Optional(), Length(max=40, message=STUB_UNKNOWN)],
    )

    def validate_stub_number(self, _field: StringField) -> None:
        """Refuse a stub whose code nobody holds."""
        if self.channel.data == Channel.PHONE:
            raise ValidationError("Người gọi điện không cầm cuống nên không có mã: hãy để trống.")


class NotTaken(StrEnum):
    """Why a report that was typed is not kept yet."""

    TOO_OLD = "too_old"
    NOT_STORED = "not_stored"
    ALREADY_ENTERED = "already_entered"


@dataclass(frozen=True)
class Said:
    """A heading and what to do; `{reference}` is filled by the view."""

    title: str
    advice: str


NOT_TAKEN: dict[NotTaken, Said] = {
    NotTaken.TOO_OLD: Said(
        "Phiếu chưa được nhận: trang đã mở quá lâu",
        "Những điều đã gõ vẫn còn nguyên. Xem lại rồi bấm “Nhận phiếu” lần nữa. Tệp thì chọn lại.",
    ),
    NotTaken.NOT_STORED: Said(
        "Phiếu CHƯA được nhận: máy chủ không lưu được",
        "Những điều đã gõ vẫn còn trên trang này. Chờ vài phút rồi bấm lần nữa: không thành hai "
        "phiếu. Vẫn không được thì chép ra giấy và báo người quản trị.",
    ),
    NotTaken.ALREADY_ENTERED: Said(
        "Phiếu {reference} đã được nhận trước đó",
        "Nội dung bên dưới khác với phiếu ấy. Bấm lần nữa thì thành một phiếu mới.",
    ),
}
