"""The files of a POST: cleaned or refused, and those kept from an earlier try of the same form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from werkzeug.datastructures import FileStorage, MultiDict

from forms_api.attachments.cleaning import CleanFile, FileLimits, clean_file, with_original
from forms_api.attachments.messages import Reason, explain
from forms_api.attachments.scanning import Scan, Scanner
from forms_api.errors import AttachmentError, StorageError
from forms_api.forms.cleaning import clean_line
from forms_api.forms.judgement import FieldError
from forms_api.forms.messages import TOO_MANY_FILES
from forms_api.forms.specs import FilesField
from forms_api.reports.intake import StagedFile, stage_files, staged_files
from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.vault.receipts import SubmissionId
from forms_api.web.capacity import has_room_for_files

DROP_FIELD = "drop_file"
LATER_FIELD = "later_file"
ORIGINAL_FIELD = "keep_original"

_SHOWN_NAME_CHARACTERS = 60
_KEPT_TIMES = 2
"""Up to so many times what a form takes is kept of one form, for the sender to choose from."""


_MAX_NUMBER_DIGITS = 6  # no file has a longer number; thousands of digits are no number to Python


class FileTaker(Protocol):
    """A face that takes files in."""

    @property
    def settings(self) -> Settings:
        """How much disk stays free."""

    @property
    def service(self) -> ReportService:
        """Where files are kept."""

    @property
    def scanner(self) -> Scanner:
        """Who looks for malware."""


@dataclass(frozen=True)
class Uploads:
    """What came and what was kept before.

    `mistakes` tell of files that were refused, `refused` counts those that were not even looked
    at, and `new_are_staged` says that what came is among what is kept.
    """

    new: tuple[CleanFile, ...] = ()
    mistakes: tuple[FieldError, ...] = ()
    staged: tuple[StagedFile, ...] = ()
    dropped: frozenset[int] = frozenset()
    refused: int = 0
    new_are_staged: bool = False

    @property
    def count(self) -> int:
        """How many files the report would have; an original counts with what was made from it."""
        kept = count_shown(self._kept)
        return kept + self.refused + (0 if self.new_are_staged else len(self.new))

    @property
    def scan_failed(self) -> bool:
        """Tell whether the malware scanner did not answer for one of the report's files."""
        scans = {*(file.scan for file in self._kept), *(file.scan for file in self.new)}
        return Scan.FAILED in scans

    @property
    def _kept(self) -> list[StagedFile]:
        return [file for file in self.staged if file.number not in self.dropped]


def read_files(
    taker: FileTaker,
    submission_id: SubmissionId,
    spec: FilesField | None,
    files: MultiDict[str, FileStorage],
    typed: MultiDict[str, str],
) -> Uploads:
    """Return the files of the POST and those kept before. Raises StorageError.

    When more came at once than the form takes, none is worked on: their number says enough.
    """
    if spec is None:
        return Uploads()
    staged = tuple(staged_files(taker.service, submission_id))
    keep_original = spec.offer_original and ORIGINAL_FIELD in typed
    dropped = _dropped(typed, staged, keep_original=keep_original)
    uploads = [upload for upload in files.getlist(spec.id) if upload.filename]
    too_many = len(uploads) > spec.max_files
    if too_many or count_shown(staged) + len(uploads) > _KEPT_TIMES * spec.max_files:
        return Uploads(staged=staged, dropped=dropped, refused=len(uploads))
    new, mistakes = _cleaned(uploads, spec, taker, keep_original=keep_original)
    return Uploads(tuple(new), tuple(mistakes), staged, dropped)


def read_later_files(
    taker: FileTaker, spec: FilesField | None, files: MultiDict[str, FileStorage]
) -> tuple[tuple[CleanFile, ...], tuple[FieldError, ...]]:
    """Return the files that come with a message, cleaned, and what is wrong with the others."""
    uploads = [upload for upload in files.getlist(LATER_FIELD) if upload.filename]
    if spec is None or not uploads:
        return (), ()
    if len(uploads) > spec.max_files:
        text = TOO_MANY_FILES.format(label=spec.label, limit=spec.max_files)
        return (), (FieldError(LATER_FIELD, text),)
    new, mistakes = _cleaned(uploads, spec, taker, keep_original=False)
    return tuple(new), tuple(mistakes)


def keep_files(service: ReportService, submission_id: SubmissionId, files: Uploads) -> Uploads:
    """Return `files` with the new ones sealed and kept until the form is sent. Raises StorageError.

    Of files that this form sent before, each is kept once.
    """
    if not files.new and not files.dropped:
        return files
    staged = stage_files(service, submission_id, files.new, dropped=files.dropped)
    return replace(files, staged=tuple(staged), dropped=frozenset(), new_are_staged=True)


def kept_before(service: ReportService, submission_id: SubmissionId) -> tuple[StagedFile, ...]:
    """Return the files that are kept for the form; none when the database cannot say."""
    try:
        return tuple(staged_files(service, submission_id))
    except StorageError:
        return ()


def count_shown(staged: Sequence[StagedFile]) -> int:
    """Return how many files the sender sees: an original goes with what was made from it."""
    return sum(file.original_of is None for file in staged)


def _dropped(
    typed: MultiDict[str, str], staged: Sequence[StagedFile], *, keep_original: bool
) -> frozenset[int]:
    """Return the numbers that are not to stay; an original goes with the file made from it."""
    named = {
        int(number)
        for number in typed.getlist(DROP_FIELD)
        if number.isdecimal() and len(number) <= _MAX_NUMBER_DIGITS
    }
    originals = {
        file.number
        for file in staged
        if file.original_of is not None and (not keep_original or file.original_of in named)
    }
    return frozenset(named | originals)


def _cleaned(
    uploads: Collection[FileStorage], spec: FilesField, taker: FileTaker, *, keep_original: bool
) -> tuple[list[CleanFile], list[FieldError]]:
    limits = _limits(spec)
    new: list[CleanFile] = []
    mistakes: list[FieldError] = []
    for upload in uploads:
        try:
            _need_room(taker)
            data = upload.stream.read()
            upload.close()  # what is worked on is in memory once, not twice
            clean = clean_file(data, limits=limits, scanner=taker.scanner)
            new.append(with_original(clean, data) if keep_original else clean)
        except AttachmentError as error:
            name = clean_line(upload.filename or "")[:_SHOWN_NAME_CHARACTERS]
            mistakes.append(FieldError(spec.id, f"{name}: {explain(error)}"))
    return new, mistakes


def _limits(spec: FilesField) -> FileLimits:
    recordings, others = spec.max_recording_bytes, spec.max_file_bytes
    sizes = {"image": others, "application": others, "video": recordings, "audio": recordings}
    return FileLimits(frozenset(spec.types), sizes)


def _need_room(taker: FileTaker) -> None:
    """Raise AttachmentError when the disk is left to words alone."""
    if not has_room_for_files(taker.settings):
        raise AttachmentError(Reason.NO_ROOM)
