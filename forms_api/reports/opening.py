"""Sealed parts of a report opened with the queue's keys, and only if they are what they say they are.

Sealing keeps strangers from reading, not from exchanging sealed rows. So the opened content names
its report and its submission, and every file's facts name the submission and the digest. The
desk and the programs that pull reports check alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms_api.errors import SealError, UntrustedReportError
from forms_api.vault.sealing import Identity, unseal

_PERSONAL_KINDS = frozenset({"phone", "email"})
# Ids of the ward's report form before a question could say that it is personal.
_PERSONAL_IDS = frozenset({"ho-ten", "ten-don-vi", "ma-so-thue"})


@dataclass(frozen=True)
class OpenedAnswer:
    """One answer, in words; `vneid` is the field of VNeID that it fills."""

    field_id: str
    kind: str
    label: str
    text: str
    vneid: str | None
    is_personal: bool


@dataclass(frozen=True)
class SealedFile:
    """A file as it is kept: its number in the report, sealed bytes and facts, their digest."""

    number: int
    media_type: str
    sealed: bytes
    sealed_sha256: str
    sealed_facts: bytes


@dataclass(frozen=True)
class OpenedFile:
    """A file that can be trusted: its bytes, and what is known of it."""

    media_type: str
    data: bytes
    facts: dict[str, Any]


def unseal_any(sealed: bytes, keys: Sequence[Identity]) -> bytes:
    """Return the content of `sealed`, which one of the keys opens. Raises SealError."""
    failure = SealError("no key")
    for key in keys:
        try:
            return unseal(sealed, key)
        except SealError as error:
            failure = error
    raise failure


def open_content(
    clear: Mapping[Any, Any], sealed: bytes, keys: Sequence[Identity], *, attachment_count: int
) -> dict[str, Any]:
    """Return what a reporter sent, if it belongs to the report with these clear columns.

    Raises UntrustedReportError.
    """
    content = _open_json(sealed, keys, "its content")
    told = {
        "report_id": clear["id"],
        "form_id": clear["form_id"],
        "form_version": clear["form_version"],
        "consent_version": clear["consent_version"],
    }
    if any(content.get(name) != value for name, value in told.items()):
        raise UntrustedReportError("its content belongs to another report")
    if content.get("attachment_count") != attachment_count:
        raise UntrustedReportError("files are missing")
    return content


def open_file(file: SealedFile, keys: Sequence[Identity], *, submission: object) -> OpenedFile:
    """Return a file, if it belongs to the report whose content names `submission`.

    Raises UntrustedReportError.
    """
    name = f"file {file.number}"
    if hashlib.sha256(file.sealed).hexdigest() != file.sealed_sha256:
        raise UntrustedReportError(f"{name} did not come as it was kept")
    facts = _open_json(file.sealed_facts, keys, name)
    data = _open(file.sealed, keys, name)
    if submission is None or facts.get("submission") != submission:
        raise UntrustedReportError(f"{name} belongs to another report")
    if facts.get("sha256") != hashlib.sha256(data).hexdigest():
        raise UntrustedReportError(f"{name} is not what its facts describe")
    return OpenedFile(file.media_type, data, facts)


def open_words(sealed: bytes, keys: Sequence[Identity]) -> str:
    """Return the words of a message or note. Raises UntrustedReportError."""
    return str(_open_json(sealed, keys, "a message").get("text"))


def open_number(sealed: bytes, keys: Sequence[Identity]) -> tuple[str | None, str | None]:
    """Return the body and the number under which it knows the report. Raises UntrustedReportError."""
    opened = _open_json(sealed, keys, "a number")
    return opened.get("body"), opened.get("number")


def answers_of(content: Mapping[str, Any]) -> tuple[OpenedAnswer, ...]:
    """Return the answers in the form's order, each with whether it tells who the reporter is."""
    kept = content.get("answers", [])
    return tuple(
        OpenedAnswer(
            field_id=str(answer.get("field_id", "")),
            kind=str(answer.get("kind", "")),
            label=str(answer.get("label", "")),
            text=str(answer.get("text", "")),
            vneid=answer.get("vneid"),
            is_personal=_is_personal(answer),
        )
        for answer in kept
        if isinstance(answer, dict)
    )


def _is_personal(answer: Mapping[str, Any]) -> bool:
    return bool(
        answer.get("personal")
        or answer.get("kind") in _PERSONAL_KINDS
        or answer.get("field_id") in _PERSONAL_IDS
    )


def _open_json(sealed: bytes, keys: Sequence[Identity], what: str) -> dict[str, Any]:
    try:
        opened = json.loads(_open(sealed, keys, what))
    except ValueError:
        opened = None
    if not isinstance(opened, dict):
        raise UntrustedReportError(f"{what} is not as this service writes it")
    return opened


def _open(sealed: bytes, keys: Sequence[Identity], what: str) -> bytes:
    try:
        return unseal_any(sealed, keys)
    except SealError as error:
        raise UntrustedReportError(f"{what} cannot be opened ({error})") from None
