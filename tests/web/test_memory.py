"""A process gives back what large uploads took, whatever small thing is still in use beside them."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.conftest import ROOT

# Prints by how many megabytes the process is larger after its second burst of large blocks is gone;
# the first one is what glibc would learn from.
BURSTS = """
import sys
import psutil
if sys.argv[1] == "ours":
    from forms_api.web.memory import give_back_large_blocks
    give_back_large_blocks()

def burst():
    blocks = [b"x" * 5_000_000 for _ in range(16)]
    return b"x" * 100_000

process = psutil.Process()
kept = [burst()]
before = process.memory_info().rss
kept.append(burst())
print((process.memory_info().rss - before) // 1_000_000)
"""

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only glibc keeps freed blocks in this way"
)


def grown_mb(whose: str) -> int:
    command = [sys.executable, "-c", BURSTS, whose]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return int(done.stdout)


def test_memory_of_large_blocks_goes_back_at_once() -> None:
    assert grown_mb("ours") < 10


def test_left_alone_it_would_stay() -> None:
    assert grown_mb("glibc's") > 50
