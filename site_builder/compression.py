"""Text files compressed once: no server compresses on the way, no rebuild compresses anew."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from pathlib import Path

import brotli

_TEXT = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".webmanifest"}


class Compressor:
    """Writes `.br` and `.gz` beside text files; remembers brotli's work in `cache_dir`.

    Brotli at its best takes longer than everything else of a build together, and most files are the
    same as last time. Several builds may share the cache: entries are named by their content and
    appear whole.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._cache = cache_dir
        self._cache.mkdir(parents=True, exist_ok=True)
        self._used: set[str] = set()

    def compress(self, path: Path) -> None:
        """Compress the file at `path` if it is text."""
        if path.suffix not in _TEXT:
            return
        data = path.read_bytes()
        path.with_name(f"{path.name}.br").write_bytes(self._brotli(data))
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))

    def forget_unused(self) -> None:
        """Drop what this build had no use for, so that the cache stays as small as the site."""
        for path in self._cache.iterdir():
            if path.name not in self._used:
                path.unlink(missing_ok=True)

    def _brotli(self, data: bytes) -> bytes:
        name = hashlib.sha256(data).hexdigest()
        self._used.add(name)
        try:
            return (self._cache / name).read_bytes()
        except FileNotFoundError:
            small: bytes = brotli.compress(data, quality=11)
        handle, part = tempfile.mkstemp(dir=self._cache)
        with os.fdopen(handle, "wb") as file:
            file.write(small)
        Path(part).replace(self._cache / name)
        return small
