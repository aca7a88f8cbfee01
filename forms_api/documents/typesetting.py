"""PDF files set by Typst from a template and plain values, alike on every machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from forms_api.documents.template_files import TEMPLATES_DIR

if TYPE_CHECKING:
    import typst


def typeset(template: str, values: Mapping[str, object]) -> bytes:
    """Return the PDF that a template makes of `values`, which come to it as text, never as markup."""
    import typst  # noqa: PLC0415 - 7 MB that only who prints needs

    made = typst.compile(
        TEMPLATES_DIR / template,
        format="pdf",
        font_paths=_own_fonts(),
        sys_inputs={"sheet": json.dumps(values, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made


@cache
def _own_fonts() -> typst.Fonts:
    """Return the fonts of the typesetter's own package: the machine's may lack Vietnamese letters."""
    import typst  # noqa: PLC0415 - see above

    return typst.Fonts(include_system_fonts=False)
