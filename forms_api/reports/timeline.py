"""Everything that happened to a report, as one sorted list of plain facts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forms_api.reports.intake import REPORTER
from forms_api.reports.lifecycle import RECURRED
from forms_api.reports.request_record import REQUEST_ACTS
from forms_api.store.history import READINGS
from forms_api.store.reports import Row


class EntryKind(StrEnum):
    """What an entry is: an act, a reading, words of the conversation, words among officers."""

    ACT = "act"
    READING = "reading"
    MESSAGE = "message"
    NOTE = "note"


@dataclass(frozen=True)
class Words:
    """Opened words with who wrote them when."""

    author: str
    written_at: dt.datetime
    text: str

    @property
    def from_reporter(self) -> bool:
        """Whether the reporter wrote them."""
        return self.author == REPORTER


@dataclass(frozen=True)
class Entry:
    """One line of the timeline; `text` stands where words belong to it, `details` are facts."""

    at: dt.datetime
    kind: EntryKind
    actor: str
    action: str
    details: Mapping[str, Any]
    text: str | None = None


_MESSAGES = frozenset({"message", "question asked"})
_TOLD_WITH = _MESSAGES | {RECURRED, *REQUEST_ACTS}
"""Events that words to or from the reporter stand with."""

_NOTES = frozenset({"note added"})


def make_timeline(
    events: Sequence[Row], *, messages: Iterable[Words], notes: Iterable[Words]
) -> tuple[Entry, ...]:
    """Return all entries, oldest first; words stand with the event that tells of them.

    The log holds no words and the messages no acts: they meet by who wrote at which moment. A note
    that came with a move, or whose event is unknown, is an entry of its own after it.
    """
    said = {(words.author, words.written_at): words for words in messages}
    noted = {(words.author, words.written_at): words for words in notes}
    entries: list[Entry] = []
    for event in events:
        key = (event["actor"], event["at"])
        details = json.loads(event["details"])
        kind = _kind(event["action"])
        from_ = said if event["action"] in _TOLD_WITH else noted if kind is EntryKind.NOTE else {}
        words = from_.pop(key, None)
        text = None if words is None else words.text
        entries.append(Entry(event["at"], kind, event["actor"], event["action"], details, text))
    entries += [_bare(words, EntryKind.MESSAGE, "message") for words in said.values()]
    entries += [_bare(words, EntryKind.NOTE, "note added") for words in noted.values()]
    # Stable: what the log tells of one moment stays in its order, and words follow.
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _kind(action: str) -> EntryKind:
    if action in READINGS:
        return EntryKind.READING
    if action in _MESSAGES:
        return EntryKind.MESSAGE
    return EntryKind.NOTE if action in _NOTES else EntryKind.ACT


def _bare(words: Words, kind: EntryKind, action: str) -> Entry:
    return Entry(words.written_at, kind, words.author, action, {}, words.text)
