"""What editors teach the search: words that people type, words that say nothing, numbers for danger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Annotated, Self

from pydantic import Field, model_validator

from forms_api.content.ward import Text
from forms_api.content.yaml_source import ContentModel, YamlSource
from forms_api.errors import Problem

Phrase = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\w+( \w+)*$")]
Phrases = Annotated[list[Phrase], Field(min_length=1, max_length=40)]
Address = Annotated[str, Field(pattern=r"^/([a-z0-9-]+/)*$")]
Label = Annotated[str, Field(min_length=2, max_length=60)]


class Same(ContentModel):
    """Whoever types one of `typed` looks for `means` as well."""

    typed: Phrases
    means: Phrase


class Urgent(ContentModel):
    """Words of what may be happening now, and the number of ward.yml to call then."""

    words: Phrases
    call: Text


class Place(ContentModel):
    """An address that the form service serves, in words to find it by."""

    address: Address
    title: Label
    text: Text


class HelpLink(ContentModel):
    """A way on, shown below every list of results and when nothing was found."""

    address: Address
    label: Label


class SearchWords(ContentModel):
    """`content/data/search.yml`."""

    same: list[Same]
    stop: list[Phrase]
    urgent: list[Urgent]
    places: list[Place]
    help: Annotated[list[HelpLink], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _nothing_is_said_twice(self) -> Self:
        typed = Counter(phrase.lower() for same in self.same for phrase in same.typed)
        twice = [phrase for phrase, count in [*typed.items()] if count > 1]
        twice += [phrase for phrase, count in Counter(self.stop).items() if count > 1]
        if twice:
            raise ValueError(f"viết hai lần: {', '.join(sorted(twice))}")
        return self


def unknown_targets(
    words: SearchWords,
    source: YamlSource,
    *,
    numbers: Collection[str],
    pages: Collection[str],
    served_elsewhere: Collection[str],
) -> list[Problem]:
    """Return a problem for every number and address that `words` names and nobody has."""
    problems = [
        source.problem(("urgent", index, "call"), f"ward.yml không có số “{urgent.call}”")
        for index, urgent in enumerate(words.urgent)
        if urgent.call not in numbers
    ]
    for index, place in enumerate(words.places):
        if place.address not in served_elsewhere:
            said = f"máy chủ phiếu không có địa chỉ “{place.address}”"
            problems.append(source.problem(("places", index, "address"), said))
    for index, link in enumerate(words.help):
        if link.address not in served_elsewhere and link.address not in pages:
            said = f"liên kết tới “{link.address}” không dẫn tới trang nào"
            problems.append(source.problem(("help", index, "address"), said))
    return problems
