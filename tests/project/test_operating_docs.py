"""What operators read names every command, sub-command and setting, and nothing that is not there."""

from __future__ import annotations

import re

import click
import pytest

from build import build_parser
from forms_api.cli import COMMANDS, main
from forms_api.settings import DESCRIPTIONS
from tests.conftest import ROOT

OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMAND_ROWS = {
    row[0]: row[1]
    for row in re.findall(
        r"^\| `(\w+)[^|]*\|(.*)$", OPERATING.partition("## Commands")[2], re.MULTILINE
    )
}


def sub_commands() -> list[str]:
    """Return every `command sub-command`."""
    context = click.Context(main)
    groups = ((name, main.get_command(context, name)) for name in COMMANDS)
    return [
        f"{name} {sub}"
        for name, group in groups
        if isinstance(group, click.Group)
        for sub in group.list_commands(context)
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_row(command: str) -> None:
    assert re.search(rf"^\| `{command}\b", OPERATING, re.MULTILINE)


@pytest.mark.parametrize("words", sub_commands())
def test_every_sub_command_stands_in_its_commands_row(words: str) -> None:
    command, sub = words.split()
    row = next(line for line in OPERATING.splitlines() if line.startswith(f"| `{command} "))

    assert re.search(rf"\b{sub}\b", row.split("|")[1])


def test_no_row_tells_of_a_command_that_is_not_there() -> None:
    assert COMMAND_ROWS.keys() >= set(COMMANDS)
    told = re.findall(r"python -m forms_api ([a-z]+)", OPERATING + README)

    assert set(told) <= set(COMMANDS)


@pytest.mark.parametrize(("setting", "description"), DESCRIPTIONS.items())
def test_every_setting_has_its_row_with_its_default(setting: str, description: str) -> None:
    row = re.search(rf"^\| `{setting}` \|(.*)\|$", OPERATING, re.MULTILINE)
    default = re.search(r"\(([^()]+)\)$", description)

    assert row is not None
    assert default is None or default[1] in row[1]


def test_no_setting_is_told_of_that_is_not_there() -> None:
    told = set(re.findall(r"\bFORMS_[A-Z_]+[A-Z]\b", OPERATING + README + MAKEFILE))

    assert told <= set(DESCRIPTIONS) | {f"{name}_FILE" for name in DESCRIPTIONS}


def test_the_two_commands_of_the_readme_are_in_the_makefile() -> None:
    start = README.partition("## Start")[2].partition("```sh")[2].partition("```")[0]
    told = re.findall(r"^make (\w+)", start, re.MULTILINE)

    assert told == ["run", "test"]
    for target in told:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_links_between_the_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")

    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (ROOT / "docs" / target).exists(), target
    for target in re.findall(r"`((?:docs|deploy|tests|forms_api)/[\w./-]+)`", text):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("option", re.findall(r"(?<= )--[a-z-]+", OPERATING))
def test_every_option_that_is_told_of_is_there(option: str) -> None:
    context = click.Context(main, **main.context_settings)
    known = set(context.help_option_names)
    known |= {text for action in build_parser()._actions for text in action.option_strings}
    commands = [main.get_command(context, name) for name in COMMANDS]
    while commands:
        command = commands.pop()
        assert command is not None
        known |= {opt for parameter in command.params for opt in parameter.opts}
        if isinstance(command, click.Group):
            commands += [command.get_command(context, sub) for sub in command.commands]

    assert option in known
