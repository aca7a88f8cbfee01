"""Changes that people care about, written by an editor: as a list on a page and as an Atom feed.

Source: RFC 4287. The feed is small and fixed in form, so it is written with lxml, which the build
has anyway; a feed library would bring two more packages for forty lines.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from lxml import etree
from pydantic import Field, model_validator

from forms_api.content.share import PageAddress
from forms_api.content.ward import Slug, Text, Ward
from forms_api.content.yaml_source import ContentModel
from forms_api.moments import VIETNAM

ADDRESS = "/tin-moi.xml"
PAGE = "/moi/"
ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 30

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Change(ContentModel):
    """Something new or different: when, what, on which page. `id` is its anchor and never changes."""

    id: Slug
    date: dt.date
    title: Annotated[str, Field(min_length=8, max_length=110)]
    page: PageAddress
    words: Text

    @property
    def moment(self) -> str:
        """The start of its day in Vietnam (RFC 3339)."""
        return dt.datetime.combine(self.date, dt.time(), VIETNAM).isoformat()


class Changes(ContentModel):
    """`content/data/changes.yml`."""

    changes: list[Change]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [change.id for change in self.changes]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"mã thay đổi bị trùng: {', '.join(twice)}")
        return self

    @property
    def newest_first(self) -> list[Change]:
        """The changes as people read them; those of one day in the order of the file."""
        return sorted(self.changes, key=lambda change: change.date, reverse=True)


def feed_address(ward: Ward, changes: Changes) -> str | None:
    """Return where the feed is; None while the site has no address or nothing to tell."""
    return ADDRESS if ward.site_url and changes.changes else None


def atom(changes: Changes, ward: Ward, *, site_url: str) -> bytes:
    """Return the feed of at least one change."""
    newest = changes.newest_first[:MOST_ENTRIES]
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item] # the stubs know no default namespace
    feed.set(_LANGUAGE, "vi")
    _add(feed, "id", f"{site_url}{PAGE}")
    _add(feed, "title", f"{ward.site_name}: tin mới")
    _add(feed, "updated", newest[0].moment)
    _add(_add(feed, "author"), "name", ward.site_name)
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{site_url}{ADDRESS}")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{site_url}{PAGE}")
    for change in newest:
        entry = _add(feed, "entry")
        _add(entry, "id", f"{site_url}{PAGE}#{change.id}")
        _add(entry, "title", change.title)
        _add(entry, "updated", change.moment)
        _add(entry, "link", rel="alternate", type="text/html", href=f"{site_url}{change.page}")
        _add(entry, "summary", change.words)
    return etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _add(
    parent: etree._Element, name: str, text: str | None = None, **attributes: str
) -> etree._Element:
    """Return a new child of `parent`."""
    child = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child
