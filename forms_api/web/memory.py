"""How a serving process takes memory from the system and gives it back."""

from __future__ import annotations

import contextlib
import ctypes

# Parameters of glibc's allocator, by their numbers in <malloc.h>.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_ARENAS = 2
_LARGE_BYTES = 2**20


def give_back_large_blocks() -> None:
    """Let the memory of an upload go back to the system as soon as it is let go of.

    Left alone, glibc learns from the first photos to keep blocks of their size, in an arena for
    each thread: the process stays as large as its worst minute, and grows with the next. Said here
    and not in the environment, which is read when a program starts: a server's workers are forks.
    Does nothing where the C library is another one.

    Source: mallopt(3).
    """
    with contextlib.suppress(AttributeError):
        set_option = ctypes.CDLL(None).mallopt
        set_option(_ARENA_MAX, _ARENAS)
        set_option(_MMAP_THRESHOLD, _LARGE_BYTES)
        set_option(_TRIM_THRESHOLD, 2 * _LARGE_BYTES)
