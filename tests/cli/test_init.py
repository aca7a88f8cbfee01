"""`init` makes everything once, shows the key once, and may be killed at any moment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from forms_api.accounts.officers import list_officers
from forms_api.errors import UnauthenticatedError
from forms_api.settings import SECRETS, secret_file_name
from forms_api.store.installation import queue_recipient
from tests.cli.operators import Operator, initialised, mode, newcomer, signed_up
from tests.conftest import ROOT


def test_the_key_it_shows_is_the_queue_s_and_the_invited_person_opens_it(
    tmp_path: Path, empty_database_url: str
) -> None:
    operator = signed_up(
        initialised(newcomer(tmp_path / "new", FORMS_DATABASE_URL=empty_database_url))
    )

    database = operator.open_database()
    try:
        assert queue_recipient(database) == operator.identity.recipient
    finally:
        database.close()
    assert operator.colleague.name == "quan-tri"
    assert operator.opens(operator.colleague)


def test_it_leaves_no_account_that_anybody_can_come_in_with(before_init: Operator) -> None:
    operator = initialised(before_init)

    database = operator.open_database()
    assert [officer.has_signed_up for officer in list_officers(database)] == [False]
    database.close()


def test_the_invitation_it_shows_counts_once(before_init: Operator) -> None:
    operator = signed_up(initialised(before_init))

    with pytest.raises(UnauthenticatedError):
        signed_up(operator)


def test_it_tells_a_person_in_both_languages_to_keep_the_key(before_init: Operator) -> None:
    shown = before_init.run("init").stdout

    assert "KHÓA KHÔI PHỤC / RECOVERY KEY" in shown
    assert "AGE-SECRET-KEY-1" in shown
    assert "Mã mời" in shown
    assert "invitation code" in shown
    assert "/can-bo/loi-moi/" in shown


def test_what_it_makes_is_for_its_user_alone(operator: Operator) -> None:
    keys = operator.data_dir / "keys"

    assert {path.name for path in keys.iterdir()} == {secret_file_name(name) for name in SECRETS}
    assert {mode(path) for path in keys.iterdir()} == {0o600}
    assert {mode(operator.data_dir), mode(keys)} == {0o700}
    assert len({path.read_bytes() for path in keys.iterdir()}) == len(SECRETS)


def test_a_folder_that_holds_something_already_keeps_its_mode(before_init: Operator) -> None:
    before_init.data_dir.mkdir(mode=0o755)
    before_init.data_dir.chmod(0o755)
    (before_init.data_dir / "somebody's").touch()

    before_init.run("init")

    assert mode(before_init.data_dir) == 0o755


def test_again_it_refuses_and_changes_nothing(operator: Operator) -> None:
    said = operator.refusal("init")

    assert "would lose every sealed report" in said
    database = operator.open_database()
    assert queue_recipient(database) == operator.identity.recipient
    database.close()


def test_if_needed_it_says_nothing_where_keys_exist(operator: Operator) -> None:
    done = operator.run("init", "--if-needed")

    assert (done.exit_code, done.output) == (0, "")


def test_if_needed_it_makes_secrets_that_were_lost(operator: Operator) -> None:
    lost = operator.data_dir / "keys" / "public-secret"
    lost.unlink()

    operator.run("init", "--if-needed")

    assert len(lost.read_bytes()) > 32


def test_it_starts_without_loading_what_it_does_not_need() -> None:
    heavy = {"flask", "httpx", "apprise", "granian", "rich", "PIL"}
    asked = "import sys, forms_api.cli.installing; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()

    assert not heavy & set(loaded)


def test_killed_after_showing_the_key_it_begins_anew(
    before_init: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("forms_api.cli.installing._keep", killed)
        lost = json.loads(before_init.run("init", "--json").stdout)
    operator = initialised(before_init)

    assert operator.recovery_key != lost["recovery_key"]
    database = operator.open_database()
    assert queue_recipient(database) == operator.identity.recipient
    assert [officer.name for officer in list_officers(database)] == ["quan-tri"]
    database.close()


def test_killed_while_writing_a_secret_it_begins_anew(before_init: Operator) -> None:
    keys = before_init.data_dir / "keys"
    keys.mkdir(parents=True)
    (keys / "public-secret.0badc0de.partial").write_text("half")

    operator = initialised(before_init)

    assert len((keys / "public-secret").read_bytes()) > 32
    assert operator.run("tokens", "list").exit_code == 0


def test_of_two_at_once_one_makes_the_keys_and_the_other_says_so(before_init: Operator) -> None:
    command = [sys.executable, "-m", "forms_api", "init", "--json"]
    environment = {**before_init.environment, "PYTHONPATH": str(ROOT)}
    both = [
        subprocess.Popen(
            command,
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in both]

    assert sorted(process.returncode for process in both) == [0, 1]
    shown = next(
        out for process, (out, _) in zip(both, said, strict=True) if not process.returncode
    )
    refused = next(err for process, (_, err) in zip(both, said, strict=True) if process.returncode)
    assert "Traceback" not in refused
    told = json.loads(shown)
    operator = signed_up(Operator(before_init.folder, {}, told["recovery_key"], told["invitation"]))
    assert operator.opens(operator.colleague)
    database = operator.open_database()
    assert queue_recipient(database) == operator.identity.recipient
    database.close()
