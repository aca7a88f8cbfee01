"""A form's way: shown, sent, mended, stopped or taken in."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_limiter import Limiter, RateLimitExceeded
from werkzeug.datastructures import MultiDict

from forms_api.content.share import LINK_PARAMETER, is_slug
from forms_api.errors import DifferentSubmissionError, StorageError
from forms_api.forms.checks import PAGE_PARAMETERS
from forms_api.forms.compiler import STOP_SEEN, CompiledForm
from forms_api.forms.judgement import FieldError, Judgement, ShownStop
from forms_api.forms.rendering import render_message
from forms_api.public_app.crowd import MOST_TRIES, PROOF_FIELD, Proof
from forms_api.public_app.error_views import stand_in
from forms_api.public_app.face import Face
from forms_api.public_app.form_page import HAND_OFF_FIELD, FormPages, Returned
from forms_api.public_app.limits import more_at_a_talk
from forms_api.public_app.messages import Notice, NoticeText, notice
from forms_api.public_app.receipt_page import receipt_page
from forms_api.public_app.talks import carried_code, current_talk, form_address
from forms_api.public_app.tokens import (
    CSRF_FIELD,
    csrf_is_valid,
    csrf_token,
    sent_from_elsewhere,
)
from forms_api.reports.intake import StagedFile, Submission, Suspicion, submit
from forms_api.reports.trials import TALK
from forms_api.web.form_tokens import FormToken
from forms_api.web.headers import FORM_PERMISSIONS
from forms_api.web.health import has_room
from forms_api.web.submissions import hand_off_of, submission_of
from forms_api.web.uploads import (
    DROP_FIELD,
    Uploads,
    count_shown,
    keep_files,
    kept_before,
    read_files,
)

SUBMISSION_FIELD = "submission"
TRAP_FIELD = "website"
LINK_FIELD = "link"
ACTION_FIELD = "form_action"  # no field of a form can take a name with an underscore
EDIT = "edit"
CHECKED_FIELD = "checked"
"""Says that its sender has seen the answers once more, on the page that shows them before they go."""
HUMAN_SECONDS = 3
"""Nobody fills a form in less time; whoever seems to is kept apart, never refused."""

_ALLOWED = PAGE_PARAMETERS | {ACTION_FIELD, HAND_OFF_FIELD}
_OF_ONE_POST = frozenset(
    {CSRF_FIELD, ACTION_FIELD, DROP_FIELD, CHECKED_FIELD, STOP_SEEN, PROOF_FIELD}
)


def report_blueprint(face: Face, limiter: Limiter) -> Blueprint:
    """Return `/gui/<form_id>/`: GET shows the form, POST sends it."""
    blueprint = Blueprint("report", __name__)
    pages = FormPages(face)
    limits = more_at_a_talk(
        face.settings.send_limit, at_talk=face.settings.talk_limit, database=face.service.database
    )

    @blueprint.get("/gui/<form_id>/")
    def show(form_id: str) -> Response:
        form = _form(face, form_id)
        if not face.capacity.now().takes_reports:
            return stand_in(face)  # before anything is written in vain
        talk = current_talk(face.service.database)
        link = _link(request.args.get(LINK_PARAMETER) or request.args.get("kenh"))
        if talk.is_over:
            return make_response(pages.blank_after_a_talk(form, link=link))
        return pages.blank(form, link=link, talk=talk.code)

    @blueprint.get("/gui/<form_id>/buoi/")
    def ask_for_talk(form_id: str) -> Response:
        definition = _form(face, form_id).definition
        return make_response(render_template("talk.html", ward=face.ward, form=definition))

    @blueprint.post("/gui/<form_id>/")
    @limiter.limit(limits)
    def send(form_id: str) -> Response:
        form = _form(face, form_id)
        with face.room.take(request.content_length):
            return _Sending(face, pages, form).answer()

    @blueprint.after_request
    def allow_recording(response: Response) -> Response:
        response.headers["Permissions-Policy"] = FORM_PERMISSIONS
        return response

    @blueprint.errorhandler(RateLimitExceeded)
    def too_many(_: RateLimitExceeded) -> Response:
        form = _form(face, (request.view_args or {})["form_id"])
        with face.room.take(request.content_length):
            sending = _Sending(face, pages, form)
            return sending.back(Notice.TOO_MANY, HTTPStatus.TOO_MANY_REQUESTS)

    return blueprint


def _form(face: Face, form_id: str) -> CompiledForm:
    form = face.forms.get(form_id)
    if form is None:
        abort(HTTPStatus.NOT_FOUND)
    return form


class _Sending:
    """One POST of a form, from its tokens to its receipt."""

    def __init__(self, face: Face, pages: FormPages, form: CompiledForm) -> None:
        self._face = face
        self._pages = pages
        self._form = form
        self._is_forged = sent_from_elsewhere()
        # What another site put into the form, its submission token above all, must not stay there.
        self._typed: MultiDict[str, str] = MultiDict() if self._is_forged else request.form
        given = face.tokens.read(form.definition.form_id, self._typed.get(SUBMISSION_FIELD, ""))
        self._talk = carried_code()
        self._token_is_ours = given is not None
        self._token = given or face.tokens.new()

    def answer(self) -> Response:
        """Return the reply.

        1. Was the form given out here, to this browser? 2. Is there room to keep a report?
        3. Does the talk go on whose code it carries? 4. Judge all of it, pictures too.
        5. Screens that must be read first. 6. Take it in.
        """
        if self._is_forged:
            return make_response(self._pages.blank(self._form, link=None), HTTPStatus.FORBIDDEN)
        if not (self._token_is_ours and csrf_is_valid()):
            return self.back(Notice.TOO_OLD, HTTPStatus.BAD_REQUEST)
        if not has_room(self._face.settings):
            return self.back(Notice.NOT_STORED, HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            return self._judged()
        except StorageError:
            return self.back(Notice.NOT_STORED, HTTPStatus.SERVICE_UNAVAILABLE)

    def back(self, kind: Notice, status: HTTPStatus, **facts: object) -> Response:
        """Return the form with everything typed and a notice above it."""
        staged = kept_before(self._face.service, self._token.submission_id)
        return self._returned(status, notice(kind, **facts), staged=staged)

    def _sent_back(self) -> tuple[HTTPStatus, Notice] | None:
        """Return why the form comes back whatever stands in it: its talk is over, or its sender asks."""
        if current_talk(self._face.service.database).is_over:
            self._talk = ""  # what is sent next is real, and the page says so
            return HTTPStatus.CONFLICT, Notice.TALK_OVER
        if self._typed.get(ACTION_FIELD) == EDIT:
            return HTTPStatus.OK, Notice.GONE_BACK
        return None

    def _judged(self) -> Response:
        sent_back = self._sent_back()
        files = read_files(
            self._face,
            self._token.submission_id,
            self._form.definition.files_field,
            request.files,
            self._typed,
        )
        judgement = self._judge(files)
        is_last = CHECKED_FIELD in self._typed and sent_back is None
        if not is_last or files.mistakes or not judgement.is_accepted:
            files = keep_files(self._face.service, self._token.submission_id, files)
            # Pictures that came twice are counted once now.
            judgement = self._judge(files)
        if sent_back is not None:
            status, why = sent_back
            return self._returned(status, notice(why), staged=files.staged, judgement=judgement)
        if judgement.stop is not None:
            return self._stopped(judgement.stop, judgement, files)
        errors = (*judgement.errors, *files.mistakes)
        if errors:
            return self._returned(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                None,
                staged=files.staged,
                judgement=judgement,
                errors=errors,
            )
        if not is_last:
            return self._reviewed(judgement, files)
        proof = self._judge_proof()
        if proof is Proof.TO_ASK:
            files = keep_files(self._face.service, self._token.submission_id, files)
            return self._reviewed(judgement, files, said=notice(Notice.CROWD))
        return self._taken_in(judgement, files, proof)

    def _judge_proof(self) -> Proof:
        if self._talk:
            return Proof.NOT_ASKED
        given = self._typed.get(PROOF_FIELD)
        return self._face.crowd.judge(self._token.submission_id, given)

    def _judge(self, files: Uploads) -> Judgement:
        return self._form.judge(self._typed, attachment_count=files.count, allowed=_ALLOWED)

    def _taken_in(self, judgement: Judgement, files: Uploads, proof: Proof) -> Response:
        submission = self._submission(judgement, files, proof)
        try:
            receipt = submit(self._face.service, submission)
        except DifferentSubmissionError as different:
            # What comes next is another report, filled in by the same person as slowly.
            self._token = self._face.tokens.new(issued_at=self._token.issued_at)
            unsent = Uploads(files.new)
            kept = keep_files(self._face.service, self._token.submission_id, unsent)
            return self._returned(
                HTTPStatus.CONFLICT,
                notice(Notice.ALREADY_SENT, reference=different.reference),
                staged=kept.staged,
                judgement=judgement,
            )
        return receipt_page(
            self._face,
            self._form.definition,
            receipt,
            judgement,
            is_trial=submission.trial is not None,
            is_looked_at_first=submission.quarantined == Suspicion.CROWD,
        )

    def _submission(self, judgement: Judgement, files: Uploads, proof: Proof) -> Submission:
        told = submission_of(self._form, self._token.submission_id, judgement, files)
        wanted = HAND_OFF_FIELD in self._typed and not self._talk
        return replace(
            told,
            hand_off=hand_off_of(judgement) if wanted else (),
            link=_link(self._typed.get(LINK_FIELD)),
            quarantined=_suspicion(self._token, self._typed, files, proof),
            trial=TALK if self._talk else None,
        )

    def _stopped(self, shown: ShownStop, judgement: Judgement, files: Uploads) -> Response:
        page = render_template(
            "stop.html",
            ward=self._face.ward,
            form=self._form.definition,
            shown=shown,
            words=render_message(self._form, shown.stop),
            kept=self._kept(judgement),
            was_checked=CHECKED_FIELD in self._typed,
            talk=self._talk,
            action=self._address,
            staged=count_shown(files.staged),
            csrf_token=csrf_token(),
        )
        return make_response(page)

    @property
    def _address(self) -> str:
        return form_address(self._form.definition.form_id, self._talk)

    def _reviewed(
        self, judgement: Judgement, files: Uploads, *, said: NoticeText | None = None
    ) -> Response:
        """Return the page that shows all answers once more; only what it sends is taken in."""
        is_asked = not self._talk and self._face.crowd.is_here()
        page = render_template(
            "review.html",
            ward=self._face.ward,
            form=self._form.definition,
            answers=judgement.answers,
            kept=[pair for pair in self._kept(judgement) if pair[0] != HAND_OFF_FIELD],
            offers_hand_off=any(answer.vneid for answer in judgement.answers) and not self._talk,
            wants_hand_off=HAND_OFF_FIELD in self._typed,
            staged=count_shown(files.staged),
            csrf_token=csrf_token(),
            notice=said,
            action=self._address,
            talk=self._talk,
            most_tries=MOST_TRIES,
            challenge=self._face.crowd.ask(self._token.submission_id) if is_asked else None,
        )
        return make_response(page)

    def _kept(self, judgement: Judgement) -> list[tuple[str, str]]:
        """Return what a page between form and receipt carries along: all but what is for one POST."""
        kept = [pair for pair in self._typed.items(multi=True) if pair[0] not in _OF_ONE_POST]
        return [*kept, *((STOP_SEEN, token) for token in judgement.stops_seen)]

    def _returned(
        self,
        status: HTTPStatus,
        said: NoticeText | None,
        *,
        staged: tuple[StagedFile, ...] = (),
        judgement: Judgement | None = None,
        errors: tuple[FieldError, ...] = (),
    ) -> Response:
        state = Returned(
            token=self._token,
            typed=self._typed,
            notice=said,
            errors=errors,
            staged=staged,
            stops_seen=judgement.stops_seen if judgement else (),
            link=_link(self._typed.get(LINK_FIELD)),
            talk=self._talk,
        )
        return make_response(self._pages.returned(self._form, state), status)


def _suspicion(
    token: FormToken, typed: MultiDict[str, str], files: Uploads, proof: Proof
) -> Suspicion | None:
    """Return why an officer should look before this report joins the queue, or None."""
    if typed.get(TRAP_FIELD):
        return Suspicion.TRAP
    if token.age_seconds < HUMAN_SECONDS:
        return Suspicion.FAST
    if files.scan_failed:
        return Suspicion.SCAN
    return Suspicion.CROWD if proof is Proof.NONE else None


def _link(text: str | None) -> str | None:
    """Return the share link's slug, or None for whatever else stands there."""
    return text if text and is_slug(text) else None
