"""Everything an editor wrote, read once into typed models; every mistake found is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, RootModel, model_validator

from forms_api.content.answers import ReadyAnswer, ReadyAnswers, load_answers
from forms_api.content.deadlines import load_time_rules
from forms_api.content.samples import load_samples
from forms_api.content.share import Share
from forms_api.content.team import Team
from forms_api.content.ward import Areas, SourceId, Text, Ward
from forms_api.content.yaml_source import ContentModel, YamlSource, read_yaml, validate
from forms_api.errors import ContentError, Problem
from forms_api.forms.categories import category_labels
from forms_api.forms.definition import FormDefinition, load_definitions
from site_builder.feed import Changes
from site_builder.page import ContentPage, read_page
from site_builder.regulation import Regulation
from site_builder.regulation_versions import FIRST, later_files, read_versions
from site_builder.search_words import SearchWords
from site_builder.share_checks import name_problems, share_problems

Loaded = TypeVar("Loaded")
Model = TypeVar("Model", bound=BaseModel)

FORM_PREFIX = "/gui/"
HOME = "index.md"
NOT_FOUND = "khong-tim-thay.md"
HANDBOOK = "so-tay-can-bo"
"""The section for officers: public, and kept out of what residents and search engines look through."""
ALL_PAGES = "muc-luc.md"
NEEDS_NETWORK = "khong-co-mang.md"
"""What the service worker and the ZIP show in place of an address that needs the network."""
# The frame of every page links to these.
REQUIRED = (
    HOME,
    NOT_FOUND,
    ALL_PAGES,
    NEEDS_NETWORK,
    "huong-dan/index.md",
    "huong-dan/gui-phan-anh-vneid.md",
    "dung-trang.md",
    "lien-he.md",
    "moi.md",
    "quyen-rieng-tu.md",
    f"{HANDBOOK}/index.md",
)
_NOT_PAGES = ("data", "forms", "images")


class Source(ContentModel):
    """Where a fact is known from. `date` is as printed there; None where none is given."""

    publisher: Text
    title: Text
    date: Text | None = None
    url: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _date_as_text(cls, data: object) -> object:
        """YAML reads 2025-06-30 as a date and 2024 as a number: both are wanted as written."""
        if isinstance(data, dict) and data.get("date") is not None:
            return {**data, "date": str(data["date"])}
        return data


class Sources(RootModel[dict[SourceId, Source]]):
    """`content/data/sources.yml`: the sources by their id."""


@dataclass(frozen=True)
class SiteContent:
    """All of `content/`, checked. `forms` are those that the service will serve, by their id.

    `versions` are all of the regulation, oldest first. `files` are data as their editors wrote them, by
    name, for what is told with its line; `regulation` is the current one's.
    """

    content_dir: Path
    ward: Ward
    areas: Areas
    team: Team
    sources: dict[str, Source]
    versions: tuple[Regulation, ...]
    changes: Changes
    share: Share
    pages: tuple[ContentPage, ...]
    forms: dict[str, FormDefinition]
    answers: tuple[ReadyAnswer, ...]
    search: SearchWords
    files: Mapping[str, YamlSource]

    @property
    def regulation(self) -> Regulation:
        """The regulation's current version."""
        return self.versions[-1]

    @property
    def form_ids(self) -> tuple[str, ...]:
        """The ids of all forms."""
        return tuple(self.forms)

    def section(self, name: str) -> list[ContentPage]:
        """Return the pages of the folder `name` without its index page, in menu order."""
        pages = [page for page in self.pages if page.section == name and page.place.stem != "index"]
        return sorted(pages, key=lambda page: (page.meta.order, page.address))


def load_content(content_dir: Path) -> SiteContent:
    """Return all content below `content_dir`. Raises ContentError with every mistake in any file."""
    problems: list[Problem] = []
    data = content_dir / "data"
    documents = {
        name: _gather(problems, partial(read_yaml, data / f"{name}.yml"))
        for name in ("ward", "areas", "team", "sources", "changes", "share", "search")
    }
    ward = _model(problems, documents["ward"], Ward)
    areas = _model(problems, documents["areas"], Areas)
    team = _model(problems, documents["team"], Team)
    sources = _model(problems, documents["sources"], Sources)
    changes = _model(problems, documents["changes"], Changes)
    papers, versions = _regulation(problems, data)
    share = _model(problems, documents["share"], Share)
    search = _model(problems, documents["search"], SearchWords)
    forms = _gather(problems, partial(load_definitions, content_dir))
    answers = _desk_data(problems, content_dir, forms)
    read = [
        _gather(problems, partial(read_page, path, content_dir))
        for path in _page_files(content_dir)
    ]
    pages = tuple(page for page in read if page is not None)
    if sources is not None:
        fronts = [page.front for page in pages]
        named = [document for document in documents.values() if document is not None]
        problems += _unknown_sources([*named, *papers, *fronts], sources.root)
    problems += _missing_pages(content_dir, pages) if len(pages) == len(read) else []
    if ward is None or areas is None or team is None or changes is None or share is None:
        raise ContentError(problems)
    sources_of = {name: source for name, source in documents.items() if source is not None}
    problems += [
        *name_problems(sources_of["ward"], ward, sources_of["areas"], areas),
        *share_problems(sources_of["share"], share, areas, _shareable(pages, forms)),
    ]
    if problems or sources is None or forms is None or answers is None:
        raise ContentError(problems)
    if search is None:
        raise ContentError(problems)
    files = {name: document for name, document in documents.items() if document is not None}
    return SiteContent(
        content_dir=content_dir,
        ward=ward,
        areas=areas,
        team=team,
        sources=sources.root,
        versions=versions,
        changes=changes,
        share=share,
        pages=pages,
        forms=forms,
        answers=tuple(answers.answers),
        search=search,
        files={**files, "regulation": papers[-1]},
    )


def _regulation(
    problems: list[Problem], data: Path
) -> tuple[list[YamlSource], tuple[Regulation, ...]]:
    """Return the regulation's versions as written and as models; note the mistakes in them."""
    paths = [data / FIRST, *later_files(data)]
    read = [_gather(problems, partial(read_yaml, path)) for path in paths]
    papers = [document for document in read if document is not None]
    if len(papers) < len(read):
        return papers, ()
    versions = _gather(problems, partial(read_versions, papers[0], papers[1:]))
    return papers, versions or ()


def _shareable(pages: tuple[ContentPage, ...], forms: dict[str, FormDefinition] | None) -> set[str]:
    """Return the addresses that residents may be led to: pages of ours and forms for everybody."""
    ours = {page.address for page in pages if page.section != HANDBOOK}
    return ours | {
        f"{FORM_PREFIX}{form_id}/" for form_id, form in (forms or {}).items() if form.is_public
    }


def _desk_data(
    problems: list[Problem], content_dir: Path, forms: dict[str, FormDefinition] | None
) -> ReadyAnswers | None:
    """Note the mistakes in what the same editors write for the officers' desk; return its answers."""
    categories = None if forms is None else category_labels(forms.values())
    _gather(problems, partial(load_time_rules, content_dir, categories=categories))
    _gather(problems, partial(load_samples, content_dir))
    return _gather(problems, partial(load_answers, content_dir))


def _gather(problems: list[Problem], read: Callable[[], Loaded]) -> Loaded | None:
    """Return what `read` returns; note its mistakes in `problems` and return None if it fails."""
    try:
        return read()
    except ContentError as error:
        problems += error.problems
        return None


def _model(
    problems: list[Problem], document: YamlSource | None, model: type[Model]
) -> Model | None:
    """Return `document` as `model`; note its mistakes in `problems` and return None if it fails."""
    return None if document is None else _gather(problems, partial(validate, document, model))


def _page_files(content_dir: Path) -> list[Path]:
    """Return the Markdown files that are pages, in a stable order."""
    files = sorted(content_dir.rglob("*.md"))
    return [path for path in files if path.relative_to(content_dir).parts[0] not in _NOT_PAGES]


def _unknown_sources(documents: list[YamlSource], sources: dict[str, Source]) -> list[Problem]:
    """Return a problem for every reference to a source that sources.yml does not hold."""
    return [
        document.problem((*location, index), f"sources.yml không có nguồn “{source}”")
        for document in documents
        for location in document.lines
        if location[-1] == "sources"
        for index, source in enumerate(_value_at(document.data, location))
        if source not in sources
    ]


def _value_at(data: object, location: tuple[str | int, ...]) -> list[object]:
    """Return the list at `location`, or nothing where the editor wrote something else there."""
    value = data
    for part in location:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
    return value if isinstance(value, list) else []


def _missing_pages(content_dir: Path, pages: tuple[ContentPage, ...]) -> list[Problem]:
    places = {page.place.as_posix() for page in pages}
    return [
        Problem(content_dir / name, 1, "thiếu trang này; menu và trang chủ cần nó")
        for name in REQUIRED
        if name not in places
    ]
