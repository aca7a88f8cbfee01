"""Word documents filled from the templates under `templates/documents/`."""

from __future__ import annotations

import io
from collections.abc import Mapping

from jinja2 import Environment, StrictUndefined

from forms_api.documents.template_files import TEMPLATES_DIR

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def fill(template: str, values: Mapping[str, object]) -> bytes:
    """Return the template with `values` in it: markup among them stays words, a gap is an error."""
    import docxtpl  # noqa: PLC0415 - 17 MB that only who makes a document needs

    document = docxtpl.DocxTemplate(TEMPLATES_DIR / template)
    words = Environment(autoescape=True, undefined=StrictUndefined)
    document.render(dict(values), jinja_env=words, autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
