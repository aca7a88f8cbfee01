"""The forms about keys: a new recovery key, a program's token."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from wtforms import (
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from forms_api.accounts.permissions import Scope
from forms_api.accounts.tokens import Network
from forms_api.officer_app.account_words import SCOPE_NAMES
from forms_api.officer_app.desk_form import DeskForm

MOST_DAYS, USUAL_DAYS = 3650, 365
MAX_LABEL, MAX_NETWORKS = 100, 500
NOBODY = {"": "Không đứng tên ai: máy chung của phường"}
DECIDES_NAMELESS = "Máy quyết định phiếu thì phải đứng tên một cán bộ. Hãy chọn người ở dưới."


class RecoveryKeyForm(DeskForm):
    """Where a new recovery key will lie."""

    label = StringField(
        "Khóa này sẽ cất ở đâu",
        description="Ví dụ: két sắt phòng văn thư. Để sau này còn biết tờ giấy nào.",
        validators=[
            DataRequired("Hãy ghi nơi sẽ cất khóa."),
            Length(max=MAX_LABEL, message=f"Không quá {MAX_LABEL} chữ."),
        ],
    )


class TokenForm(DeskForm):
    """A token for a program: its name, what it may do, for how long, in whose name, from where."""

    name = StringField(
        "Tên của máy hoặc chương trình",
        description="Ví dụ: máy bàn phòng trực. Tên này đứng trong nhật ký.",
        validators=[
            DataRequired("Hãy đặt tên."),
            Length(max=MAX_LABEL, message=f"Không quá {MAX_LABEL} chữ."),
        ],
    )
    scopes = SelectMultipleField(
        "Được làm gì",
        description="Chỉ chọn những gì máy cần. Lấy phiếu về máy: chọn hai dòng đầu.",
        choices={scope.value: name for scope, name in SCOPE_NAMES.items()},
        validators=[InputRequired("Hãy chọn ít nhất một việc.")],
    )
    days = IntegerField(
        "Dùng trong bao nhiêu ngày",
        default=USUAL_DAYS,
        validators=[
            InputRequired("Hãy gõ số ngày."),
            NumberRange(1, MOST_DAYS, message=f"Từ 1 đến {MOST_DAYS} ngày."),
        ],
    )
    owner = SelectField(
        "Đứng tên ai",
        description=(
            "Máy đứng tên một người thì không làm được gì hơn người ấy, và hết hiệu lực khi người ấy "
            "đổi mật khẩu hoặc thôi làm."
        ),
        validators=[Optional()],
    )
    networks = StringField(
        "Chỉ dùng được từ mạng",
        description="Một hay nhiều địa chỉ, cách nhau bằng khoảng trắng. Ví dụ: 192.0.2.0/24",
        validators=[Optional(), Length(max=MAX_NETWORKS)],
    )

    def offer(self, owners: Mapping[str, str]) -> None:
        """Set who a token may belong to: names of officers by id."""
        self.owner.choices = {**NOBODY, **owners}

    @property
    def chosen_scopes(self) -> list[Scope]:
        """What the token may do."""
        return [Scope(value) for value in self.scopes.data or []]

    @property
    def chosen_networks(self) -> list[Network]:
        """From where the token counts; none means from anywhere."""
        return [ip_network(text) for text in (self.networks.data or "").split()]

    def validate_scopes(self, _field: SelectMultipleField) -> None:
        """Let nobody decide about a report namelessly, whoever makes the token."""
        if Scope.DECIDE in (self.scopes.data or []) and not self.owner.data:
            raise ValidationError(DECIDES_NAMELESS)

    def validate_networks(self, _field: StringField) -> None:
        """Refuse what is no network."""
        try:
            _ = self.chosen_networks
        except ValueError:
            words = "Có chỗ không phải địa chỉ mạng. Viết như 192.0.2.0/24 hoặc 2001:db8::/48."
            raise ValidationError(words) from None
