"""The words of notices. They say that something waits and where to look, and nothing of what it is.

Only the words below and numbers ever stand in a notice: whatever a topic or a report holds, no
word of it and no header of its making gets into a message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

TITLE = "Hàng đợi phản ánh của phường"
URGENT = "report.urgent"
LATE = "report.late"
LATE_REQUESTS = "data.late"
TOPICS = {
    URGENT: "phản ánh gấp, xin xem ngay",
    "report.waiting": "phản ánh mới đang chờ tiếp nhận",
    "report.quarantined": "phản ánh bị giữ lại vì giống thư rác, cần người xem",
    "report.recurs": "phản ánh đã xong nay người gửi báo vẫn tái diễn, đã mở lại",
    "message.waiting": "lời nhắn mới của người đã gửi phản ánh",
    LATE: "phản ánh đã quá hạn",
    "data.asked": "yêu cầu của người gửi về dữ liệu của mình, luật định hạn trả lời",
    LATE_REQUESTS: "yêu cầu về dữ liệu đã quá hạn luật định",
    "signin.attack": "tài khoản cán bộ bị thử mật khẩu nhiều lần: nếu không phải anh/chị, xin báo người quản trị",
}
"""What is said of each topic, behind a number, in the order of the message."""

OTHER = "việc khác cần xem"
FOOTER = (
    "Tin này gửi tự động và không chứa nội dung phản ánh. Xin mở hàng đợi để xem. "
    "Đừng trả lời tin này: thư trả lời không có người đọc."
)


def digest(topics: Iterable[str], *, late: int = 0, late_requests: int = 0) -> str | None:
    """Return one notice for all of `topics`, however many they are; None when there is nothing to say.

    `late` is how many reports are late by now, `late_requests` how many requests about people's own
    data: that is said instead of how often it was posted.
    """
    counts = Counter(topic if topic in TOPICS else OTHER for topic in topics)
    for topic, number in ((LATE, late), (LATE_REQUESTS, late_requests)):
        if counts[topic]:
            counts[topic] = number
    words = {**TOPICS, OTHER: OTHER}
    lines = [f"- {counts[topic]} {said}" for topic, said in words.items() if counts[topic]]
    return "\n".join([*lines, "", FOOTER]) if lines else None
