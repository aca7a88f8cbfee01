"""The people of the model: who may come in, in which seat, with which part of the work."""

from __future__ import annotations

from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug import Response

from forms_api.accounts import sessions
from forms_api.accounts.invitations import LIFETIME, InvitationKind, invite, invite_again
from forms_api.accounts.officers import (
    NewOfficer,
    Officer,
    change_officer,
    disable_officer,
    find_by_id,
    list_officers,
    list_terms,
)
from forms_api.accounts.permissions import (
    PERMISSION_TITLES,
    ROLE_PERMISSIONS,
    ROLE_TITLES,
    Permission,
    Role,
)
from forms_api.errors import ConflictError
from forms_api.officer_app.access import current_actor, queue_keys, requires, signed_in
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.invitation_views import INVITATION
from forms_api.officer_app.people_forms import AgainForm, DismissForm, InviteForm, ReachForm
from forms_api.reports.assignment import hand_over_all
from forms_api.vault.receipts import FollowUpCode

AnyForm = TypeVar("AnyForm", bound=ReachForm)

PEOPLE = "/can-bo/nguoi/"
NAME_TAKEN = "Tên đăng nhập này đã có người dùng. Hãy đặt tên khác."
NO_SEAT = {"": "Không giữ vị trí nào trong 14 vị trí"}
NO_SUCCESSOR = {"": "Chưa giao cho ai"}


def people_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/nguoi/` and the pages of each officer."""
    blueprint = Blueprint("people", __name__)
    _add_list(blueprint, desk)
    _add_invitation(blueprint, desk)
    _add_person(blueprint, desk)
    _add_changes(blueprint, desk)
    _add_leaving(blueprint, desk)
    return blueprint


def _add_list(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.get(PEOPLE)
    @requires(Permission.PEOPLE)
    def show_all() -> str:
        everybody = list_officers(desk.service.database)
        terms = {officer.id: list_terms(desk.service.database, officer.id) for officer in everybody}
        seated = {
            found[0].seat: officer
            for officer in everybody
            if (found := terms[officer.id]) and found[0].seat and found[0].ends_on is None
        }
        return render_template(
            "people.html",
            officers=everybody,
            seats=desk.team.seat_names,
            seated=seated,
            live=sessions.list_sessions(desk.service.database),
        )

    @blueprint.get(f"{PEOPLE}quyen/")
    @signed_in
    def show_rights() -> str:
        return render_template(
            "rights.html",
            roles=ROLE_TITLES,
            permissions=PERMISSION_TITLES,
            granted=ROLE_PERMISSIONS,
        )


def _add_invitation(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.get(f"{PEOPLE}moi/")
    @requires(Permission.PEOPLE, fresh=True)
    def ask() -> str:
        return render_template("invite.html", form=_offered(desk, InviteForm()))

    @blueprint.post(f"{PEOPLE}moi/")
    @requires(Permission.PEOPLE, fresh=True)
    def send() -> Response:
        form = _offered(desk, InviteForm(request.form))
        if form.validate():
            new = NewOfficer(
                name=form.name.data or "",
                role=Role(form.role.data),
                full_name=(form.full_name.data or "").strip() or None,
                areas=form.chosen_areas,
                categories=form.chosen_categories,
                term=form.term(),
            )
            try:
                code = invite(
                    desk.service.database,
                    new,
                    keys=queue_keys(desk.service.database),
                    actor=current_actor().name,
                )
            except ConflictError:
                form.form_errors.append(NAME_TAKEN)
            else:
                return _show_code(new.name, code)
        page = render_template("invite.html", form=form)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _add_person(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.get(f"{PEOPLE}<officer_id>/")
    @requires(Permission.PEOPLE)
    def show(officer_id: str) -> str:
        person = _person(desk, officer_id)
        form = _offered(
            desk,
            ReachForm(
                role=person.role.value,
                reach="tat-ca" if person.areas is None and person.categories is None else "chon",
                areas=list(person.areas or ()),
                categories=list(person.categories or ()),
            ),
        )
        return render_template(
            "person.html",
            person=person,
            form=form,
            again=AgainForm(),
            dismiss=_with_successors(desk, person, DismissForm()),
            terms=list_terms(database, person.id),
            seats=desk.team.seat_names,
            live=sessions.list_sessions(database, person.id),
        )


def _add_changes(blueprint: Blueprint, desk: Desk) -> None:
    database = desk.service.database

    @blueprint.post(f"{PEOPLE}<officer_id>/vai-tro/")
    @requires(Permission.PEOPLE, fresh=True)
    def change(officer_id: str) -> Response:
        person, form = _person(desk, officer_id), _offered(desk, ReachForm(request.form))
        if not form.validate():
            flash("Chưa lưu: hãy chọn lại vai trò và phần việc.", "wrong")
            return redirect(f"{PEOPLE}{officer_id}/", HTTPStatus.SEE_OTHER)
        change_officer(
            database,
            officer_id=person.id,
            role=Role(form.role.data),
            areas=form.chosen_areas,
            categories=form.chosen_categories,
            actor=current_actor().name,
        )
        flash(f"Đã lưu. {person.name} phải đăng nhập lại.", "good")
        return redirect(f"{PEOPLE}{officer_id}/", HTTPStatus.SEE_OTHER)

    @blueprint.post(f"{PEOPLE}<officer_id>/ma-moi/")
    @requires(Permission.PEOPLE, fresh=True)
    def again(officer_id: str) -> Response:
        person, form = _person(desk, officer_id), AgainForm(request.form)
        kind = InvitationKind(form.kind.data) if form.validate() else InvitationKind.FORGOTTEN
        code = invite_again(
            database,
            name=person.name,
            kind=kind,
            keys=queue_keys(database),
            actor=current_actor().name,
        )
        return _show_code(person.name, code)

    @blueprint.post(f"{PEOPLE}<officer_id>/phien/")
    @requires(Permission.PEOPLE)
    def end_sessions(officer_id: str) -> Response:
        person = _person(desk, officer_id)
        ended = sessions.end_all(database, person, actor=current_actor().name)
        flash(f"Đã cho {person.name} thoát ở {ended} thiết bị.", "good")
        return redirect(f"{PEOPLE}{officer_id}/", HTTPStatus.SEE_OTHER)


def _add_leaving(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.post(f"{PEOPLE}<officer_id>/nghi/")
    @requires(Permission.PEOPLE, fresh=True)
    def dismiss(officer_id: str) -> Response:
        person = _person(desk, officer_id)
        form = _with_successors(desk, person, DismissForm(request.form))
        if not form.validate():
            flash("Chưa làm: hãy xem lại ngày và người nhận phiếu.", "wrong")
            return redirect(f"{PEOPLE}{officer_id}/", HTTPStatus.SEE_OTHER)
        database = desk.service.database
        disable_officer(
            database, name=person.name, actor=current_actor().name, dismissal=form.dismissal()
        )
        words = f"{person.name} không vào được nữa."
        if form.successor.data and current_actor().may(Permission.ASSIGN):
            moved = hand_over_all(
                database,
                actor=current_actor(),
                from_name=person.name,
                to_name=form.successor.data,
            )
            words += f" Đã giao {len(moved.moved)} phiếu cho {form.successor.data}."
            if moved.left:
                words += f" Còn {len(moved.left)} phiếu người ấy không xem được: hãy giao cho người khác."
        flash(words, "good")
        return redirect(PEOPLE, HTTPStatus.SEE_OTHER)


def _person(desk: Desk, officer_id: str) -> Officer:
    with desk.service.database.read() as connection:
        return find_by_id(connection, officer_id)


def _offered(desk: Desk, form: AnyForm) -> AnyForm:
    form.offer(
        areas={area.id: area.name for area in desk.areas.areas},
        categories=desk.names.categories,
    )
    if isinstance(form, InviteForm):
        form.seat.choices = {**NO_SEAT, **desk.team.seat_names}
    return form


def _with_successors(desk: Desk, person: Officer, form: DismissForm) -> DismissForm:
    form.successor.choices = NO_SUCCESSOR | {
        other.name: other.full_name or other.name
        for other in list_officers(desk.service.database)
        if other.id != person.id and other.disabled_at is None and other.actor.may(Permission.CLAIM)
    }
    return form


def _show_code(name: str, code: FollowUpCode) -> Response:
    page = render_template(
        "invited.html",
        name=name,
        code=code.reveal(),
        days=LIFETIME.days,
        address=f"{request.host_url}{INVITATION.lstrip('/')}",
    )
    return make_response(page)
