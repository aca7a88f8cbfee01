"""Reports and pictures as the residents' face hands them over."""

from __future__ import annotations

import hashlib
from typing import Any

from forms_api.attachments.cleaning import CleanFile
from forms_api.reports.intake import Submission
from forms_api.vault.receipts import SubmissionId, new_submission_id


def a_submission(submission_id: SubmissionId | None = None, **changes: Any) -> Submission:  # noqa: ANN401 - any field
    """Return a judged report, with `changes` to its fields."""
    values: dict[str, Any] = {
        "submission_id": submission_id or new_submission_id(),
        "form_id": "phan-anh-antt",
        "form_version": "form 1",
        "consent_version": "consent 1",
        "content": {"answers": {"noi_dung": "Đèn đường hỏng"}},
        "category": "khac",
    }
    return Submission(**{**values, **changes})


def a_photo(name: str) -> CleanFile:
    """Return a cleaned picture whose original is known by `name`."""
    return CleanFile(
        data=b"picture " + name.encode(),
        media_type="image/jpeg",
        facts={"width_px": 8, "height_px": 6},
        original_sha256=hashlib.sha256(name.encode()).hexdigest(),
        original_bytes=100 + len(name),
    )
