"""The states of a report in the reporter's words; the desk shows them as the reporter will see them.

Nothing here promises a day or an outcome: the ward has signed none.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms_api.reports.lifecycle import Status


@dataclass(frozen=True)
class StatusText:
    """A state in the reporter's words: its name, what it means, what comes next."""

    name: str
    meaning: str
    next: str


STATUS_TEXTS: dict[Status, StatusText] = {
    Status.NEW: StatusText(
        "Mới",
        "Phiếu đã tới nơi và đang chờ cán bộ nhận.",
        "Bà con chưa cần làm gì. Nhớ thêm điều gì thì viết thêm ở cuối trang này.",
    ),
    Status.RECEIVED: StatusText(
        "Tiếp nhận",
        "Đã có cán bộ nhận phiếu.",
        "Cán bộ xem phiếu rồi quyết định bước tiếp theo. Nhớ thêm điều gì thì viết thêm ở cuối trang này.",
    ),
    Status.VERIFYING: StatusText(
        "Đang xác minh",
        "Cán bộ đang kiểm tra những điều ghi trong phiếu.",
        "Xem bên dưới có câu hỏi nào của cán bộ không. Có thì trả lời ở cuối trang này.",
    ),
    Status.RESOLVED: StatusText(
        "Đã giải quyết",
        "Cán bộ ghi nhận việc này đã xử lý xong.",
        "Đọc câu trả lời bên dưới. Việc lại xảy ra thì bấm “Việc vẫn tái diễn”, cũng ở trang này.",
    ),
    Status.HANDED_OVER: StatusText(
        "Đã chuyển cơ quan khác",
        "Việc này thuộc nơi khác giải quyết nên cán bộ đã chuyển đi.",
        "Đọc câu trả lời bên dưới để biết chuyển đến đâu.",
    ),
    Status.NOT_ENOUGH: StatusText(
        "Không đủ thông tin",
        "Trong phiếu chưa có đủ điều để kiểm tra.",
        "Viết thêm ở cuối trang này: việc xảy ra ở đâu, khi nào, ai thấy.",
    ),
    Status.DUPLICATE: StatusText(
        "Trùng lặp",
        "Việc này đã có một phiếu khác.",
        "Không cần gửi lại. Có điều gì mới thì viết thêm ở cuối trang này.",
    ),
    Status.OUT_OF_SCOPE: StatusText(
        "Ngoài phạm vi",
        "Nơi nhận phiếu này không giải quyết được việc ấy.",
        "Đọc câu trả lời bên dưới, rồi xem trang “Chọn nơi báo” để tìm đúng nơi.",
    ),
}
