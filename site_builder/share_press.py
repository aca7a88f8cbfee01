"""Makes the share kit's files while the pages are rendered, and remembers them for the next build.

1. What an earlier build left in the cache is taken over: a file's name tells all that it was drawn from.
2. What is missing is drawn by processes of their own, in halves: Typst holds Python's lock.
3. When they are done, archives are put together, and everything new goes into the cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from site_builder.errors import BuildError
from site_builder.kept import take
from site_builder.share_kit import FOLDER, Archive, Drawing, ShareKit
from site_builder.share_order import Order, Subject, WantedPages, WantedSheet
from site_builder.share_plan import TEXTS_FILE

SITE = "site"
PROCESSES = 2
FEW_DRAWINGS = 24
"""So many things are drawn before a second process has come up."""

_PROJECT = Path(__file__).resolve().parents[1]
_DAWN = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP file can tell: its bytes must not depend on the clock."""


class Press:
    """One build's work on the kit: started early, waited for late."""

    def __init__(self, kit: ShareKit, *, root: Path, work: Path) -> None:
        self._kit = kit
        self._templates = root / "templates" / "share"
        self._folder = work / SITE / FOLDER
        self._parts = work / "share"
        self._cache = root / ".build" / "share"
        self._running: list[subprocess.Popen[str]] = []

    def start(self) -> None:
        """Take over what is known and begin to draw the rest."""
        for folder in (self._folder, self._parts, self._cache):
            folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(self._kit.published):
            take(self._cache / name, self._folder / name)
        wanted = {name for archive in self._missing_archives() for name in archive.members.values()}
        wanted |= {name for name in self._kit.published if not (self._folder / name).exists()}
        drawn = [drawing for drawing in self._kit.drawings if wanted & {*drawing.names}]
        for drawing in drawn:
            for name in drawing.names:
                take(self._cache / name, self._parts / name)
        missing = [one for one in map(self._without_known, drawn) if one.names]
        for share in _shares(missing):
            order = _order(share, self._kit, self._templates, self._parts)
            self._running.append(start_process(order))

    def finish(self) -> None:
        """Wait for the drawings and put the kit together. Raises BuildError."""
        reasons = [reason for process in self._running for reason in _wait(process)]
        self._running.clear()
        if reasons:
            raise BuildError(reasons)
        for name in sorted(self._kit.published):
            if not (self._folder / name).exists():
                take(self._parts / name, self._folder / name)
        archives = self._missing_archives()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(self._pack, archives))
        for path in self._parts.iterdir():
            take(path, self._cache / path.name)
        for archive in archives:
            take(self._folder / archive.name, self._cache / archive.name)
        names = self._kit.names
        for path in self._cache.iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)

    def stop(self) -> None:
        """End what still runs: the build has failed."""
        for process in self._running:
            process.kill()
            process.wait()

    def _missing_archives(self) -> list[Archive]:
        return [one for one in self._kit.archives if not (self._folder / one.name).exists()]

    def _without_known(self, drawing: Drawing) -> Drawing:
        """Return the drawing with those of its files alone that are not there yet."""
        pdf = drawing.pdf if drawing.pdf and not (self._parts / drawing.pdf).exists() else None
        known = all((self._parts / name).exists() for name in drawing.pngs)
        return replace(drawing, pdf=pdf, pngs=() if known else drawing.pngs)

    def _pack(self, archive: Archive) -> None:
        """Write an archive: pictures and PDF files are compressed already, so they are only stored."""
        with zipfile.ZipFile(self._folder / archive.name, "w") as target:
            for shown, name in archive.members.items():
                target.writestr(zipfile.ZipInfo(shown, _DAWN), (self._parts / name).read_bytes())
            # The mark at its start tells old editors that this is UTF-8.
            target.writestr(zipfile.ZipInfo(TEXTS_FILE, _DAWN), archive.words.encode("utf-8-sig"))


@contextmanager
def pressing(kit: ShareKit | None, *, root: Path, work: Path) -> Iterator[Callable[[], None]]:
    """Begin to make the kit of the project at `root`; give the function that waits until it is there.

    `work` is the build's own folder; the site grows in its folder `SITE`. Without a kit there is nothing
    to wait for. Whatever happens, nothing is left running.
    """
    if kit is None:
        yield lambda: None
        return
    press = Press(kit, root=root, work=work)
    try:
        press.start()
        yield press.finish
    finally:
        press.stop()


def _shares(drawings: Sequence[Drawing]) -> list[list[Drawing]]:
    """Return the drawings in one share for each process.

    What belongs to one link, and the links of one page, stay together: they have much in common.
    """
    count = PROCESSES if len(drawings) > FEW_DRAWINGS else 1
    links = dict.fromkeys(one.subject.link or one.subject.title for one in drawings)
    places = {link: index * count // len(links) for index, link in enumerate(links)}
    shares: list[list[Drawing]] = [[] for _ in range(count)]
    for one in drawings:
        shares[places[one.subject.link or one.subject.title]].append(one)
    return [share for share in shares if share]


def _order(drawings: Sequence[Drawing], kit: ShareKit, templates: Path, folder: Path) -> Order:
    """Return what a process is told, to draw the drawings: each face and each label once."""
    pages: dict[str, list[WantedPages]] = {}
    faces: dict[str, list[Subject]] = {}
    labels: list[Subject] = []
    sheets: dict[str, list[WantedSheet]] = {}
    for one in drawings:
        if one.face is None:
            wanted = WantedPages(one.subject, one.pdf, one.pngs)
            pages.setdefault(one.paper.id, []).append(wanted)
            continue
        face = _index(faces.setdefault(one.paper.id, []), one.face)
        label = _index(labels, one.subject)
        png = one.pngs[0] if one.pngs else None
        sheet = WantedSheet(one.subject.title, face, label, one.pdf, png)
        sheets.setdefault(one.paper.id, []).append(sheet)
    return Order(str(templates), str(folder), kit.facts, pages, faces, labels, sheets)


def _index(subjects: list[Subject], subject: Subject) -> int:
    """Return the place of a subject, which is added when it is new."""
    for index, known in enumerate(subjects):
        if known is subject:
            return index
    subjects.append(subject)
    return len(subjects) - 1


def start_process(order: Order) -> subprocess.Popen[str]:
    """Return a process that draws the order, which is handed over in a file: a pipe must be fed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        file.write(order.to_json())
        file.seek(0)
        return subprocess.Popen(
            [sys.executable, "-m", "site_builder.share_worker"],
            stdin=file,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(_PROJECT), "PYTHONUTF8": "1"},
        )


def _wait(process: subprocess.Popen[str]) -> list[str]:
    """Return why the drawing failed; nothing when it did not."""
    _, words = process.communicate()
    return [] if process.returncode == 0 else words.strip().splitlines() or ["share kit: killed"]
