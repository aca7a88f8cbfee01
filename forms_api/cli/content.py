"""`forms check` and `forms schema`: for the person who edits `content/forms/`."""

from __future__ import annotations

import click

from forms_api.cli.context import as_json, print_json
from forms_api.errors import ContentError
from forms_api.forms.definition import load_definitions
from forms_api.forms.schema import json_schema
from forms_api.settings import read_settings


@click.group()
def forms() -> None:
    """The forms in content/forms/: check, schema."""


@forms.command("check")
@as_json
def check_forms(*, as_json: bool) -> None:
    """Report every mistake of every form with its file and line."""
    settings = read_settings()
    try:
        found = load_definitions(settings.content_dir)
    except ContentError as error:
        if as_json:
            print_json(
                [{"file": p.file, "line": p.line, "message": p.message} for p in error.problems]
            )
            raise SystemExit(1) from None
        raise
    if as_json:
        print_json([])
    else:
        for form_id, definition in found.items():
            click.echo(f"ok  {form_id}  version {definition.version}")


@forms.command("schema")
def schema() -> None:
    """Print a JSON Schema by which editors complete and check form definitions."""
    print_json(json_schema())
