"""Vietnamese for what the log tells beside reports: people, keys, programs, files, notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forms_api.accounts.permissions import ROLE_TITLES, Role, Scope
from forms_api.documents.export_files import ExportKind
from forms_api.officer_app.numbers_views import EXPORT_NAMES
from forms_api.officer_app.words import action_text
from forms_api.reports.audit_trail import Group
from forms_api.reports.period import parse_period

GROUP_NAMES: dict[Group, str] = {
    Group.READING: "Đọc nội dung",
    Group.IDENTITY: "Xem người gửi",
    Group.WORK: "Xử lý phiếu",
    Group.TRASH: "Thùng rác, xóa",
    Group.SIGN_IN: "Đăng nhập",
    Group.PEOPLE: "Cán bộ",
    Group.KEYS: "Khóa và máy",
    Group.FILES: "Tệp, thông báo, đường dẫn",
}

ACCOUNT_ACTIONS: dict[str, str] = {
    "signed in": "Đăng nhập",
    "sign-in failed": "Đăng nhập không được",
    "session ended": "Đăng xuất",
    "all sessions ended": "Cho mọi thiết bị khác của {officer} thoát",
    "password changed": "Đổi mật khẩu",
    "recovery codes renewed": "Làm mã giấy mới",
    "officer added": "Thêm cán bộ {officer}, vai trò {role}",
    "officer changed": "Đổi vai trò hoặc phần việc của {officer}, nay là {role}",
    "officer disabled": "Cho {officer} nghỉ, không vào được nữa",
    "officer invited again: new": "Làm mã mời mới cho {officer}",
    "officer invited again: forgotten": "Làm mã cho {officer} đặt lại mật khẩu",
    "officer invited again: lost phone": "Làm mã cho {officer} nối điện thoại khác",
    "invitation used: new": "Nhận lời mời, đặt mật khẩu",
    "invitation used: forgotten": "Đặt lại mật khẩu bằng mã",
    "invitation used: lost phone": "Đặt lại mật khẩu và nối điện thoại khác",
    "queue key rotated": "Đổi khóa của hàng đợi",
    "queue keys shown": "Xem khóa của hàng đợi để đưa vào máy lấy phiếu",
    "recovery key added": "Thêm một khóa khôi phục",
    "recovery key removed": "Bỏ một khóa khôi phục",
    "recovery key checked": "Thử khóa khôi phục: mở được",
    "stubs made": "In tờ cuống {sheet}, {count} cuống",
    "stubs dropped": "Hủy {count} cuống chưa dùng của tờ {sheet}",
    "token added": "Làm mã máy “{token}”",
    "token revoked": "Thu hồi mã máy “{token}”",
    "export asked": "Xuất tệp: {kind}, {period}",
    "export made": "Làm xong tệp: {kind}, {period}",
    "export downloaded": "Tải tệp về: {kind}, {period}",
    "link added": "Thêm đường dẫn ngắn /s/{slug} tới trang {page}",
    "link removed": "Gỡ đường dẫn ngắn /s/{slug}",
    "notice retried": "Cho gửi lại thông báo: {topic}",
    "notice dropped": "Bỏ thông báo không gửi được: {topic}",
    "talk opened": "Mở buổi hướng dẫn, mã {code}, {minutes} phút",
    "talk ended": "Kết thúc buổi hướng dẫn, mã {code}",
}
"""What happened, by the action of its event; facts of the event fill the places."""

NOTICE_TOPICS: dict[str, str] = {
    "report.urgent": "có phiếu gấp",
    "report.waiting": "có phiếu mới đang chờ",
    "report.quarantined": "có phiếu nghi là thư rác",
    "report.late": "có phiếu quá hạn",
    "message.waiting": "có lời mới của người gửi",
    "report.recurs": "có phiếu được người gửi mở lại vì vẫn tái diễn",
    "data.asked": "có yêu cầu của người gửi về dữ liệu của mình",
    "data.late": "có yêu cầu về dữ liệu quá hạn",
    "signin.attack": "có tài khoản bị thử mật khẩu nhiều lần",
}
OTHER_TOPIC = "có việc khác cần xem"

SCOPE_NAMES: dict[Scope, str] = {
    Scope.QUEUE: "Nhận phiếu đang chờ về máy, tiếp nhận, trả lại",
    Scope.READ: "Xem danh sách và tải phiếu (còn niêm phong)",
    Scope.DECIDE: "Chuyển trạng thái, trả lời người gửi, cho phiếu nghi là thư rác vào hàng đợi",
}


def event_text(actor: str, action: str, details: Mapping[str, Any]) -> str:
    """Return what any event of the log tells, in words."""
    text = ACCOUNT_ACTIONS.get(action)
    return action_text(actor, action, details) if text is None else text.format_map(_Facts(details))


def topic_text(topic: str) -> str:
    """Return what a notice is about."""
    return NOTICE_TOPICS.get(topic, OTHER_TOPIC)


class _Facts(dict[str, str]):
    """The facts of an event in words; one that is not there leaves a dash."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        said = {name: str(value) for name, value in details.items()}
        super().__init__({name: _WORDS.get(name, str)(value) for name, value in said.items()})

    def __missing__(self, key: str) -> str:
        return "–"


def _role(value: str) -> str:
    return ROLE_TITLES[Role(value)] if value in set(Role) else value


def _export(value: str) -> str:
    return EXPORT_NAMES[ExportKind(value)] if value in set(ExportKind) else value


def _period(value: str) -> str:
    period = parse_period(value)
    return value if period is None else period.name


_WORDS: Mapping[str, Callable[[str], str]] = {
    "role": _role,
    "kind": _export,
    "period": _period,
    "topic": topic_text,
}
