"""Notices at the desk: whether anybody is told when something comes, and what did not go out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import NotFoundError
from forms_api.officer_app.access import current_actor, requires, signed_in
from forms_api.officer_app.account_words import topic_text
from forms_api.officer_app.desk import Desk
from forms_api.reports import notices
from forms_api.reports.notice_state import notice_state
from forms_api.reports.service import utc_now
from forms_api.store.database import Database

NOTICES = "/can-bo/thong-bao/"
MAX_SHOWN = 100
MAX_NUMBER_LENGTH = 18
RETRIED = "Đã cho gửi lại {count} thông báo. Nếu kênh thông báo còn hỏng thì vài phút nữa lại hỏng."
DROPPED = "Đã bỏ {count} thông báo. Phiếu vẫn còn nguyên trong hàng đợi."
GONE = "Thông báo này không còn ở đây: có người đã gửi lại hoặc bỏ trước."
EVERY = "tat-ca"

Act = Callable[[Database, Actor, Collection[int] | None], list[int]]


def notice_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/thong-bao/`: the state for everybody, dead letters for who keeps the machine."""
    blueprint = Blueprint("notices", __name__)
    database, settings = desk.service.database, desk.settings

    @blueprint.get(NOTICES)
    @signed_in
    def show() -> str:
        actor = current_actor()
        unsent = notices.list_unsent(database, actor) if actor.may(Permission.KEYS) else []
        return render_template(
            "notices.html",
            state=notice_state(database, now=utc_now()),
            channels=len(settings.notify_urls),
            times=[f"{time:%H:%M}" for time in settings.notify_times],
            pause_minutes=settings.notify_pause_minutes,
            dead=[notice for notice in unsent if notice.dead][:MAX_SHOWN],
            topic_text=topic_text,
            every=EVERY,
        )

    @blueprint.post(f"{NOTICES}gui-lai/")
    @requires(Permission.KEYS)
    def retry() -> Response:
        return _act(database, notices.retry, RETRIED)

    @blueprint.post(f"{NOTICES}bo/")
    @requires(Permission.KEYS)
    def drop() -> Response:
        return _act(database, notices.drop, DROPPED)

    return blueprint


def _act(database: Database, act: Act, said: str) -> Response:
    try:
        done = act(database, current_actor(), _chosen())
    except NotFoundError:
        flash(GONE, "warning")
    else:
        flash(said.format(count=len(done)), "good")
    return redirect(NOTICES, HTTPStatus.SEE_OTHER)


def _chosen() -> tuple[int, ...] | None:
    """Return the notice that the button names, None for all. Raises NotFoundError."""
    named = request.form.get("number", "")
    if named == EVERY:
        return None
    if not (named.isascii() and named.isdigit() and len(named) <= MAX_NUMBER_LENGTH):
        raise NotFoundError(named)
    return (int(named),)
