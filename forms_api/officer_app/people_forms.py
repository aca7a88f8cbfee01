"""The forms about officers: inviting, changing what one may do, recognising, dismissing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from wtforms import DateField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from forms_api.accounts.invitations import InvitationKind
from forms_api.accounts.officers import Term
from forms_api.accounts.permissions import ROLE_TITLES
from forms_api.officer_app.desk_form import DeskForm

NAME = re.compile(r"[\w.-]+( [\w.-]+)*", re.UNICODE)
ROLE_CHOICES = {role.value: title for role, title in ROLE_TITLES.items()}
EVERYTHING, CHOSEN = "tat-ca", "chon"
REACHES = {
    EVERYTHING: "Mọi phiếu",
    CHOSEN: "Chỉ những phần chọn bên dưới, và phiếu được giao",
}
KINDS = {
    InvitationKind.FORGOTTEN.value: "Quên mật khẩu (điện thoại vẫn còn)",
    InvitationKind.LOST_PHONE.value: "Mất điện thoại, hoặc đổi điện thoại",
}


class ReachForm(DeskForm):
    """Role, and the part of the work that an officer sees."""

    role = SelectField(
        "Vai trò", choices=ROLE_CHOICES, validators=[InputRequired("Hãy chọn vai trò.")]
    )
    reach = RadioField("Xem được phiếu nào", choices=REACHES, default=EVERYTHING)
    areas = SelectMultipleField("Tổ dân phố", validate_choice=True)
    categories = SelectMultipleField("Lĩnh vực", validate_choice=True)

    def offer(self, *, areas: Mapping[str, str], categories: Mapping[str, str]) -> None:
        """Set what there is to choose from: names by id."""
        self.areas.choices, self.categories.choices = dict(areas), dict(categories)

    @property
    def chosen_areas(self) -> list[str] | None:
        """The tổ dân phố that are seen; None for all."""
        return None if self.reach.data == EVERYTHING else list(self.areas.data or [])

    @property
    def chosen_categories(self) -> list[str] | None:
        """The categories that are seen; None for all. None chosen means all of the chosen areas."""
        if self.reach.data == EVERYTHING or not self.categories.data:
            return None
        return list(self.categories.data)


class TermForm(DeskForm):
    """A recognition in a seat (Quy chế, Điều 4 khoản 4)."""

    seat = SelectField("Vị trí trong mô hình", validators=[Optional()])
    proposed_by = StringField(
        "Nơi đề nghị",
        description="Theo Điều 4 khoản 4: Văn phòng UBND phường hoặc Công an phường đề nghị.",
        validators=[Length(max=200)],
    )
    decision = StringField("Số quyết định công nhận", validators=[Length(max=100)])
    starts_on = DateField("Từ ngày", validators=[Optional()])

    def term(self) -> Term | None:
        """Return the term that was filled in, or None where nothing was."""
        if not (self.proposed_by.data or self.decision.data or self.seat.data):
            return None
        return Term(
            proposed_by=(self.proposed_by.data or "").strip(),
            starts_on=self.starts_on.data or dt.datetime.now(dt.UTC).date(),
            seat=self.seat.data or None,
            decision=(self.decision.data or "").strip() or None,
        )


class InviteForm(ReachForm, TermForm):
    """A person who is to be invited."""

    name = StringField(
        "Tên đăng nhập",
        description="Ngắn, không đổi được về sau. Ví dụ: lan.tdp3",
        validators=[
            InputRequired("Hãy đặt tên đăng nhập."),
            Length(max=60),
            Regexp(NAME, message="Tên đăng nhập chỉ gồm chữ, số, dấu chấm, gạch và khoảng trắng."),
        ],
    )
    full_name = StringField("Họ và tên", validators=[Length(max=100)])


class AgainForm(DeskForm):
    """A new code for somebody who cannot sign in."""

    kind = RadioField("Vì sao cần mã mới", choices=KINDS, default=InvitationKind.FORGOTTEN.value)


class DismissForm(DeskForm):
    """Shutting an officer out, with the decision where there is one."""

    dismissal_proposed_by = StringField("Nơi đề nghị miễn nhiệm", validators=[Length(max=200)])
    dismissal_decision = StringField("Số quyết định miễn nhiệm", validators=[Length(max=100)])
    ends_on = DateField("Từ ngày", validators=[Optional()])
    successor = SelectField("Giao phiếu đang làm cho", validators=[Optional()])

    def dismissal(self) -> Term:
        """Return what closes the running term."""
        today = self.ends_on.data or dt.datetime.now(dt.UTC).date()
        return Term(
            proposed_by="",
            starts_on=today,
            ends_on=today,
            dismissal_proposed_by=(self.dismissal_proposed_by.data or "").strip() or None,
            dismissal_decision=(self.dismissal_decision.data or "").strip() or None,
        )
