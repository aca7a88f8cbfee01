"""The ward's counters stand on the page about the model once they are written, and not before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from forms_api.documents.counters_page import write_counters
from forms_api.reports.public_counters import PublicCount, PublicCounters
from site_builder.build import build_site

PAGE = "site/huong-dan/mo-hinh/index.html"
TITLE = "Phường đã nhận và xử lý bao nhiêu phiếu?"


def test_the_page_about_the_model_shows_counters_that_were_written(project: Path) -> None:
    some = PublicCount(received=40, handled=None, median_days=3)
    counters = PublicCounters(until=dt.date(2026, 11, 15), all_time=some, recent=some)
    write_counters(counters, project / "content" / "data" / "counters.html")
    build_site(project, share_kit=False)
    page = (project / PAGE).read_text(encoding="utf-8")

    assert TITLE in page
    assert "ít nhất 40" in page
    assert "dưới 5" in page


def test_a_ward_that_has_written_none_shows_none(built_site: Path) -> None:
    page = (built_site / "huong-dan/mo-hinh/index.html").read_text(encoding="utf-8")

    assert TITLE not in page
