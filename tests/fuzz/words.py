"""Any text at all as a form's definition, as answers, as a code: judged, and nothing breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from forms_api.errors import ContentError
from forms_api.forms.compiler import CompiledForm, compile_form
from forms_api.forms.definition import read_definition
from forms_api.forms.rendering import render_error_summary, render_fields
from forms_api.vault.receipts import (
    parse_code,
    parse_stub_reference,
)
from tests.forms.small_forms import (
    AREAS,
    DEFINITIONS,
    KNOWN,
    NUMBERS,
    TODAY,
    report_form,
    small_form,
)

_MAX_PAIRS = 500
_PREFIX = "XG"


def make_definitions(folder: Path) -> Callable[[bytes], None]:
    """Return what reads an input as a form's definition in `folder`, and uses what was accepted."""
    path = folder / "phieu.yml"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        try:
            definition = read_definition(path, KNOWN)
        except ContentError as error:
            str(error)  # every mistake has words, and a line
            return
        form = compile_form(definition, areas=AREAS, numbers=NUMBERS, today=lambda: TODAY)
        _judge(form, MultiDict(), attachment_count=0)

    return read


def make_answers() -> Callable[[bytes], None]:
    """Return what posts an input to a form: the first byte chooses it, the second counts the files."""
    names = sorted(path.stem for path in DEFINITIONS.glob("*.yml"))
    forms = [report_form(), *map(small_form, names)]

    def post(data: bytes) -> None:
        form = forms[data[0] % len(forms) if data else 0]
        text = data[2:].decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True)[:_MAX_PAIRS]
        _judge(form, MultiDict(pairs), attachment_count=data[1] % 10 if data[1:] else 0)

    return post


def read_codes(data: bytes) -> None:
    """Read `data` as a follow-up code and as a stub's number: a code as it is shown is read as itself."""
    typed = data.decode("utf-8", "surrogatepass") if _is_text(data) else data.decode("latin-1")
    code = parse_code(typed)
    assert code is None or parse_code(code.reveal()) == code
    assert code is None or len(code.lookup_key) == 32
    reference = parse_stub_reference(_PREFIX, typed)
    assert reference is None or parse_stub_reference(_PREFIX, reference) == reference


def _judge(form: CompiledForm, posted: MultiDict[str, str], *, attachment_count: int) -> None:
    """Judge answers and show them again, whatever they are."""
    judgement = form.judge(posted, attachment_count=attachment_count)
    asked = [question.spec.id for question in form.questions]
    answered = [answer.field_id for answer in judgement.answers]
    assert answered == [field_id for field_id in asked if field_id in answered]
    assert {error.field_id for error in judgement.errors} <= {"", *asked}
    json.dumps([answer.as_json() for answer in judgement.answers]).encode()
    render_fields(form, posted, judgement.errors).encode()
    render_error_summary(form, judgement.errors).encode()


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
