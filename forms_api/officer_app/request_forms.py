"""The forms of a request about somebody's own data, and what stands of it on the report's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from forms_api.officer_app.case_forms import TOO_LONG, WORDS_MISSING, choices_of
from forms_api.officer_app.desk_form import DeskForm
from forms_api.reports.request_record import DataRequest
from forms_api.web.request_texts import REFUSALS

MOST_DAYS = 15
"""No ward gives itself more; fewer where `deadlines.yml` says so."""


class RequestForm(DeskForm):
    """Which request is meant."""

    request = StringField(validators=[InputRequired()])


class RefuseForm(RequestForm):
    """Why a request cannot be done, for the record and for the reporter."""

    reason = SelectField("Vì sao", choices=choices_of(REFUSALS))
    text = TextAreaField(
        "Lời gửi cho người gửi",
        description="Nói rõ theo quy định nào, hoặc còn chưa rõ điều gì.",
        validators=[DataRequired(WORDS_MISSING), TOO_LONG],
    )


class ExtendForm(RequestForm):
    """How many days more, and why, for the reporter."""

    days = IntegerField(
        "Thêm bao nhiêu ngày",
        validators=[
            InputRequired("Hãy gõ số ngày."),
            NumberRange(1, MOST_DAYS, message=f"Chỉ xin thêm được từ 1 đến {MOST_DAYS} ngày."),
        ],
    )
    text = TextAreaField(
        "Lời gửi cho người gửi",
        description="Vì sao chưa xong, và đến ngày nào thì xong.",
        validators=[DataRequired(WORDS_MISSING), TOO_LONG],
    )


@dataclass(frozen=True)
class RequestBlock:
    """A request with the forms that end it or give it more time, `most_days` at most."""

    request: DataRequest
    refuse: RefuseForm
    extend: ExtendForm
    most_days: int


def blocks_of(
    requests: Sequence[DataRequest], *, most_days: int, filled: DeskForm | None
) -> list[RequestBlock]:
    """Return each request with its forms; `filled` came back with mistakes and goes to its own."""
    return [_block(request, most_days, filled) for request in requests]


def _block(request: DataRequest, most_days: int, filled: DeskForm | None) -> RequestBlock:
    refuse, extend = RefuseForm(), ExtendForm(days=most_days)
    if isinstance(filled, RequestForm) and filled.request.data == request.id:
        refuse = filled if isinstance(filled, RefuseForm) else refuse
        extend = filled if isinstance(filled, ExtendForm) else extend
    # Several requests may stand on one page, and an id only once.
    for name, form in (("refuse", refuse), ("extend", extend)):
        for field in form:
            field.id = f"{name}-{field.name}-{request.kind.value}"
    return RequestBlock(request, refuse, extend, most_days)
