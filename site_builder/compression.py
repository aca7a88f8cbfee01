"""Text files compressed once: no server compresses on the way, no rebuild compresses anew."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path

import brotli

from site_builder.kept import Kept

_TEXT = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".vcf", ".webmanifest"}
_COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=11),
    "gz": partial(gzip.compress, compresslevel=9, mtime=0),
}


class Compressor:
    """Puts `.br` and `.gz` beside text files; keeps them in `cache_dir` and links to them.

    Brotli at its best takes longer than everything else of a build together, a new file longer than a
    new name of an old one, and most files are the same as last time.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._kept = Kept(cache_dir)

    def compress(self, path: Path) -> None:
        """Compress the file at `path` if it is text."""
        if path.suffix not in _TEXT:
            return
        data = path.read_bytes()
        for suffix, compressed in _COMPRESSED.items():
            small = path.with_name(f"{path.name}.{suffix}")
            small.unlink(missing_ok=True)
            self._kept.place(suffix.encode() + data, partial(compressed, data), small)

    def forget_unused(self) -> None:
        """Drop what this build had no use for."""
        self._kept.forget_unused()
