"""A form as its editor writes it: `content/forms/<form_id>.yml`, read into a model with a version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from forms_api.content.ward import Slug, load_areas, load_ward
from forms_api.content.yaml_source import ContentModel, YamlSource, read_yaml, validate
from forms_api.errors import ContentError, Problem
from forms_api.forms import messages
from forms_api.forms.checks import KnownFacts, cross_check, is_slug
from forms_api.forms.specs import Condition, ConsentField, FieldSpec, FilesField
from forms_api.forms.wording import Line, Link, Notice, Paragraphs, Words

FORMS_DIR = "forms"
VERSION_DIGITS = 16

Role = Literal["truong-ban", "pho-ban", "thuong-truc", "thanh-vien", "cong-an", "quan-tri"]
"""The officers' roles; the same ids as `forms_api.accounts.permissions.Role`."""


class Section(ContentModel):
    """Fields under one heading."""

    id: Slug = Field(description="Mã của phần, không trùng trong phiếu.")
    title: Line = Field(description="Tiêu đề của phần.")
    hint: Words | None = Field(None, description="Lời dặn dưới tiêu đề.")
    collapsed: bool = Field(
        default=False, description="true: gập lại, ai cần thì mở; chỉ cho phần không bắt buộc."
    )
    shown_when: Condition | None = Field(None, description="Chỉ hỏi phần này trong trường hợp này.")
    fields: list[FieldSpec] = Field(min_length=1, description="Các mục trong phần.")


class FieldRoles(ContentModel):
    """Which fields mean something to the desk."""

    category: Slug | None = Field(
        None, description="Mục cho biết loại việc (choice hoặc choices); để sắp xếp và đếm."
    )
    area: Slug | None = Field(
        None, description="Mục cho biết tổ dân phố (area); để sắp xếp và đếm."
    )
    contact: list[Slug] = Field(
        default=[], description="Các mục cho biết người gửi là ai; bỏ trống hết là ẩn danh."
    )


class Routing(ContentModel):
    """Whose work these reports are."""

    to: list[Role] = Field(min_length=1, description="Vai trò nào xử lý phiếu.")


class Notifications(ContentModel):
    """Who is told that a report waits; never of what is in it."""

    to: list[Role] = Field(description="Vai trò nào được báo khi có phiếu mới; [] là không báo.")


class ReceiptText(ContentModel):
    """What the receipt says beside reference and code."""

    text: Paragraphs = Field(description="Các đoạn trên biên nhận.")
    link: Link | None = Field(None, description="Đường dẫn đọc thêm.")


class Retention(ContentModel):
    """How long reports are kept after their end."""

    days: int | None = Field(
        ge=1,
        le=36_500,
        description="Giữ bao nhiêu ngày sau khi xong; null là phường chưa quyết định.",
    )


class FormBody(ContentModel):
    """Everything that stands in the file."""

    title: Line = Field(description="Tên của phiếu.")
    description: Line = Field(description="Một câu cho máy tìm kiếm và khi chia sẻ.")
    introduction: list[Notice] = Field(default=[], description="Điều phải đọc trước khi điền.")
    sender: Literal["public"] | Role = Field(
        description="Ai được gửi: public là mọi người; hoặc một vai trò."
    )
    sections: list[Section] = Field(min_length=1, description="Các phần của phiếu, theo thứ tự.")
    roles: FieldRoles = Field(default=FieldRoles(), description="Mục nào dùng để sắp xếp.")
    routing: Routing = Field(description="Phiếu về đâu.")
    notifications: Notifications = Field(description="Báo cho ai khi có phiếu mới.")
    submit_label: Line = Field(description="Chữ trên nút gửi.")
    receipt: ReceiptText = Field(description="Lời trên biên nhận.")
    retention: Retention = Field(description="Giữ phiếu bao lâu.")


class FormDefinition(FormBody):
    """A checked form with its id (the file's name) and its versions."""

    form_id: Slug

    @cached_property
    def version(self) -> str:
        """16 hex digits that change whenever the content does; comments and order of keys do not."""
        return _digest(self.model_dump(mode="json", exclude_defaults=True))

    @cached_property
    def consent_version(self) -> str:
        """16 hex digits that change whenever the words that people agree to do."""
        return _digest(
            [
                spec.model_dump(mode="json", include={"label", "text", "link"})
                for spec in self.fields()
                if isinstance(spec, ConsentField)
            ]
        )

    def fields(self) -> Iterator[FieldSpec]:
        """Yield every field in order, notes included."""
        for section in self.sections:
            yield from section.fields

    @property
    def files_field(self) -> FilesField | None:
        """The field that takes pictures, with its limits."""
        return next((spec for spec in self.fields() if isinstance(spec, FilesField)), None)

    @property
    def is_public(self) -> bool:
        """Whether anybody may send it."""
        return self.sender == "public"


def _digest(content: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:VERSION_DIGITS]


def load_definitions(content_dir: Path) -> dict[str, FormDefinition]:
    """Return every form by its id. Raises ContentError with every mistake of every form."""
    found, problems = _read_all(content_dir)
    if problems:
        raise ContentError(problems)
    return found


def load_public_ids(content_dir: Path) -> list[str]:
    """Return the ids of the forms that residents may open. Raises ContentError."""
    definitions = load_definitions(content_dir)
    return [form_id for form_id, definition in definitions.items() if definition.is_public]


def check_forms(content_dir: Path) -> list[Problem]:
    """Return every mistake of every form, in the order of files and lines; none means ready."""
    return sorted(set(_read_all(content_dir)[1]))


def _read_all(content_dir: Path) -> tuple[dict[str, FormDefinition], list[Problem]]:
    problems: list[Problem] = []
    known = KnownFacts(numbers=None, areas=None)
    try:
        ward, areas = load_ward(content_dir), load_areas(content_dir)
        known = KnownFacts(frozenset(ward.numbers), frozenset(area.id for area in areas.areas))
    except ContentError as error:
        problems += error.problems
    found: dict[str, FormDefinition] = {}
    folder = content_dir / FORMS_DIR
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        problems.append(Problem(folder, 1, messages.EMPTY_FOLDER))
    for path in paths:
        try:
            found[path.stem] = read_definition(path, known)
        except ContentError as error:
            problems += error.problems
    return found, problems


def read_definition(path: Path, known: KnownFacts) -> FormDefinition:
    """Return the form in the file at `path`. Raises ContentError with every mistake.

    What refers to something else is checked even where other parts of the file cannot be read.
    """
    source = read_yaml(path)
    problems = cross_check(source, known)
    if not is_slug(path.stem):
        problems.append(source.problem((), messages.BAD_FILE_NAME.format(id=path.stem)))
    body: FormBody | None = None
    try:
        body = validate(source, FormBody)
    except ContentError as error:
        problems += error.problems
    if body is None or problems:
        raise ContentError(problems)
    return _named(source, path.stem)


def _named(source: YamlSource, form_id: str) -> FormDefinition:
    return FormDefinition.model_validate({**source.data, "form_id": form_id})
