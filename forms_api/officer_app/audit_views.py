"""The audit log at the desk: read page by page, filtered by address, proven whole by a button."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from forms_api.accounts.officers import list_officers
from forms_api.accounts.permissions import Permission
from forms_api.accounts.tokens import list_tokens
from forms_api.errors import AuditError
from forms_api.officer_app.access import current_actor, requires
from forms_api.officer_app.account_words import GROUP_NAMES, event_text
from forms_api.officer_app.audit_forms import PaperForm, query_of, read_question
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.words import actor_text
from forms_api.reports import audit_trail
from forms_api.reports.audit_trail import SHOWN_SIGNS, Group
from forms_api.reports.intake import REPORTER
from forms_api.store.audit import ChainHead

AUDIT = "/can-bo/nhat-ky/"
STRANGER, OPERATORS = "stranger", "cli:"
WHOLE = "Nhật ký nguyên vẹn đến số {number}, mã {signs}."
MATCHES = "Số {number} vẫn đúng mã đã chép trong sổ."
BROKEN = (
    "NHẬT KÝ KHÔNG CÒN NGUYÊN từ số {number}. Đừng sửa hay khởi động lại gì; hãy báo ngay người trông "
    "máy và lãnh đạo phường."
)
UNREADABLE = f"Chưa so được với sổ: hãy gõ đủ số và đủ {SHOWN_SIGNS} chữ số, chữ cái của mã."
DIFFERS = (
    "KHÔNG KHỚP VỚI SỔ: số {number} không có mã đã chép. Xem lại có chép đúng không; nếu đúng thì "
    "nhật ký đã bị cắt bớt hoặc viết lại. Hãy báo ngay người trông máy và lãnh đạo phường."
)


def audit_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/nhat-ky/` and the button that verifies the chain."""
    blueprint = Blueprint("audit", __name__)
    database = desk.service.database

    @blueprint.get(AUDIT)
    @requires(Permission.AUDIT)
    def show() -> str:
        actor, question = current_actor(), read_question(request.args)
        page = audit_trail.read_log(database, actor=actor, question=question)
        return render_template(
            "audit.html",
            page=page,
            asked=question,
            query=query_of(question, below=None),
            next_query=query_of(question, below=page.next),
            group_queries={
                group: query_of(question, group=group, below=None) for group in [None, *Group]
            },
            people=list(_people(desk)),
            groups=GROUP_NAMES,
            readings=audit_trail.GROUPS[Group.READING],
            revealings=audit_trail.GROUPS[Group.IDENTITY],
            event_text=event_text,
            head=_written(audit_trail.read_head(database, actor=actor)),
            paper=PaperForm(),
        )

    @blueprint.post(f"{AUDIT}kiem-tra/")
    @requires(Permission.AUDIT)
    def verify() -> Response:
        actor, paper = current_actor(), PaperForm(request.form)
        try:
            head = audit_trail.verify_log(database, actor=actor)
        except AuditError as broken:
            flash(BROKEN.format(number=broken.sequence), "wrong")
            return redirect(AUDIT, HTTPStatus.SEE_OTHER)
        flash(WHOLE.format(**_written(head)), "good")
        if paper.is_filled:
            flash(*_compared(desk, paper))
        return redirect(AUDIT, HTTPStatus.SEE_OTHER)

    return blueprint


def _compared(desk: Desk, paper: PaperForm) -> tuple[str, str]:
    """Return what is said of a number and code from paper, and how gravely."""
    if not paper.validate():
        return UNREADABLE, "warning"
    number = int(paper.number.data or 0)
    fits = audit_trail.matches_paper(
        desk.service.database, actor=current_actor(), sequence=number, signs=paper.signs
    )
    return (MATCHES if fits else DIFFERS).format(number=number), "good" if fits else "wrong"


def _written(head: ChainHead) -> dict[str, object]:
    """Return the head as somebody copies it by hand: in groups of four."""
    signs = head.chain_hash.hex()[:SHOWN_SIGNS]
    groups = (signs[start : start + 4] for start in range(0, len(signs), 4))
    return {"number": head.sequence, "signs": " ".join(groups)}


def _people(desk: Desk) -> Iterable[tuple[str, str]]:
    """Return whom the log can be asked about: value of the filter and name."""
    database = desk.service.database
    for officer in list_officers(database):
        yield officer.actor.name, officer.full_name or officer.name
    for token in list_tokens(database):
        yield token.actor.name, actor_text(token.actor.name)
    yield REPORTER, actor_text(REPORTER)
    yield OPERATORS, "Người trông máy"
    yield STRANGER, actor_text(STRANGER)
