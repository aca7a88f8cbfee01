"""Keys at the desk: the queue's, the ones on paper, and the tokens of programs."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug import Response

from forms_api.accounts import queue_keys as keys
from forms_api.accounts import tokens
from forms_api.accounts.officers import Officer, find_by_id, list_officers
from forms_api.accounts.permissions import Permission
from forms_api.errors import ConflictError
from forms_api.officer_app.access import current_actor, queue_keys, requires
from forms_api.officer_app.account_words import SCOPE_NAMES
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.keys_forms import RecoveryKeyForm, TokenForm
from forms_api.reports.service import utc_now

KEYS = "/can-bo/khoa/"
NAME_TAKEN = "Tên này đã dùng rồi. Hãy đặt tên khác; tên cũ còn đứng trong nhật ký."
LAST_PAPER = "Đây là khóa khôi phục cuối cùng. Hãy thêm khóa mới trước rồi mới bỏ khóa này."
REMOVED = (
    "Đã bỏ khóa khôi phục. Những phiếu cũ nó vẫn mở được nếu ai còn giữ tờ giấy và có bản sao dữ "
    "liệu: hãy hủy tờ giấy rồi đổi khóa của hàng đợi."
)
ROTATED = (
    "Đã đổi khóa của hàng đợi. Còn hai việc: khởi động lại máy chủ, và đưa khóa mới vào các máy lấy "
    "phiếu. Lời mời chưa dùng đã hết hiệu lực: hãy mời lại."
)
REVOKED = "Đã thu hồi. Máy ấy không vào được nữa."


def keys_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/khoa/`: everything about keys that needs no terminal."""
    blueprint = Blueprint("keys", __name__)
    _add_list(blueprint, desk)
    _add_queue_key(blueprint, desk)
    _add_recovery_keys(blueprint, desk)
    _add_tokens(blueprint, desk)
    return blueprint


def _add_list(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(KEYS)
    @requires(Permission.KEYS)
    def show() -> str:
        now, known = utc_now(), tokens.list_tokens(database)
        live = [token for token in known if token.revoked_at is None and token.expires_at > now]
        return render_template(
            "keys.html",
            queue=keys.list_queue_keys(database),
            in_use=desk.service.recipient,
            papers=keys.list_recovery_keys(database),
            shared={paper.id for paper in keys.list_shared_papers(database)},
            drill_is_overdue=keys.drill_is_overdue(database, now),
            drill_days=keys.DRILL_EVERY.days,
            live=live,
            ended=[token for token in known if token not in live],
            scope_names=SCOPE_NAMES,
        )


def _add_queue_key(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(f"{KEYS}doi/")
    @requires(Permission.KEYS, fresh=True)
    def explain_rotation() -> str:
        return render_template("rotate.html", shared=keys.list_shared_papers(database))

    @blueprint.post(f"{KEYS}doi/")
    @requires(Permission.KEYS, fresh=True)
    def rotate() -> Response:
        keys.rotate(database, keys=queue_keys(database), actor=current_actor().name)
        flash(ROTATED, "warning")
        return redirect(KEYS, HTTPStatus.SEE_OTHER)


def _add_recovery_keys(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(f"{KEYS}khoi-phuc/")
    @requires(Permission.KEYS, fresh=True)
    def ask_for_label() -> str:
        return render_template("recovery_key.html", form=RecoveryKeyForm())

    @blueprint.post(f"{KEYS}khoi-phuc/")
    @requires(Permission.KEYS, fresh=True)
    def add_recovery_key() -> Response:
        form = RecoveryKeyForm(request.form)
        if not form.validate():
            page = render_template("recovery_key.html", form=form)
            return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        label = form.label.data or ""
        fresh = keys.add_recovery_key(
            database, label=label, keys=queue_keys(database), actor=current_actor().name
        )
        page = render_template("recovery_key_made.html", label=label, key=fresh.reveal())
        return make_response(page)

    @blueprint.post(f"{KEYS}bo-khoi-phuc/")
    @requires(Permission.KEYS, fresh=True)
    def remove_recovery_key() -> Response:
        try:
            keys.remove_recovery_key(
                database, id_=request.form.get("id", ""), actor=current_actor().name
            )
        except ConflictError:
            flash(LAST_PAPER, "wrong")
        else:
            flash(REMOVED, "warning")
        return redirect(KEYS, HTTPStatus.SEE_OTHER)


def _add_tokens(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(f"{KEYS}may/")
    @requires(Permission.KEYS, fresh=True)
    def ask_for_token() -> str:
        return render_template("token.html", form=_offered(desk, TokenForm()))

    @blueprint.post(f"{KEYS}may/")
    @requires(Permission.KEYS, fresh=True)
    def add_token() -> Response:
        form = _offered(desk, TokenForm(request.form))
        if form.validate():
            name = form.name.data or ""
            try:
                secret = tokens.add_token(
                    database,
                    name=name,
                    scopes=form.chosen_scopes,
                    lifetime=dt.timedelta(days=form.days.data or 0),
                    actor=current_actor().name,
                    owner=_owner(desk, form.owner.data or ""),
                    networks=form.chosen_networks,
                )
            except ConflictError:
                form.form_errors.append(NAME_TAKEN)
            else:
                return make_response(render_template("token_made.html", name=name, token=secret))
        page = render_template("token.html", form=form)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)

    @blueprint.post(f"{KEYS}thu-hoi/")
    @requires(Permission.KEYS)
    def revoke_token() -> Response:
        # Shutting a program out must not wait for a code: no second typing here.
        tokens.revoke_token(database, name=request.form.get("name", ""), actor=current_actor().name)
        flash(REVOKED, "good")
        return redirect(KEYS, HTTPStatus.SEE_OTHER)


def _offered(desk: Desk, form: TokenForm) -> TokenForm:
    form.offer(
        {
            officer.id: officer.full_name or officer.name
            for officer in list_officers(desk.service.database)
            if officer.disabled_at is None and officer.has_signed_up
        }
    )
    return form


def _owner(desk: Desk, officer_id: str) -> Officer | None:
    if not officer_id:
        return None
    with desk.service.database.read() as connection:
        return find_by_id(connection, officer_id)
