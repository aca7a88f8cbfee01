"""Waiting for a fact about another thread or process, with an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST_SECONDS = 60


def wait_until(fact: Callable[[], bool]) -> None:
    """Return as soon as `fact` holds; fail the test when it never does."""
    end = time.monotonic() + LONGEST_SECONDS
    pause = threading.Event()
    while not fact():
        assert time.monotonic() < end, "what was waited for never came"
        pause.wait(0.002)
