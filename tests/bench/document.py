"""docs/benchmarks.md: each command writes the part between its own two markers and no other."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.bench.servers import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


def write_part(name: str, text: str, *, page: Path = PAGE) -> None:
    """Put `text` between the markers `<!-- name -->` and `<!-- /name -->`; all else stays.

    Raises ValueError when the page has no such part.
    """
    before = page.read_text(encoding="utf-8")
    part = re.compile(
        rf"(?<=<!-- {re.escape(name)} -->\n).*?(?=<!-- /{re.escape(name)} -->)", re.DOTALL
    )
    if len(part.findall(before)) != 1:
        raise ValueError(f"{page.name} has no part {name}")
    page.write_text(part.sub(lambda _: f"\n{text}\n\n", before), encoding="utf-8")


def machine_line(packages: Sequence[str]) -> str:
    """Return the day, the machine and the versions of `packages`, as one sentence."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}; {versions}."
    )
