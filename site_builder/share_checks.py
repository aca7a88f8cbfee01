"""Mistakes in what is shared that one file alone does not show, with the line where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from forms_api.content.share import Share, short_links
from forms_api.content.ward import Areas, Ward
from forms_api.content.yaml_source import YamlSource
from forms_api.errors import Problem

MAX_NAME_CHARACTERS = 80
"""The longest name for which there is room on the smallest paper, the sticker."""


def share_problems(
    source: YamlSource, share: Share, areas: Areas, addresses: Collection[str]
) -> list[Problem]:
    """Return the mistakes of share.yml: pages that are not among `addresses`, links of one name."""
    problems = [
        source.problem(("pages", index, "page"), f"không có trang nào ở “{page.page}”")
        for index, page in enumerate(share.pages)
        if page.page not in addresses
    ]
    pages = [page.page for page in share.pages]
    problems += [
        source.problem(("pages", index, "page"), f"trang “{page}” đã được chia sẻ ở trên")
        for index, page in enumerate(pages)
        if page in pages[:index]
    ]
    for index in range(len(share.pages)):
        before = share.model_copy(update={"pages": share.pages[: index + 1]})
        try:
            short_links(before, areas)
        except ValueError as error:
            problems.append(source.problem(("pages", index, "id"), str(error)))
            break
    return problems


def name_problems(
    ward_source: YamlSource, ward: Ward, area_source: YamlSource, areas: Areas
) -> Iterator[Problem]:
    """Yield a problem for every name that would not fit on paper."""
    words = f"tên dài quá {MAX_NAME_CHARACTERS} ký tự, không in vừa tờ giấy"
    if len(ward.site_name) > MAX_NAME_CHARACTERS:
        yield ward_source.problem(("site_name",), words)
    for key in ("ward", "police"):
        if len(getattr(ward.current, key)) > MAX_NAME_CHARACTERS:
            yield ward_source.problem(("current", key), words)
    for index, area in enumerate(areas.areas):
        if len(area.name) > MAX_NAME_CHARACTERS:
            yield area_source.problem(("areas", index, "name"), words)
