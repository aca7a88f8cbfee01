"""The site: the build against plain mkdocs, and what the first view of a guide weighs on the wire."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
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
BUILD_ROUNDS = 11
KIT_BOUND = 3
SECOND_BOUND = 0.5
MANY_AREAS = 40
MANY_PAGES = 240
GROWING = "huong-dan/lua-dao-mao-danh.md"
GROWTH_BOUND = 1.1
WEIGHT_BOUND_KB = 65
OURS = """
import sys
from pathlib import Path
from site_builder.build import build_site
build_site(Path(sys.argv[1]), site_dir=Path(sys.argv[2]), share_kit=len(sys.argv) > 3)
"""
WEIGHED = ("/", "/huong-dan/gui-phan-anh-vneid/", "/gui/phan-anh-antt/")


def build() -> list[Row]:
    """Measure `build.py` against `mkdocs build` of the same staged pages, in two ways.

    It is a build as an editor runs it again: pages are rendered, put into the ZIP and verified anew;
    what was drawn or compressed before is kept. Plain is Material as it comes, with its search. The
    other baseline is our own page frame, which renders faster, and neither searches nor verifies.
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
        ours = [sys.executable, "build.py", "--site-dir", str(work / "ours")]
        mkdocs = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(work / "plain"), "-f"]
        built, plain, framed = rounds(
            BUILD_ROUNDS,
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
            f"site build, {len(stage.pages)} pages with the share kit; drawn and compressed files kept",
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


def share_kit() -> list[Row]:
    """Measure a build with the share kit, nothing drawn yet, against the same without, and a second one.

    The second build follows one edited page; its baseline is the first one, of the same round.
    """
    say("==> share kit")
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        root = Path(folder)
        _project(root, MANY_AREAS)
        site = [sys.executable, "-c", OURS, str(root), str(root / "site")]

        def anew(*more: str) -> float:
            shutil.rmtree(root / ".build", ignore_errors=True)
            return _seconds([*site, *more])

        def both() -> dict[str, float]:
            first = anew("with the kit")
            with (root / "content/lien-he.md").open("a", encoding="utf-8") as page:
                page.write("\nXin cảm ơn.\n")
            return {"first": first, "second": _seconds([*site, "with the kit"])}

        without, kit = rounds(5, [lambda: {"s": anew()}, both])
    ratio = paired_ratio(kit["first"], without["s"])
    second = paired_ratio(kit["second"], kit["first"])
    return [
        Row(
            f"site build with the share kit of {MANY_AREAS} tổ dân phố, nothing drawn yet",
            f"{kit['first'].median:.2f} s",
            f"without the kit: {without['s'].median:.2f} s",
            ratio,
            f"≤ {KIT_BOUND}",
            ratio <= KIT_BOUND,
        ),
        Row(
            "the next build, after one edited page",
            f"{kit['second'].median:.2f} s",
            f"the first one: {kit['first'].median:.2f} s",
            second,
            f"≤ {SECOND_BOUND}",
            second <= SECOND_BOUND,
        ),
    ]


def growth() -> list[Row]:
    """Measure what one page costs in a large site, against what it costs in a small one."""
    say("==> growth")
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        counts = [_grown(small, 0), _grown(large, MANY_PAGES)]
        few, many = rounds(
            5, [partial(_cost_per_page, *each) for each in zip((small, large), counts, strict=True)]
        )
    ratio = paired_ratio(many["ms"], few["ms"])
    return [
        Row(
            f"site build without the kit: one of {counts[1]} pages",
            f"{many['ms'].median:.1f} ms",
            f"one of {counts[0]} pages: {few['ms'].median:.1f} ms",
            ratio,
            f"≤ {GROWTH_BOUND}",
            ratio <= GROWTH_BOUND,
        )
    ]


def _grown(root: Path, more: int) -> int:
    """Make a project with so many guides more; return how many pages it has."""
    _project(root, areas=1)
    text = (root / "content" / GROWING).read_text(encoding="utf-8")
    for number in range(more):
        page = (root / "content" / GROWING).with_stem(f"bai-{number}")
        page.write_text(text.replace("title: ", f"title: Bài {number}. ", 1), encoding="utf-8")
    return len(check_site(root)[1].pages)


def _cost_per_page(root: Path, pages: int) -> dict[str, float]:
    shutil.rmtree(root / ".build", ignore_errors=True)
    seconds = _seconds([sys.executable, "-c", OURS, str(root), str(root / "site")])
    return {"ms": seconds * 1000 / pages}


def _project(root: Path, areas: int) -> None:
    """Make a project of its own with so many tổ dân phố."""
    shutil.copytree(ROOT / "content", root / "content")
    for name in ("templates", "mkdocs.yml"):
        (root / name).symlink_to(ROOT / name)
    rows = "".join(
        f"  - {{id: tdp-{number}, name: Tổ dân phố {number}}}\n" for number in range(1, areas + 1)
    )
    path = root / "content/data/areas.yml"
    path.write_text(f"example: true\nareas:\n{rows}", encoding="utf-8")


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
    """Count what the server sends for the first view of key pages on a phone, headers included."""
    say("==> first views")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        build_site(ROOT, site_dir=site)
        env = environment(Path(folder) / "data", FORMS_SITE_DIR=str(site))
        initialise(env)
        log = Path(folder) / "sent.log"
        env["BENCH_SENT_LOG"] = str(log)
        with serving(env, "tests.bench.counted:app", workers=1) as server:
            for path in WEIGHED:
                log.unlink(missing_ok=True)
                others = _visit(f"http://127.0.0.1:{server.port}", path)
                sent = [int(line.split(" ")[1]) for line in log.read_text().splitlines()]
                rows.append(_weight_row(path, sent, others))
    return rows


def _weight_row(path: str, sent: list[int], others: int) -> Row:
    kilobytes = sum(sent) / 1000
    return Row(
        f"first view of {path} at 360 px",
        f"{kilobytes:.1f} KB in {len(sent)} requests, {others} to other hosts",
        "–",
        bound=f"≤ {WEIGHT_BOUND_KB} KB",
        holds=kilobytes <= WEIGHT_BOUND_KB and others == 0,
    )


def _visit(address: str, path: str) -> int:
    """Show a page in a phone-sized browser and return how many requests went elsewhere."""
    with sync_playwright() as playwright, launched(playwright, whole=True) as browser:
        # What the service worker keeps comes after the first view, when the page is idle.
        page = browser.new_page(viewport={"width": 360, "height": 740}, service_workers="block")
        elsewhere: list[str] = []
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(address) else elsewhere.append(request.url)
            ),
        )
        page.goto(address + path, wait_until="networkidle")
        return len([url for url in elsewhere if not url.startswith("data:")])


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started
