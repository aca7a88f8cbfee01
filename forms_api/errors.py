"""Every refusal of the service, named for the fact; each carries data, and the faces choose the words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path


class FormsError(Exception):
    """Anything this service refuses or cannot do, on purpose."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a file that an editor wrote: where it is and what to do about it."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ContentError(FormsError):
    """Files under `content/` cannot be used; holds every mistake that was found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SettingsError(FormsError):
    """The environment's settings cannot be used; holds every reason."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(reasons))


class NotInitialisedError(FormsError):
    """The data directory or database has not been made by `init` yet."""


class AlreadyInitialisedError(FormsError):
    """`init` was asked to make keys where some exist: making new ones would lose every sealed report."""


class NotFoundError(FormsError):
    """No such report, officer, token or attachment, or none that the caller may know of."""


class ForbiddenError(FormsError):
    """The caller is known and may not do this."""


class UnauthenticatedError(FormsError):
    """No valid token or password came with the call."""


class StaleSessionError(FormsError):
    """Password and code were typed too long ago for what is asked: type them again first."""


class SlowDownError(FormsError):
    """Too many failed tries: the next one is looked at after `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(str(seconds))


class ConflictError(FormsError):
    """Somebody else was first: the version, the lease or the state is no longer what the caller saw."""


class OvertakenError(ConflictError):
    """Somebody else acted on a report since the caller read it: who did what, when, if that is known."""

    def __init__(
        self, report_id: str, *, by: str | None, action: str | None, at: dt.datetime | None
    ) -> None:
        self.report_id = report_id
        self.by = by
        self.action = action
        self.at = at
        super().__init__(report_id)


class StubTakenError(ConflictError):
    """The number of a printed stub belongs to a report already."""


class ErasedError(FormsError):
    """The content of this report was deleted: nothing is added to it any more."""


class TransitionError(FormsError):
    """The table of states has no such move."""


class LimitError(FormsError):
    """No more than `limit` of these are taken."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(str(limit))


class TooManyFilesError(LimitError):
    """A report has as many files as it can have."""


class DifferentSubmissionError(FormsError):
    """A submission id came again with other content; the first report stands.

    `reference` is the first report's public reference.
    """

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)


class AttachmentError(FormsError):
    """An upload was refused; `reason` is a key of the message table, `facts` fills its sentence."""

    def __init__(self, reason: str, **facts: object) -> None:
        self.reason = reason
        self.facts = facts
        super().__init__(reason)


class SealError(FormsError):
    """Sealed content cannot be opened: another key, or bytes that were changed."""


class UntrustedReportError(FormsError):
    """A report that cannot be opened, or is not what it says it is; it stays as it is."""


class AuditError(FormsError):
    """The chain of audit events is broken at event `sequence`."""

    def __init__(self, sequence: int, reason: str) -> None:
        self.sequence = sequence
        self.reason = reason
        super().__init__(f"event {sequence}: {reason}")


class StorageError(FormsError):
    """The database or disk did not take the write; nothing was kept of it."""


class AlreadyThereError(StorageError):
    """A row that must be the only one of its kind is there already; nothing was kept of the write."""


class BackupError(FormsError):
    """The file is no whole backup that this version can read; nothing was restored from it."""
