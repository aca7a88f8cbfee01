"""Every version of the regulation that the ward has had, in the order of signing.

The first is `content/data/regulation.yml`; each later one is a file of the same form in
`content/data/regulation/`, named for its day of signing. Nothing is ever taken away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from forms_api.content.yaml_source import YamlSource, validate
from forms_api.errors import ContentError, Problem
from site_builder.regulation import Regulation

FIRST = "regulation.yml"
LATER = "regulation"
LIST_ADDRESS = "/quy-che/phien-ban/"


def later_files(data_dir: Path) -> list[Path]:
    """Return the files of the later versions, in the order of their names."""
    return sorted((data_dir / LATER).glob("*.yml"))


def read_versions(first: YamlSource, later: Sequence[YamlSource]) -> tuple[Regulation, ...]:
    """Return every version, oldest first. Raises ContentError with every mistake in any of them."""
    problems: list[Problem] = []
    versions: list[Regulation] = []
    for document in (first, *later):
        try:
            versions.append(validate(document, Regulation))
        except ContentError as error:
            problems += error.problems
            continue
        if document is not first:
            problems += _misplaced(document, versions)
    if problems:
        raise ContentError(problems)
    return tuple(versions)


def version_address(number: int) -> str:
    """Return where the whole text of an older version stands; numbers count from 1."""
    return f"{LIST_ADDRESS}{number}/"


def comparison_address(older: int, newer: int) -> str:
    """Return where two versions are compared."""
    return f"{LIST_ADDRESS}{older}-{newer}/"


def compared_pairs(count: int) -> Iterator[tuple[int, int]]:
    """Yield which versions are compared: each with the next one, and each with the current one."""
    for older in range(1, count):
        yield older, older + 1
        if older + 1 < count:
            yield older, count


def _misplaced(document: YamlSource, versions: Sequence[Regulation]) -> Iterator[Problem]:
    """Yield a problem where a file's name is not its day, or its day is not after all others."""
    signed = versions[-1].signed
    if document.path.stem != signed.isoformat():
        words = f"tên tệp phải là ngày ký: {signed.isoformat()}.yml"
        yield document.problem(("signed",), words)
    if any(signed <= other.signed for other in versions[:-1]):
        yield document.problem(("signed",), "ngày ký phải sau ngày ký của các bản trước")
