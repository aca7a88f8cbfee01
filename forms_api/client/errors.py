"""What can go wrong between a queue elsewhere and a folder here."""

from __future__ import annotations

from forms_api.errors import FormsError


class UnreachableError(FormsError):
    """The server did not answer, after several tries."""


class RefusedCallError(FormsError):
    """The server refused a call; `status` and `code` say why, `report` which one it was about."""

    def __init__(self, status: int, code: str, detail: str, *, report: str | None = None) -> None:
        self.status = status
        self.code = code
        self.report = report
        super().__init__(f"the server refused ({status} {code}): {detail}")


class FolderError(FormsError):
    """A folder cannot be used or written."""
