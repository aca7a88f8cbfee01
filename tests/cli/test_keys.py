"""`keys`: replaced, kept on paper, proven, and shown to a machine only when it is asked for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import select

from forms_api.accounts.queue_keys import FIRST_LABEL
from forms_api.reports.intake import submit
from forms_api.reports.service import ReportService
from forms_api.store.installation import queue_recipient
from forms_api.store.schema import events, reports
from forms_api.vault.sealing import Recipient, generate_identity, identities_from_text, unseal
from tests.cli.operators import Operator
from tests.reports.samples import a_submission


def written(operator: Operator, text: str) -> str:
    """Return the path of a file of the operator's own with this text."""
    path = operator.folder / "key.txt"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def report_comes_in(operator: Operator) -> bytes:
    """Take in a report as a server that was just started does, and return its sealed content."""
    database = operator.open_database()
    try:
        service = ReportService(database, Recipient(queue_recipient(database)), bytes(32), "XG")
        submit(service, a_submission())
        newest = select(reports.c.sealed).order_by(reports.c.sequence.desc()).limit(1)
        with database.read() as connection:
            return bytes(connection.execute(newest).scalar_one())
    finally:
        database.close()


def rotate(operator: Operator) -> str:
    """Replace the queue's key and return the new public one."""
    made = operator.data("keys", "rotate", "--identity-file", operator.key_file())
    assert list(made) == ["recipient"]
    return str(made["recipient"])


def test_keys_are_listed_without_a_private_one(operator: Operator) -> None:
    recipient = rotate(operator)
    listed = operator.data("keys", "list")
    shown = operator.run("keys", "list").stdout

    assert listed["queue"][0]["recipient"] == recipient
    assert [key["retired_at"] is None for key in listed["queue"]] == [True, False]
    assert [key["label"] for key in listed["recovery"]] == [FIRST_LABEL]
    assert not listed["drill_overdue"]
    assert recipient in shown
    assert FIRST_LABEL in shown
    assert "AGE-SECRET-KEY" not in shown + str(listed)


def test_a_new_key_is_told_to_servers_and_machines_and_shown_to_nobody(
    operator: Operator,
) -> None:
    done = operator.run("keys", "rotate", "--by", "quan-tri", typed=operator.colleague.typed())

    assert done.exit_code == 0
    assert "age1" in done.stdout
    assert "AGE-SECRET-KEY" not in done.output
    assert "Start every server of residents again" in done.stderr
    assert "each machine that pulls" in done.stderr
    assert f"the recovery key “{FIRST_LABEL}” was once the queue's key" in done.stderr
    assert operator.opens(operator.colleague, code=operator.colleague.papers[1])


def test_reports_from_before_and_after_open_with_what_is_shown_to_a_machine(
    operator: Operator,
) -> None:
    before = report_comes_in(operator)
    rotate(operator)
    after = report_comes_in(operator)
    done = operator.run("keys", "show", "--identity-file", operator.key_file())

    new, old = identities_from_text(done.stdout)
    assert unseal(after, new) != unseal(before, old)
    assert "warning" in done.stderr
    assert "AGE-SECRET-KEY" not in done.stderr


def test_that_keys_were_shown_is_in_the_log(operator: Operator) -> None:
    operator.data("keys", "show", "--by", "quan-tri", typed=operator.colleague.typed())

    database = operator.open_database()
    with database.read() as connection:
        last = connection.execute(select(events).order_by(events.c.sequence.desc())).first()
    database.close()
    assert last is not None
    assert last.actor.startswith("cli:")
    assert last.action == "queue keys shown"


def test_a_further_recovery_key_is_shown_once_and_opens_the_queue(operator: Operator) -> None:
    rotate(operator)
    made = operator.data(
        *("keys", "add-recovery", "--label", "Két 2", "--identity-file", operator.key_file())
    )
    second = dataclasses.replace(operator, recovery_key=made["recovery_key"])
    shown = second.data("keys", "show", "--identity-file", second.key_file())

    assert made["label"] == "Két 2"
    assert len(shown["keys"]) == 2
    labels = [key["label"] for key in operator.data("keys", "list")["recovery"]]
    assert labels == [FIRST_LABEL, "Két 2"]


def test_a_recovery_key_is_told_to_a_person_in_both_languages(operator: Operator) -> None:
    shown = operator.run(
        *("keys", "add-recovery", "--label", "Két 2", "--identity-file", operator.key_file())
    ).stdout

    assert "KHÓA KHÔI PHỤC / RECOVERY KEY “Két 2”" in shown
    assert shown.count("AGE-SECRET-KEY-1") == 1


def test_the_first_paper_can_be_left_behind_when_somebody_goes(operator: Operator) -> None:
    made = operator.data(
        *("keys", "add-recovery", "--label", "Két 2", "--identity-file", operator.key_file())
    )
    first = operator.data("keys", "list")["recovery"][0]["id"]
    second = dataclasses.replace(operator, recovery_key=made["recovery_key"])
    operator.run("keys", "remove-recovery", "--id", first, "--identity-file", second.key_file())
    done = operator.run("keys", "rotate", "--identity-file", second.key_file())

    assert "was once the queue's key" not in done.stderr
    said = operator.refusal("keys", "rotate", "--identity-file", operator.key_file())
    assert "does not open the queue" in said
    assert operator.opens(operator.colleague)


def test_the_last_recovery_key_stays(operator: Operator) -> None:
    only = operator.data("keys", "list")["recovery"][0]["id"]
    said = operator.refusal(
        *("keys", "remove-recovery", "--id", only, "--identity-file", operator.key_file())
    )

    assert "add another one first" in said
    assert len(operator.data("keys", "list")["recovery"]) == 1


def test_a_drill_opens_a_stored_report_and_notes_the_date(operator: Operator) -> None:
    report_comes_in(operator)
    proven = operator.data("keys", "drill", "--identity-file", operator.key_file())

    assert proven["label"] == FIRST_LABEL
    assert proven["report_opened"].startswith("XG-")
    assert operator.data("keys", "list")["recovery"][0]["checked_at"]
    assert "AGE-SECRET-KEY" not in str(proven)


def test_a_drill_before_the_first_report_proves_the_key(operator: Operator) -> None:
    done = operator.run("keys", "drill", "--identity-file", operator.key_file())

    assert done.exit_code == 0
    assert "no report is kept" in done.stdout


@pytest.mark.parametrize("what", ["another key", "the machine's key"])
def test_a_drill_with_what_is_no_paper_of_this_queue_notes_nothing(
    operator: Operator, what: str
) -> None:
    report_comes_in(operator)
    rotate(operator)
    shown = operator.data("keys", "show", "--identity-file", operator.key_file())["keys"][0]
    text = shown if what == "the machine's key" else generate_identity().reveal()

    operator.refusal("keys", "drill", "--identity-file", written(operator, text))
    assert operator.data("keys", "list")["recovery"][0]["checked_at"] is None


def test_a_drill_fails_where_a_report_stays_closed(operator: Operator) -> None:
    report_comes_in(operator)
    database = operator.open_database()
    database.write(
        lambda connection: connection.execute(reports.update().values(sealed=b"x")).rowcount
    )
    database.close()

    said = operator.refusal("keys", "drill", "--identity-file", operator.key_file())
    assert "stays closed" in said
    assert operator.data("keys", "list")["recovery"][0]["checked_at"] is None


@pytest.mark.parametrize(
    "command",
    [
        ("rotate",),
        ("show",),
        ("add-recovery", "--label", "Két 2"),
        ("remove-recovery", "--id", "x"),
    ],
    ids=lambda command: command[0],
)
def test_nothing_is_done_without_unlocking(operator: Operator, command: tuple[str, ...]) -> None:
    foreign = written(operator, generate_identity().reveal())

    assert operator.run("keys", *command).exit_code == 2
    operator.refusal("keys", *command, "--identity-file", foreign)
    operator.refusal("keys", *command, "--by", "quan-tri", typed="sai\n000000\n")
    assert len(operator.data("keys", "list")["queue"]) == 1


def test_a_file_for_a_machine_is_read_as_it_was_shown(operator: Operator, tmp_path: Path) -> None:
    rotate(operator)
    shown = operator.run("keys", "show", "--identity-file", operator.key_file()).stdout
    path = tmp_path / "machine.txt"
    path.write_text(shown, encoding="utf-8")

    keys = identities_from_text(path.read_text(encoding="utf-8"))
    recipients = [key["recipient"] for key in operator.data("keys", "list")["queue"]]
    assert [key.recipient for key in keys] == recipients
