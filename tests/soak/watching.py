"""What a service takes of its machine while it runs: memory, processor, disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

EVERY_SECONDS = 0.5
_MB = 2**20


@dataclass
class Seen:
    """The largest sizes in memory in MB, processor seconds by process, and the machine's own.

    What processes share counts once, divided among them, where the system can tell.

    `busy_seconds` is the processor time of everything on the machine, of all cores together.
    """

    largest_mb: int = 0
    together_mb: int = 0
    cpu_seconds_by_pid: dict[int, float] = field(default_factory=dict)
    busy_seconds: float = 0.0

    @property
    def cpu_seconds(self) -> float:
        """The processor time of all processes that were seen."""
        return sum(self.cpu_seconds_by_pid.values())

    def look(self, processes: list[psutil.Process]) -> None:
        """Note what the processes have taken until now; those that are gone stay counted."""
        sizes = []
        for process in processes:
            with suppress(psutil.Error):
                times = process.cpu_times()
                # The time of children that ended (one cleans each film) is in their parent's.
                total = times.user + times.system + times.children_user + times.children_system
                self.cpu_seconds_by_pid[process.pid] = total
                memory = process.memory_full_info()
                sizes.append(getattr(memory, "pss", memory.rss) // _MB)
        self.largest_mb = max(self.largest_mb, *sizes, 0)
        self.together_mb = max(self.together_mb, sum(sizes))


@contextmanager
def watching(processes: Callable[[], list[psutil.Process]]) -> Iterator[Seen]:
    """Look at the processes again and again until the block ends; give what was seen."""
    seen, done = Seen(), threading.Event()

    def watch() -> None:
        while not done.wait(EVERY_SECONDS):
            with suppress(psutil.Error, AssertionError):  # just now there is no server
                seen.look(processes())

    before = _busy_seconds()
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
        seen.busy_seconds = _busy_seconds() - before


def family_of(pid: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    leader = psutil.Process(pid)
    return [leader, *leader.children(recursive=True)]


def disk_mb(folder: Path) -> int:
    """Return how much the files below a folder take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // _MB


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0)
