"""Work that is dear to do and cheap to keep: results remembered by what they were made from."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


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
        name = hashlib.sha256(recipe).hexdigest()
        self._used.add(name)
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            made = make()
        handle, part = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(made)
        Path(part).replace(self._folder / name)
        return made

    def forget_unused(self) -> None:
        """Drop what nobody asked for, so that the folder stays as small as the site."""
        for path in self._folder.iterdir():
            if path.name not in self._used:
                path.unlink(missing_ok=True)
