"""What operators read names every command, sub-command and setting, and nothing that is not there."""

from __future__ import annotations

import re

import click

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


def sub_commands() -> list[tuple[str, str]]:
    """Return every command with each of its sub-commands."""
    context = click.Context(main)
    groups = ((name, main.get_command(context, name)) for name in COMMANDS)
    return [
        (name, sub)
        for name, group in groups
        if isinstance(group, click.Group)
        for sub in group.list_commands(context)
    ]


def first_cell(command: str) -> str:
    """Return what the row of a command names; a command without a row has nothing."""
    rows = [line for line in OPERATING.splitlines() if line.startswith(f"| `{command} ")]
    return rows[0].split("|")[1] if rows else ""


def test_every_command_has_its_row() -> None:
    assert COMMANDS
    assert [
        command
        for command in COMMANDS
        if not re.search(rf"^\| `{command}\b", OPERATING, re.MULTILINE)
    ] == []


def test_every_sub_command_stands_in_its_commands_row() -> None:
    assert sub_commands()
    assert [
        f"{command} {sub}"
        for command, sub in sub_commands()
        if not re.search(rf"\b{sub}\b", first_cell(command))
    ] == []


def test_no_row_tells_of_a_command_that_is_not_there() -> None:
    told = set(re.findall(r"python -m forms_api ([a-z]+)", OPERATING + README))

    assert told
    assert COMMAND_ROWS.keys() == set(COMMANDS)
    assert sorted(told - set(COMMANDS)) == []


def test_every_setting_has_its_row_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(FORMS_\w+)` \|(.*)\|$", OPERATING, re.MULTILINE))
    defaults = {
        setting: "".join(re.findall(r"\(([^()]+)\)$", description))
        for setting, description in DESCRIPTIONS.items()
    }

    assert any(defaults.values())
    assert [
        f"{setting} ({default})"
        for setting, default in defaults.items()
        if setting not in rows or default not in rows[setting]
    ] == []


def test_no_setting_is_told_of_that_is_not_there() -> None:
    told = set(re.findall(r"\bFORMS_[A-Z_]+[A-Z]\b", OPERATING + README + MAKEFILE))

    assert told
    assert sorted(told - set(DESCRIPTIONS) - {f"{name}_FILE" for name in DESCRIPTIONS}) == []


def test_the_two_commands_of_the_readme_are_in_the_makefile() -> None:
    start = README.partition("## Start")[2].partition("```sh")[2].partition("```")[0]
    told = re.findall(r"^make (\w+)", start, re.MULTILINE)

    assert told == ["run", "test"]
    for target in told:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


def test_links_between_the_pages_lead_somewhere() -> None:
    pages = {
        path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))
    }
    links = [
        (page, ROOT / "docs" / target, target)
        for page, text in pages.items()
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    ]
    paths = [
        (page, ROOT / target, target)
        for page, text in pages.items()
        for target in re.findall(r"`((?:docs|deploy|tests|forms_api)/[\w./-]+)`", text)
    ]

    assert links
    assert paths
    assert [
        f"{page}: {target}" for page, path, target in (*links, *paths) if not path.exists()
    ] == []


def test_every_option_that_is_told_of_is_there() -> None:
    told = set(re.findall(r"(?<= )--[a-z-]+", OPERATING))
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

    assert told
    assert sorted(told - known) == []
