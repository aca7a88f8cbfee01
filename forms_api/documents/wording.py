"""The Vietnamese words of tables and documents, and how moments and numbers are written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from forms_api.moments import vietnam_day, vietnam_time
from forms_api.reports.lifecycle import Status

STATES: Mapping[str, str] = {
    Status.NEW: "Mới, chưa ai nhận",
    Status.RECEIVED: "Đã tiếp nhận",
    Status.VERIFYING: "Đang xác minh",
    Status.RESOLVED: "Đã giải quyết",
    Status.HANDED_OVER: "Đã chuyển cơ quan khác",
    Status.NOT_ENOUGH: "Không đủ thông tin",
    Status.DUPLICATE: "Trùng với phiếu khác",
    Status.OUT_OF_SCOPE: "Ngoài phạm vi",
}

CHANNELS: Mapping[str, str] = {
    "web": "Biểu mẫu trên trang",
    "dien-thoai": "Gọi điện",
    "truc-tiep": "Nói trực tiếp",
    "giay": "Viết trên giấy",
}

SATISFACTIONS: Mapping[str, str] = {
    "co": "Hài lòng",
    "mot-phan": "Hài lòng một phần",
    "khong": "Không hài lòng",
}

KEPT_APART: Mapping[str, str] = {
    "trashed": "Trong thùng rác",
    "trial": "Phiếu thử, phiếu mẫu",
    "quarantined": "Giữ lại vì giống thư rác",
}

NO_CATEGORY = "Không ghi loại việc"
NO_AREA = "Không ghi tổ dân phố"
NO_LINK = "Không qua liên kết nào"

NOTHING = "Không có"
YES, NO = "Có", "Không"
NOT_KNOWN = "–"


def moment(at: dt.datetime | None) -> str:
    """Return a moment as Vietnam's clock shows it, `24/11/2026 lúc 14:05`."""
    return NOT_KNOWN if at is None else vietnam_time(at)


def day(date: dt.date) -> str:
    """Return a day as it is written here, `24/11/2026`."""
    return vietnam_day(date)


def number(value: float | None) -> str:
    """Return a number as it is written here: `1.234`, `3,5`, a dash where nothing is known."""
    if value is None:
        return NOT_KNOWN
    written = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return written.translate(_SWAP_MARKS)


_SWAP_MARKS = str.maketrans(",.", ".,")
