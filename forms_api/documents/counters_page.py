"""The public counters as a piece of a page and as JSON, for the static site to take in."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forms_api.documents import wording
from forms_api.documents.template_files import TEMPLATES_DIR
from forms_api.reports.public_counters import RECENT_DAYS, STEP, PublicCounters

TEMPLATE = "counters.html"

_pages = Environment(
    loader=FileSystemLoader(TEMPLATES_DIR),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["number"] = wording.number


def counters_html(counters: PublicCounters) -> str:
    """Return the counters as a section of HTML, without style or script."""
    return _pages.get_template(TEMPLATE).render(
        counters=counters,
        until=wording.day(counters.until),
        recent_days=RECENT_DAYS,
        step=STEP,
    )


def counters_json(counters: PublicCounters) -> str:
    """Return the counters as JSON; null is a count under five, or a median of so few."""
    document = {**asdict(counters), "until": counters.until.isoformat()}
    return json.dumps({**document, "hidden_below": STEP, "rounded_down_to": STEP}, indent=2)


def write_counters(counters: PublicCounters, file: Path) -> Path:
    """Write the section of HTML to `file` and the JSON beside it; return the JSON's path.

    Each replaces the one before as a whole: a web server never sends half of it.
    """
    beside = file.with_suffix(".json")
    _replace(file, counters_html(counters))
    _replace(beside, counters_json(counters))
    return beside


def _replace(file: Path, text: str) -> None:
    new = file.with_name(f".{file.name}.new")
    new.write_text(f"{text}\n", encoding="utf-8")
    new.replace(file)
