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
    FILE_TOO_LARGE = "file_too_large"
    RECORDING_UNKNOWN = "recording_unknown"
    RECORDING_TOO_LONG = "recording_too_long"
    RECORDING_DAMAGED = "recording_damaged"
    PDF_LOCKED = "pdf_locked"
    PDF_TOO_LONG = "pdf_too_long"
    PDF_DAMAGED = "pdf_damaged"
    NO_ROOM = "no_room"
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
    Reason.FILE_TOO_LARGE: (
        f"Tệp này nặng quá {{max_mb}} MB. Hãy chọn tệp nhẹ hơn; phim hay ghi âm thì cắt lấy đoạn cần nhất, và viết rằng mình còn giữ bản đủ. {_KEPT}"
    ),
    Reason.RECORDING_UNKNOWN: (
        f"Ở đây chưa mở được loại phim, ghi âm này. Hãy gửi ảnh chụp màn hình đoạn cần xem, và viết rằng mình còn giữ bản gốc. {_KEPT}"
    ),
    Reason.RECORDING_TOO_LONG: (
        f"Phim hay ghi âm này dài quá {{minutes}} phút. Hãy cắt lấy đoạn cần nhất rồi gửi, và viết rằng mình còn giữ bản đủ. {_KEPT}"
    ),
    Reason.RECORDING_DAMAGED: (
        f"Phim hay ghi âm này không mở được đến hết. Hãy gửi lại, hoặc gửi ảnh chụp màn hình đoạn cần xem. {_KEPT}"
    ),
    Reason.PDF_LOCKED: (
        f"Tài liệu PDF này đặt mật khẩu nên không mở được. Hãy gửi bản không đặt mật khẩu, hoặc ảnh chụp màn hình trang cần gửi. {_KEPT}"
    ),
    Reason.PDF_TOO_LONG: (
        f"Tài liệu PDF này dài quá {{pages}} trang. Hãy gửi ảnh chụp màn hình những trang cần xem. {_KEPT}"
    ),
    Reason.PDF_DAMAGED: (
        f"Tài liệu PDF này không mở được. Hãy chụp màn hình trang cần gửi rồi gửi ảnh ấy. {_KEPT}"
    ),
    Reason.NO_ROOM: (
        f"Máy chủ sắp hết chỗ nên lúc này chỉ nhận chữ. Hãy gửi phiếu trước và giữ tệp này lại; ít lâu sau mở phiếu bằng mã theo dõi rồi gửi thêm. {_KEPT}"
    ),
    Reason.NOT_AN_IMAGE: (
        f"Tệp này không thuộc loại nhận ở đây. Hãy chọn ảnh JPEG, PNG hoặc WebP, như ảnh chụp bằng điện thoại hay ảnh chụp màn hình. {_KEPT}"
    ),
}


def explain(error: AttachmentError) -> str:
    """Return the Vietnamese sentences for a refused upload: what it is and what to do instead."""
    return MESSAGES[error.reason].format(**error.facts)
