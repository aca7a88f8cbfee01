"""The words of notices. They say that something waits and where to look, and nothing of what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

TITLE = "Hàng đợi phản ánh của phường"
TOPICS = {
    "report.waiting": "phản ánh mới đang chờ tiếp nhận",
    "report.quarantined": "phản ánh bị giữ lại vì giống thư rác, cần người xem",
    "message.waiting": "lời nhắn mới của người đã gửi phản ánh",
}
FOOTER = "Tin này không chứa nội dung phản ánh. Hãy mở hàng đợi để xem. Không trả lời tin này."


def digest(topics: Iterable[str]) -> str:
    """Return one notice for all of `topics`, however many they are."""
    counts = Counter(topics)
    lines = [f"- {counts[topic]} {words}" for topic, words in TOPICS.items() if counts[topic]]
    return "\n".join([*lines, "", FOOTER])
