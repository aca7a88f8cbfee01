"""What a form says beside its questions: links, messages, screens that must be read first."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from forms_api.content.yaml_source import ContentModel

Line = Annotated[str, Field(min_length=1, max_length=300)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Paragraphs = Annotated[list[Words], Field(min_length=1, max_length=12)]
NumberId = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if type(value) is int else value),
    Field(min_length=1, max_length=30),
]
Href = Annotated[
    str, Field(pattern=r"^(/([^/\\\s][^\\\s]*)?|https://[^/\s]+(/\S*)?)$", max_length=500)
]


class Link(ContentModel):
    """A link of its own line."""

    label: Line = Field(description="Chữ hiện trên đường dẫn.")
    href: Href = Field(description="Địa chỉ: bắt đầu bằng / (trang của mình) hoặc https://.")


class Message(ContentModel):
    """Something said to the reader, with numbers to call and a way to go on."""

    title: Line | None = Field(None, description="Tiêu đề của đoạn.")
    text: Paragraphs = Field(description="Các đoạn chữ, mỗi dòng một đoạn.")
    call: list[NumberId] = Field(
        default=[], max_length=6, description="Các số gọi được, theo mã trong data/ward.yml."
    )
    link: Link | None = Field(None, description="Một đường dẫn đi tiếp.")


class Notice(Message):
    """A message above the form."""

    tone: Literal["danger", "official", "plain"] = Field(
        "plain",
        description="Sắc thái: danger (nguy hiểm), official (kênh chính thức), plain (thường).",
    )


class Stop(Message):
    """A screen that an answer leads to: another door is the right one, or must be known first."""

    title: Line = Field(description="Tiêu đề của màn hình dừng.")
    may_continue: bool = Field(
        default=False, description="true: đọc xong vẫn gửi tiếp được; false: không gửi được ở đây."
    )
