"""YAML as editors write it is read; what no file here needs, and would harm the reader, is a mistake with a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_api.content.yaml_source import (
    MAX_DEPTH,
    NO_ALIAS,
    NO_TAG,
    NOT_A_NAME,
    TOO_DEEP,
    parse_yaml,
)
from forms_api.errors import ContentError, Problem

PATH = Path("phieu.yml")
DEEP = 100_000
UNWANTED = {
    "a list as a name": ("a: 1\n? [b]\n: c", 2, NOT_A_NAME),
    "a group as a name": ("{a: b}: c", 1, NOT_A_NAME),
    "an alias": ("a: &x [b]\nc: *x", 2, NO_ALIAS),
    "a part that holds itself": ("a: &x [*x]", 1, NO_ALIAS),
    "words doubled ten times over": ("a: &a [b, b]\nc: &c [*a, *a]\nd: [*c, *c]", 2, NO_ALIAS),
    "a moment by force": ("a: !!timestamp x", 1, NO_TAG),
    "yes by force": ("a: b\nc: !!bool x", 2, NO_TAG),
    "an object": ("a: !!python/object:os.system x", 1, NO_TAG),
    "lists in lists": ("[" * DEEP, 1, TOO_DEEP),
    "lists in lists that end": ("[" * DEEP + "]" * DEEP, 1, TOO_DEEP),
    "dashes in dashes": ("- " * DEEP + "x", 1, TOO_DEEP),
    "names in names": ("? " * DEEP, 1, TOO_DEEP),
}


@pytest.mark.parametrize(("text", "line", "words"), UNWANTED.values(), ids=UNWANTED)
def test_what_no_file_needs_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ContentError) as caught:
        parse_yaml(text, PATH)

    assert list(caught.value.problems) == [Problem(PATH, line, words)]


def test_parts_may_stand_in_each_other_as_deep_as_any_editor_goes() -> None:
    depth = MAX_DEPTH - 1
    data = parse_yaml("a: " + "[" * depth + "b" + "]" * depth, PATH).data["a"]

    for _ in range(depth):
        (data,) = data
    assert data == "b"
