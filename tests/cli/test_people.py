"""`officers` and `tokens`: keys are handed on by somebody who can open the queue, and shown once."""

from __future__ import annotations

import pytest

from forms_api.accounts.officers import unlock
from forms_api.accounts.tokens import authenticate
from forms_api.errors import UnauthenticatedError
from forms_api.vault.sealing import generate_identity
from tests.cli.operators import Operator

NEW = ("officers", "add", "--name", "Bình", "--role", "cong-an")


def opens(operator: Operator, *, name: str, password: str) -> bool:
    """Tell whether this officer opens this operator's queue with the password."""
    database = operator.open_database()
    try:
        identity = unlock(database, name=name, password=password)
    except UnauthenticatedError:
        return False
    else:
        return identity.recipient == operator.identity.recipient
    finally:
        database.close()


def test_an_officer_added_with_the_recovery_key_opens_the_queue(operator: Operator) -> None:
    made = operator.data(*NEW, "--identity-file", operator.key_file())

    assert made["officer"] == "Bình"
    assert opens(operator, name="Bình", password=made["password"])


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_an_officer_added_by_a_colleague_s_piped_password_opens_the_queue(
    operator: Operator, ending: str
) -> None:
    made = operator.data(*NEW, "--by", "quan-tri", typed=operator.password + ending)

    assert opens(operator, name="Bình", password=made["password"])


def test_a_reset_by_a_colleague_replaces_the_password(operator: Operator) -> None:
    first = operator.data(*NEW, "--identity-file", operator.key_file())
    again = operator.data(
        "officers", "reset", "--name", "Bình", "--by", "quan-tri", typed=operator.password
    )

    assert opens(operator, name="Bình", password=again["password"])
    assert not opens(operator, name="Bình", password=first["password"])


def test_a_reset_with_the_recovery_key_works_when_every_password_is_lost(
    operator: Operator,
) -> None:
    again = operator.data(
        "officers", "reset", "--name", "quan-tri", "--identity-file", operator.key_file()
    )

    assert opens(operator, name="quan-tri", password=again["password"])


@pytest.mark.parametrize("ways", [[], ["--by", "quan-tri", "--identity-file", "KEY"]])
def test_without_exactly_one_way_to_unlock_it_is_wrong_use(
    operator: Operator, ways: list[str]
) -> None:
    given = [operator.key_file() if way == "KEY" else way for way in ways]

    assert operator.run(*NEW, *given).exit_code == 2


def test_a_wrong_password_adds_nobody(operator: Operator) -> None:
    assert "wrong name or password" in operator.refusal(*NEW, "--by", "quan-tri", typed="sai\n")
    assert len(operator.data("officers", "list")) == 1


def test_no_password_at_all_is_said(operator: Operator) -> None:
    assert "no password of quan-tri" in operator.refusal(*NEW, "--by", "quan-tri")


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

    assert not opens(operator, name="quan-tri", password=operator.password)
    assert "disabled" in operator.run("officers", "list").stdout
    assert operator.data("officers", "list")[0]["disabled_at"]


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
