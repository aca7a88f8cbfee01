"""An officer's own account: password, phone, codes on paper, sessions."""

from __future__ import annotations

from http import HTTPStatus

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from sqlalchemy import Connection
from werkzeug import Response

from forms_api.accounts import second_factor, sessions
from forms_api.accounts.officers import list_terms, note
from forms_api.accounts.signin import change_password
from forms_api.errors import SlowDownError, UnauthenticatedError
from forms_api.officer_app.access import SESSION_KEY, current_session, requires, signed_in
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.signin_forms import ChangePasswordForm
from forms_api.officer_app.signin_views import SLOW, device_of
from forms_api.reports.service import utc_now
from forms_api.web.network import network_of

ACCOUNT = "/can-bo/tai-khoan/"
WRONG = "Mật khẩu hiện nay chưa đúng."
CHANGED = (
    "Đã đổi mật khẩu. Các thiết bị khác đã thoát; mã của máy do anh/chị đứng tên cũng hết hiệu lực."
)


def account_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/tai-khoan/`: what an officer keeps in order without anybody's help."""
    blueprint = Blueprint("account", __name__)
    _add_page(blueprint, desk)
    _add_codes(blueprint, desk)
    return blueprint


def _page(desk: Desk, form: ChangePasswordForm, status: HTTPStatus = HTTPStatus.OK) -> Response:
    database, officer = desk.service.database, current_session().officer
    with database.read() as connection:
        left = second_factor.recovery_codes_left(connection, officer.id)
    html = render_template(
        "account.html",
        form=form,
        sessions=sessions.list_sessions(database, officer.id),
        here=current_session().id,
        codes_left=left,
        terms=list_terms(database, officer.id),
    )
    return make_response(html, status)


def _add_page(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(ACCOUNT)
    @signed_in
    def show() -> Response:
        return _page(desk, ChangePasswordForm())

    @blueprint.post(f"{ACCOUNT}mat-khau/")
    @signed_in
    def new_password() -> Response:
        form, here = ChangePasswordForm(request.form), current_session()
        form.own_words = tuple(filter(None, (here.officer.name, here.officer.full_name)))
        if not form.validate():
            return _page(desk, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            change_password(
                desk.door(network_of(request.remote_addr)),
                here.officer,
                present=form.password.data or "",
                new=form.new_password.data or "",
            )
        except SlowDownError as slow:
            form.form_errors.append(SLOW.format(seconds=slow.seconds))
            return _page(desk, form, HTTPStatus.TOO_MANY_REQUESTS)
        except UnauthenticatedError:
            form.form_errors.append(WRONG)
            return _page(desk, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        # Every session ended with the old password; this one begins anew.
        device = device_of(request.user_agent.string)
        session[SESSION_KEY] = sessions.begin(database, here.officer, here.identity, device=device)
        flash(CHANGED, "good")
        return redirect(ACCOUNT, HTTPStatus.SEE_OTHER)

    @blueprint.post(f"{ACCOUNT}phien/")
    @signed_in
    def end_sessions() -> Response:
        here = current_session()
        ended = sessions.end_all(database, here.officer, actor=here.officer.actor.name, but=here.id)
        flash(f"Đã đăng xuất {ended} thiết bị khác.", "good")
        return redirect(ACCOUNT, HTTPStatus.SEE_OTHER)


def _add_codes(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.get(f"{ACCOUNT}ma-giay/")
    @requires(fresh=True)
    def ask_for_codes() -> str:
        return render_template("new_codes.html")

    @blueprint.post(f"{ACCOUNT}ma-giay/")
    @requires(fresh=True)
    def new_codes() -> Response:
        officer, codes = current_session().officer, second_factor.new_recovery_codes()

        def store(connection: Connection) -> None:
            second_factor.keep_recovery_codes(connection, officer.id, codes, key=desk.secret_key)
            note(connection, officer.actor.name, "recovery codes renewed", officer, at=utc_now())

        desk.service.database.write(store)
        return make_response(render_template("codes.html", codes=codes, officer_name=officer.name))
