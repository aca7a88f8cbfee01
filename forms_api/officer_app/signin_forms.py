"""The forms of the door: signing in, typing password and code again, setting a password.

The guard checks CSRF tokens for every page, so that no form can forget it.
"""

from __future__ import annotations

from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from forms_api.accounts.passwords import MAX_SIGNS, MIN_SIGNS, PasswordFault, find_fault
from forms_api.officer_app.desk_form import DeskForm

MAX_NAME = 100
MAX_CODE = 60
NAME_MISSING = "Hãy gõ tên đăng nhập."
PASSWORD_MISSING = "Hãy gõ mật khẩu."  # noqa: S105 - a sentence
CODE_MISSING = "Hãy gõ mã 6 số trên điện thoại."
FAULTS: dict[PasswordFault, str] = {
    PasswordFault.SHORT: f"Mật khẩu cần ít nhất {MIN_SIGNS} ký tự. Một câu ngắn dễ nhớ là tốt nhất.",
    PasswordFault.LONG: f"Mật khẩu dài quá {MAX_SIGNS} ký tự.",
    PasswordFault.GUESSABLE: (
        "Mật khẩu này dễ đoán hoặc đã có trong danh sách bị lộ. Hãy ghép vài từ không liên quan "
        "với nhau thành một câu."
    ),
}


class SignInForm(DeskForm):
    """Name, password, code."""

    name = StringField(
        "Tên đăng nhập", validators=[InputRequired(NAME_MISSING), Length(max=MAX_NAME)]
    )
    password = PasswordField(
        "Mật khẩu", validators=[InputRequired(PASSWORD_MISSING), Length(max=2 * MAX_SIGNS)]
    )
    code = StringField(
        "Mã 6 số trên điện thoại",
        description="Mở ứng dụng tạo mã trên điện thoại để xem. Mất điện thoại: gõ một mã giấy.",
        validators=[InputRequired(CODE_MISSING), Length(max=MAX_CODE)],
    )


class ConfirmForm(DeskForm):
    """Password and code, typed again before a dangerous act."""

    password = PasswordField(
        "Mật khẩu", validators=[InputRequired(PASSWORD_MISSING), Length(max=2 * MAX_SIGNS)]
    )
    code = StringField(
        "Mã 6 số trên điện thoại",
        description="Mã vừa dùng thì không dùng lại được: chờ mã mới (nhiều nhất 30 giây).",
        validators=[InputRequired(CODE_MISSING), Length(max=MAX_CODE)],
    )


class InvitationCodeForm(DeskForm):
    """The code of an invitation."""

    invitation = StringField(
        "Mã mời",
        description="24 chữ và số, chia 6 nhóm. Chữ thường hay hoa, có gạch hay không đều được.",
        validators=[InputRequired("Hãy gõ mã mời."), Length(max=MAX_CODE)],
    )


class NewPasswordForm(DeskForm):
    """A new password, twice, judged by the lists of common ones."""

    new_password = PasswordField(
        "Mật khẩu mới",
        description=(
            f"Ít nhất {MIN_SIGNS} ký tự; có dấu tiếng Việt và khoảng trắng được. Đừng dùng lại mật "
            "khẩu của nơi khác."
        ),
        validators=[InputRequired("Hãy đặt mật khẩu.")],
    )
    again = PasswordField("Gõ lại mật khẩu mới", validators=[InputRequired("Hãy gõ lại mật khẩu.")])

    own_words: tuple[str, ...] = ()

    def validate_new_password(self, field: PasswordField) -> None:
        """Refuse what is short or easily guessed."""
        fault = find_fault(field.data or "", own_words=self.own_words)
        if fault is not None:
            raise ValidationError(FAULTS[fault])

    def validate_again(self, field: PasswordField) -> None:
        """Refuse a second typing that differs."""
        if field.data != self.new_password.data:
            raise ValidationError("Hai lần gõ chưa giống nhau.")


class AcceptForm(NewPasswordForm):
    """What an invited person sets: password, and the code that proves the phone."""

    invitation = StringField(validators=[InputRequired(), Length(max=MAX_CODE)])
    phone = StringField(validators=[Length(max=500)])
    code = StringField(
        "Mã 6 số trên điện thoại", validators=[InputRequired(CODE_MISSING), Length(max=MAX_CODE)]
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    password = PasswordField(
        "Mật khẩu hiện nay", validators=[InputRequired(PASSWORD_MISSING), Length(max=2 * MAX_SIGNS)]
    )
