"""Requests about people's own data in words that both faces use, so that both sides read the same."""

from __future__ import annotations

from forms_api.reports.request_record import Refusal, RequestKind

REQUEST_KINDS: dict[RequestKind, str] = {
    RequestKind.WITHDRAW: "rút lại sự đồng ý",
    RequestKind.CORRECT: "sửa thông tin",
    RequestKind.DELETE: "xóa phiếu",
}

REFUSALS: dict[Refusal, str] = {
    Refusal.CASE_FILE: "phiếu đã thành hồ sơ vụ việc, công an giữ theo quy định",
    Refusal.LAW_KEEPS: "luật buộc phải giữ",
    Refusal.UNCLEAR: "chưa rõ cần làm gì, đã hỏi lại mà chưa có trả lời",
}
"""Why something cannot be done; the words beside it say which law, or what is unclear."""
