"""The Vietnamese words of the text files that `pull` writes for officers."""

from __future__ import annotations

from forms_api.reports.lifecycle import Status

REPORT = "Phản ánh {reference}"
FORM = "Biểu mẫu: {title}"
RECEIVED = "Nhận lúc: {moment} (giờ Việt Nam)"
URGENT = "Đánh dấu: việc gấp"
ANONYMOUS = "Người gửi không để lại cách liên lạc"
PICTURES = "Ảnh kèm theo: {names}"
NO_PICTURES = "Ảnh kèm theo: không có"
VNEID = "ĐỂ NHẬP VÀO VNeID (Kiến nghị, phản ánh về ANTT)"
MESSAGES = "Trao đổi về phản ánh {reference}"
STATE = "Trạng thái: {status}"
FROM_REPORTER = "{moment}, người gửi phản ánh viết:"
FROM_OFFICER = "{moment}, cán bộ ({author}) viết:"
MOMENT = "%H giờ %M, ngày %d/%m/%Y"

STATUS: dict[Status, str] = {
    Status.NEW: "Mới",
    Status.RECEIVED: "Đã tiếp nhận",
    Status.VERIFYING: "Đang xác minh",
    Status.RESOLVED: "Đã giải quyết",
    Status.HANDED_OVER: "Đã chuyển cơ quan có thẩm quyền",
    Status.NOT_ENOUGH: "Không đủ thông tin",
    Status.DUPLICATE: "Trùng với phản ánh khác",
    Status.OUT_OF_SCOPE: "Ngoài phạm vi",
}
