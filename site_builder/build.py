"""The build from `content/` to `site/`: load, check, stage, render, finish, verify, replace.

A build works in a folder of its own and replaces `site/` only at the end: a failed one leaves the old
site untouched, and several may run at once.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from site_builder.assets import collect_assets
from site_builder.compression import Compressor
from site_builder.content import SiteContent, load_content
from site_builder.finish import finish
from site_builder.kept import Kept
from site_builder.offline import publish_offline
from site_builder.render import ENGINES, render, write_config
from site_builder.share_press import SITE, pressing
from site_builder.stage import PIECES, Stage, served_elsewhere, stage_site, write_documents
from site_builder.verify import FirstView, verify


@dataclass(frozen=True)
class BuildReport:
    """What a build made: pages served, the heaviest guide's first view, seconds by step."""

    site_dir: Path
    pages: int
    first_view: FirstView
    seconds: dict[str, float] = field(default_factory=dict)


def check_site(root: Path, *, share_kit: bool = True) -> tuple[SiteContent, Stage]:
    """Return the project's content and what would be rendered from it, with or without the share kit.

    Raises ContentError with every mistake in `content/`, BuildError when a paper cannot be drawn.
    """
    content = load_content(root / "content")
    kept = Kept(root / ".build" / "papers")
    stage = stage_site(content, root / "templates", kept, share_kit=share_kit)
    kept.forget_unused()
    return content, stage


def build_site(
    root: Path,
    *,
    site_dir: Path | None = None,
    engine: str = "mkdocs",
    share_kit: bool = True,
    worker: bool = True,
) -> BuildReport:
    """Build the project at `root` into `site_dir` (default `root/site`) and return what was made.

    Without `worker` the site gets a service worker that ends an earlier one.

    Raises ContentError for mistakes in `content/`, BuildError for anything else; then `site_dir` is
    what it was before.
    """
    root = root.resolve()
    site_dir = (site_dir or root / "site").resolve()
    seconds: dict[str, float] = {}
    with _step(seconds, "check"):
        content, stage = check_site(root, share_kit=share_kit)
    site_dir.parent.mkdir(parents=True, exist_ok=True)
    # Beside the site, not in the system's temporary folder: only a rename on one file system is safe.
    with (
        tempfile.TemporaryDirectory(prefix=".build-", dir=site_dir.parent) as work,
        ThreadPoolExecutor(max_workers=1) as aside,
        pressing(stage.kit, root=root, work=Path(work)) as finish_kit,
    ):
        work_dir = Path(work)
        new = work_dir / SITE
        compressor = Compressor(root / ".build" / "compressed")
        sources = root / "templates" / "assets", root / "content" / "images"
        assets = aside.submit(collect_assets, *sources, new, compressor)
        with _step(seconds, "render"):
            write_documents(stage, work_dir / "docs")
            config = write_config(
                root / "mkdocs.yml",
                work_dir,
                site_name=content.ward.site_name,
                site_url=content.ward.site_url,
                extra=stage.extra,
            )
            rendered = render(config, ENGINES[engine])
        with _step(seconds, "finish"):
            ready = assets.result()
            finish(stage, rendered, ready, content=content, pieces_dir=root / "templates" / PIECES)
        with _step(seconds, "share kit"):
            finish_kit()
        with _step(seconds, "offline"):  # after everything that readers could keep
            publish_offline(ready, content, root / "templates" / "offline", worker=worker)
        with _step(seconds, "verify"):
            short_paths = stage.kit.short_paths if stage.kit else ()
            first_view = verify(
                new,
                served_elsewhere=served_elsewhere(content.form_ids, short_paths),
                site_url=content.ward.site_url,
                has_cards=stage.kit is not None,
            )
        compressor.forget_unused()
        _replace(site_dir, new, old=work_dir / "old")
    return BuildReport(site_dir, len(stage.pages), first_view, seconds)


@contextmanager
def _step(seconds: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - start


def _replace(site_dir: Path, new: Path, *, old: Path) -> None:
    """Put `new` in the place of `site_dir`; put the old one back if that fails."""
    had_one = site_dir.exists()
    if had_one:
        shutil.move(site_dir, old)
    try:
        new.rename(site_dir)
    except OSError:
        if had_one:
            shutil.move(old, site_dir)
        raise
