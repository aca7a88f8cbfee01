"""Requests of reporters about their own data: the list, and the acts on the page of a report."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, render_template, request

from forms_api.accounts.permissions import Permission
from forms_api.errors import LimitError
from forms_api.officer_app import request_forms as forms
from forms_api.officer_app.access import current_actor, requires
from forms_api.officer_app.case_acts import (
    CHANGE,
    SEND,
    STEP,
    Act,
    Outcome,
    add_acts,
    incomplete,
    preview,
)
from forms_api.officer_app.desk import Desk
from forms_api.reports import request_acts as acts
from forms_api.reports.request_acts import Asking, ListedRequest
from forms_api.reports.request_record import Refusal, RequestKind
from forms_api.reports.service import utc_now

Member = TypeVar("Member", bound=StrEnum)
Default = TypeVar("Default")

REQUESTS = "/can-bo/yeu-cau/"

RECEIVED = "Đã trả lời người gửi. Đồng hồ trả lời dừng; còn hạn làm xong."
CORRECTED = "Đã ghi là làm xong. Người gửi thấy ngay."
REFUSED = "Đã trả lời người gửi là không làm được, và vì sao."
EXTENDED = "Đã xin thêm thời gian. Người gửi thấy ngày mới."


class Which(StrEnum):
    """Which requests the list shows, as its address says."""

    ALL = ""
    OPEN = "dang-mo"
    LATE = "qua-han"
    SOON = "sap-den-han"
    ENDED = "da-xong"


WHICH: dict[Which, str] = {
    Which.ALL: "Tất cả",
    Which.OPEN: "Đang mở",
    Which.LATE: "Quá hạn",
    Which.SOON: "Sắp đến hạn",
    Which.ENDED: "Đã xong",
}


def request_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/yeu-cau/` and what officers do about a request on its report's page."""
    blueprint = Blueprint("requests", __name__)
    database = desk.service.database

    @blueprint.get(REQUESTS)
    @requires(Permission.DECIDE)
    def show() -> str:
        which = _member(Which, request.args.get("xem", ""), otherwise=Which.ALL)
        kind = _member(RequestKind, request.args.get("loai", ""), otherwise=None)
        every, now = acts.list_requests(database, actor=current_actor()), utc_now()
        of_kind = [item for item in every if kind is None or item.request.kind is kind]
        sieves: dict[Which, Callable[[ListedRequest], bool]] = {
            Which.ALL: lambda _: True,
            Which.OPEN: lambda item: item.request.is_open,
            Which.LATE: lambda item: item.request.is_late(now),
            Which.SOON: lambda item: item.request.is_due_soon(now),
            Which.ENDED: lambda item: not item.request.is_open,
        }
        found = {name: list(filter(sieve, of_kind)) for name, sieve in sieves.items()}
        return render_template(
            "requests.html",
            shown=found[which],
            counts={name: len(items) for name, items in found.items()},
            which=which,
            kind=kind,
            views=WHICH,
            has_any=bool(every),
            now=now,
            shown_ended=acts.SHOWN_ENDED,
        )

    add_acts(blueprint, desk, REQUEST_ACTS)
    return blueprint


def _receive(desk: Desk, report_id: str) -> Outcome:
    acts.receive(
        desk.service,
        actor=current_actor(),
        asking=_asking(report_id),
        text=desk.request_received,
    )
    return RECEIVED


def _finish(desk: Desk, report_id: str) -> Outcome:
    acts.finish(desk.service.database, actor=current_actor(), asking=_asking(report_id))
    return CORRECTED


def _refuse(desk: Desk, report_id: str) -> Outcome:
    form = forms.RefuseForm(request.form)
    if not form.validate() or request.form.get(STEP) == CHANGE:
        return incomplete(desk, report_id, about_data=form)
    text = form.text.data or ""
    if request.form.get(STEP) != SEND:
        return preview(desk, report_id, text=text, act="yeu-cau-khong-lam-duoc")
    acts.refuse(
        desk.service,
        actor=current_actor(),
        asking=_asking(report_id),
        reason=Refusal(form.reason.data),
        text=text,
    )
    return REFUSED


def _extend(desk: Desk, report_id: str) -> Outcome:
    form, times = forms.ExtendForm(request.form), desk.rules.deadlines.data_requests
    if not form.validate() or request.form.get(STEP) == CHANGE:
        return incomplete(desk, report_id, about_data=form)
    text, days = form.text.data or "", int(form.days.data or 0)
    if request.form.get(STEP) != SEND:
        return preview(desk, report_id, text=text, act="yeu-cau-them-ngay")
    try:
        acts.extend(
            desk.service,
            actor=current_actor(),
            asking=_asking(report_id),
            days=days,
            times=times,
            text=text,
        )
    except LimitError as most:
        form.days.errors = [f"Chỉ xin thêm được từ 1 đến {most.limit} ngày."]
        return incomplete(desk, report_id, about_data=form)
    return EXTENDED


def _asking(report_id: str) -> Asking:
    return Asking(report_id, request.form.get("request", ""))


def _member(kind: type[Member], text: str, *, otherwise: Default) -> Member | Default:
    return kind(text) if text in set(kind) else otherwise


REQUEST_ACTS = (
    Act("yeu-cau-da-nhan", Permission.DECIDE, _receive),
    Act("yeu-cau-da-xong", Permission.DECIDE, _finish),
    Act("yeu-cau-khong-lam-duoc", Permission.DECIDE, _refuse),
    Act("yeu-cau-them-ngay", Permission.DECIDE, _extend),
)
