"""A report and its messages as plain text that an officer can read, print and copy from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from forms_api.client import words
from forms_api.client.opening import OpenedMessage, OpenedReport
from forms_api.moments import VIETNAM
from forms_api.reports.intake import REPORTER
from forms_api.reports.lifecycle import Status

_INDENT = "    "
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def report_text(report: OpenedReport) -> str:
    """Return report.txt: head, every answer below its label, then the answers that VNeID asks for."""
    return _text(_report_lines(report))


def messages_text(reference: str, *, status: Status, messages: Sequence[OpenedMessage]) -> str:
    """Return messages.txt: the state, then every message below who wrote it and when."""
    return _text(_message_lines(reference, status, messages))


def _report_lines(report: OpenedReport) -> Iterator[str]:
    clear = report.clear
    yield words.REPORT.format(reference=clear.reference)
    yield words.FORM.format(title=_one_line(report.content.get("form_title", clear.form_id)))
    yield words.RECEIVED.format(moment=_moment(clear.received_at))
    if clear.urgent:
        yield words.URGENT
    if clear.anonymous:
        yield words.ANONYMOUS
    names = ", ".join(file.file_name for file in report.files)
    yield words.PICTURES.format(names=names) if names else words.NO_PICTURES
    answers: list[Mapping[str, Any]] = report.content.get("answers", [])
    yield from _pairs((answer.get("label", ""), answer.get("text", "")) for answer in answers)
    known_to_vneid = [answer for answer in answers if answer.get("vneid")]
    if known_to_vneid:
        yield from ("", words.VNEID)
        yield from _pairs((answer["vneid"], answer.get("text", "")) for answer in known_to_vneid)


def _message_lines(
    reference: str, status: Status, messages: Sequence[OpenedMessage]
) -> Iterator[str]:
    yield words.MESSAGES.format(reference=reference)
    if status is not Status.NEW:  # the folder is about to be acknowledged
        yield words.STATE.format(status=words.STATUS[status])
    for message in messages:
        who = words.FROM_REPORTER if message.author == REPORTER else words.FROM_OFFICER
        yield ""
        yield _one_line(who.format(moment=_moment(message.written_at), author=message.author))
        yield from _indented(message.text)


def _pairs(pairs: Iterable[tuple[object, object]]) -> Iterator[str]:
    for label, text in pairs:
        yield ""
        yield _heading(label)
        yield from _indented(text)


def _indented(text: object) -> Iterator[str]:
    """Give the lines of people's words, set in, so that none can pass for a line of ours."""
    for line in str(text).splitlines() or [""]:
        yield f"{_INDENT}{line}".rstrip()


def _heading(label: object) -> str:
    """Return a label as a line of its own; a question keeps its mark."""
    line = _one_line(label)
    return line if line.endswith((":", "?")) else f"{line}:"


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(VIETNAM).strftime(words.MOMENT)


def _text(lines: Iterable[str]) -> str:
    """Return the lines as one text without control signs, which could steer a terminal."""
    return "".join(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", line) + "\n" for line in lines)
