"""Files sent one by one while the form is still being filled in: each is kept, sealed, at once.

The form page's script uses it, so that a slow or broken line costs one file another try and no answer
anything. Without the script files come with the form itself.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask_limiter import Limiter, RateLimitExceeded

from forms_api.forms.messages import DROP_FILE, FILE_KINDS
from forms_api.public_app.face import Face
from forms_api.public_app.limits import BusyError, more_at_a_talk
from forms_api.public_app.messages import UPLOAD_REFUSALS, UploadRefusal
from forms_api.public_app.tokens import csrf_is_valid, sent_from_elsewhere
from forms_api.reports.intake import StagedFile
from forms_api.web.uploads import keep_files, read_files

SUBMISSION_FIELD = "submission"


def upload_blueprint(face: Face, limiter: Limiter) -> Blueprint:
    """Return `/gui/<form_id>/tep/`: POST keeps files of a form that is not sent yet.

    JSON: `{"kept": [{"number", "label"}]}`, all that the form has now; or `{"error", "again"}`, where
    `again` says that the same file may pass at another try.
    """
    blueprint = Blueprint("upload", __name__)
    limits = more_at_a_talk(
        face.settings.upload_limit,
        at_talk=face.settings.talk_limit,
        database=face.service.database,
    )

    @blueprint.post("/gui/<form_id>/tep/")
    @limiter.limit(limits)
    def keep(form_id: str) -> tuple[Response, HTTPStatus]:
        form = face.forms.get(form_id)
        if form is None or form.definition.files_field is None:
            return _refused(UploadRefusal.NO_FORM, HTTPStatus.NOT_FOUND)
        with face.room.take(request.content_length):
            typed = request.form
            token = face.tokens.read(form_id, typed.get(SUBMISSION_FIELD, ""))
            if sent_from_elsewhere() or token is None or not csrf_is_valid():
                return _refused(UploadRefusal.TOO_OLD, HTTPStatus.BAD_REQUEST)
            spec = form.definition.files_field
            files = read_files(face, token.submission_id, spec, request.files, typed)
            if files.refused or files.count > spec.max_files:
                return _refused(
                    UploadRefusal.TOO_MANY, HTTPStatus.UNPROCESSABLE_ENTITY, most=spec.max_files
                )
            if files.mistakes:
                said = {"error": files.mistakes[0].message, "again": False}
                return jsonify(said), HTTPStatus.UNPROCESSABLE_ENTITY
            kept = keep_files(face.service, token.submission_id, files)
        return jsonify(
            {"kept": [_told(file) for file in kept.staged if file.original_of is None]}
        ), HTTPStatus.OK

    @blueprint.errorhandler(RateLimitExceeded)
    def too_many(_: RateLimitExceeded) -> tuple[Response, HTTPStatus]:
        return _refused(UploadRefusal.BUSY, HTTPStatus.TOO_MANY_REQUESTS)

    @blueprint.errorhandler(BusyError)
    def busy(_: BusyError) -> tuple[Response, HTTPStatus]:
        return _refused(UploadRefusal.BUSY, HTTPStatus.SERVICE_UNAVAILABLE)

    return blueprint


def _told(file: StagedFile) -> dict[str, object]:
    kind = FILE_KINDS[file.media_type.partition("/")[0]]
    return {"number": file.number, "label": DROP_FILE.format(kind=kind, number=file.number)}


def _refused(
    reason: UploadRefusal, status: HTTPStatus, **facts: object
) -> tuple[Response, HTTPStatus]:
    said = {
        "error": UPLOAD_REFUSALS[reason].format(**facts),
        "again": reason is UploadRefusal.BUSY,
    }
    return jsonify(said), status
