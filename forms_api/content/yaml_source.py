"""YAML files read with line numbers, so that every mistake is reported where the editor made it."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from forms_api.errors import ContentError, Problem

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]

# The same safe loader in C where PyYAML was built with it: ten times as fast.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# pydantic's error types, in words that an editor of the ward understands.
MESSAGES = {
    "missing": "thiếu mục “{name}”",
    "extra_forbidden": "không có mục nào tên “{name}”; hãy kiểm tra chính tả",
    "string_type": "“{name}” phải là chữ; nếu là số hoặc yes/no, hãy đặt trong dấu nháy",
    "string_too_short": "“{name}” quá ngắn, cần ít nhất {min_length} ký tự",
    "string_too_long": "“{name}” quá dài, nhiều nhất {max_length} ký tự",
    "string_pattern_mismatch": "“{name}” không đúng dạng; dạng cần có: {pattern}",
    "int_type": "“{name}” phải là số nguyên",
    "int_parsing": "“{name}” phải là số nguyên",
    "bool_type": "“{name}” phải là true hoặc false",
    "bool_parsing": "“{name}” phải là true hoặc false",
    "list_type": "“{name}” phải là danh sách, mỗi dòng bắt đầu bằng dấu gạch ngang",
    "too_short": "“{name}” cần ít nhất {min_length} mục",
    "too_long": "“{name}” chỉ được có nhiều nhất {max_length} mục",
    "dict_type": "“{name}” phải gồm các mục “tên: giá trị”",
    "model_type": "“{name}” phải gồm các mục “tên: giá trị”",
    "date_type": "“{name}” phải là ngày, viết dạng 2026-11-24",
    "date_from_datetime_parsing": "“{name}” phải là ngày, viết dạng 2026-11-24",
    "date_parsing": "“{name}” phải là ngày, viết dạng 2026-11-24",
    "literal_error": "“{name}” chỉ nhận một trong: {expected}",
    "enum": "“{name}” chỉ nhận một trong: {expected}",
    "union_tag_invalid": "không có loại “{tag}”; các loại có: {expected_tags}",
    "union_tag_not_found": "thiếu mục “{discriminator}” cho biết loại",
    "greater_than_equal": "“{name}” phải từ {ge} trở lên",
    "less_than_equal": "“{name}” phải từ {le} trở xuống",
    "greater_than": "“{name}” phải lớn hơn {gt}",
    "value_error": "{reason}",
}


NOT_A_NAME = "tên của một mục phải là chữ, không phải danh sách hay nhóm mục"
TOO_DEEP = "các mục lồng vào nhau quá sâu"
NO_ALIAS = "không dùng được dấu * để lặp lại mục khác; hãy viết lại cả mục"
NO_TAG = "không dùng được dấu ! để đặt kiểu"
MAX_DEPTH = 40
"""So many parts may stand in each other: the reader calls itself for each, and the process has an end."""


class ContentModel(BaseModel):
    """The base of every model of edited content: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class YamlSource:
    """A YAML document's data (text in NFC) and the line, from 1, of each key and list entry."""

    path: Path
    data: Any
    lines: dict[Location, int]

    def line_of(self, location: Iterable[str | int]) -> int:
        """Return the line of the deepest part of `location` that stands in the file."""
        known: Location = ()
        for part in location:
            if (*known, part) in self.lines:
                known = (*known, part)
        return self.lines.get(known, 1)

    def problem(self, location: Iterable[str | int], message: str) -> Problem:
        """Return a mistake at `location`."""
        return Problem(self.path, self.line_of(location), message)


def parse_yaml(text: str, path: Path, *, first_line: int = 1) -> YamlSource:
    """Return the document in `text`, which starts at line `first_line` of `path`.

    Raises ContentError when the text is not YAML, repeats a key, or uses what no file here needs: tags,
    aliases, keys that are no words, parts in each other beyond `MAX_DEPTH`.
    """
    lines: dict[Location, int] = {}
    problems: list[Problem] = []
    text = unicodedata.normalize("NFC", text)
    loader = _Loader(text)
    try:
        _check_plain(text, path, first_line)
        node = loader.get_single_node()
        if node is None:
            return YamlSource(path, {}, lines)
        _walk(node, (), _Walk(path, first_line, lines, problems))
        if problems:
            raise ContentError(problems)
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        last = max(len(text.splitlines()) - 1, 0)  # what never ends is told of behind the end
        line = first_line + (min(mark.line, last) if mark else 0)
        raise ContentError([Problem(path, line, f"không đọc được YAML: {error.problem}")]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ContentError([Problem(path, first_line, f"không đọc được YAML: {error}")]) from None
    finally:
        loader.dispose()
    return YamlSource(path, data, lines)


def _check_plain(text: str, path: Path, first_line: int) -> None:
    """Raise ContentError for what would make the reader fail, loop, or unfold without end.

    Before anything is put together: this looks at one event after the other.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = first_line + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise ContentError([Problem(path, line, TOO_DEEP)])
        if isinstance(event, yaml.AliasEvent):
            raise ContentError([Problem(path, line, NO_ALIAS)])
        if getattr(event, "tag", None) is not None:
            raise ContentError([Problem(path, line, NO_TAG)])


@dataclass(frozen=True)
class _Walk:
    path: Path
    first_line: int
    lines: dict[Location, int]
    problems: list[Problem]


def _walk(node: yaml.Node, location: Location, walk: _Walk) -> None:
    """Note the line of every key and list entry below `node`; a repeated key is a problem."""
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            line = walk.first_line + key.start_mark.line
            if not isinstance(key, yaml.ScalarNode):
                walk.problems.append(Problem(walk.path, line, NOT_A_NAME))
                continue
            if key.value in seen:
                walk.problems.append(Problem(walk.path, line, f"mục “{key.value}” viết hai lần"))
            seen.add(key.value)
            walk.lines[(*location, key.value)] = line
            _walk(value, (*location, key.value), walk)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            walk.lines[(*location, index)] = walk.first_line + value.start_mark.line
            _walk(value, (*location, index), walk)


def read_yaml(path: Path) -> YamlSource:
    """Return the document in the file at `path`. Raises ContentError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError([Problem(path, 1, "không tìm thấy tệp này")]) from None
    except UnicodeDecodeError:
        raise ContentError([Problem(path, 1, "tệp phải được lưu với mã UTF-8")]) from None
    return parse_yaml(text, path)


def validate(source: YamlSource, model: type[Model]) -> Model:
    """Return `source` as `model`. Raises ContentError with every mistake and its line."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise ContentError(
            [source.problem(detail["loc"], _words(detail)) for detail in error.errors()]
        ) from None


def load(path: Path, model: type[Model]) -> Model:
    """Return the file at `path` as `model`. Raises ContentError with every mistake and its line."""
    return validate(read_yaml(path), model)


def _words(detail: ErrorDetails) -> str:
    name = next((str(part) for part in reversed(detail["loc"]) if isinstance(part, str)), "tệp")
    context = {key: str(value) for key, value in detail.get("ctx", {}).items()}
    template = MESSAGES.get(detail["type"], "“{name}” không đúng: {reason}")
    reason = context.get("error", detail["msg"])
    return template.format_map({"name": name, "reason": reason, **context})
