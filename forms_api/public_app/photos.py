"""The pictures of a POST: cleaned or refused, and those kept from an earlier try of the same form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import FileStorage, MultiDict

from forms_api.errors import AttachmentError, StorageError
from forms_api.forms.cleaning import clean_line
from forms_api.forms.judgement import FieldError
from forms_api.forms.specs import FilesField
from forms_api.public_app.face import Face
from forms_api.reports.attachments import CleanPhoto, PhotoLimits, clean_photo, explain
from forms_api.reports.intake import StagedPhoto, stage_photos, staged_photos
from forms_api.reports.scanning import Scan, Scanner
from forms_api.reports.service import ReportService
from forms_api.vault.receipts import SubmissionId

DROP_FIELD = "drop_photo"
_SHOWN_NAME_CHARACTERS = 60
_KEPT_TIMES = 2
"""Up to so many times what a form takes is kept of one form, for the sender to choose from."""


@dataclass(frozen=True)
class Photos:
    """What came and what was kept before.

    `mistakes` tell of pictures that were refused, `refused` counts those that were not even
    looked at, and `new_are_staged` says that what came is among what is kept.
    """

    new: tuple[CleanPhoto, ...] = ()
    mistakes: tuple[FieldError, ...] = ()
    staged: tuple[StagedPhoto, ...] = ()
    dropped: frozenset[int] = frozenset()
    refused: int = 0
    new_are_staged: bool = False

    @property
    def count(self) -> int:
        """How many pictures the report would have."""
        kept = sum(photo.number not in self.dropped for photo in self.staged)
        return kept + self.refused + (0 if self.new_are_staged else len(self.new))

    @property
    def scan_failed(self) -> bool:
        """Tell whether the malware scanner did not answer for one of the report's pictures."""
        kept = (photo.scan for photo in self.staged if photo.number not in self.dropped)
        return Scan.FAILED in {*kept, *(photo.scan for photo in self.new)}


def read_photos(
    face: Face,
    submission_id: SubmissionId,
    spec: FilesField | None,
    files: MultiDict[str, FileStorage],
    dropped: Iterable[str],
) -> Photos:
    """Return the pictures of the POST and those kept before. Raises StorageError.

    When more came at once than the form takes, none is worked on: their number says enough.
    """
    if spec is None:
        return Photos()
    staged = tuple(staged_photos(face.service, submission_id))
    numbers = frozenset(int(number) for number in dropped if number.isdecimal())
    uploads = [upload for upload in files.getlist(spec.id) if upload.filename]
    too_many = len(uploads) > spec.max_files
    if too_many or len(staged) + len(uploads) > _KEPT_TIMES * spec.max_files:
        return Photos(staged=staged, dropped=numbers, refused=len(uploads))
    new, mistakes = _cleaned(uploads, spec, face.scanner)
    return Photos(tuple(new), tuple(mistakes), staged, numbers)


def keep_photos(service: ReportService, submission_id: SubmissionId, photos: Photos) -> Photos:
    """Return `photos` with the new ones sealed and kept until the form is sent. Raises StorageError.

    Of pictures that this form sent before, each is kept once.
    """
    if not photos.new and not photos.dropped:
        return photos
    staged = stage_photos(service, submission_id, photos.new, dropped=photos.dropped)
    return replace(photos, staged=tuple(staged), dropped=frozenset(), new_are_staged=True)


def kept_before(service: ReportService, submission_id: SubmissionId) -> tuple[StagedPhoto, ...]:
    """Return the pictures that are kept for the form; none when the database cannot say."""
    try:
        return tuple(staged_photos(service, submission_id))
    except StorageError:
        return ()


def _cleaned(
    uploads: Sequence[FileStorage], spec: FilesField, scanner: Scanner
) -> tuple[list[CleanPhoto], list[FieldError]]:
    limits = PhotoLimits(spec.max_file_bytes, media_types=frozenset(spec.types))
    new: list[CleanPhoto] = []
    mistakes: list[FieldError] = []
    for upload in uploads:
        try:
            new.append(clean_photo(upload.stream.read(), limits=limits, scanner=scanner))
        except AttachmentError as error:
            name = clean_line(upload.filename or "")[:_SHOWN_NAME_CHARACTERS]
            mistakes.append(FieldError(spec.id, f"{name}: {explain(error)}"))
    return new, mistakes
