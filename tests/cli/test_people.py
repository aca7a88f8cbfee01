"""`officers` and `tokens`: keys are handed on by somebody who can open the queue, and shown once."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from forms_api.accounts.tokens import authenticate
from forms_api.vault.sealing import generate_identity
from tests.cli.operators import Colleague, Operator

NEW = ("officers", "add", "--name", "Bình", "--role", "cong-an")
PASSWORD = "mật khẩu của Bình đây"


def joined(operator: Operator) -> Colleague:
    """Return Bình, who was invited with the recovery key and signed up."""
    shown = operator.data(*NEW, "--identity-file", operator.key_file())
    return operator.accept(shown["invitation"], password=PASSWORD)


def test_an_officer_invited_with_the_recovery_key_opens_the_queue(operator: Operator) -> None:
    shown = operator.data(*NEW, "--identity-file", operator.key_file())
    person = operator.accept(shown["invitation"], password=PASSWORD)

    assert list(shown) == ["officer", "invitation"]
    assert (shown["officer"], person.name) == ("Bình", "Bình")
    assert operator.opens(person)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_officer_invited_by_a_colleague_s_piped_password_and_code_opens_the_queue(
    operator: Operator, ending: str
) -> None:
    typed = operator.colleague.typed(ending=ending)
    shown = operator.data(*NEW, "--by", "quan-tri", typed=typed)

    assert operator.opens(operator.accept(shown["invitation"], password=PASSWORD))


def test_a_colleague_s_code_unlocks_once(operator: Operator) -> None:
    typed = operator.colleague.typed()
    operator.data(*NEW, "--by", "quan-tri", typed=typed)

    again = operator.refusal("officers", "reset", "--name", "Bình", "--by", "quan-tri", typed=typed)
    assert "wrong name, password or code" in again


def test_an_invitation_is_told_to_a_person_in_both_languages(operator: Operator) -> None:
    shown = operator.run(*NEW, "--identity-file", operator.key_file()).stdout

    assert "Mã mời của / invitation code of Bình" in shown
    assert shown.count("/can-bo/loi-moi/") == 2


def test_a_person_s_name_and_part_of_the_work_are_kept(operator: Operator) -> None:
    where = ("--area", "to-1", "--area", "to-2")
    operator.data(
        *NEW, "--full-name", "Lê Văn Bình", *where, "--identity-file", operator.key_file()
    )

    binh = next(each for each in operator.data("officers", "list") if each["name"] == "Bình")
    assert (binh["full_name"], binh["areas"]) == ("Lê Văn Bình", ["to-1", "to-2"])


def test_a_reset_by_a_colleague_replaces_the_password_and_leaves_the_phone(
    operator: Operator,
) -> None:
    before = joined(operator)
    shown = operator.data(
        *("officers", "reset", "--name", "Bình", "--by", "quan-tri"),
        typed=operator.colleague.typed(),
    )
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)):
        after = operator.accept(
            shown["invitation"], password="mật khẩu mới của Bình", phone=before.phone
        )

    assert after.papers == ()
    assert operator.opens(after, code=before.papers[0])
    assert not operator.opens(before, code=before.papers[1])


def test_a_lost_phone_is_replaced(operator: Operator) -> None:
    before = joined(operator)
    shown = operator.data(
        *("officers", "reset", "--name", "Bình", "--lost-phone"),
        *("--identity-file", operator.key_file()),
    )
    after = operator.accept(shown["invitation"], password=PASSWORD)

    assert operator.opens(after)
    assert not operator.opens(before)


def test_a_reset_with_the_recovery_key_works_when_everything_else_is_lost(
    operator: Operator,
) -> None:
    shown = operator.data(
        *("officers", "reset", "--name", "quan-tri", "--lost-phone"),
        *("--identity-file", operator.key_file()),
    )

    assert operator.opens(operator.accept(shown["invitation"], password=PASSWORD))


@pytest.mark.parametrize("ways", [[], ["--by", "quan-tri", "--identity-file", "KEY"]])
def test_without_exactly_one_way_to_unlock_it_is_wrong_use(
    operator: Operator, ways: list[str]
) -> None:
    given = [operator.key_file() if way == "KEY" else way for way in ways]

    assert operator.run(*NEW, *given).exit_code == 2


@pytest.mark.parametrize("wrong", ["password", "code"])
def test_a_wrong_password_or_code_adds_nobody(operator: Operator, wrong: str) -> None:
    right = operator.colleague
    typed = {
        "password": f"sai\n{right.papers[0]}\n",
        "code": f"{right.password}\n000000\n",
    }

    said = operator.refusal(*NEW, "--by", "quan-tri", typed=typed[wrong])
    assert "wrong name, password or code" in said
    assert len(operator.data("officers", "list")) == 1


def test_too_many_wrong_tries_at_the_terminal_must_wait(operator: Operator) -> None:
    now = dt.datetime.now(dt.UTC)
    with time_machine.travel(now, tick=False):
        for _ in range(5):
            operator.refusal(*NEW, "--by", "quan-tri", typed="sai\n000000\n")
        said = operator.refusal(*NEW, "--by", "quan-tri", typed=operator.colleague.typed())

    assert "wait 2 seconds" in said


def test_no_password_or_no_code_at_all_is_said(operator: Operator) -> None:
    assert "no password of quan-tri" in operator.refusal(*NEW, "--by", "quan-tri")
    password_only = f"{operator.colleague.password}\n"
    said = operator.refusal(*NEW, "--by", "quan-tri", typed=password_only)
    assert "no code on the phone of quan-tri" in said


@pytest.mark.parametrize("what", ["another", "no key", "binary"])
def test_a_file_that_holds_another_key_or_none_adds_nobody(operator: Operator, what: str) -> None:
    path = operator.folder / "key"
    contents = {
        "another": generate_identity().reveal().encode(),
        "no key": b"xin chao\n",
        "binary": bytes(range(256)),
    }
    path.write_bytes(contents[what])

    said = operator.refusal(*NEW, "--identity-file", str(path))

    assert "key" in said
    assert len(operator.data("officers", "list")) == 1


def test_a_disabled_officer_opens_nothing_and_is_listed_so(operator: Operator) -> None:
    operator.run("officers", "disable", "--name", "quan-tri")

    assert not operator.opens(operator.colleague)
    assert "disabled" in operator.run("officers", "list").stdout
    assert operator.data("officers", "list")[0]["disabled_at"]


def test_who_has_not_signed_up_yet_is_listed_as_invited(operator: Operator) -> None:
    operator.data(*NEW, "--identity-file", operator.key_file())

    listed = {
        line.split("\t")[0]: line.split("\t")[-1]
        for line in operator.run("officers", "list").stdout.splitlines()
    }
    assert listed == {"Bình": "invited", "quan-tri": "active"}


def test_a_name_nobody_has_is_refused(operator: Operator) -> None:
    assert "there is no “Nobody”" in operator.refusal("officers", "disable", "--name", "Nobody")


def test_a_token_is_printed_as_exactly_one_key_of_json(operator: Operator) -> None:
    made = operator.data("tokens", "add", "--name", "may-truc")

    database = operator.open_database()
    assert list(made) == ["token"]
    assert authenticate(database, made["token"]).name == "may-truc"
    database.close()


def test_a_token_can_be_redirected_into_a_file(operator: Operator) -> None:
    shown = operator.run("tokens", "add", "--name", "may-truc", "--scope", "read").stdout

    database = operator.open_database()
    assert authenticate(database, shown.rstrip("\n")).scopes == {"read"}
    database.close()


def test_a_token_is_listed_without_its_secret_until_it_is_revoked(operator: Operator) -> None:
    secret = operator.data("tokens", "add", "--name", "may-truc")["token"]
    before = operator.run("tokens", "list").stdout
    operator.run("tokens", "revoke", "--name", "may-truc")
    listed = operator.data("tokens", "list")

    assert "may-truc" in before
    assert "revoked" in operator.run("tokens", "list").stdout
    assert listed[0]["revoked_at"]
    assert secret not in before + str(listed)


def test_a_name_that_is_taken_is_refused(operator: Operator) -> None:
    operator.data("tokens", "add", "--name", "may-truc")

    assert "“may-truc” is already there" in operator.refusal("tokens", "add", "--name", "may-truc")
