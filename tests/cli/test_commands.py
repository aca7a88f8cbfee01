"""Every command helps, refuses with one line and an exit code, and never shows a traceback."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from forms_api.cli import COMMANDS, main
from tests.cli.operators import Operator

PRINT_NO_DATA = {
    "serve",
    "worker",
    "officers disable",
    "tokens revoke",
    "talk end",
    "keys remove-recovery",
    "forms schema",
}
"""They print a line for a person, or what is JSON already."""


def leaves(group: click.Group = main, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Give every command that does something, with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


LEAVES = dict(leaves())


def test_every_command_helps(before_init: Operator) -> None:
    told = {words: before_init.run(*words.split(), "--help") for words in ("", *COMMANDS, *LEAVES)}

    assert {"init", "serve", "officers add"} <= told.keys()
    assert [
        f"{words}: exit code {done.exit_code}"
        for words, done in told.items()
        if done.exit_code != 0 or not done.stdout.startswith("Usage: ")
    ] == []


def test_every_command_says_what_it_does() -> None:
    assert LEAVES
    assert [words for words, command in LEAVES.items() if not command.help] == []


def test_every_command_that_prints_data_prints_json_too() -> None:
    options = {
        words: {name for parameter in LEAVES[words].params for name in parameter.opts}
        for words in sorted(LEAVES.keys() - PRINT_NO_DATA)
    }

    assert options
    assert [words for words, known in options.items() if "--json" not in known] == []


def test_wrong_use_is_exit_code_2(before_init: Operator) -> None:
    wrong = ("nonsense", "officers nonsense", "serve --port 0", "backup")
    exit_codes = {words: before_init.run(*words.split()).exit_code for words in wrong}

    assert exit_codes == dict.fromkeys(wrong, 2)


def test_before_init_every_command_names_init(before_init: Operator) -> None:
    needing = ("officers list", "tokens list", "audit verify", "purge", "backup b", "worker --once")
    way_on = "run `python -m forms_api init`"
    said = {words: before_init.refusal(*words.split()) for words in needing}

    assert [words for words, line in said.items() if way_on not in line] == []


def test_settings_that_cannot_be_used_are_all_named(before_init: Operator) -> None:
    before_init.settings.update(FORMS_HTTPS="perhaps", FORMS_TYPO="1")

    said = before_init.refusal("tokens", "list")

    assert "FORMS_HTTPS" in said
    assert "FORMS_TYPO" in said


def test_a_database_that_does_not_answer_is_one_line_without_its_password(
    operator: Operator,
) -> None:
    operator.settings["FORMS_DATABASE_URL"] = "postgresql+psycopg://x:mat-khau@127.0.0.1:1/x"

    said = operator.refusal("tokens", "list")

    assert said.count("\n") == 1
    assert "mat-khau" not in said


def test_a_data_directory_that_cannot_be_made_is_one_line(before_init: Operator) -> None:
    before_init.data_dir.write_text("a file stands in the way")

    assert str(before_init.data_dir) in before_init.refusal("init")


def test_a_defect_is_named_by_kind_and_place_and_never_by_its_words(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_database: object) -> None:
        raise ValueError("words of a report")

    monkeypatch.setattr("forms_api.accounts.tokens.list_tokens", fail)

    said = operator.refusal("tokens", "list")

    assert "ValueError in test_commands.py, line" in said
    assert "words of a report" not in said


def test_ctrl_c_ends_with_the_exit_code_of_an_interrupt(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_database: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("forms_api.accounts.tokens.list_tokens", interrupt)

    assert operator.run("tokens", "list").exit_code == 130


def test_forms_check_names_every_mistake_with_its_line(operator: Operator) -> None:
    content = operator.folder / "content"
    (content / "forms").mkdir(parents=True)
    (content / "forms" / "hong.yml").write_text("title: [\n", encoding="utf-8")
    operator.settings["FORMS_CONTENT_DIR"] = str(content)

    as_json = operator.run("forms", "check", "--json")
    said = operator.refusal("forms", "check")

    assert as_json.exit_code == 1
    assert '"message"' in as_json.stdout
    assert "hong.yml" in said
