"""A page that is compressed once, around values that are not compressed at all.

The length of a compressed answer tells of a secret in it as soon as a stranger can put words beside it
(BREACH). Here each fixed part is a deflate stream that knows nothing of the others, and what belongs to
one visitor goes in between as it is, in stored blocks. Sources: RFC 1951, RFC 1952.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_END = b"\x01\x00\x00\xff\xff"
"""An empty stored block that is the last one."""

MAX_STORED_BYTES = 0xFFFF


class PressedPage:
    """A page's parts in their order; those that `values` will replace are kept open."""

    def __init__(self, parts: Sequence[str], open_parts: frozenset[str]) -> None:
        self._parts = [
            (part, None if part in open_parts else (part.encode(), _deflated(part.encode())))
            for part in parts
        ]

    def plain(self, values: Mapping[str, str]) -> str:
        """Return the page with the visitor's values."""
        return "".join(part if fixed else values[part] for part, fixed in self._parts)

    def gzip(self, values: Mapping[str, str]) -> bytes:
        """Return the same page as a gzip member."""
        blocks, check, size = [_HEAD], 0, 0
        for part, fixed in self._parts:
            data, block = fixed or _stored(values[part])
            blocks.append(block)
            check = zlib.crc32(data, check)
            size += len(data)
        return b"".join([*blocks, _END, struct.pack("<II", check, size & 0xFFFFFFFF)])


def _deflated(data: bytes) -> bytes:
    """Return `data` compressed by itself, ended at a whole byte and not as the last block."""
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return press.compress(data) + press.flush(zlib.Z_FULL_FLUSH)


def _stored(value: str) -> tuple[bytes, bytes]:
    """Return a value's bytes, and the block that holds them as they are."""
    data = value.encode()
    if len(data) > MAX_STORED_BYTES:
        raise ValueError(f"a value has {len(data)} bytes, {MAX_STORED_BYTES} fit into a block")
    return data, struct.pack("<BHH", 0, len(data), len(data) ^ 0xFFFF) + data
