"""The kinds of field that a form definition may hold, as an editor writes them.

Each key's `description` is Vietnamese: `forms schema` gives it to the editor's own program.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from forms_api.content.ward import Slug
from forms_api.content.yaml_source import ContentModel
from forms_api.forms.messages import NO_LABEL, YES_LABEL
from forms_api.forms.wording import Line, Link, Message, Paragraphs, Stop, Words

MAX_TEXT = 1000
MAX_PARAGRAPH = 10_000
BYTES_PER_MB = 2**20
UNKNOWN_AREA = "khong-ro"
"""The id of the answer “I do not know” to a question for the tổ dân phố."""

YES, NO = "co", "khong"
"""The marks that conditions and posted forms use for a yes/no question."""


class Condition(ContentModel):
    """A field or section is asked only when an earlier question has such an answer."""

    field: Slug = Field(description="Mã của câu hỏi đứng trước.")
    equals: Slug | None = Field(None, description="Mã của lựa chọn phải được chọn.")
    one_of: list[Slug] | None = Field(
        None, min_length=1, description="Một trong các lựa chọn này phải được chọn."
    )
    is_true: bool | None = Field(None, description="Câu hỏi có/không: true là có, false là không.")
    answered: Literal[True] | None = Field(None, description="true: chỉ cần đã trả lời.")

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        given = (self.equals, self.one_of, self.is_true, self.answered)
        if sum(value is not None for value in given) != 1:
            raise ValueError("“shown_when” cần đúng một trong: equals, one_of, is_true, answered")
        return self

    @property
    def wanted(self) -> frozenset[str] | None:
        """The marks of which one must be chosen; None when any answer will do."""
        if self.is_true is not None:
            return frozenset({YES if self.is_true else NO})
        if self.equals is not None:
            return frozenset({self.equals})
        return None if self.one_of is None else frozenset(self.one_of)


class Outcome(ContentModel):
    """What choosing an answer does."""

    hint: Line | None = Field(None, description="Giải thích ngắn dưới lựa chọn.")
    stop: Stop | None = Field(None, description="Màn hình dừng khi chọn câu trả lời này.")
    urgent: bool = Field(default=False, description="true: phiếu được đánh dấu là gấp.")


class Option(Outcome):
    """One of the answers to choose from."""

    id: Slug = Field(description="Mã của lựa chọn; đã dùng thì không đổi nữa.")
    label: Line = Field(description="Chữ hiện cho người điền.")


class YesNoOption(Outcome):
    """What a yes or a no does, and words of its own for it."""

    label: Line | None = Field(None, description="Chữ thay cho “Có” hoặc “Không”.")


class _Field(ContentModel):
    id: Slug = Field(description="Mã của mục, không trùng trong phiếu; đã dùng thì không đổi nữa.")
    shown_when: Condition | None = Field(None, description="Chỉ hỏi trong trường hợp này.")


class _Question(_Field):
    label: Line = Field(description="Câu hỏi hoặc tên ô.")
    hint: Words | None = Field(None, description="Lời dặn dưới câu hỏi.")
    required: bool = Field(default=False, description="true: phải trả lời.")
    required_message: Line | None = Field(
        None, description="Lời nhắc khi bỏ trống một mục phải trả lời."
    )
    vneid: Line | None = Field(None, description="Tên ô tương ứng trong VNeID, nếu có.")
    personal: bool = Field(
        default=False,
        description="true: cho biết người gửi là ai; cán bộ chỉ xem được khi nêu lý do.",
    )

    @property
    def is_personal(self) -> bool:
        """Whether the answer tells who the sender is."""
        return self.personal


class _Words(_Question):
    min_length: int = Field(
        default=0, ge=0, le=MAX_PARAGRAPH, description="Ít nhất bao nhiêu ký tự."
    )

    def _lengths_agree(self, max_length: int) -> None:
        if self.min_length > max_length:
            raise ValueError("“min_length” lớn hơn “max_length”")


class TextField(_Words):
    """One line of words."""

    kind: Literal["text"] = Field(description="Loại: một dòng chữ.")
    max_length: int = Field(
        default=200, ge=1, le=MAX_TEXT, description="Nhiều nhất bao nhiêu ký tự."
    )
    keyboard: Literal["text", "numeric"] = Field(
        "text", description="Bàn phím điện thoại nên mở: chữ (text) hay số (numeric)."
    )
    autocomplete: Literal["off", "name", "organization", "street-address"] = Field(
        "off", description="Trình duyệt được gợi ý điền gì."
    )

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        self._lengths_agree(self.max_length)
        return self


class ParagraphField(_Words):
    """Several lines of words."""

    kind: Literal["paragraph"] = Field(description="Loại: nhiều dòng chữ.")
    max_length: int = Field(
        default=2000, ge=1, le=MAX_PARAGRAPH, description="Nhiều nhất bao nhiêu ký tự."
    )
    rows: int = Field(default=5, ge=2, le=20, description="Ô cao mấy dòng.")
    offer_position: bool = Field(
        default=False, description="Cho bấm nút để ghi vị trí của điện thoại vào ô."
    )

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        self._lengths_agree(self.max_length)
        return self


class ChoiceField(_Question):
    """One answer of several."""

    kind: Literal["choice"] = Field(description="Loại: chọn một.")
    options: list[Option] = Field(min_length=2, max_length=60, description="Các lựa chọn.")
    widget: Literal["radio", "select"] = Field(
        "radio", description="radio: bày hết ra; select: danh sách xổ xuống."
    )


class ChoicesField(_Question):
    """Any of several answers."""

    kind: Literal["choices"] = Field(description="Loại: chọn nhiều.")
    options: list[Option] = Field(min_length=2, max_length=60, description="Các lựa chọn.")
    max_choices: int | None = Field(None, ge=1, description="Nhiều nhất mấy lựa chọn.")

    @model_validator(mode="after")
    def _limit_makes_sense(self) -> Self:
        if self.max_choices is not None and self.max_choices > len(self.options):
            raise ValueError("“max_choices” nhiều hơn số lựa chọn đang có")
        return self


class YesNoField(_Question):
    """Yes or no, or a box to tick."""

    kind: Literal["yes_no"] = Field(description="Loại: có hoặc không.")
    widget: Literal["radio", "checkbox"] = Field(
        "radio", description="radio: hỏi Có/Không; checkbox: một ô để đánh dấu."
    )
    when_yes: YesNoOption | None = Field(None, description="Chữ, màn hình dừng khi trả lời có.")
    when_no: YesNoOption | None = Field(None, description="Chữ, màn hình dừng khi trả lời không.")

    @model_validator(mode="after")
    def _a_box_may_stay_empty(self) -> Self:
        if self.widget == "checkbox" and (self.required or self.when_no):
            raise ValueError(
                "ô đánh dấu (widget: checkbox) không dùng được “required”, “when_no”; hãy dùng radio"
            )
        return self


class DateField(_Question):
    """A day."""

    kind: Literal["date"] = Field(description="Loại: ngày.")
    not_future: bool = Field(default=False, description="true: không nhận ngày chưa tới.")
    earliest: dt.date | None = Field(None, description="Ngày sớm nhất, dạng 2026-11-24.")
    latest: dt.date | None = Field(None, description="Ngày muộn nhất, dạng 2026-11-24.")

    @model_validator(mode="after")
    def _bounds_agree(self) -> Self:
        if self.earliest and self.latest and self.earliest > self.latest:
            raise ValueError("“earliest” muộn hơn “latest”")
        return self


class TimeField(_Question):
    """A time of day."""

    kind: Literal["time"] = Field(description="Loại: giờ.")


class PhoneField(_Question):
    """A Vietnamese or international phone number."""

    kind: Literal["phone"] = Field(description="Loại: số điện thoại.")

    @property
    def is_personal(self) -> bool:
        """Always: it leads to the sender."""
        return True


class EmailField(_Question):
    """An e-mail address."""

    kind: Literal["email"] = Field(description="Loại: địa chỉ thư điện tử.")

    @property
    def is_personal(self) -> bool:
        """Always: it leads to the sender."""
        return True


class AreaField(_Question):
    """A tổ dân phố of `content/data/areas.yml`."""

    kind: Literal["area"] = Field(description="Loại: tổ dân phố.")
    unknown_label: Line | None = Field(
        None, description="Chữ của lựa chọn “không rõ”, nếu cho phép."
    )


FileType = Literal[
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/heic",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "application/pdf",
]
_RECORDINGS = ("video/", "audio/")


class FilesField(_Question):
    """Files that come with the report; this is only their limits, the intake judges them."""

    kind: Literal["files"] = Field(description="Loại: tệp gửi kèm (ảnh, phim, ghi âm, PDF).")
    max_files: int = Field(ge=1, le=10, description="Nhiều nhất mấy tệp.")
    max_file_mb: int = Field(ge=1, le=50, description="Mỗi ảnh, mỗi PDF nặng nhất bao nhiêu MB.")
    max_recording_mb: int | None = Field(
        None,
        ge=1,
        le=100,
        description="Mỗi phim, ghi âm nặng nhất bao nhiêu MB; bỏ trống: như ảnh.",
    )
    types: list[FileType] = Field(min_length=1, description="Các loại tệp được nhận.")
    offer_original: bool = Field(
        default=False, description="Hỏi người gửi có muốn giữ thêm bản gốc, chưa làm sạch, không."
    )

    @property
    def max_file_bytes(self) -> int:
        """The size of the largest picture or document taken, in bytes."""
        return self.max_file_mb * BYTES_PER_MB

    @property
    def max_recording_bytes(self) -> int:
        """The size of the largest film or sound taken, in bytes."""
        return (self.max_recording_mb or self.max_file_mb) * BYTES_PER_MB

    @property
    def takes_recordings(self) -> bool:
        """Whether films or sound are taken."""
        return any(name.startswith(_RECORDINGS) for name in self.types)

    @property
    def takes_more_than_pictures(self) -> bool:
        """Whether anything but pictures is taken."""
        return any(not name.startswith("image/") for name in self.types)


class ConsentField(ContentModel):
    """Consent: always unticked at first, always required."""

    kind: Literal["consent"] = Field(description="Loại: sự đồng ý.")
    id: Slug = Field(description="Mã của mục.")
    label: Line = Field(description="Câu đứng cạnh ô đánh dấu.")
    text: Paragraphs = Field(description="Điều người gửi đồng ý: dữ liệu gì, để làm gì, ai đọc.")
    link: Link | None = Field(None, description="Đường dẫn đọc thêm.")
    required_message: Line | None = Field(None, description="Lời nhắc khi chưa đánh dấu.")

    @property
    def shown_when(self) -> None:
        """Consent is never conditional."""


class NoteField(Message):
    """Words between the questions."""

    kind: Literal["note"] = Field(description="Loại: lời dặn.")
    id: Slug = Field(description="Mã của mục.")
    shown_when: Condition | None = Field(None, description="Chỉ hiện trong trường hợp này.")


FieldSpec = Annotated[
    TextField
    | ParagraphField
    | ChoiceField
    | ChoicesField
    | YesNoField
    | DateField
    | TimeField
    | PhoneField
    | EmailField
    | AreaField
    | FilesField
    | ConsentField
    | NoteField,
    Field(discriminator="kind"),
]
ChoiceSpec = ChoiceField | ChoicesField


def options_of(spec: FieldSpec) -> dict[str, Option]:
    """Return what can be chosen in `spec` by its mark, in order; nothing where words are typed.

    A yes/no question has the marks `co` and `khong`.
    """
    if isinstance(spec, ChoiceSpec):
        return {option.id: option for option in spec.options}
    if isinstance(spec, YesNoField):
        given = {YES: (YES_LABEL, spec.when_yes), NO: (NO_LABEL, spec.when_no)}
        return {mark: _yes_no_option(mark, words, own) for mark, (words, own) in given.items()}
    return {}


def _yes_no_option(mark: str, words: str, own: YesNoOption | None) -> Option:
    if own is None:
        return Option(id=mark, label=words)
    return Option(
        id=mark, label=own.label or words, hint=own.hint, stop=own.stop, urgent=own.urgent
    )


def messages_of(spec: FieldSpec) -> Iterable[Message]:
    """Return every message that `spec` may show, stop screens included."""
    if isinstance(spec, NoteField):
        yield spec
    for option in options_of(spec).values():
        if option.stop is not None:
            yield option.stop
