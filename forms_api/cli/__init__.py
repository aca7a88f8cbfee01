"""The command line: `python -m forms_api <command>`.

Exit codes: 0 done, 1 refused or failed (one clear message on stderr), 2 wrong use.
"""

from __future__ import annotations

from typing import Any

import click

from forms_api.cli.content import forms
from forms_api.cli.installing import check, init
from forms_api.cli.keeping import audit, backup, purge, restore
from forms_api.cli.people import officers, tokens
from forms_api.cli.pull import pull
from forms_api.cli.running import serve, worker
from forms_api.cli.words import explain
from forms_api.errors import FormsError


class Group(click.Group):
    """Commands whose refusals end in one message and exit code 1, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click types it
        """Run the command."""
        try:
            return super().invoke(ctx)
        except FormsError as error:
            raise click.ClickException(explain(error)) from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The form service: residents' reports in a sealed, durable queue."""


for command in (
    init,
    serve,
    worker,
    check,
    officers,
    tokens,
    forms,
    pull,
    backup,
    restore,
    audit,
    purge,
):
    main.add_command(command)
