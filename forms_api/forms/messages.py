"""Every Vietnamese sentence of the form engine: to residents beside a field, to editors beside a line.

A resident's sentence says what to do and names the question in its own words.
"""

from __future__ import annotations

from typing import Final

YES_LABEL: Final = "Có"
NO_LABEL: Final = "Không"
AGREED: Final = "Đồng ý"

ANSWER_MISSING: Final = "Hãy điền mục “{label}”."
CHOICE_MISSING: Final = "Hãy chọn một câu trả lời cho mục “{label}”."
CHOICES_MISSING: Final = "Hãy chọn ít nhất một dòng ở mục “{label}”."
AREA_MISSING: Final = "Hãy chọn tổ dân phố ở mục “{label}”."
FILES_MISSING: Final = "Hãy chọn ít nhất một tệp ở mục “{label}”."
CONSENT_MISSING: Final = (
    "Hãy đọc rồi đánh dấu ô “{label}”. Không đồng ý thì xin báo bằng cách khác."
)
CONSENT_WAY_MISSING: Final = (
    "Hãy đọc phần đồng ý cho người gửi nghe, rồi chọn người gửi đã đồng ý bằng cách nào."
)

TOO_SHORT: Final = "Mục “{label}” cần ít nhất {limit} ký tự; hãy viết thêm một chút."
TOO_LONG: Final = "Mục “{label}” dài {length} ký tự; hãy rút gọn còn nhiều nhất {limit}."
NOT_OFFERED: Final = "Hãy chọn lại mục “{label}” trong các câu trả lời có sẵn."
TOO_MANY_CHOICES: Final = "Mục “{label}” chỉ chọn được nhiều nhất {limit} dòng; hãy bỏ bớt."
DATE_UNREADABLE: Final = "Hãy ghi mục “{label}” theo ngày, tháng, năm, ví dụ 24/11/2026."
DATE_IN_FUTURE: Final = "Ngày ở mục “{label}” chưa tới; hãy xem lại ngày, tháng, năm."
DATE_TOO_EARLY: Final = "Ngày ở mục “{label}” phải từ {limit} trở đi; hãy xem lại."
DATE_TOO_LATE: Final = "Ngày ở mục “{label}” phải từ {limit} trở về trước; hãy xem lại."
TIME_UNREADABLE: Final = "Hãy ghi mục “{label}” theo giờ và phút, ví dụ 21:30."
PHONE_UNREADABLE: Final = (
    "Số ở mục “{label}” chưa đúng; hãy xem lại từng chữ số. Số di động có 10 chữ số."
)
EMAIL_UNREADABLE: Final = "Địa chỉ ở mục “{label}” chưa đúng; hãy xem lại, ví dụ ten@example.com."
TOO_MANY_FILES: Final = "Mục “{label}” chỉ nhận nhiều nhất {limit} tệp; hãy bỏ bớt."
FILES_NOT_SENT: Final = "Tệp ở mục “{label}” chưa được gửi kèm; hãy chọn lại."
MALFORMED: Final = (
    "Phiếu gửi lên có chỗ không khớp với trang này. Hãy xem lại các câu trả lời rồi gửi lại."
)

OPTIONAL: Final = "không bắt buộc"
ONLY_WHEN_CHOSEN: Final = "Chỉ điền nếu ở mục “{label}” đã chọn {answers}."
ONLY_WHEN_TICKED: Final = "Chỉ điền nếu đã đánh dấu ô “{label}”."
ONLY_WHEN_NOT_TICKED: Final = "Chỉ điền nếu không đánh dấu ô “{label}”."
ONLY_WHEN_ANSWERED: Final = "Chỉ điền nếu đã trả lời mục “{label}”."
AT_MOST_CHOICES: Final = "Chọn nhiều nhất {limit} dòng."
AT_MOST_SIGNS: Final = "Nhiều nhất {limit} ký tự."
AT_MOST_PHOTOS: Final = "Nhiều nhất {files} ảnh, mỗi ảnh không quá {megabytes} MB ({types})."
AT_MOST_FILES: Final = "Gửi được {kinds}: nhiều nhất {files} tệp; phim, ghi âm đến {recording_megabytes} MB mỗi tệp, thứ khác đến {megabytes} MB."
KEEP_ORIGINAL: Final = "Giữ thêm bản gốc làm chứng cứ"
KEEP_ORIGINAL_HINT: Final = "Bản gốc còn ghi nơi chụp, giờ chụp, tên máy. Không chọn thì những điều ấy được xóa, chỉ giữ bản đã làm sạch."
EXAMPLE_AREAS: Final = "Danh sách này là ví dụ, phường chưa gửi danh sách thật."
MISTAKE: Final = "Cần sửa:"
SUMMARY_TITLE: Final = "Còn {count} chỗ cần sửa. Những điều đã viết vẫn còn nguyên."
DROP_FILE: Final = "Bỏ {kind} {number}"
NO_ROOM_FOR_FILES: Final = "Máy chủ sắp hết chỗ nên lúc này chỉ nhận chữ. Bà con cứ viết và gửi phiếu. Ảnh, phim thì giữ lại trong máy; ít lâu sau mở phiếu bằng mã theo dõi rồi gửi thêm."
FILE_KINDS: Final = {
    "image": "ảnh",
    "video": "phim",
    "audio": "ghi âm",
    "application": "tài liệu PDF",
}
PICK_ONE: Final = "Chọn một dòng"
QUOTED: Final = "“{label}”"
OR: Final = " hoặc "

FILE_TYPES: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/heic": "HEIC",
    "video/mp4": "MP4",
    "video/quicktime": "MOV",
    "video/webm": "WebM",
    "audio/mp4": "M4A",
    "audio/mpeg": "MP3",
    "audio/ogg": "OGG",
    "application/pdf": "PDF",
}

DUPLICATE: Final = "mã “{id}” viết hai lần; mỗi mã chỉ dùng một lần"
RESERVED: Final = "không đặt được mã “{id}”: chương trình đã dùng tên này; hãy chọn mã khác"
BAD_FILE_NAME: Final = (
    "tên tệp “{id}” phải gồm chữ thường không dấu, số và gạch nối: đó là địa chỉ của phiếu"
)
UNKNOWN_FIELD: Final = "không có câu hỏi nào mang mã “{id}”"
NOT_EARLIER: Final = "“{id}” không đứng trước; chỉ được dựa vào câu hỏi đứng trước"
NOT_A_QUESTION: Final = "“{id}” không phải câu hỏi nên không dựa vào được"
NOT_YES_NO: Final = "“{id}” không phải câu hỏi có/không; hãy dùng “equals” hoặc “one_of”"
YES_NO_WANTED: Final = "“{id}” là câu hỏi có/không; hãy dùng “is_true”"
UNKNOWN_OPTION: Final = "câu hỏi “{id}” không có lựa chọn “{option}”"
UNKNOWN_AREA_ID: Final = "data/areas.yml không có tổ dân phố “{option}”"
NO_OPTIONS: Final = "“{id}” không có lựa chọn; hãy dùng “answered: true”"
NEVER_SHOWN: Final = "mục “{id}” không bao giờ hiện ra, vì các điều kiện trái nhau"
DEAD_END: Final = "mọi lựa chọn của “{id}” đều dừng lại: không ai gửi được phiếu này"
UNKNOWN_NUMBER: Final = "data/ward.yml không có số “{id}” trong mục “numbers”"
WRONG_ROLE: Final = "“{role}” phải là một mục loại {kinds}; “{id}” thì không phải"
REQUIRED_BUT_FOLDED: Final = (
    "mục “{id}” phải trả lời nhưng nằm trong phần gập lại; hãy bỏ “required” hoặc “collapsed”"
)
TWO_FILES_FIELDS: Final = "mỗi phiếu chỉ có một mục gửi tệp; “{id}” là mục thứ hai"
NO_CONSENT: Final = "phiếu cho mọi người (sender: public) phải có một mục “kind: consent”"
CONDITIONAL_CONSENT: Final = (
    "mục đồng ý “{id}” phải luôn hiện ra; hãy đưa ra khỏi phần có điều kiện"
)
EMPTY_FOLDER: Final = "chưa có phiếu nào trong thư mục này"
