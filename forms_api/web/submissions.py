"""A judged form as the report that intake takes: the same for every face that shows forms."""

from __future__ import annotations

from forms_api.forms.compiler import CompiledForm
from forms_api.forms.judgement import Judgement
from forms_api.reports.hand_off import HandOff
from forms_api.reports.intake import Submission
from forms_api.vault.receipts import SubmissionId
from forms_api.web.uploads import Uploads


def submission_of(
    form: CompiledForm, submission_id: SubmissionId, judgement: Judgement, files: Uploads
) -> Submission:
    """Return what was judged, with its files, ready to be kept."""
    definition = form.definition
    return Submission(
        submission_id=submission_id,
        form_id=definition.form_id,
        form_version=definition.version,
        consent_version=definition.consent_version,
        content={
            "form_title": definition.title,
            "answers": [answer.as_json() for answer in judgement.answers],
        },
        category=judgement.category,
        area=judgement.area,
        anonymous=judgement.anonymous,
        urgent=judgement.urgent,
        files=files.new,
        has_staged=bool(files.staged),
        dropped_files=files.dropped,
    )


def hand_off_of(judgement: Judgement) -> HandOff:
    """Return the answers that have a field in VNeID, by that field's name, in the form's order."""
    return tuple((answer.vneid, answer.text) for answer in judgement.answers if answer.vneid)
