"""Lighthouse in a real browser: home, the core guide and the form, as a cheap phone on slow 4G gets them.

Lighthouse comes from npm into `.build/`; without node, npm or a browser the row says why there are no
figures. Its times are simulated (150 ms, 1.6 Mbit/s, a processor four times slower) from what the
browser recorded, so a busy machine still makes them worse: the rows show medians.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from site_builder.build import build_site
from tests.bench.measure import Figures, Row, say
from tests.bench.servers import ROOT
from tests.browser import find_browser
from tests.e2e.installation import install

VERSION = "12.8.2"
"""The newest that runs on Node 18."""

FOLDER = ROOT / ".build" / "lighthouse"
PROGRAM = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
PAGES = {
    "home": "/",
    "the core guide": "/huong-dan/gui-phan-anh-vneid/",
    "the form": "/gui/phan-anh-antt/",
}
RUNS = 5
TRIES = 3
"""Now and then a run records nothing and is made again."""

RUN_SECONDS = 180
CHROME = "--headless=new --no-sandbox --disable-gpu"
SCORE_BOUNDS = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
TIME_BOUNDS = {
    "largest-contentful-paint": ("LCP", 1200),
    "total-blocking-time": ("TBT", 50),
    "cumulative-layout-shift": ("CLS", 0),
}


@dataclass(frozen=True)
class Seen:
    """One page as Lighthouse saw it once: scores by category, times by audit."""

    scores: dict[str, float]
    times: dict[str, float]


def mobile() -> list[Row]:
    """Measure the three pages, served by the product itself."""
    say("==> Lighthouse, mobile")
    reason = _why_not()
    if reason:
        return [Row("Lighthouse, mobile", f"not measured: {reason}", "–")]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        site = build_site(ROOT, site_dir=Path(folder) / "site").site_dir
        with install(Path(folder) / "installation", site).serving() as server:
            for name, path in PAGES.items():
                say(f"    {path}")
                rows += _rows(name, [_look(server.url + path) for _ in range(RUNS)])
    return rows


def _why_not() -> str | None:
    """Return why Lighthouse cannot be run here; None once it is installed."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"no {program}"
    if find_browser(whole=True) is None:
        return "no browser"
    if not PROGRAM.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "package.json").write_text('{"private": true}', encoding="utf-8")
        options = ["--no-audit", "--no-fund", "--no-package-lock"]
        command = ["npm", "install", *options, f"lighthouse@{VERSION}"]
        subprocess.run(command, cwd=FOLDER, check=False, capture_output=True)
    return None if PROGRAM.is_file() else "npm could not install it"


def _look(url: str) -> Seen:
    """Return what one run of Lighthouse says of a page. Raises RuntimeError when none says anything."""
    command = ["node", str(PROGRAM), url, "--quiet", "--output=json", f"--chrome-flags={CHROME}"]
    categories = f"--only-categories={','.join(SCORE_BOUNDS)}"
    for _ in range(TRIES):
        done = subprocess.run(
            [*command, categories],
            env={**os.environ, "CHROME_PATH": str(find_browser(whole=True))},
            check=False,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
        )
        if done.returncode == 0:
            told = json.loads(done.stdout)
            return Seen(
                {name: told["categories"][name]["score"] * 100 for name in SCORE_BOUNDS},
                {name: told["audits"][name]["numericValue"] for name in TIME_BOUNDS},
            )
    raise RuntimeError(done.stderr)


def _rows(name: str, runs: list[Seen]) -> list[Row]:
    """Return the page's two rows: medians of its scores, and of its times."""
    scores = {key: Figures([run.scores[key] for run in runs]).median for key in SCORE_BOUNDS}
    times = {key: Figures([run.times[key] for run in runs]).median for key in TIME_BOUNDS}
    return [
        Row(
            f"Lighthouse, mobile, {name}: {', '.join(SCORE_BOUNDS)}",
            ", ".join(f"{scores[key]:.0f}" for key in SCORE_BOUNDS),
            "–",
            bound="≥ " + ", ".join(str(bound) for bound in SCORE_BOUNDS.values()),
            holds=all(scores[key] >= bound for key, bound in SCORE_BOUNDS.items()),
        ),
        Row(
            f"the same: {', '.join(word for word, _ in TIME_BOUNDS.values())}",
            "{:.0f} ms, {:.0f} ms, {:.3f}".format(*times.values()),
            "–",
            bound="≤ {} ms, {} ms, {}".format(*(bound for _, bound in TIME_BOUNDS.values())),
            holds=all(times[key] <= bound for key, (_, bound) in TIME_BOUNDS.items()),
        ),
    ]
