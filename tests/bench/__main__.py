"""`make bench`: run all benchmarks, or those named, and write docs/benchmarks.md."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.bench import desk, intake, lighthouse, links, pages, serving, site
from tests.bench.document import machine_line, write_part
from tests.bench.measure import Row, say
from tests.bench.servers import own_postgresql

PACKAGES = ("Flask", "WTForms", "SQLAlchemy", "pyrage", "granian", "mkdocs-material", "Pillow")


def durable_intake_on_postgresql() -> list[Row]:
    """Run the durable intake on a PostgreSQL server of its own."""
    with own_postgresql() as server:
        return intake.durable_intake("PostgreSQL", server.url)


BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "intake": lambda: intake.durable_intake("SQLite"),
    "wide": lambda: intake.durable_intake("SQLite", workers=2, threads=16),
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
        write_part("bench", f"{machine_line(PACKAGES)}\n\n{table}")
    return 1 if any(row.holds is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
