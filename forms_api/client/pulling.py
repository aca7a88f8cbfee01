"""Pulling: claim, download, open, write, and acknowledge only what is on disk.

Killed at any moment, a pull loses nothing and doubles nothing. What was claimed but is not whole
on disk is released by the next pull into the same folder (or by its lease running out); what is
whole but not acknowledged is acknowledged by it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms_api.client import folders
from forms_api.client.api import DeskClient
from forms_api.client.errors import RefusedCallError, UnreachableError
from forms_api.client.opening import (
    OpenedReport,
    file_name_of,
    open_later_files,
    open_messages,
    open_report,
)
from forms_api.errors import UntrustedReportError
from forms_api.officer_app.api_models import Report, Summary
from forms_api.vault.sealing import Identity

MEMORY = ".pull-state.json"
_GONE_OR_ANOTHERS = frozenset({404, 409})


@dataclass(frozen=True)
class Order:
    """What to pull, where to: at most `limit` reports (None: all that wait), `batch` at a time.

    `keys` are the queue's private keys: the present one, and older ones for older reports.
    """

    out: Path
    keys: tuple[Identity, ...]
    form_id: str | None = None
    limit: int | None = None
    lease_seconds: int = 900
    batch: int = 50


@dataclass(frozen=True)
class Failure:
    """A report that stays in the queue, and why."""

    reference: str
    reason: str


@dataclass
class Outcome:
    """What a pull did, by reference; it grows while the pull runs."""

    pulled: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


@dataclass
class _Memory:
    """What a pull tells the next one: claims it may not have finished, changes it has seen."""

    path: Path
    claimed: dict[str, str] = field(default_factory=dict)
    lease_until: dt.datetime | None = None
    changes_seen_until: dt.datetime | None = None

    @classmethod
    def read(cls, out: Path) -> _Memory:
        """Return what the last pull into `out` left; nothing, if that cannot be read."""
        path = out / MEMORY
        try:
            kept: dict[str, Any] = json.loads(path.read_bytes())
            return cls(
                path, dict(kept["claimed"]), _moment(kept["lease_until"]), _moment(kept["changes"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return cls(path)

    def write(self) -> None:
        """Keep it; what is lost is only time."""
        kept = {
            "claimed": self.claimed,
            "lease_until": self.lease_until and self.lease_until.isoformat(),
            "changes": self.changes_seen_until and self.changes_seen_until.isoformat(),
        }
        folders.replace(self.path, json.dumps(kept).encode(), durable=False)


class Pull:
    """One run: `run` gives the outcome so far after every batch, so that progress can be shown."""

    def __init__(self, client: DeskClient, order: Order) -> None:
        self.outcome = Outcome()
        self._client = client
        self._order = order
        self._refused: set[str] = set()

    def run(self) -> Iterator[Outcome]:
        """Pull until nothing waits or the limit is reached.

        Raises RefusedCallError, UnreachableError, FolderError.
        """
        with folders.locked(self._order.out):
            self._memory = _Memory.read(self._order.out)
            try:
                self._finish_last_pull()
                while (room := self._room()) > 0 and (claimed := self._claim(room)):
                    self._take(claimed)
                    yield self.outcome
                self._update_changed()
                yield self.outcome
            finally:
                self._release_unfinished()

    def _room(self) -> int:
        done = len(self.outcome.pulled) + len(self.outcome.failed)
        limit = self._order.limit
        return self._order.batch if limit is None else min(self._order.batch, limit - done)

    def _finish_last_pull(self) -> None:
        """Acknowledge what the last pull left whole on disk, release what it did not."""
        memory = self._memory
        if not memory.claimed:
            return
        if memory.lease_until is not None and memory.lease_until <= dt.datetime.now(dt.UTC):
            self._forget_claims()  # they wait again, and may be another's by now
            return
        whole = [
            self._client.report(id_)
            for id_, reference in memory.claimed.items()
            if folders.report_id_of(self._order.out, reference) == id_
        ]
        if whole:
            self._take(whole)
        self._release_unfinished()

    def _claim(self, limit: int) -> list[Report]:
        claimed = self._client.claim(
            limit=limit, lease_seconds=self._order.lease_seconds, form_id=self._order.form_id
        )
        fresh = [report for report in claimed if report.id not in self._refused]
        if fresh:
            self._memory.claimed |= {report.id: report.reference for report in fresh}
            self._memory.lease_until = fresh[0].lease_until
            self._memory.write()
        return fresh

    def _take(self, claimed: Sequence[Report]) -> None:
        """Bring a batch to disk, then acknowledge it in one call."""
        new: list[OpenedReport] = []
        whole: dict[str, str] = {}
        for report in claimed:
            try:
                opened = self._open(report)
                if folders.is_there(self._order.out, report.reference):
                    folders.verify(self._order.out, opened)
                    whole[report.id] = report.reference
                    self.outcome.found.append(report.reference)
                else:
                    new.append(opened)
            except UntrustedReportError as error:
                self._refused.add(report.id)
                self.outcome.failed.append(Failure(report.reference, str(error)))
        folders.write_batch(self._order.out, new)
        whole |= {opened.clear.id: opened.clear.reference for opened in new}
        self.outcome.pulled += [opened.clear.reference for opened in new]
        self._acknowledge(whole)
        self._memory.write()

    def _open(self, report: Report) -> OpenedReport:
        sealed = [self._client.attachment(report.id, entry.id) for entry in report.attachments]
        return open_report(report, sealed, self._order.keys)

    def _acknowledge(self, whole: dict[str, str]) -> None:
        """Acknowledge all of `whole` (id → reference) but those that are no longer this pull's."""
        left = dict(whole)
        while left:
            try:
                states = self._client.acknowledge(list(left))
            except RefusedCallError as error:
                if error.status not in _GONE_OR_ANOTHERS or error.report not in left:
                    raise
                self.outcome.lost.append(left.pop(error.report))
                continue
            for state in states.reports:
                standing = folders.Standing(state.status, state.version)
                folders.write_standing(self._order.out, left[state.id], standing)
            break
        for report_id in whole:
            self._memory.claimed.pop(report_id, None)

    def _update_changed(self) -> None:
        """Bring the folders of reports that changed since the last pull up to date."""
        memory = self._memory
        for summary in self._client.changed_since(memory.changes_seen_until):
            if self._is_outdated(summary):
                self._update(summary)
            memory.changes_seen_until = summary.updated_at
        memory.write()

    def _is_outdated(self, summary: Summary) -> bool:
        out, reference = self._order.out, summary.reference
        if not folders.is_there(out, reference):
            return False
        known = folders.read_standing(out, reference)
        if known is not None and known.version >= summary.version:
            return False
        return folders.report_id_of(out, reference) == summary.id

    def _update(self, summary: Summary) -> None:
        report = self._client.report(summary.id)
        out, keys = self._order.out, self._order.keys
        later = [
            entry.id
            for entry in report.attachments
            if entry.with_message and not folders.has_file(out, report, file_name_of(entry))
        ]
        sealed = {number: self._client.attachment(report.id, number) for number in later}
        try:
            messages = open_messages(report, keys)
            files = open_later_files(report, sealed, keys) if sealed else ()
        except UntrustedReportError as error:
            self.outcome.failed.append(Failure(report.reference, str(error)))
            return
        folders.write_messages(out, report, messages, files=files)
        self.outcome.updated.append(report.reference)

    def _release_unfinished(self) -> None:
        """Give back what is claimed and not acknowledged, as far as the server can be reached."""
        with contextlib.suppress(UnreachableError):
            for report_id in list(self._memory.claimed):
                try:
                    self._client.release(report_id)
                except RefusedCallError as error:
                    if error.status not in _GONE_OR_ANOTHERS:
                        break
                del self._memory.claimed[report_id]
        self._memory.write()

    def _forget_claims(self) -> None:
        self._memory.claimed.clear()
        self._memory.write()


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
