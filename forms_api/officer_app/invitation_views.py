"""An invited person's way in: the code, then password and phone, then codes on paper."""

from __future__ import annotations

import io
from http import HTTPStatus

import segno
from flask import Blueprint, make_response, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug import Response

from forms_api.accounts import second_factor
from forms_api.accounts.invitations import Invitation, accept, find_invitation
from forms_api.accounts.permissions import ROLE_TITLES
from forms_api.errors import SlowDownError, UnauthenticatedError
from forms_api.officer_app.access import open_to_all
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.signin_forms import AcceptForm, InvitationCodeForm
from forms_api.officer_app.signin_views import SLOW
from forms_api.vault.receipts import FollowUpCode, parse_code

INVITATION = "/can-bo/loi-moi/"
PHONE_SECONDS = 60 * 60
ENDED = "Mã mời này không đúng, đã dùng hoặc đã hết hạn. Hãy xin người mời một mã mới."
WRONG_CODE = "Mã 6 số chưa đúng. Chờ mã mới trên điện thoại rồi gõ lại."
PHONE_EXPIRED = "Trang đã mở quá lâu nên mã QR được đổi. Hãy quét lại mã bên dưới."


def invitation_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/loi-moi/`: the code never stands in an address that is sent."""
    blueprint = Blueprint("invitation", __name__)
    phones = URLSafeTimedSerializer(desk.secret_key, salt="second factor on its way")
    _add_code(blueprint, desk, phones)
    _add_password(blueprint, desk, phones)
    return blueprint


def _add_code(blueprint: Blueprint, desk: Desk, phones: URLSafeTimedSerializer) -> None:
    @blueprint.get(INVITATION)
    @open_to_all
    def ask() -> str:
        return render_template("invitation.html", form=InvitationCodeForm(), fault="")

    @blueprint.post(INVITATION)
    @open_to_all
    def open_invitation() -> Response:
        form = InvitationCodeForm(request.form)
        found = _find(desk, form.invitation.data) if form.validate() else None
        if found is None:
            page = render_template("invitation.html", form=form, fault="" if form.errors else ENDED)
            return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        code, invitation = found
        secret = second_factor.new_secret()
        blank = AcceptForm()
        return make_response(
            _page(desk, blank, code, invitation, phone=phones.dumps(secret), secret=secret)
        )


def _add_password(blueprint: Blueprint, desk: Desk, phones: URLSafeTimedSerializer) -> None:
    @blueprint.post(f"{INVITATION}dat-mat-khau/")
    @open_to_all
    def set_password() -> Response:
        form = AcceptForm(request.form)
        found = _find(desk, form.invitation.data)
        if found is None:
            page = render_template("invitation.html", form=InvitationCodeForm(), fault=ENDED)
            return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        code, invitation = found
        form.own_words = tuple(
            filter(None, (invitation.officer.name, invitation.officer.full_name))
        )
        secret, fault = _read_phone(phones, form.phone.data or "")
        if form.validate() and not fault:
            try:
                codes = accept(
                    desk.service.database,
                    code,
                    password=form.new_password.data or "",
                    totp_secret=secret,
                    typed=form.code.data or "",
                    secret_key=desk.secret_key,
                )
            except SlowDownError as slow:
                fault = SLOW.format(seconds=slow.seconds)
            except UnauthenticatedError:
                fault = WRONG_CODE
            else:
                return make_response(
                    render_template("codes.html", codes=codes, officer_name=invitation.officer.name)
                )
        page = _page(
            desk, form, code, invitation, phone=phones.dumps(secret), secret=secret, fault=fault
        )
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def qr_code(text: str) -> Markup:
    """Return a QR code as inline SVG, with the four modules of quiet zone that readers need."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", border=4, xmldecl=False, svgns=False, light="#fff", omitsize=True
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - drawn by the library from modules


def _find(desk: Desk, typed: str | None) -> tuple[FollowUpCode, Invitation] | None:
    code = parse_code(typed or "")
    if code is None:
        return None
    try:
        return code, find_invitation(desk.service.database, code)
    except UnauthenticatedError:
        return None


def _read_phone(phones: URLSafeTimedSerializer, text: str) -> tuple[str, str]:
    """Return the second factor that the page carried, or a new one and why."""
    try:
        return str(phones.loads(text, max_age=PHONE_SECONDS)), ""
    except BadData:
        return second_factor.new_secret(), PHONE_EXPIRED


def _page(
    desk: Desk,
    form: AcceptForm,
    code: FollowUpCode,
    invitation: Invitation,
    *,
    phone: str,
    secret: str,
    fault: str = "",
) -> str:
    uri = second_factor.enrolment_uri(
        secret, officer=invitation.officer.name, issuer=desk.ward.site_name
    )
    return render_template(
        "accept.html",
        form=form,
        fault=fault,
        invitation=invitation,
        role=ROLE_TITLES[invitation.officer.role],
        code=code.reveal(),
        phone=phone,
        qr=qr_code(uri) if invitation.enrols_phone else "",
        uri=uri,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    )
