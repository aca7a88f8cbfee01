"""Search in opened content, in memory: the words that officers look for are kept nowhere.

There is no index: it would hold what is sealed. So the newest reports are opened one by one, up to
a bound, and the answer says where it stopped. Who a reporter is cannot be searched for: that a name
is found would tell what only a reason may reveal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import UntrustedReportError
from forms_api.reports.opening import answers_of, open_content, open_words
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit, casework
from forms_api.store import listing as list_rows
from forms_api.store import reports as rows
from forms_api.vault.sealing import Identity

MAX_LOOKED_THROUGH = 2_000
MAX_FOUND = 100
_BATCH = 200
_EXCERPT_LENGTH = 160
_STROKE = str.maketrans("đ", "d")
_Opened = tuple[rows.Row, list[str]]


@dataclass(frozen=True)
class Hit:
    """A report in which all words occur, and the first place that has one of them."""

    clear: rows.Row
    excerpt: str


@dataclass(frozen=True)
class Found:
    """What a search found, newest first, among so many that were looked through.

    Where it stopped, `stopped_at` is the place to go on from: None when no report was left.
    """

    hits: tuple[Hit, ...]
    looked_through: int
    stopped_at: int | None

    @property
    def is_complete(self) -> bool:
        """Whether no report was left unread."""
        return self.stopped_at is None


def fold(text: str) -> str:
    """Return text without Vietnamese marks, in lower case: "Tố giác" → "to giac".

    The site's search folds in the same way (`templates/assets/search.js`).
    """
    decomposed = unicodedata.normalize("NFD", text.lower())
    bare = "".join(sign for sign in decomposed if not "\u0300" <= sign <= "\u036f")
    return bare.translate(_STROKE)


def search(
    service: ReportService,
    *,
    actor: Actor,
    words: str,
    keys: Sequence[Identity],
    go_on_from: int | None = None,
) -> Found:
    """Return the reports whose reference, story, messages or notes hold all the words.

    A whole reference finds its report alone, however old. `go_on_from` is where a search stopped.
    The log keeps how many were looked through and found, never the words. Raises ForbiddenError.
    """
    actor.need(Permission.READ)
    found = _by_reference(service, actor, words) or _look_through(
        _newest(service, actor, keys, before=go_on_from), fold(words).split()
    )
    counted = {"looked_through": found.looked_through, "found": len(found.hits)}
    event = audit.Event(actor.name, "searched", None, counted)
    service.database.write(lambda c: audit.append(c, [event], at=utc_now()))
    return found


def _by_reference(service: ReportService, actor: Actor, words: str) -> Found | None:
    with service.database.read() as connection:
        report = casework.find_by_reference(connection, words.strip().upper())
    if report is None or report["trashed_at"] is not None or not actor.sees(report):
        return None
    return Found((Hit(report, report["reference"]),), looked_through=1, stopped_at=None)


def _look_through(reports: Iterator[_Opened], wanted: Sequence[str]) -> Found:
    hits: list[Hit] = []
    looked_through = 0
    last: int | None = None
    for report, texts in reports if wanted else ():
        if looked_through >= MAX_LOOKED_THROUGH or len(hits) >= MAX_FOUND:
            return Found(tuple(hits), looked_through, stopped_at=last)
        looked_through += 1
        last = report["sequence"]
        excerpt = _match(texts, wanted)
        if excerpt is not None:
            hits.append(Hit(report, excerpt))
    return Found(tuple(hits), looked_through, stopped_at=None)


def _newest(
    service: ReportService, actor: Actor, keys: Sequence[Identity], *, before: int | None
) -> Iterator[_Opened]:
    """Give the reports that the actor sees, newest first, each with its opened texts."""
    after = None if before is None else list_rows.Place(before)
    while True:
        with service.database.read() as connection:
            batch = list_rows.page(
                connection, actor, [], order=list_rows.NEWEST, after=after, limit=_BATCH
            )
            sealed = _sealed_parts(connection, [row["id"] for row in batch])
        for report in batch:
            yield report, _texts(report, sealed[report["id"]], keys)
        if len(batch) < _BATCH:
            return
        after = list_rows.Place(batch[-1]["sequence"])


@dataclass(frozen=True)
class _Sealed:
    content: bytes
    words: Sequence[bytes]


def _sealed_parts(connection: Connection, report_ids: Sequence[str]) -> dict[str, _Sealed]:
    contents = rows.sealed_contents(connection, report_ids)
    messages = rows.report_messages(connection, report_ids)
    notes = casework.report_notes(connection, report_ids)
    return {
        id_: _Sealed(contents[id_], [row["sealed"] for row in (*messages[id_], *notes[id_])])
        for id_ in report_ids
    }


def _texts(report: rows.Row, sealed: _Sealed, keys: Sequence[Identity]) -> list[str]:
    """Return what can be read of a report; one part that cannot be trusted hides no other."""
    texts = [report["reference"]]
    try:
        if sealed.content:
            count = report["attachment_count"]
            content = open_content(report, sealed.content, keys, attachment_count=count)
            texts += [answer.text for answer in answers_of(content) if not answer.is_personal]
        texts += [open_words(words, keys) for words in sealed.words]
    except UntrustedReportError:
        return texts
    return texts


def _match(texts: Sequence[str], wanted: Sequence[str]) -> str | None:
    """Return the place around the first word found, None when one of the words is nowhere."""
    folded = [fold(text) for text in texts]
    if not all(any(word in text for text in folded) for word in wanted):
        return None
    text, bare = next(
        (text, bare) for text, bare in zip(texts, folded, strict=True) if wanted[0] in bare
    )
    composed = unicodedata.normalize("NFC", text)
    # Folding keeps the number of signs in all but rare scripts; there the excerpt begins early.
    start = max(0, bare.index(wanted[0]) - _EXCERPT_LENGTH // 4)
    cut = composed[start : start + _EXCERPT_LENGTH]
    before, behind = ("…" if start else ""), ("…" if start + len(cut) < len(composed) else "")
    return f"{before}{' '.join(cut.split())}{behind}"
