"""The trash at the desk: why a report is there, who must agree, when its content goes; and what ages out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from forms_api.accounts.permissions import Permission
from forms_api.errors import ForbiddenError, NotFoundError
from forms_api.officer_app.access import current_actor, requires
from forms_api.officer_app.case_acts import TRASH
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.words import TRASH_REASONS
from forms_api.reports import trash
from forms_api.reports.retention import plan_purge
from forms_api.reports.trash import KEPT_FOR, Trashed

_REPORT_ID = re.compile(r"[0-9a-f]{32}")
RESTORED = "Đã lấy phiếu lại. Phiếu ở đúng chỗ trước khi vào thùng rác."
AGREED = "Đã đồng ý xóa. Nội dung phiếu bị xóa khi đủ 30 ngày; trước đó vẫn lấy lại được."
ERASED = "Đã xóa nội dung theo yêu cầu của người gửi. Yêu cầu đã xong; còn lại nhật ký và một dòng để đếm."
NEEDS_ANOTHER = (
    "Chưa làm: anh/chị là người bỏ phiếu này vào thùng rác nên phải có người thứ hai đồng ý."
)


@dataclass(frozen=True)
class FormRetention:
    """How long a form's reports are kept (None: nobody has decided), and how many are over it now."""

    form_id: str
    title: str
    days: int | None
    due: int


def trash_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/thung-rac/`: take back, agree, and the plan of what ages out."""
    blueprint = Blueprint("trash", __name__)
    database = desk.service.database

    @blueprint.get(TRASH)
    @requires(Permission.TRASH)
    def show() -> str:
        found = trash.list_trash(database, actor=current_actor())
        return render_template(
            "trash.html",
            waiting=[item for item in found if not _is_erased(item)],
            erased=[item for item in found if _is_erased(item)],
            reasons=TRASH_REASONS,
            me=current_actor().name,
            kept_days=KEPT_FOR.days,
            retention=_retention(desk),
        )

    @blueprint.post(f"{TRASH}lay-lai/")
    @requires(Permission.TRASH)
    def take_back() -> Response:
        trash.restore(database, actor=current_actor(), report_id=_named_report())
        flash(RESTORED, "good")
        return redirect(TRASH, HTTPStatus.SEE_OTHER)

    @blueprint.post(f"{TRASH}dong-y/")
    @requires(Permission.TRASH, fresh=True)
    def agree() -> Response:
        try:
            gone = trash.approve(database, actor=current_actor(), report_id=_named_report())
        except ForbiddenError:  # the guard has asked for the permission: this is the first person
            flash(NEEDS_ANOTHER, "wrong")
        else:
            flash(ERASED if gone else AGREED, "good")
        return redirect(TRASH, HTTPStatus.SEE_OTHER)

    return blueprint


def _named_report() -> str:
    """Return the id that the button carried. Raises NotFoundError for anything else."""
    report_id = request.form.get("report", "")
    if not _REPORT_ID.fullmatch(report_id):
        raise NotFoundError
    return report_id


def _is_erased(item: Trashed) -> bool:
    purged, touched = item.clear["purged_at"], item.clear["updated_at"]
    return purged is not None and bool(purged >= touched)


def _retention(desk: Desk) -> list[FormRetention]:
    days = {form_id: form.retention.days for form_id, form in desk.forms.items()}
    plan = plan_purge(desk.service.database, retention_days=days)
    return [
        FormRetention(form_id, form.title, form.retention.days, len(plan.due.get(form_id, ())))
        for form_id, form in desk.forms.items()
    ]
