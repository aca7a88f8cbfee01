"""Reports typed for somebody else: the same form as on the web, judged and kept the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, abort, make_response, render_template, request
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from forms_api.accounts.permissions import Permission
from forms_api.errors import (
    DifferentSubmissionError,
    NotFoundError,
    StorageError,
    StubTakenError,
)
from forms_api.forms.checks import PAGE_PARAMETERS
from forms_api.forms.compiler import STOP_SEEN, CompiledForm, compile_form
from forms_api.forms.judgement import FieldError, Judgement, ShownStop
from forms_api.forms.rendering import render_error_summary, render_fields, render_message
from forms_api.officer_app.access import current_actor, requires
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.entry_forms import (
    CONSENT_WAYS,
    NOT_TAKEN,
    STUB_FIELD,
    STUB_TAKEN,
    STUB_UNKNOWN,
    EntryForm,
    NotTaken,
    Said,
)
from forms_api.reports.intake import StagedFile, Stub, Suspicion
from forms_api.reports.on_behalf import Channel, HandedOver, enter
from forms_api.reports.stubs import find_stub
from forms_api.vault.receipts import receipt_stamp
from forms_api.web.form_tokens import FormTokens
from forms_api.web.health import has_room
from forms_api.web.squares import follow_up_square
from forms_api.web.submissions import submission_of
from forms_api.web.uploads import Uploads, count_shown, keep_files, kept_before, read_files

ENTRY = "/can-bo/nhap-phieu/"
SUBMISSION_FIELD = "submission"
_ALLOWED = PAGE_PARAMETERS | {STUB_FIELD}


def entry_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/nhap-phieu/`: which form, by which way; the form itself; the receipt."""
    blueprint = Blueprint("entry", __name__)
    tokens = FormTokens(desk.secret_key)
    forms: Mapping[str, CompiledForm] = {
        form_id: compile_form(
            definition, areas=desk.areas, numbers=desk.ward.numbers, consents=CONSENT_WAYS
        )
        for form_id, definition in desk.forms.items()
        if definition.is_public
    }

    @blueprint.get(ENTRY)
    @requires(Permission.ENTER)
    def choose() -> str:
        # Stable: what may be urgent stands first, the rest in the order of their names.
        ordered = sorted(forms.values(), key=lambda form: not _may_be_urgent(form))
        definitions = [form.definition for form in ordered]
        return render_template("entry_choose.html", forms=definitions, entry=EntryForm())

    @blueprint.get(f"{ENTRY}<form_id>/")
    @requires(Permission.ENTER)
    def show(form_id: str) -> Response:
        entry = EntryForm(data={"channel": request.args.get("kenh")})
        return _Entering(desk, tokens, _known(forms, form_id), MultiDict(), entry).blank()

    @blueprint.post(f"{ENTRY}<form_id>/")
    @requires(Permission.ENTER)
    def take(form_id: str) -> Response:
        typed = request.form
        return _Entering(desk, tokens, _known(forms, form_id), typed, EntryForm(typed)).answer()

    return blueprint


def _known(forms: Mapping[str, CompiledForm], form_id: str) -> CompiledForm:
    if form_id not in forms:
        abort(HTTPStatus.NOT_FOUND)
    return forms[form_id]


def _may_be_urgent(form: CompiledForm) -> bool:
    return any(
        option.urgent for question in form.questions for option in question.handler.options.values()
    )


class _Entering:
    """One form at the desk, from its token to its receipt."""

    def __init__(
        self,
        desk: Desk,
        tokens: FormTokens,
        form: CompiledForm,
        typed: MultiDict[str, str],
        entry: EntryForm,
    ) -> None:
        self._desk = desk
        self._tokens = tokens
        self._form = form
        self._typed = typed
        self._entry = entry
        given = tokens.read(form.definition.form_id, typed.get(SUBMISSION_FIELD, ""))
        self._token_is_ours = given is not None
        self._token = given or tokens.new()

    def blank(self) -> Response:
        """Return the form as nobody has filled it in yet."""
        return self._page(HTTPStatus.OK)

    def answer(self) -> Response:
        """Return the reply to a form that was sent.

        1. Was the form given out here? 2. Is there room to keep a report? 3. Judge all of it, files too.
        4. Say once what its stop screens advise. 5. Take it in.
        """
        if not self._token_is_ours:
            return self._back(NotTaken.TOO_OLD, HTTPStatus.BAD_REQUEST)
        if not has_room(self._desk.settings):
            return self._back(NotTaken.NOT_STORED, HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            return self._judged()
        except StorageError:
            return self._back(NotTaken.NOT_STORED, HTTPStatus.SERVICE_UNAVAILABLE)

    def _judged(self) -> Response:
        files = read_files(
            self._desk,
            self._token.submission_id,
            self._form.definition.files_field,
            request.files,
            self._typed,
        )
        stub, mistakes = self._beside_the_form()
        judgement = self._judge(files)
        if mistakes or files.mistakes or judgement.errors or self._unseen(judgement):
            files = keep_files(self._desk.service, self._token.submission_id, files)
            # Files that came twice are counted once now.
            judgement = self._judge(files)
        errors = (*mistakes, *judgement.errors, *files.mistakes)
        advice = self._unseen(judgement)
        if errors or advice:
            status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
            return self._page(status, staged=files.staged, errors=errors, advice=advice)
        return self._taken_in(judgement, files, stub)

    def _judge(self, files: Uploads) -> Judgement:
        return self._form.judge(self._typed, attachment_count=files.count, allowed=_ALLOWED)

    def _unseen(self, judgement: Judgement) -> tuple[ShownStop, ...]:
        """Return the screens that were not shown here yet: an officer passes each of them."""
        seen = self._typed.getlist(STOP_SEEN)
        return tuple(shown for shown in judgement.stops if shown.token not in seen)

    def _beside_the_form(self) -> tuple[Stub | None, tuple[FieldError, ...]]:
        """Return the stub that was named, and what is wrong with what the desk itself asks."""
        if not self._entry.validate():
            wrong = (item for item in self._entry if item.errors)
            return None, tuple(FieldError(item.id, item.errors[0]) for item in wrong)
        number = self._entry.stub_number.data
        if not number:
            return None, ()
        try:
            stub = find_stub(
                self._desk.service,
                number,
                actor=current_actor(),
                submission_id=self._token.submission_id,
            )
        except NotFoundError:
            return None, (FieldError(STUB_FIELD, STUB_UNKNOWN),)
        except StubTakenError:
            return None, (FieldError(STUB_FIELD, STUB_TAKEN),)
        return stub, ()

    def _taken_in(self, judgement: Judgement, files: Uploads, stub: Stub | None) -> Response:
        told = submission_of(self._form, self._token.submission_id, judgement, files)
        try:
            receipt = enter(
                self._desk.service,
                actor=current_actor(),
                submission=replace(told, quarantined=Suspicion.SCAN if files.scan_failed else None),
                channel=Channel(self._entry.channel.data),
                stub=stub,
            )
        except StubTakenError:
            kept = keep_files(self._desk.service, self._token.submission_id, files)
            taken = (FieldError(STUB_FIELD, STUB_TAKEN),)
            return self._page(HTTPStatus.CONFLICT, staged=kept.staged, errors=taken)
        except DifferentSubmissionError as different:
            self._token = self._tokens.new()
            unsent = keep_files(self._desk.service, self._token.submission_id, Uploads(files.new))
            return self._back(
                NotTaken.ALREADY_ENTERED,
                HTTPStatus.CONFLICT,
                staged=unsent.staged,
                reference=different.reference,
            )
        return self._receipt(receipt, judgement)

    def _receipt(self, receipt: HandedOver, judgement: Judgement) -> Response:
        place = {"claimed_by": None, "area": judgement.area, "category": judgement.category}
        site = self._desk.ward.site_url or request.host_url.rstrip("/")
        code = None if receipt.code is None else receipt.code.reveal()
        key = self._desk.service.receipt_key
        page = render_template(
            "entry_receipt.html",
            receipt=receipt,
            code=code,
            square=None if code is None else follow_up_square(site, code),
            stamp=receipt_stamp(key, receipt.reference, receipt.received_at),
            by_phone=self._entry.channel.data == Channel.PHONE,
            may_open=current_actor().sees(place),
            site_address=site,
        )
        return make_response(page)

    def _back(
        self,
        why: NotTaken,
        status: HTTPStatus,
        *,
        staged: tuple[StagedFile, ...] | None = None,
        **facts: str,
    ) -> Response:
        """Return the form with everything typed, and why it is not taken yet."""
        if staged is None:
            staged = kept_before(self._desk.service, self._token.submission_id)
        said = NOT_TAKEN[why]
        title = said.title.format(**facts)
        return self._page(status, staged=staged, said=Said(title, said.advice))

    def _page(
        self,
        status: HTTPStatus,
        *,
        staged: tuple[StagedFile, ...] = (),
        errors: tuple[FieldError, ...] = (),
        advice: tuple[ShownStop, ...] = (),
        said: Said | None = None,
    ) -> Response:
        definition = self._form.definition
        seen = [*self._typed.getlist(STOP_SEEN), *(shown.token for shown in advice)]
        page = render_template(
            "entry.html",
            form=definition,
            entry=self._entry,
            summary=render_error_summary(self._form, errors),
            wrong={error.field_id: error.message for error in errors},
            advice=[(shown.stop.title, render_message(self._form, shown.stop)) for shown in advice],
            said=said,
            fields=render_fields(self._form, self._typed, errors, kept_files=staged),
            submission=self._tokens.sign(definition.form_id, self._token),
            staged=count_shown(staged),
            stops_seen=dict.fromkeys(seen),
        )
        return make_response(page, status)
