"""The command line: `python -m forms_api <command>`.

Exit codes: 0 done, 1 refused or failed (one clear message on stderr), 2 wrong use, 130 stopped by
Ctrl+C. A command's module is imported when it is called: `init --if-needed` starts in a moment.
"""

from __future__ import annotations

import errno
import importlib
import logging
import sys
from pathlib import Path
from typing import Any

import click

from forms_api.cli.words import explain
from forms_api.errors import FormsError

COMMANDS = {
    "init": "forms_api.cli.installing",
    "serve": "forms_api.cli.running",
    "worker": "forms_api.cli.running",
    "check": "forms_api.cli.checking",
    "officers": "forms_api.cli.people",
    "tokens": "forms_api.cli.people",
    "keys": "forms_api.cli.keys",
    "forms": "forms_api.cli.content",
    "pull": "forms_api.cli.pull",
    "backup": "forms_api.cli.keeping",
    "restore": "forms_api.cli.keeping",
    "audit": "forms_api.cli.keeping",
    "purge": "forms_api.cli.keeping",
    "numbers": "forms_api.cli.numbers",
    "links": "forms_api.cli.links",
    "notices": "forms_api.cli.notices",
    "samples": "forms_api.cli.samples",
    "stubs": "forms_api.cli.stubs",
    "talk": "forms_api.cli.talks",
}
"""Every command and the module that has a click command of the same name."""

INTERRUPTED = 128 + 2


class Group(click.Group):
    """Commands whose refusals end in one message and exit code 1, never in a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which an operator needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click types it
        """Run the command."""
        try:
            return super().invoke(ctx)
        except FormsError as error:
            raise click.ClickException(explain(error)) from error
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # `… | head` ended early: click knows what to do
                raise
            raise click.ClickException(_os_words(error)) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            raise click.ClickException(_defect_words(error)) from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The form service: residents' reports in a sealed, durable queue."""
    # A refusal is told once, by the message above; `serve` and `worker` add a handler that shows more.
    logging.getLogger("forms_api").addHandler(logging.NullHandler())


def _os_words(error: OSError) -> str:
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{reason}: {error.filename}"


def _defect_words(error: Exception) -> str:
    """Name the kind and the place of a defect of ours; its own words may hold a report's."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = ""
    if place is not None:
        where = f" in {Path(place.tb_frame.f_code.co_filename).name}, line {place.tb_lineno}"
    return f"something unforeseen went wrong ({type(error).__name__}{where}); please report it"
