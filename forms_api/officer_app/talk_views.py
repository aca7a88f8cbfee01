"""Talks at the desk: opened for an hour or two, shown in the hall, ended, cleared up afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug import Response
from wtforms import SelectField

from forms_api.accounts.permissions import Permission
from forms_api.errors import ConflictError, LimitError, NotFoundError
from forms_api.officer_app.access import current_actor, requires
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.desk_form import DeskForm
from forms_api.officer_app.invitation_views import qr_code
from forms_api.reports import talks
from forms_api.reports.service import utc_now
from forms_api.reports.talks import Talk

TALKS = "/can-bo/buoi/"
HOURS = {"1": "1 giờ", "2": "2 giờ", "3": "3 giờ", "4": "4 giờ", "8": "8 giờ"}
USUAL_HOURS = str(talks.USUAL // dt.timedelta(hours=1))

OPENED = "Đã mở buổi hướng dẫn, mã {code}. Chiếu màn hình có mã cho bà con xem."
ENDED = "Đã kết thúc. Phiếu gửi từ giờ là phiếu thật."
GONE = "Buổi này không còn mở: đã hết giờ, hoặc có người vừa kết thúc."
TOO_MANY = f"Đang có {talks.MOST_AT_ONCE} buổi cùng mở. Kết thúc bớt rồi mở buổi mới."
REMOVED = "Đã xóa {count} phiếu thử. Phiếu thật còn nguyên."
STILL_HELD = "Chưa xóa: còn buổi đang mở, bà con còn đang thử. Kết thúc hết các buổi rồi xóa."


class TalkForm(DeskForm):
    """How long a talk will be held."""

    hours = SelectField("Mở trong bao lâu", choices=HOURS, default=USUAL_HOURS)


@dataclass(frozen=True)
class Way:
    """How residents in the hall come to a form: what it is called, its address, the address to scan."""

    title: str
    address: str
    shown_address: str
    picture: Markup


def talk_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/buoi/`: open, end, clear up, and the screen that is shown in the hall."""
    blueprint = Blueprint("talks", __name__)
    _add_pages(blueprint, desk)
    _add_acts(blueprint, desk)
    _add_clearing(blueprint, desk)
    return blueprint


def _add_pages(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(TALKS)
    @requires(Permission.TALK)
    def show() -> Response:
        return _page(desk, TalkForm())

    @blueprint.get(f"{TALKS}<code>/")
    @requires(Permission.TALK)
    def screen(code: str) -> str:
        held = _held(talks.list_talks(database, actor=current_actor()))
        talk = next((talk for talk in held if talk.code == code), None)
        if talk is None:
            raise NotFoundError(code)
        return render_template(
            "talk_screen.html", talk=talk, ways=_ways(desk, code), spoken=spoken(code)
        )


def _add_acts(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.post(TALKS)
    @requires(Permission.TALK)
    def open_one() -> Response:
        form = TalkForm(request.form)
        if not form.validate():
            return _page(desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        lasting = dt.timedelta(hours=int(form.hours.data))
        try:
            talk = talks.open_talk(database, actor=current_actor(), lasting=lasting)
        except LimitError:
            flash(TOO_MANY, "wrong")
        else:
            flash(OPENED.format(code=spoken(talk.code)), "good")
        return redirect(TALKS, HTTPStatus.SEE_OTHER)

    @blueprint.post(f"{TALKS}<code>/ket-thuc/")
    @requires(Permission.TALK)
    def end(code: str) -> Response:
        try:
            talks.end_talk(database, actor=current_actor(), code=code)
        except NotFoundError:
            flash(GONE, "warning")
        else:
            flash(ENDED, "good")
        return redirect(TALKS, HTTPStatus.SEE_OTHER)


def _add_clearing(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.post(f"{TALKS}xoa-phieu-thu/")
    @requires(Permission.TRASH)
    def remove() -> Response:
        try:
            count = talks.remove_trials(database, actor=current_actor())
        except ConflictError:
            flash(STILL_HELD, "warning")
        else:
            flash(REMOVED.format(count=count), "good")
        return redirect(TALKS, HTTPStatus.SEE_OTHER)


def spoken(code: str) -> str:
    """Return a code as it is read aloud, in two groups."""
    return f"{code[:3]} {code[3:]}"


def _page(desk: Desk, form: TalkForm, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
    actor, database = current_actor(), desk.service.database
    known = talks.list_talks(database, actor=actor)
    held = _held(known)
    page = render_template(
        "talks.html",
        form=form,
        held=held,
        ended=[talk for talk in known if talk not in held],
        trials=talks.count_trials(database, actor=actor),
        spoken=spoken,
    )
    return make_response(page, status)


def _held(known: Sequence[Talk]) -> list[Talk]:
    now = utc_now()
    return [talk for talk in known if talk.ends_at > now]


def _ways(desk: Desk, code: str) -> list[Way]:
    """Return how each form that everybody may send is opened as a trial."""
    site = desk.ward.site_url or request.host_url.rstrip("/")
    return [
        Way(
            title=form.title,
            address=f"/gui/{form_id}/buoi/",
            shown_address=f"{site.partition('://')[2]}/gui/{form_id}/buoi/",
            picture=qr_code(f"{site}/gui/{form_id}/?buoi={code}"),
        )
        for form_id, form in desk.forms.items()
        if form.is_public
    ]
