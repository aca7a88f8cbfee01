"""`talk`: opened, listed, ended and cleared up at a terminal; `check` names the limits and the talk."""

from __future__ import annotations

import json
from dataclasses import replace

from forms_api.reports.intake import submit
from forms_api.reports.service import ReportService
from forms_api.reports.trials import TALK, is_talk_open
from forms_api.store.installation import queue_recipient
from forms_api.vault.sealing import Recipient
from tests.cli.operators import Operator
from tests.reports.samples import a_submission


def send_a_trial(operator: Operator) -> None:
    """Send a report as somebody at a talk does."""
    database = operator.open_database()
    service = ReportService(database, Recipient(queue_recipient(database)), bytes(32), "XG")
    submit(service, replace(a_submission(), trial=TALK))
    submit(service, a_submission())
    database.close()


def is_open(operator: Operator, code: str) -> bool:
    """Tell whether residents may try the form out with this code."""
    database = operator.open_database()
    try:
        return is_talk_open(database, code)
    finally:
        database.close()


def notes(operator: Operator) -> list[str]:
    """Return what `check` says of the limits."""
    found = json.loads(operator.run("check", "--json").stdout)
    [said] = [item["notes"] for item in found if item["check"] == "limits"]
    return list(said)


def problems(operator: Operator) -> list[str]:
    """Return what `check` finds wrong with the limits."""
    found = json.loads(operator.run("check", "--json").stdout)
    [said] = [item["problems"] for item in found if item["check"] == "limits"]
    return list(said)


def test_a_talk_is_opened_listed_and_ended(operator: Operator) -> None:
    opened = operator.data("talk", "open", "--minutes", "90")
    code = opened["code"]
    held = is_open(operator, code)
    [listed] = operator.data("talk", "list")["talks"]
    ended = operator.run("talk", "end", code)

    assert held
    assert listed["code"] == code
    assert listed["opened_by"].startswith("cli:")
    assert "what is sent from now on is real" in ended.stdout
    assert not is_open(operator, code)
    assert "ended" in operator.run("talk", "list").stdout
    assert code in operator.refusal("talk", "end", code)


def test_a_person_reads_the_code_and_its_end(operator: Operator) -> None:
    said = operator.run("talk", "open").stdout

    assert said.split()[0].isdigit()
    assert "UTC" in said


def test_clearing_removes_trials_alone_and_waits_for_the_talk_to_end(operator: Operator) -> None:
    send_a_trial(operator)
    code = operator.data("talk", "open")["code"]
    refused = operator.refusal("talk", "clear")
    operator.run("talk", "end", code)
    cleared = operator.data("talk", "clear")

    assert f"talk {code} is still held" in refused
    assert cleared == {"removed": 1}
    assert operator.data("talk", "list")["trials"] == 0
    assert "0 trial reports removed" in operator.run("talk", "clear").stdout


def test_check_names_the_limits_in_force_who_shares_them_and_an_open_talk(
    operator: Operator,
) -> None:
    operator.settings["FORMS_SEND_LIMIT"] = "77/hour"
    code = operator.data("talk", "open")["code"]
    said = "\n".join(notes(operator))

    assert "77/hour POSTs of a form, counted in the database, shared by all processes" in said
    assert "30/10 minutes wrong codes" in said
    assert "60/10 minutes" in said
    assert f"code {code}" in said
    assert "77/hour" in operator.run("check").stdout
    assert problems(operator) == []


def test_check_says_when_processes_count_apart_or_nothing_counts(operator: Operator) -> None:
    operator.settings["FORMS_RATELIMIT_STORAGE"] = "memory://"
    assert "each process counts for itself" in notes(operator)[0]
    operator.settings["FORMS_RATELIMIT_STORAGE"] = "redis://:secret@127.0.0.1:9/0"
    [silent] = problems(operator)
    assert "no answer from redis://127.0.0.1:9/0" in silent
    operator.settings["FORMS_RATELIMIT_STORAGE"] = "paper://desk"
    assert problems(operator) == ["FORMS_RATELIMIT_STORAGE: unknown: paper://desk"]
    operator.settings["FORMS_RATELIMIT_ENABLED"] = "0"
    assert "no limit holds" in problems(operator)[0]


def test_limits_that_cannot_be_read_are_named(operator: Operator) -> None:
    operator.settings.update(
        FORMS_SEND_LIMIT="many/hour", FORMS_CROWD_LIMIT="60/minute;100/hour", FORMS_TALK_LIMIT="5"
    )
    said = operator.run("check").stdout

    assert "FORMS_SEND_LIMIT: must be written like 240/hour;1000/day" in said
    assert "FORMS_CROWD_LIMIT: must be written like 60/10 minutes" in said
    assert "FORMS_TALK_LIMIT" in said
