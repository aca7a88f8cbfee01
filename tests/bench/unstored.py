"""The residents' face without sealing and storing: the baseline of the durable intake.

Everything else is the same: parsing, CSRF, judging, the receipt page.
"""

from __future__ import annotations

from forms_api.public_app import report_views
from forms_api.reports.intake import Receipt, Submission
from forms_api.reports.service import ReportService, utc_now
from forms_api.vault.receipts import derive_code, new_reference
from forms_api.wsgi import public


def _answer_only(service: ReportService, submission: Submission) -> Receipt:
    code = derive_code(service.receipt_key, submission.submission_id)
    reference = new_reference(service.reference_prefix)
    return Receipt(reference, code, utc_now(), repeated=False, has_hand_off=False)


report_views.submit = _answer_only  # type: ignore[attr-defined] # the name that the view calls
app = public
