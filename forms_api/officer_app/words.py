"""Vietnamese for what the desk's code names by ids: acts of the log, reasons, kinds, orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_api.attachments.names import Family
from forms_api.attachments.scanning import Scan
from forms_api.documents.wording import CHANNELS
from forms_api.reports.filters import Sort
from forms_api.reports.followup import Satisfaction
from forms_api.reports.intake import REPORTER, Suspicion
from forms_api.reports.lifecycle import Status
from forms_api.reports.links import LinkKind
from forms_api.reports.on_behalf import Consent
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.reach import OFFICER
from forms_api.reports.reading import RevealReason
from forms_api.reports.trash import TrashReason
from forms_api.web.request_texts import REFUSALS, REQUEST_KINDS
from forms_api.web.states import STATUS_TEXTS

ACTIONS: dict[str, str] = {
    "received": "Phiếu được gửi tới",
    "entered": "Nhập phiếu thay người gửi ({channel}, {consent})",
    "code changed": "Người gửi đổi mã trên cuống lấy mã riêng",
    "claimed": "Nhận phiếu về xem",
    "renewed": "Giữ phiếu thêm một lúc",
    "released": "Trả phiếu về hàng chờ",
    "acknowledged": "Tiếp nhận phiếu",
    "given back": "Trả lại phiếu, chưa ai phụ trách",
    "picked up": "Nhận phiếu chưa ai phụ trách",
    "taken over": "Lấy phiếu về mình, trước đó của: {holder}",
    "assigned": "Giao phiếu cho: {to}",
    "admitted": "Cho phiếu nghi là thư rác vào hàng chờ",
    "trial made real": "Cho phiếu thử thành phiếu thật",
    "moved": "Chuyển từ “{from}” sang “{to}”",
    "recurred": "Người gửi báo vẫn tái diễn: phiếu mở lại, trước đó là “{from}”",
    "message": "Viết cho nhau",
    "question asked": "Hỏi người gửi",
    "words seen": "Đã đọc lời mới của người gửi",
    "rated": "Người gửi cho biết có hài lòng không",
    "hand-off deleted": "Người gửi xóa bản cất riêng để chép sang VNeID",
    "data asked": "Người gửi yêu cầu: {kind}",
    "request received": "Trả lời người gửi là đã nhận yêu cầu: {kind}",
    "request extended": "Xin thêm {days} ngày cho yêu cầu: {kind}",
    "request done": "Làm xong yêu cầu: {kind}",
    "request refused": "Không làm được yêu cầu: {kind}, vì: {reason}",
    "note added": "Ghi chú nội bộ",
    "number added": "Ghi số: {kind}",
    "linked": "Nối với phiếu khác ({kind})",
    "unlinked": "Bỏ nối với phiếu khác ({kind})",
    "opened": "Mở phiếu đọc",
    "attachment opened": "Mở tệp {number}",
    "printed": "In ra giấy ({kind})",
    "identity revealed": "Xem người gửi là ai, vì: {reason}",
    "searched": "Tìm trong {looked_through} phiếu, thấy {found}",
    "trashed": "Bỏ vào thùng rác, vì: {reason}",
    "restored": "Lấy lại từ thùng rác",
    "deletion approved": "Đồng ý xóa (người thứ hai)",
    "erased": "Xóa nội dung sau 30 ngày trong thùng rác",
    "erased on request": "Xóa nội dung ngay, theo yêu cầu của người gửi",
    "purged": "Xóa nội dung vì hết thời hạn lưu",
    "sample added": "Thêm phiếu mẫu để tập dùng",
    "sample removed": "Xóa phiếu mẫu",
    "trial removed": "Xóa phiếu thử của buổi hướng dẫn",
}
"""What happened to a report, by the action of its event; facts of the event fill the places."""

NUMBER_KINDS: dict[NumberKind, str] = {
    NumberKind.VNEID: "Số trên VNeID",
    NumberKind.PROFESSIONAL: "Số hồ sơ nghiệp vụ",
    NumberKind.BODY: "Số của cơ quan nhận chuyển",
}

CONSENTS: dict[Consent, str] = {
    Consent.SPOKEN: "nói đồng ý",
    Consent.SIGNED: "ký trên giấy",
}
"""How the reporter of a report that an officer typed agreed."""

LINK_KINDS: dict[LinkKind, str] = {
    LinkKind.DUPLICATE: "trùng một việc",
    LinkKind.REPEAT: "việc cũ lại xảy ra",
    LinkKind.RELATED: "có liên quan",
}

LINKS_FROM_HERE: dict[LinkKind, str] = {
    LinkKind.DUPLICATE: "Phiếu này trùng với",
    LinkKind.REPEAT: "Phiếu này là tái diễn của",
    LinkKind.RELATED: "Có liên quan tới",
}
"""How a report names the other one."""

LINKS_TO_HERE: dict[LinkKind, str] = {
    LinkKind.DUPLICATE: "Trùng với phiếu này có",
    LinkKind.REPEAT: "Việc này tái diễn ở",
    LinkKind.RELATED: "Có liên quan tới",
}
"""How a report tells of another one that names it."""

REVEAL_REASONS: dict[RevealReason, str] = {
    RevealReason.CALL_BACK: "cần liên lạc với người gửi",
    RevealReason.VERIFY: "cần để xác minh sự việc",
    RevealReason.HAND_OVER: "chuyển cơ quan có thẩm quyền",
    RevealReason.VNEID: "nhập giúp vào VNeID",
    RevealReason.REPORTER_ASKED: "người gửi yêu cầu",
}

TRASH_REASONS: dict[TrashReason, str] = {
    TrashReason.SPAM: "thư rác, không phải phản ánh",
    TrashReason.TRIAL: "phiếu gửi thử",
    TrashReason.BY_MISTAKE: "gửi nhầm",
    TrashReason.WITHDRAWN: "người gửi rút lại sự đồng ý",
    TrashReason.ASKED_FOR: "người gửi yêu cầu xóa",
}

SATISFACTIONS: dict[Satisfaction, str] = {
    Satisfaction.YES: "Có",
    Satisfaction.PARTLY: "Một phần",
    Satisfaction.NO: "Không",
}

SCANS: dict[Scan, str] = {
    Scan.CLEAN: "đã quét mã độc, không thấy gì",
    Scan.FAILED: "máy quét mã độc không trả lời",
    Scan.NOT_SCANNED: "chưa quét mã độc",
}
"""What the malware scanner said of a file as it was sent."""

FAMILIES: dict[Family, str] = {
    Family.PHOTO: "Ảnh",
    Family.FILM: "Phim",
    Family.SOUND: "Ghi âm",
    Family.DOCUMENT: "Tài liệu",
}
"""What people call a file that came with a report."""

UNKNOWN_SUSPICION = "giữ riêng"

SUSPICIONS: dict[str, str] = {
    Suspicion.TRAP: "điền vào ô bẫy",
    Suspicion.FAST: "gửi quá nhanh",
    Suspicion.SCAN: "máy quét im",
    Suspicion.CROWD: "gửi lúc dồn dập",
}
"""Why a report is kept apart, as lists say it."""

SUSPICIONS_AT_LENGTH: dict[str, str] = {
    Suspicion.TRAP: "Có chữ trong ô bẫy, là ô mà người dùng không thấy, thường chỉ máy gửi thư rác mới điền. Trình duyệt tự điền sẵn cũng có khi điền nhầm.",
    Suspicion.FAST: "Phiếu được gửi trong vòng vài giây sau khi mở trang. Người dán chữ soạn sẵn cũng nhanh như vậy.",
    Suspicion.SCAN: "Máy quét mã độc không trả lời lúc tệp này được gửi. Tệp đã được làm sạch, không còn gì của tệp gốc.",
    Suspicion.CROWD: "Lúc ấy rất nhiều phiếu tới dồn dập, và máy của người gửi không làm phép tính mà trang yêu cầu (trình duyệt cũ, hoặc tắt mã). Phần nhiều là người thật.",
}
"""Why a report is kept apart, as its page says it."""

SORTS: dict[Sort, str] = {
    Sort.OLDEST: "Cũ nhất trước",
    Sort.NEWEST: "Mới nhất trước",
    Sort.DUE: "Sắp đến hạn trước",
}

NOBODY = "chưa ai"
_FROM_REPORTER = "Người gửi viết"
_FROM_OFFICER = "Trả lời người gửi"
_PROGRAM = "Chương trình {name}"
_OPERATOR = "Người trông máy {name}"
_NO_OFFICERS = {REPORTER: "Người gửi", "stranger": "Người lạ"}
_PREFIXES = {OFFICER: "{name}", "token:": _PROGRAM, "cli:": _OPERATOR}
_REASONS: dict[str, str] = {
    **{reason.value: text for reason, text in REVEAL_REASONS.items()},
    **{reason.value: text for reason, text in TRASH_REASONS.items()},
    **{reason.value: text for reason, text in REFUSALS.items()},
}
_KINDS: dict[str, str] = {
    **{kind.value: text for kind, text in NUMBER_KINDS.items()},
    **{kind.value: text for kind, text in LINK_KINDS.items()},
    **{kind.value: text for kind, text in REQUEST_KINDS.items()},
}
_FACTS: Mapping[str, Mapping[str, str]] = {
    "reason": _REASONS,
    "kind": _KINDS,
    "channel": CHANNELS,
    "consent": {consent.value: text for consent, text in CONSENTS.items()},
}


def action_text(actor: str, action: str, details: Mapping[str, Any]) -> str:
    """Return what an event tells, in words; an act without a text is told by its name."""
    if action == "message":
        return _FROM_REPORTER if actor == REPORTER else _FROM_OFFICER
    return ACTIONS.get(action, action).format_map(_Facts(details))


def actor_text(actor: str | None) -> str:
    """Return who did something: an officer's name, a program, whoever sits at the machine."""
    if actor is None:
        return NOBODY
    if actor in _NO_OFFICERS:
        return _NO_OFFICERS[actor]
    for prefix, text in _PREFIXES.items():
        if actor.startswith(prefix):
            return text.format(name=actor.removeprefix(prefix))
    return "Máy chủ"


class _Facts(dict[str, str]):
    """The facts of an event in words; one that is not there leaves a dash."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        super().__init__({name: _fact(name, value) for name, value in details.items()})

    def __missing__(self, key: str) -> str:
        return "–"


def _fact(name: str, value: object) -> str:
    if value in set(Status):
        return STATUS_TEXTS[Status(str(value))].name
    if name in {"holder", "to"}:
        return actor_text(None if value is None else str(value))
    known = _FACTS.get(name, {})
    return known.get(str(value), str(value))
