"""Signing in, signing out, and typing password and code again before a dangerous act."""

from __future__ import annotations

import datetime as dt
import re
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
from werkzeug import Response

from forms_api.accounts import sessions
from forms_api.accounts.signin import sign_in
from forms_api.errors import SlowDownError, UnauthenticatedError
from forms_api.officer_app.access import SESSION_KEY, current_session, open_to_all, signed_in
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.error_pages import AGAIN, CONFIRM, NEXT, SIGN_IN
from forms_api.officer_app.signin_forms import ConfirmForm, SignInForm
from forms_api.web.network import network_of

HOME = "/can-bo/"
FEW_CODES = 3
_NEXT_PATH = re.compile(r"/can-bo/[A-Za-z0-9/_-]*(\?[A-Za-z0-9=&%_.,:+-]*)?")
WRONG = (
    "Tên, mật khẩu hoặc mã chưa đúng. Mã trên điện thoại chỉ dùng một lần: có thể phải chờ mã mới."
)
SLOW = "Vừa sai nhiều lần. Chờ {seconds} giây rồi thử lại; người khác không bị ảnh hưởng."
CONFIRMED = "Đã xác nhận. Việc vừa bấm chưa được làm: hãy bấm lại một lần nữa."
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Điện thoại Android"),
    ("Windows", "Máy tính Windows"),
    ("Macintosh", "Máy tính Mac"),
    ("Linux", "Máy tính Linux"),
)


def signin_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/vao/`, `/can-bo/ra/` and `/can-bo/xac-nhan/`."""
    blueprint = Blueprint("signin", __name__)

    @blueprint.get(SIGN_IN)
    @open_to_all
    def show() -> str:
        return _page(SignInForm())

    @blueprint.post(SIGN_IN)
    @open_to_all
    def enter() -> Response:
        form = SignInForm(request.form)
        if not form.validate():
            return make_response(_page(form), HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            who = sign_in(
                desk.door(network_of(request.remote_addr)),
                name=form.name.data or "",
                password=form.password.data or "",
                code=form.code.data or "",
            )
        except SlowDownError as slow:
            return _refused(form, SLOW.format(seconds=slow.seconds), HTTPStatus.TOO_MANY_REQUESTS)
        except UnauthenticatedError:
            return _refused(form, WRONG, HTTPStatus.FORBIDDEN)
        secret = sessions.begin(
            desk.service.database,
            who.officer,
            who.identity,
            device=device_of(request.user_agent.string),
        )
        # Nothing of the time before is kept: an id that somebody planted here is gone.
        session.clear()
        session[SESSION_KEY] = secret
        if who.recovery_codes_left < FEW_CODES:
            flash("Sắp hết mã giấy. Vào “Tài khoản” để in mã mới.", "warning")
        return redirect(next_path(), HTTPStatus.SEE_OTHER)

    @blueprint.post("/can-bo/ra/")
    @signed_in
    def leave() -> Response:
        here = current_session()
        sessions.end(
            desk.service.database, here.id, actor=here.officer.actor.name, officer=here.officer
        )
        session.clear()
        answer = redirect(f"{SIGN_IN}?da-ra=1", HTTPStatus.SEE_OTHER)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    _add_confirmation(blueprint, desk)
    return blueprint


def _add_confirmation(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.get(CONFIRM)
    @signed_in
    def ask_again() -> str:
        return render_template("confirm.html", form=ConfirmForm(), fault="")

    @blueprint.post(CONFIRM)
    @signed_in
    def typed_again() -> Response:
        form, here = ConfirmForm(request.form), current_session()
        fault = ""
        if form.validate():
            try:
                sign_in(
                    desk.door(network_of(request.remote_addr)),
                    name=here.officer.name,
                    password=form.password.data or "",
                    code=form.code.data or "",
                )
            except SlowDownError as slow:
                fault = SLOW.format(seconds=slow.seconds)
            except UnauthenticatedError:
                fault = "Mật khẩu hoặc mã chưa đúng."
            else:
                sessions.confirm(desk.service.database, here.id)
                if AGAIN in request.args:
                    flash(CONFIRMED, "warning")
                return redirect(next_path(), HTTPStatus.SEE_OTHER)
        page = render_template("confirm.html", form=form, fault=fault)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def next_path() -> str:
    """Return the page to go on to: a path of the desk, never another site."""
    wanted = request.args.get(NEXT, "")
    return wanted if _NEXT_PATH.fullmatch(wanted) else HOME


def device_of(user_agent: str) -> str:
    """Return the kind of device in words, for the list of sessions; nothing else of it is kept."""
    return next((words for sign, words in DEVICES if sign in user_agent), "Thiết bị khác")


def _page(form: SignInForm, *, fault: str = "") -> str:
    return render_template(
        "signin.html",
        form=form,
        fault=fault,
        left="da-ra" in request.args,
        now=dt.datetime.now(dt.UTC),
    )


def _refused(form: SignInForm, fault: str, status: HTTPStatus) -> Response:
    return make_response(_page(form, fault=fault), status)
