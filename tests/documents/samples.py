"""Names, a ward and numbers for documents under test."""

from __future__ import annotations

import datetime as dt

from forms_api.content.ward import load_ward
from forms_api.documents.export_files import Sources
from forms_api.documents.names import Names
from forms_api.documents.period_report import Made
from forms_api.store.audit import ChainHead
from tests.conftest import ROOT

NAMES = Names(
    categories={"co-bac": "Cờ bạc", "khac": "Việc khác"},
    areas={"tdp-1": "Tổ dân phố ví dụ 1"},
    forms={"phan-anh-antt": "Phiếu phản ánh an ninh, trật tự"},
)
WARD = load_ward(ROOT / "content")
SOURCES = Sources(NAMES, WARD)
MADE = Made(dt.datetime(2026, 11, 24, 7, 5, tzinfo=dt.UTC), ChainHead(1234, bytes(range(32))))
