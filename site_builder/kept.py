"""Work that is dear to do and cheap to keep: results remembered by what they were made from."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_READABLE_BY_ALL = 0o644
"""A server of another user reads what is linked into the site."""
_PART = "part-"
"""So begins what a build is still writing: no other build drops it."""


class Kept:
    """Results in the folder `cache_dir`, each under the SHA-256 of its recipe.

    Several builds may share the folder: entries are named by their recipe and appear whole.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._folder = cache_dir
        self._folder.mkdir(parents=True, exist_ok=True)
        self._used: set[str] = set()

    def get(self, recipe: bytes, make: Callable[[], bytes]) -> bytes:
        """Return what `make` returns; it is asked only where `recipe` was never seen."""
        path = self._path(recipe)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            made = make()
        self._part(made).replace(path)
        return made

    def place(self, recipe: bytes, make: Callable[[], bytes], target: Path) -> None:
        """Let the new file `target` hold what `get` returns. It may be removed, never written to."""
        path = self._path(recipe)
        take(path, target)
        if not target.exists():
            part = self._part(make())
            take(part, target)  # before another build sees it and may drop it
            part.replace(path)

    def forget_unused(self) -> None:
        """Drop what nobody asked for, so that the folder stays as small as the site."""
        for path in self._folder.iterdir():
            if path.name not in self._used and not path.name.startswith(_PART):
                path.unlink(missing_ok=True)

    def _path(self, recipe: bytes) -> Path:
        name = hashlib.sha256(recipe).hexdigest()
        self._used.add(name)
        return self._folder / name

    def _part(self, data: bytes) -> Path:
        """Return a new file with `data`, under a name of its own."""
        handle, part = tempfile.mkstemp(prefix=_PART, dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(handle, _READABLE_BY_ALL)
        return Path(part)


def take(source: Path, target: Path) -> None:
    """Let `target` be the file `source`, whole or not at all; nothing where there is no source.

    The same file under two names costs neither time nor room; another file system gets a copy.
    """
    try:
        os.link(source, target)
    except (FileNotFoundError, FileExistsError):
        return
    except OSError:
        handle, part = tempfile.mkstemp(dir=target.parent)
        os.close(handle)
        shutil.copy(source, part)
        Path(part).replace(target)
