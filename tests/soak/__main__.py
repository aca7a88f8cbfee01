"""`make soak`: fifty reports a second for ten minutes, a restart in the middle, and then every one is looked for."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench.document import machine_line, write_part
from tests.bench.measure import say
from tests.bench.servers import ROOT, own_postgresql
from tests.soak.figures import table
from tests.soak.running import Demand, run

PACKAGES = ("Flask", "SQLAlchemy", "pyrage", "granian", "Pillow")


def main(arguments: list[str]) -> int:
    """Run the load, print what was measured, record it when asked; 1 when something does not hold."""
    asked = _parser().parse_args(arguments)
    engine = "PostgreSQL" if asked.postgresql else "SQLite"
    say(f"==> {asked.rate:g} reports a second for {asked.minutes:g} minutes on {engine}")
    demand = Demand(
        seconds=60 * asked.minutes,
        rate=asked.rate,
        photo_share=asked.photos / 100,
        seed=asked.seed,
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        database = stack.enter_context(own_postgresql()) if asked.postgresql else None
        done = run(demand, folder, site_dir=ROOT / "site", database=database)
    lines = table(done)
    say(f"\n{lines}\n")
    if asked.record:
        write_part(f"soak {engine}", f"{engine}. {machine_line(PACKAGES)}\n\n{lines}")
    return 0 if done.holds else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long reports arrive (10)")
    parser.add_argument("--rate", type=float, default=50.0, help="reports a second (50)")
    parser.add_argument("--photos", type=float, default=3.0, help="per cent with a photo (3)")
    parser.add_argument("--seed", type=int, default=1, help="draws the moments of arrival (1)")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--record", action="store_true", help="write into docs/benchmarks.md")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
