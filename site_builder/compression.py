"""Text files compressed once: no server compresses on the way, no rebuild compresses anew."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli

from site_builder.kept import Kept

_TEXT = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".vcf", ".webmanifest"}


class Compressor:
    """Writes `.br` and `.gz` beside text files; remembers brotli's work in `cache_dir`.

    Brotli at its best takes longer than everything else of a build together, and most files are the
    same as last time.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._kept = Kept(cache_dir)

    def compress(self, path: Path) -> None:
        """Compress the file at `path` if it is text."""
        if path.suffix not in _TEXT:
            return
        data = path.read_bytes()
        path.with_name(f"{path.name}.br").write_bytes(self._brotli(data))
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))

    def forget_unused(self) -> None:
        """Drop what this build had no use for."""
        self._kept.forget_unused()

    def _brotli(self, data: bytes) -> bytes:
        return self._kept.get(data, lambda: bytes(brotli.compress(data, quality=11)))
