"""Help at the desk: the way to the handbook on the site, and the tour of the first day."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template
from werkzeug import Response

from forms_api.accounts.permissions import Actor, Permission
from forms_api.officer_app.access import current_actor, signed_in
from forms_api.officer_app.desk import Desk
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.samples import Sample, list_samples

HANDBOOK = "/can-bo/so-tay/"
FIRST_DAY = "/can-bo/ngay-dau/"
ON_THE_SITE = "/so-tay-can-bo/"
NO_HANDBOOK = (
    "Máy này chưa có trang web của phường, nên chưa mở được sổ tay. Dưới đây là phần làm quen."
)
MOST_SHOWN = 3


def help_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/so-tay/`, which leads to the handbook, and `/can-bo/ngay-dau/`."""
    blueprint = Blueprint("help", __name__)

    @blueprint.get(HANDBOOK)
    @signed_in
    def handbook() -> Response:
        address = _handbook_address(desk)
        if address is None:
            flash(NO_HANDBOOK, "warning")
            return redirect(FIRST_DAY, HTTPStatus.SEE_OTHER)
        return redirect(address, HTTPStatus.FOUND)

    @blueprint.get(FIRST_DAY)
    @signed_in
    def first_day() -> str:
        samples = _samples(desk, current_actor())
        waiting = [sample for sample in samples if sample.status is Status.NEW]
        under_way = [sample for sample in samples if sample.status not in END_STATES | {Status.NEW}]
        return render_template(
            "first_day.html",
            has_samples=bool(samples),
            waiting=waiting[:MOST_SHOWN],
            under_way=under_way[:MOST_SHOWN],
            handbook=_handbook_address(desk),
        )

    return blueprint


def _handbook_address(desk: Desk) -> str | None:
    """Return where the handbook is: on the ward's site, else on the site that stands beside us."""
    if desk.ward.site_url is not None:
        return f"{desk.ward.site_url}{ON_THE_SITE}"
    built = desk.settings.site_dir / ON_THE_SITE.strip("/") / "index.html"
    return ON_THE_SITE if built.is_file() else None


def _samples(desk: Desk, actor: Actor) -> list[Sample]:
    if not actor.may(Permission.READ):
        return []
    return list_samples(desk.service.database, actor=actor)
