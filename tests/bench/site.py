"""The site: the build against plain mkdocs, and what the first view of a guide weighs on the wire."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright

from site_builder.build import build_site, check_site
from site_builder.render import write_config
from site_builder.stage import write_documents
from tests.bench.measure import Row, paired_ratio, rounds, say
from tests.bench.servers import ROOT, environment, initialise, serving
from tests.browser import launched

BUILD_BOUND = 1.5
WEIGHT_BOUND_KB = 75
OURS = """
import sys
from pathlib import Path
from site_builder.build import build_site
build_site(Path(sys.argv[1]), site_dir=Path(sys.argv[2]))
"""
GUIDE = "/huong-dan/gui-phan-anh-vneid/"


def build() -> list[Row]:
    """Measure the whole build against `mkdocs build` of the same staged pages, in two ways.

    Plain is Material as it comes, with its search. The other baseline is our own page frame, which
    renders faster, and neither searches, compresses nor verifies.
    """
    say("==> site build")
    content, stage = check_site(ROOT)
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        work = Path(folder)
        write_documents(stage, work / "docs")
        frame = write_config(
            ROOT / "mkdocs.yml",
            work,
            site_name=content.ward.site_name,
            site_url=content.ward.site_url,
            extra=stage.extra,
        )
        stock = _stock_config(work)
        ours = [sys.executable, "-c", OURS, str(ROOT), str(work / "ours")]
        mkdocs = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(work / "plain"), "-f"]
        built, plain, framed = rounds(
            5,
            [
                lambda: {"s": _seconds(ours)},
                lambda: {"s": _seconds([*mkdocs, str(stock)])},
                lambda: {"s": _seconds([*mkdocs, str(frame)])},
            ],
        )
    ratio = paired_ratio(built["s"], plain["s"])
    measured = f"{built['s'].median:.2f} s"
    return [
        Row(
            f"site build, {len(stage.pages)} pages, compressed and verified",
            measured,
            f"plain mkdocs with Material and search: {plain['s'].median:.2f} s",
            ratio,
            f"≤ {BUILD_BOUND}",
            ratio <= BUILD_BOUND,
        ),
        Row(
            "the same",
            measured,
            f"mkdocs with our page frame alone: {framed['s'].median:.2f} s",
            paired_ratio(built["s"], framed["s"]),
        ),
    ]


def _stock_config(work: Path) -> Path:
    """Return a configuration of Material as it comes, for the same pages without our templates."""
    for page in (work / "docs").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        plain = work / "stock" / page.relative_to(work / "docs")
        plain.parent.mkdir(parents=True, exist_ok=True)
        plain.write_text(
            re.sub(r'"template": "[^"]*"', '"kind": "page"', text, count=1), encoding="utf-8"
        )
    extensions = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    config = {
        "site_name": "plain",
        "docs_dir": str(work / "stock"),
        "theme": {"name": "material", "language": "vi", "font": False},
        "plugins": ["search"],
        "markdown_extensions": extensions["markdown_extensions"],
        "validation": {"links": {"anchors": "ignore", "not_found": "ignore"}},
    }
    path = work / "stock.yml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return path


def first_view() -> list[Row]:
    """Count what the server sends for the first view of a guide on a phone, headers included."""
    say("==> first view of a guide")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        build_site(ROOT, site_dir=site)
        env = environment(Path(folder) / "data", FORMS_SITE_DIR=str(site))
        initialise(env)
        log = Path(folder) / "sent.log"
        env["BENCH_SENT_LOG"] = str(log)
        with serving(env, "tests.bench.counted:app", workers=1) as server:
            address = f"http://127.0.0.1:{server.port}"
            others = _visit(address)
        sent = [line.split(" ") for line in log.read_text().splitlines()]
    own = [(path, int(size)) for path, size in sent if path != "/healthz"]
    kilobytes = sum(size for _, size in own) / 1000
    return [
        Row(
            f"first view of {GUIDE} at 360 px",
            f"{kilobytes:.1f} KB in {len(own)} requests, {others} to other hosts",
            "–",
            bound=f"≤ {WEIGHT_BOUND_KB} KB",
            holds=kilobytes <= WEIGHT_BOUND_KB and others == 0,
        )
    ]


def _visit(address: str) -> int:
    """Show the guide in a phone-sized browser and return how many requests went elsewhere."""
    with sync_playwright() as playwright, launched(playwright) as browser:
        # What the service worker keeps comes after the first view, when the page is idle.
        page = browser.new_page(viewport={"width": 360, "height": 740}, service_workers="block")
        elsewhere: list[str] = []
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(address) else elsewhere.append(request.url)
            ),
        )
        page.goto(address + GUIDE, wait_until="networkidle")
        return len([url for url in elsewhere if not url.startswith("data:")])


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started
