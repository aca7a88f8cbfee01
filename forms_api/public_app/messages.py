"""What the residents' face says by itself: notices above a form, pages for what went wrong.

Vietnamese for people, in tables, so that views hold no sentence. Nothing here promises a day or
an outcome: the ward has signed none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from forms_api.reports.followup import Satisfaction
from forms_api.reports.outside_numbers import NumberKind


class Notice(StrEnum):
    """What may stand above a form that comes back with everything typed kept."""

    TOO_OLD = "too_old"
    TOO_MANY = "too_many"
    NOT_STORED = "not_stored"
    ALREADY_SENT = "already_sent"
    GONE_BACK = "gone_back"
    CROWD = "crowd"
    TALK_OVER = "talk_over"
    TALK_OVER_BLANK = "talk_over_blank"
    CODE_UNKNOWN = "code_unknown"
    TRIES_TOO_MANY = "tries_too_many"
    MESSAGE_EMPTY = "message_empty"
    MESSAGE_LONG = "message_long"
    MESSAGES_FULL = "messages_full"
    MESSAGE_SENT = "message_sent"
    FILE_REFUSED = "file_refused"
    FILES_FULL = "files_full"
    RATED = "rated"
    NOT_RATED = "not_rated"
    RECURS = "recurs"
    NOT_RECURRING = "not_recurring"
    REQUESTED = "requested"
    REQUEST_UNNAMED = "request_unnamed"
    CORRECTION_EMPTY = "correction_empty"
    REQUEST_OPEN = "request_open"
    REQUESTS_FULL = "requests_full"
    ERASED = "erased"
    NUMBER_WRONG = "number_wrong"
    NUMBERS_FULL = "numbers_full"
    NUMBER_KEPT = "number_kept"
    HAND_OFF_DELETED = "hand_off_deleted"
    CODE_CHANGED = "code_changed"
    FOLLOW_UP_TOO_OLD = "follow_up_too_old"
    FOLLOW_UP_FAILED = "follow_up_failed"


class UploadRefusal(StrEnum):
    """Why a file that came by itself is not kept."""

    NO_FORM = "no_form"
    TOO_OLD = "too_old"
    TOO_MANY = "too_many"
    BUSY = "busy"


UPLOAD_REFUSALS: dict[UploadRefusal, str] = {
    UploadRefusal.NO_FORM: "Phiếu này không nhận tệp.",
    UploadRefusal.TOO_OLD: "Trang đã mở quá lâu nên chưa giữ được tệp. Bấm gửi phiếu: những điều đã viết vẫn còn nguyên, rồi chọn lại tệp.",
    UploadRefusal.TOO_MANY: "Chỉ gửi được nhiều nhất {most} tệp. Xin bỏ bớt.",
    UploadRefusal.BUSY: "Lúc này có quá nhiều người đang gửi. Máy sẽ thử lại.",
}


@dataclass(frozen=True)
class NoticeText:
    """A heading and sentences; `{reference}`, `{limit}` and the like are filled by the view."""

    title: str
    sentences: tuple[str, ...] = ()
    with_other_ways: bool = False


Said = tuple[NoticeText, HTTPStatus]
"""What is said above a report, and the status that it comes with."""

NOTICES: dict[Notice, NoticeText] = {
    Notice.TOO_OLD: NoticeText(
        "Phiếu chưa gửi: trang đã mở quá lâu",
        (
            "Những điều đã viết vẫn còn nguyên. Xem lại rồi bấm gửi lần nữa. Tệp mới chọn thì xin chọn lại.",
            "Nếu gặp lại dòng này, hãy mở trang bằng trình duyệt khác, hoặc cho phép cookie của trang này.",
        ),
    ),
    Notice.TOO_MANY: NoticeText(
        "Phiếu chưa gửi: có quá nhiều phiếu từ cùng một mạng",
        (
            "Những điều đã viết vẫn còn nguyên. Chờ một lúc rồi bấm gửi lần nữa. Tệp mới chọn thì xin chọn lại.",
        ),
        with_other_ways=True,
    ),
    Notice.NOT_STORED: NoticeText(
        "Phiếu CHƯA được nhận: máy chủ không lưu được",
        (
            "Những điều đã viết vẫn còn trên trang này. Chờ vài phút rồi bấm gửi lần nữa. Tệp mới chọn thì xin chọn lại.",
            "Gửi lại không tạo thành hai phiếu.",
        ),
        with_other_ways=True,
    ),
    Notice.ALREADY_SENT: NoticeText(
        "Phiếu {reference} đã được nhận trước đó",
        (
            "Nội dung bên dưới khác với phiếu đã gửi. Bấm gửi lần nữa thì thành một phiếu mới.",
            "Chỉ muốn nói thêm cho phiếu {reference}: mở trang Tra cứu, gõ mã theo dõi rồi viết thêm.",
        ),
    ),
    Notice.GONE_BACK: NoticeText(
        "Phiếu chưa gửi",
        ("Những điều đã viết vẫn còn nguyên. Sửa xong thì bấm gửi.",),
    ),
    Notice.CROWD: NoticeText(
        "Phiếu chưa gửi: lúc này có nhiều người cùng gửi",
        (
            "Những điều đã viết vẫn còn nguyên. Máy đang làm một phép tính nhỏ, chừng vài giây. Bấm gửi lần nữa.",
        ),
        with_other_ways=True,
    ),
    Notice.TALK_OVER: NoticeText(
        "Phiếu chưa gửi: buổi hướng dẫn đã kết thúc, hoặc mã buổi không đúng",
        (
            "Những điều đã viết vẫn còn nguyên. Từ đây bấm gửi thì thành PHIẾU THẬT, cán bộ sẽ nhận và xử lý.",
            "Chỉ viết thử cho biết thì đóng trang này lại.",
        ),
    ),
    Notice.TALK_OVER_BLANK: NoticeText(
        "Mã buổi hướng dẫn này không dùng được",
        (
            "Buổi ấy đã kết thúc, hoặc mã gõ chưa đúng. Phiếu dưới đây là PHIẾU THẬT.",
            "Đang dự một buổi hướng dẫn thì xem lại mã trên màn hình.",
        ),
    ),
    Notice.CODE_UNKNOWN: NoticeText(
        "Không mở được phiếu nào bằng mã này",
        (
            "Xem lại từng nhóm chữ: mã có 24 chữ và số. Gõ chữ thường hay chữ hoa, có dấu gạch hay không đều được.",
            "Số phiếu (như {example}) không mở được phiếu: cần mã theo dõi, là dãy dài hơn.",
        ),
    ),
    Notice.TRIES_TOO_MANY: NoticeText(
        "Có quá nhiều lần thử từ cùng một mạng",
        (
            "Chờ khoảng mười phút rồi thử lại. Phiếu đã gửi vẫn còn nguyên.",
            "Những điều đã gõ vẫn còn trên trang này.",
        ),
        with_other_ways=True,
    ),
    Notice.MESSAGE_EMPTY: NoticeText("Chưa gửi: lời viết thêm còn trống"),
    Notice.MESSAGE_LONG: NoticeText(
        "Chưa gửi: lời viết thêm dài quá {limit} ký tự",
        ("Rút ngắn lại, hoặc chia làm hai lần gửi.",),
    ),
    Notice.MESSAGES_FULL: NoticeText(
        "Chưa gửi: phiếu này đã đủ {limit} lời nhắn",
        ("Việc còn tiếp diễn thì gửi một phiếu mới và ghi số của phiếu này.",),
        with_other_ways=True,
    ),
    Notice.MESSAGE_SENT: NoticeText(
        "Đã nhận lời viết thêm", ("Cán bộ được báo là phiếu có lời mới.",)
    ),
    Notice.FILE_REFUSED: NoticeText(
        "Chưa gửi được tệp, lời viết thêm cũng chưa gửi", ("{why}", "Lời đã viết vẫn còn ở dưới.")
    ),
    Notice.FILES_FULL: NoticeText(
        "Phiếu này đã có {limit} tệp, không nhận thêm được",
        (
            "Lời đã viết vẫn còn ở dưới: bỏ tệp rồi gửi lời. Cần đưa thêm tệp thì đến trụ sở công an.",
        ),
    ),
    Notice.RATED: NoticeText(
        "Cảm ơn bà con đã cho biết",
        ("Muốn đổi ý thì bấm lại. Việc lại xảy ra thì bấm “Việc vẫn tái diễn” bên dưới.",),
    ),
    Notice.NOT_RATED: NoticeText(
        "Chưa ghi nhận được",
        ("Phiếu còn đang giải quyết, hoặc chưa chọn câu trả lời nào. Xem lại bên dưới.",),
    ),
    Notice.RECURS: NoticeText(
        "Phiếu đã được mở lại",
        (
            "Cán bộ được báo là việc vẫn tái diễn. Bà con không cần gửi phiếu mới.",
            "Nhớ thêm điều gì thì viết thêm ở cuối trang này.",
        ),
    ),
    Notice.NOT_RECURRING: NoticeText(
        "Phiếu này đang được xử lý, không cần mở lại",
        ("Có điều gì mới thì viết vào ô “Viết thêm”. Lời vừa viết (nếu có) chưa gửi, còn ở ô ấy.",),
    ),
    Notice.REQUESTED: NoticeText(
        "Đã nhận yêu cầu", ("Cán bộ được báo. Ngày trả lời và ngày xong ghi ở bên dưới.",)
    ),
    Notice.REQUEST_UNNAMED: NoticeText(
        "Chưa gửi: chưa chọn muốn làm gì",
        ("Chọn rút lại sự đồng ý, sửa thông tin hay xóa phiếu, rồi bấm lần nữa.",),
    ),
    Notice.CORRECTION_EMPTY: NoticeText(
        "Chưa gửi: chưa viết cần sửa gì", ("Viết chỗ nào ghi nhầm và phải sửa lại thế nào.",)
    ),
    Notice.REQUEST_OPEN: NoticeText(
        "Yêu cầu này đã gửi rồi, cán bộ đang làm",
        ("Xem ngày hẹn ở bên dưới. Muốn nói thêm thì viết vào ô “Viết thêm”.",),
    ),
    Notice.REQUESTS_FULL: NoticeText(
        "Chưa gửi: phiếu này đã có quá nhiều yêu cầu hoặc lời nhắn",
        ("Xin đến trụ sở công an, mang theo số phiếu.",),
    ),
    Notice.ERASED: NoticeText(
        "Chưa gửi: nội dung phiếu này đã được xóa",
        ("Không thêm được gì vào phiếu. Có việc cần báo thì gửi phiếu mới.",),
    ),
    Notice.NUMBER_WRONG: NoticeText(
        "Chưa ghi được số",
        ("Chọn số ấy ở đâu cấp, rồi gõ số. Nhiều nhất {limit} ký tự.",),
    ),
    Notice.NUMBERS_FULL: NoticeText(
        "Chưa ghi được số: phiếu này đã đủ {limit} số",
        ("Viết số ấy vào ô “Viết thêm” ở cuối trang.",),
    ),
    Notice.NUMBER_KEPT: NoticeText(
        "Đã ghi số",
        ("Cán bộ đọc được số này. Trang không hiện lại số, và không nối với VNeID.",),
    ),
    Notice.HAND_OFF_DELETED: NoticeText(
        "Đã xóa phần để chép sang VNeID",
        ("Từ giờ cầm mã cũng không đọc được lời kể. Phiếu vẫn còn nguyên với cán bộ.",),
    ),
    Notice.CODE_CHANGED: NoticeText(
        "Đã đổi mã",
        ("Từ giờ chỉ mã mới mở được phiếu. Mã in trên cuống không còn dùng được.",),
    ),
    Notice.FOLLOW_UP_TOO_OLD: NoticeText(
        "Trang đã mở quá lâu",
        (
            "Những điều đã gõ vẫn còn nguyên. Bấm nút bên dưới lần nữa.",
            "Nếu gặp lại dòng này, hãy mở trang bằng trình duyệt khác, hoặc cho phép cookie của trang này.",
        ),
    ),
    Notice.FOLLOW_UP_FAILED: NoticeText(
        "Lúc này máy chủ chưa mở được phiếu",
        (
            "Phiếu đã gửi vẫn còn. Lời vừa viết thêm (nếu có) CHƯA được nhận và vẫn còn trên trang này.",
            "Chờ vài phút rồi bấm nút bên dưới lần nữa.",
        ),
        with_other_ways=True,
    ),
}


@dataclass(frozen=True)
class KeptAct:
    """An act that a page which could not do it offers again: what was typed, and its button."""

    label: str
    button: str


KEPT_ACTS: dict[str, KeptAct] = {
    "message": KeptAct("Lời viết thêm", "Gửi lời viết thêm"),
    "recur": KeptAct("Lời kể thêm", "Báo việc vẫn tái diễn"),
    "request": KeptAct("Cần sửa gì", "Gửi yêu cầu"),
}
"""What can be pressed once more where only the code is asked for."""

RECURS_WORDS = "Việc vẫn tái diễn."
"""What the conversation says when a reporter opens a report again and writes nothing."""

SATISFACTIONS: dict[Satisfaction, str] = {
    Satisfaction.YES: "Hài lòng",
    Satisfaction.PARTLY: "Một phần",
    Satisfaction.NO: "Chưa hài lòng",
}
"""How a reporter says whether a finished report was settled."""


NUMBER_SOURCES: dict[NumberKind, str] = {
    NumberKind.VNEID: "VNeID",
    NumberKind.PROFESSIONAL: "Công an (hồ sơ nghiệp vụ)",
}
"""Who may have given a reporter a number for the same matter."""


def notice(kind: Notice, **facts: object) -> NoticeText:
    """Return the notice with its facts filled in."""
    text = NOTICES[kind]
    return NoticeText(
        text.title.format(**facts),
        tuple(sentence.format(**facts) for sentence in text.sentences),
        with_other_ways=text.with_other_ways,
    )


@dataclass(frozen=True)
class ErrorText:
    """A page for what went wrong: its heading, and sentences on what to do."""

    title: str
    sentences: tuple[str, ...]


ERROR_PAGES: dict[HTTPStatus, ErrorText] = {
    HTTPStatus.BAD_REQUEST: ErrorText(
        "Máy chủ không đọc được yêu cầu này",
        ("Phiếu chưa được gửi. Bấm nút quay lại của trình duyệt rồi thử lần nữa.",),
    ),
    HTTPStatus.NOT_FOUND: ErrorText(
        "Không có trang này",
        (
            "Địa chỉ có thể gõ sai, hoặc trang đã được chuyển đi.",
            "Nếu vừa gửi điều gì tới địa chỉ này thì nơi đây không nhận được.",
        ),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ErrorText(
        "Trang này không nhận cách gửi ấy",
        ("Không có gì được gửi đi. Hãy mở lại trang từ mục lục.",),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ErrorText(
        "Phiếu chưa gửi được: tệp hoặc chữ quá lớn",
        (
            "Cả phiếu và tệp gửi kèm cộng lại không được quá {limit_mb} MB; riêng phần chữ không quá 1 MB.",
            "Bấm nút quay lại của trình duyệt: chữ đã viết thường vẫn còn. Bỏ bớt tệp, hoặc chọn tệp nhẹ hơn, rồi gửi lại.",
            "Gửi xong vẫn có thể viết thêm bằng mã theo dõi.",
        ),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ErrorText(
        "Có quá nhiều lần thử từ cùng một mạng",
        ("Chờ khoảng mười phút rồi thử lại. Phiếu đã gửi trước đây vẫn còn nguyên.",),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: ErrorText(
        "Máy chủ gặp lỗi",
        (
            "Lỗi này không phải do bà con. Nếu vừa bấm gửi thì chưa chắc đã tới nơi.",
            "Bấm gửi lần nữa, hoặc quay lại rồi gửi: gửi lại không tạo thành hai phiếu.",
            "Khi báo cho người quản trị trang, xin đọc số lỗi: {incident}.",
        ),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ErrorText(
        "Lúc này máy chủ chưa làm được việc này",
        (
            "Nếu vừa bấm gửi thì CHƯA có gì được nhận. Bấm nút quay lại của trình duyệt: chữ đã viết thường vẫn còn.",
            "Chờ vài phút rồi gửi lần nữa.",
        ),
    ),
}

UNKNOWN_LINK = ErrorText(
    "Không có đường dẫn ngắn này",
    (
        "Có thể gõ sai một chữ, hoặc đường dẫn đã hết hạn. Xem lại tờ giấy hay tin nhắn có đường dẫn ấy.",
        "Muốn báo tin hay đọc hướng dẫn thì đi tiếp bằng các lối ở dưới.",
    ),
)
"""A short link that leads nowhere: wrongly typed, past its last day, or removed."""

SHELL_MISSING = (
    "Trang này đang tạm hỏng. Đang nguy hiểm: gọi 113 (công an), 114 (cứu hỏa), 115 (cấp cứu).\n"
)
"""What is said when even the page frame cannot be had: plain text needs no template."""
