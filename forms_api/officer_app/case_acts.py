"""What officers do on the page of a report: each act is one POST, one use case, and back to the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug import Response
from wtforms import Form

from forms_api.accounts.permissions import Permission
from forms_api.officer_app import case_forms as forms
from forms_api.officer_app.access import current_actor, requires
from forms_api.officer_app.case_page import REPORT, opened_case, report_page
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.queue_views import LEASE
from forms_api.reports import assignment, casework, links, queue, talks, trash
from forms_api.reports.deadlines import refresh_due
from forms_api.reports.lifecycle import Status
from forms_api.web.states import STATUS_TEXTS

Outcome = str | Response
"""What is said above the report's page, or a page of its own."""

STEP, SEND, CHANGE = "step", "send", "change"
"""Words for a reporter are shown first as the reporter will see them, and sent by a second button."""

TRASH = "/can-bo/thung-rac/"
TRASHED = "Phiếu đã vào thùng rác. Người thứ hai phải đồng ý, và sau 30 ngày nội dung mới bị xóa."
TRASHED_AT_ONCE = (
    "Phiếu đã vào thùng rác theo yêu cầu của người gửi. Người thứ hai đồng ý thì nội dung bị xóa ngay, "
    "và yêu cầu xong."
)


@dataclass(frozen=True)
class Act:
    """One act: its place in the address, who may do it, what is done, where it leads."""

    path: str
    permission: Permission
    run: Callable[[Desk, str], Outcome]
    leads_to: str | None = None


def add_acts(blueprint: Blueprint, desk: Desk, acts: Iterable[Act]) -> None:
    """Let `blueprint` answer these acts."""
    for act in acts:
        rule, name = f"{REPORT}{act.path}/", f"act_{act.path}"
        blueprint.add_url_rule(rule, name, _view(desk, act), methods=["POST"])


def _view(desk: Desk, act: Act) -> Callable[[str], Response]:
    @requires(act.permission)
    def view(report_id: str) -> Response:
        outcome = act.run(desk, report_id)
        if isinstance(outcome, Response):
            return outcome
        refresh_due(desk.service.database, desk.rules, [report_id])
        flash(outcome, "good")
        return redirect(act.leads_to or f"/can-bo/phieu/{report_id}/", HTTPStatus.SEE_OTHER)

    return view


def incomplete(desk: Desk, report_id: str, **filled: Form) -> Response:
    """Return the report's page with a form that came back, everything typed in it."""
    case = opened_case(desk, report_id)
    return report_page(desk, case, status=HTTPStatus.UNPROCESSABLE_ENTITY, **filled)


def preview(
    desk: Desk, report_id: str, *, text: str, act: str, state: Status | None = None
) -> Response:
    """Return the page that shows words as their reader will see them, with buttons to send or change.

    `state` is where the report will stand then; without it, it stays where it is.
    """
    state = state or Status(opened_case(desk, report_id).clear["status"])
    kept = [pair for pair in request.form.items(multi=True) if pair[0] not in {"csrf_token", STEP}]
    page = render_template(
        "preview.html",
        text=text,
        act=f"/can-bo/phieu/{report_id}/{act}/",
        back=f"/can-bo/phieu/{report_id}/",
        kept=kept,
        state=STATUS_TEXTS[state],
    )
    return make_response(page)


def _claim(desk: Desk, report_id: str) -> Outcome:
    if request.form.get("stage", Status.NEW) != Status.NEW:
        assignment.pick_up(desk.service.database, actor=current_actor(), report_id=report_id)
        return "Phiếu nay do anh/chị phụ trách."
    queue.claim_one(desk.service.database, actor=current_actor(), report_id=report_id, lease=LEASE)
    return "Phiếu đang ở tay anh/chị trong 30 phút. Đọc xong thì bấm “Tiếp nhận” hoặc “Trả lại”."


def _acknowledge(desk: Desk, report_id: str) -> Outcome:
    queue.acknowledge(desk.service.database, actor=current_actor(), report_ids=[report_id])
    return "Đã tiếp nhận. Người gửi sẽ thấy là phiếu đã có cán bộ nhận."


def _renew(desk: Desk, report_id: str) -> Outcome:
    queue.renew(desk.service.database, actor=current_actor(), report_id=report_id, lease=LEASE)
    return "Giữ phiếu thêm 30 phút."


def _give_back(desk: Desk, report_id: str) -> Outcome:
    form, database = forms.HolderForm(request.form), desk.service.database
    if request.form.get("stage") == Status.NEW:
        queue.release(database, actor=current_actor(), report_id=report_id)
    else:
        assignment.give_back(
            database, actor=current_actor(), report_id=report_id, version=_version(form)
        )
    return "Đã trả phiếu lại hàng đợi."


def _take_over(desk: Desk, report_id: str) -> Outcome:
    form = forms.HolderForm(request.form)
    if not (form.reason.data or "").strip():
        form.reason.errors = ["Hãy ghi lý do lấy phiếu."]
        return incomplete(desk, report_id, holder=form)
    assignment.take_over(
        desk.service,
        actor=current_actor(),
        report_id=report_id,
        version=_version(form),
        reason=form.reason.data or "",
    )
    return "Phiếu đã về tay anh/chị. Lý do được lưu trong ghi chú nội bộ."


def _assign(desk: Desk, report_id: str) -> Outcome:
    form = forms.HolderForm(request.form)
    assignment.assign(
        desk.service.database,
        actor=current_actor(),
        report_id=report_id,
        to_name=form.to.data or "",
        version=_version(form),
    )
    return f"Đã giao phiếu cho {form.to.data}."


def _move(desk: Desk, report_id: str) -> Outcome:
    form = forms.MoveForm(request.form)
    case = opened_case(desk, report_id)
    current = Status(case.clear["status"])
    form.offer(current)
    missing = form.find_missing(current) if form.validate() else ""
    if missing:
        form.form_errors.append(missing)
    if form.errors or missing or request.form.get(STEP) == CHANGE:
        return report_page(desk, case, status=HTTPStatus.UNPROCESSABLE_ENTITY, move=form)
    move = form.move()
    if move.answer and request.form.get(STEP) != SEND:
        return preview(desk, report_id, text=move.answer, act="chuyen", state=move.to)
    casework.transition(desk.service, actor=current_actor(), report_id=report_id, move=move)
    return "Đã chuyển phiếu. Người gửi thấy trạng thái mới ngay."


def _answer(desk: Desk, report_id: str) -> Outcome:
    return _write(desk, report_id, act="tra-loi", write=casework.answer, said="Đã gửi lời trả lời.")


def _ask(desk: Desk, report_id: str) -> Outcome:
    said = "Đã gửi câu hỏi. Hạn xử lý tạm dừng cho đến khi người gửi trả lời."
    return _write(desk, report_id, act="hoi", write=casework.ask, said=said)


def _write(
    desk: Desk, report_id: str, *, act: str, write: Callable[..., int], said: str
) -> Outcome:
    form = forms.AnswerForm(request.form)
    if not form.validate() or request.form.get(STEP) == CHANGE:
        return incomplete(desk, report_id, answer=form)
    text = (form.text.data or "").strip()
    if request.form.get(STEP) != SEND:
        return preview(desk, report_id, text=text, act=act)
    write(
        desk.service,
        actor=current_actor(),
        report_id=report_id,
        text=text,
        version=int(form.version.data or 0),
    )
    return said


def _note(desk: Desk, report_id: str) -> Outcome:
    form = forms.NoteForm(request.form)
    if not form.validate():
        return incomplete(desk, report_id, note=form)
    casework.add_note(
        desk.service,
        actor=current_actor(),
        report_id=report_id,
        text=(form.text.data or "").strip(),
    )
    return "Đã lưu ghi chú nội bộ."


def _number(desk: Desk, report_id: str) -> Outcome:
    form = forms.NumberForm(request.form)
    if not form.validate():
        return incomplete(desk, report_id, number=form)
    casework.add_number(
        desk.service, actor=current_actor(), report_id=report_id, number=form.outside_number()
    )
    return "Đã lưu số."


def _link(desk: Desk, report_id: str) -> Outcome:
    form = forms.LinkForm(request.form)
    if not form.validate():
        return incomplete(desk, report_id, link=form)
    links.link(
        desk.service.database,
        actor=current_actor(),
        report_id=report_id,
        reference=form.reference.data or "",
        kind=links.LinkKind(form.kind.data),
    )
    return "Đã nối hai phiếu."


def _unlink(desk: Desk, report_id: str) -> Outcome:
    links.unlink(
        desk.service.database,
        actor=current_actor(),
        report_id=report_id,
        reference=request.form.get("reference", ""),
    )
    return "Đã bỏ nối."


def _mark_seen(desk: Desk, report_id: str) -> Outcome:
    casework.mark_words_seen(desk.service.database, actor=current_actor(), report_id=report_id)
    return "Đã đánh dấu là đã đọc lời mới."


def _admit(desk: Desk, report_id: str) -> Outcome:
    queue.admit(desk.service.database, actor=current_actor(), report_id=report_id)
    return "Phiếu này không phải thư rác: đã cho vào hàng đợi."


def _make_real(desk: Desk, report_id: str) -> Outcome:
    talks.make_real(desk.service.database, actor=current_actor(), report_id=report_id)
    return "Phiếu này nay là phiếu thật, đang ở hàng đợi."


def _put_in_trash(desk: Desk, report_id: str) -> Outcome:
    form = forms.TrashForm(request.form)
    if not form.validate():
        return incomplete(desk, report_id, trash=form)
    at_once = trash.put_in_trash(
        desk.service.database,
        actor=current_actor(),
        report_id=report_id,
        version=int(form.version.data or 0),
        reason=trash.TrashReason(form.reason.data),
    )
    return TRASHED_AT_ONCE if at_once else TRASHED


def _version(form: forms.HolderForm) -> int:
    return int(form.version.data or 0)


ACTS = (
    Act("nhan", Permission.CLAIM, _claim),
    Act("tiep-nhan", Permission.CLAIM, _acknowledge),
    Act("gia-han", Permission.CLAIM, _renew),
    Act("tra", Permission.CLAIM, _give_back),
    Act("lay", Permission.ASSIGN, _take_over),
    Act("giao", Permission.CLAIM, _assign),
    Act("chuyen", Permission.DECIDE, _move),
    Act("tra-loi", Permission.DECIDE, _answer),
    Act("hoi", Permission.DECIDE, _ask),
    Act("ghi-chu", Permission.READ, _note),
    Act("so", Permission.DECIDE, _number),
    Act("lien-ket", Permission.DECIDE, _link),
    Act("bo-lien-ket", Permission.DECIDE, _unlink),
    Act("da-doc", Permission.DECIDE, _mark_seen),
    Act("xet", Permission.ADMIT, _admit),
    Act("that", Permission.ADMIT, _make_real),
    Act("thung-rac", Permission.TRASH, _put_in_trash, leads_to=TRASH),
)
