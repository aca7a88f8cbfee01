"""Why an upload is refused, and what the sender is told to do about it."""

from __future__ import annotations

from enum import StrEnum

from forms_api.errors import AttachmentError


class Reason(StrEnum):
    """Every fact for which `clean_photo` refuses an upload."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    ANIMATED = "animated"
    DAMAGED = "damaged"
    UNSUPPORTED_TYPE = "unsupported_type"
    HEIC = "heic"
    VIDEO = "video"
    DOCUMENT = "document"
    DRAWING = "drawing"
    ARCHIVE = "archive"
    PROGRAM = "program"
    MALWARE = "malware"
    NOT_AN_IMAGE = "not_an_image"


_KEPT = "Những điều đã viết vẫn còn nguyên."

MESSAGES: dict[str, str] = {
    Reason.EMPTY: f"Tệp này trống, không có ảnh bên trong. Hãy chọn lại ảnh. {_KEPT}",
    Reason.TOO_LARGE: (
        f"Ảnh này nặng quá {{max_mb}} MB. Hãy chụp màn hình tấm ảnh rồi gửi ảnh chụp màn hình, hoặc chọn ảnh nhẹ hơn. {_KEPT}"
    ),
    Reason.TOO_MANY_PIXELS: (
        f"Ảnh này có kích thước quá lớn ({{width_px}} × {{height_px}} điểm ảnh). Hãy chụp màn hình phần cần gửi rồi gửi ảnh chụp màn hình. {_KEPT}"
    ),
    Reason.ANIMATED: (
        f"Đây là ảnh động; ở đây chỉ nhận ảnh đứng yên. Hãy chụp màn hình lúc thấy rõ nhất rồi gửi ảnh chụp màn hình. {_KEPT}"
    ),
    Reason.DAMAGED: f"Ảnh này không mở được. Hãy chụp lại hoặc chọn ảnh khác. {_KEPT}",
    Reason.UNSUPPORTED_TYPE: (
        f"Ở đây không nhận loại ảnh này. Hãy mở ảnh trên màn hình, chụp màn hình rồi gửi ảnh chụp màn hình. {_KEPT}"
    ),
    Reason.HEIC: (
        f"Đây là ảnh HEIC (thường gặp trên iPhone), ở đây chưa mở được. Hãy mở ảnh, chụp màn hình rồi gửi ảnh chụp màn hình, hoặc đổi ảnh sang loại JPEG rồi gửi lại. {_KEPT}"
    ),
    Reason.VIDEO: (
        f"Đây là phim hoặc tệp âm thanh; ở đây chỉ nhận ảnh. Hãy chụp màn hình đoạn phim lúc thấy rõ nhất rồi gửi ảnh ấy, và viết rằng mình còn giữ phim hoặc ghi âm. {_KEPT}"
    ),
    Reason.DOCUMENT: (
        f"Đây là tài liệu (PDF hoặc văn bản); ở đây chỉ nhận ảnh. Hãy mở tài liệu, chụp màn hình trang cần gửi rồi gửi ảnh ấy. {_KEPT}"
    ),
    Reason.DRAWING: (
        f"Đây là hình vẽ SVG; ở đây không nhận. Hãy mở hình, chụp màn hình rồi gửi ảnh chụp màn hình. {_KEPT}"
    ),
    Reason.ARCHIVE: (
        f"Đây là tệp nén (như ZIP, RAR) hoặc tài liệu Word, Excel; ở đây chỉ nhận ảnh. Hãy mở tệp ra rồi gửi từng ảnh một. {_KEPT}"
    ),
    Reason.PROGRAM: (
        f"Tệp này là một chương trình, không phải ảnh. Nếu có người bảo cài nó thì đừng mở. Hãy chọn ảnh khác. {_KEPT}"
    ),
    Reason.MALWARE: (
        f"Máy quét của phường nhận ra tệp này có mã độc nên không nhận. Đừng mở tệp ấy trên máy nữa. Hãy chọn ảnh khác. {_KEPT}"
    ),
    Reason.NOT_AN_IMAGE: (
        f"Tệp này không phải là ảnh. Hãy chọn ảnh JPEG, PNG hoặc WebP, như ảnh chụp bằng điện thoại hay ảnh chụp màn hình. {_KEPT}"
    ),
}


def explain(error: AttachmentError) -> str:
    """Return the Vietnamese sentences for a refused upload: what it is and what to do instead."""
    return MESSAGES[error.reason].format(**error.facts)
