"""Staged pages to HTML by MkDocs or by its successor Zensical, from the same `mkdocs.yml`."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from site_builder.errors import RenderError


def write_config(
    source: Path, work_dir: Path, *, site_name: str, site_url: str | None, extra: dict[str, object]
) -> Path:
    """Write the renderer's configuration into `work_dir` and return its path.

    It is `source` (the project's mkdocs.yml) with the ward's facts and this build's folders: pages
    from `work_dir/docs` to `work_dir/rendered`.
    """
    config = yaml.safe_load(source.read_text(encoding="utf-8"))
    config["theme"]["custom_dir"] = str((source.parent / config["theme"]["custom_dir"]).resolve())
    config |= {
        "site_name": site_name,
        "docs_dir": "docs",
        "site_dir": "rendered",
        "extra": {**config.get("extra", {}), **extra},
    }
    if site_url:
        config["site_url"] = f"{site_url}/"
    path = work_dir / "mkdocs.yml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


class _Warnings(logging.Handler):
    """Keeps what MkDocs warns about: a warning is a failure, and its words are the reason."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _render_mkdocs(config_path: Path) -> None:
    """Render in this process: starting another would cost as much as ten pages."""
    from mkdocs.commands.build import build  # noqa: PLC0415 (not needed for `check` or Zensical)
    from mkdocs.config import load_config  # noqa: PLC0415
    from mkdocs.exceptions import MkDocsException  # noqa: PLC0415

    warnings = _Warnings()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(warnings)
    try:
        with config_path.open("rb") as stream:
            build(load_config(stream))
    except MkDocsException as error:
        raise RenderError([*warnings.messages, str(error)]) from None
    finally:
        logger.removeHandler(warnings)
    if warnings.messages:
        raise RenderError(warnings.messages)


def _render_zensical(config_path: Path) -> None:
    """Render in a process of its own: Zensical is a program, not a library."""
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "-f", config_path.name],
        cwd=config_path.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RenderError((done.stdout + done.stderr).strip().splitlines())


Engine = Callable[[Path], None]
"""What renders a configuration: pages from its `docs_dir` to its `site_dir`."""

ENGINES: dict[str, Engine] = {"mkdocs": _render_mkdocs, "zensical": _render_zensical}


def render(config_path: Path, engine: Engine) -> Path:
    """Render with `engine` and return the folder of the rendered pages.

    Raises RenderError with the renderer's own words.
    """
    engine(config_path)
    return config_path.parent / "rendered"
