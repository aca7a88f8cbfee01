"""The queue: today at a glance, lists that are addresses, one act on many, search in what was told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from werkzeug import Response

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import FormsError
from forms_api.officer_app.access import current_actor, queue_keys, requires, signed_in
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.signin_views import HOME
from forms_api.officer_app.warnings import warnings_for
from forms_api.reports import bulk
from forms_api.reports.filters import PARAMETERS, Filter, Sort
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.listing import list_page
from forms_api.reports.queue import Glance, claim, glance
from forms_api.reports.request_acts import RequestCounts, count_requests
from forms_api.reports.search import Found, search
from forms_api.reports.service import utc_now
from forms_api.reports.views import MAX_NAME_LENGTH, drop_view, list_views, save_view

QUEUE = "/can-bo/phieu/"
SEARCH = "/can-bo/tim/"
LEASE = dt.timedelta(minutes=30)
MAX_WORDS = 200
OPEN_STATES = frozenset(Status) - END_STATES

REFUSED_ALL = (
    "Không làm được phiếu nào: có thể người khác đã nhận trước, hoặc phiếu không còn ở bước ấy."
)
BulkAct = Callable[[Desk, Sequence[str]], list[bulk.Outcome]]


def queue_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/`, `/can-bo/phieu/`, `/can-bo/tim/` and the number on the menu."""
    blueprint = Blueprint("queue", __name__)
    _add_today(blueprint, desk)
    _add_list(blueprint, desk)
    _add_acts(blueprint, desk)
    _add_search(blueprint, desk)
    return blueprint


def _add_today(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(HOME)
    @signed_in
    def today() -> str:
        actor = current_actor()
        sees_reports = actor.may(Permission.LIST)
        mine = Filter(mine=True, states=OPEN_STATES, sort=Sort.DUE)
        return render_template(
            "today.html",
            glance=glance(database, actor=actor) if sees_reports else None,
            mine=list_page(database, actor=actor, wanted=mine, limit=10) if sees_reports else None,
            warnings=warnings_for(desk, actor),
            about_data=_about_data(desk, actor),
            deadlines_decided=desk.rules.deadlines.decided,
        )

    @blueprint.get("/can-bo/dem.json")
    @requires(Permission.LIST, by_itself=True)
    def badge() -> Response:
        seen: Glance = glance(database, actor=current_actor())
        return jsonify({"waiting": seen.waiting + seen.new_words, "late": seen.late})


def _about_data(desk: Desk, actor: Actor) -> RequestCounts | None:
    """Return how many requests about people's own data wait, for whoever may answer them."""
    if not actor.may(Permission.DECIDE):
        return None
    return count_requests(desk.service.database, actor=actor, now=utc_now())


def _add_list(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(QUEUE)
    @requires(Permission.LIST)
    def show() -> str:
        actor, choices = current_actor(), desk.choices
        wanted = Filter.from_query(request.args.to_dict(flat=False), choices=choices)
        page = list_page(database, actor=actor, wanted=wanted)
        return render_template(
            "queue.html",
            page=page,
            wanted=wanted,
            fields={name: parameter.name for name, parameter in PARAMETERS.items()},
            carried=wanted.to_query(),
            query=_query(wanted, after=None),
            next_query=_query(wanted, after=page.next),
            views=list_views(database, actor=actor),
            glance=glance(database, actor=actor),
            colleagues=desk.colleagues() if actor.may(Permission.ASSIGN) else [],
        )

    @blueprint.post(f"{QUEUE}khung-nhin/")
    @requires(Permission.LIST)
    def keep_view() -> Response:
        wanted = Filter.from_query(_given_query(), choices=desk.choices)
        name = request.form.get("name", "").strip()
        if not 0 < len(name) <= MAX_NAME_LENGTH:
            flash(f"Hãy đặt tên cho bộ lọc, không quá {MAX_NAME_LENGTH} chữ.", "wrong")
        else:
            save_view(database, actor=current_actor(), name=name, wanted=wanted)
            flash(f"Đã lưu bộ lọc “{name}”.", "good")
        return _back_to_list(wanted)

    @blueprint.post(f"{QUEUE}khung-nhin/xoa/")
    @requires(Permission.LIST)
    def forget_view() -> Response:
        drop_view(database, actor=current_actor(), name=request.form.get("name", ""))
        flash("Đã xóa bộ lọc.", "good")
        return redirect(QUEUE, HTTPStatus.SEE_OTHER)


def _add_acts(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.post(f"{QUEUE}tiep/")
    @requires(Permission.CLAIM)
    def take_next() -> Response:
        claimed = claim(database, actor=current_actor(), limit=1, lease=LEASE, with_trials=True)
        if not claimed:
            flash("Không còn phiếu nào đang chờ.", "good")
            return redirect(HOME, HTTPStatus.SEE_OTHER)
        return redirect(f"{QUEUE}{claimed[0].clear['id']}/", HTTPStatus.SEE_OTHER)

    @blueprint.post(f"{QUEUE}nhieu/")
    @requires(Permission.CLAIM)
    def act_on_many() -> Response:
        wanted = Filter.from_query(_given_query(), choices=desk.choices)
        act, chosen = BULK_ACTS.get(request.form.get("act", "")), request.form.getlist("report")
        if act is None or not chosen:
            flash("Hãy chọn ít nhất một phiếu và một việc.", "wrong")
            return _back_to_list(wanted)
        outcomes = act(desk, chosen)
        done = sum(outcome.is_done for outcome in outcomes)
        left = len(outcomes) - done
        if not done:
            flash(REFUSED_ALL, "wrong")
        elif left:
            flash(
                f"Đã làm {done} phiếu. {left} phiếu không làm được vì người khác đã làm trước.",
                "warning",
            )
        else:
            flash(f"Đã làm {done} phiếu.", "good")
        return _back_to_list(wanted)


def _add_search(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.get(SEARCH)
    @requires(Permission.READ)
    def ask() -> str:
        return render_template("search.html", words="", found=None)

    @blueprint.post(SEARCH)
    @requires(Permission.READ)
    def look() -> str:
        # The words stand in no address: addresses end up in histories and logs.
        words = request.form.get("words", "").strip()[:MAX_WORDS]
        found: Found | None = None
        if words:
            found = search(
                desk.service,
                actor=current_actor(),
                words=words,
                keys=queue_keys(desk.service.database),
            )
        return render_template("search.html", words=words, found=found)


def _claim(desk: Desk, chosen: Sequence[str]) -> list[bulk.Outcome]:
    """Claim and take over: whoever ticks a report in the list means to work on it."""
    database, actor = desk.service.database, current_actor()
    claimed = bulk.claim_each(database, actor=actor, report_ids=chosen, lease=LEASE)
    mine = [outcome.report_id for outcome in claimed if outcome.is_done]
    others = [outcome.report_id for outcome in claimed if not outcome.is_done]
    received = bulk.acknowledge_each(database, actor=actor, report_ids=mine)
    return received + bulk.pick_up_each(database, actor=actor, report_ids=others)


def _release(desk: Desk, chosen: Sequence[str]) -> list[bulk.Outcome]:
    return bulk.release_each(desk.service.database, actor=current_actor(), report_ids=chosen)


def _assign(desk: Desk, chosen: Sequence[str]) -> list[bulk.Outcome]:
    name = request.form.get("to", "")
    if not name:
        return [bulk.Outcome(report_id, FormsError("nobody was named")) for report_id in chosen]
    return bulk.assign_each(
        desk.service.database, actor=current_actor(), report_ids=chosen, to_name=name
    )


BULK_ACTS: dict[str, BulkAct] = {"nhan": _claim, "tra": _release, "giao": _assign}


def _query(wanted: Filter, **changes: object) -> str:
    """Return a filter as an address's query, with changes."""
    values = {**{name: getattr(wanted, name) for name in PARAMETERS}, **changes}
    return urlencode(Filter(**values).to_query())


def _given_query() -> dict[str, list[str]]:
    """Return the filter that a list's own form carries along."""
    from_form = request.form.to_dict(flat=False)
    known = {parameter.name for parameter in PARAMETERS.values()}
    return {name: values for name, values in from_form.items() if name in known}


def _back_to_list(wanted: Filter) -> Response:
    query = urlencode(wanted.to_query())
    return redirect(f"{QUEUE}?{query}" if query else QUEUE, HTTPStatus.SEE_OTHER)
