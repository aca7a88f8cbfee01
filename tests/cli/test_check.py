"""`check` names everything that is wrong, and shouts where reports would not last."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from forms_api.cli.checking import file_system_of, run_checks
from forms_api.store import outbox
from forms_api.store.schema import outbox as outbox_rows
from tests.cli.operators import Operator

MOUNTS = """\
overlay / overlay rw,relatime 0 0
/dev/sda1 /srv ext4 rw 0 0
tmpfs /srv/memory tmpfs rw 0 0
/dev/sdb1 /srv/with\\040blank xfs rw 0 0
tmpfs /srv/hidden tmpfs rw 0 0
/dev/sdc1 /srv/hidden ext4 rw 0 0
"""


def problems(operator: Operator) -> dict[str, list[str]]:
    """Return what `check --json` finds wrong, by check; it must exit with 1 where it finds any."""
    done = operator.run("check", "--json")
    found = {item["check"]: item["problems"] for item in json.loads(done.stdout)}
    wrong = {name: said for name, said in found.items() if said}
    assert done.exit_code == (1 if wrong else 0)
    # Where the tests' own folder lies is not theirs to choose.
    wrong["data directory"] = [
        said for said in wrong.get("data directory", []) if not said.startswith("!!!")
    ]
    return {name: said for name, said in wrong.items() if said}


def test_a_fresh_installation_is_well(operator: Operator) -> None:
    assert problems(operator) == {}


def test_a_person_reads_one_line_a_check(operator: Operator) -> None:
    lines = operator.run("check").stdout.splitlines()

    assert "ok    audit chain" in lines
    assert "ok    secrets" in lines


def test_before_init_it_says_what_is_missing_and_makes_nothing(before_init: Operator) -> None:
    before_init.data_dir.mkdir(mode=0o700)

    found = problems(before_init)

    assert "run `python -m forms_api init`" in found["database"][0]
    assert len(found["secrets"]) == 3
    assert not list(before_init.data_dir.iterdir())


@pytest.mark.parametrize("kind", ["tmpfs", "overlay", "ramfs"])
def test_it_shouts_where_all_reports_would_vanish(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"{kind} / {kind} rw 0 0\n")
    for name, value in operator.environment.items():
        monkeypatch.setenv(name, value)

    found = {item.check: item.problems for item in run_checks(mounts=mounts)}

    assert "ALL REPORTS VANISH" in found["data directory"][0]
    assert kind in found["data directory"][0]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/elsewhere", "overlay"),
        ("/srv/var", "ext4"),
        ("/srv/memory/var", "tmpfs"),
        ("/srv/memory-stick", "ext4"),
        ("/srv/with blank/var", "xfs"),
        ("/srv/hidden", "ext4"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path, path: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert file_system_of(Path(path), mounts) == kind


def test_where_the_kernel_has_no_such_table_it_cannot_be_told(tmp_path: Path) -> None:
    assert file_system_of(tmp_path, tmp_path / "none") is None


def test_secrets_that_are_missing_equal_or_open_are_all_named(operator: Operator) -> None:
    keys = operator.data_dir / "keys"
    (keys / "receipt-key").unlink()
    (keys / "officers-secret").write_bytes((keys / "public-secret").read_bytes())
    (keys / "public-secret").chmod(0o644)

    said = "\n".join(problems(operator)["secrets"])

    assert "FORMS_RECEIPT_KEY is missing" in said
    assert "FORMS_PUBLIC_SECRET and FORMS_OFFICERS_SECRET are the same" in said
    assert f"others may read {keys / 'public-secret'}" in said


def test_a_secret_in_a_file_elsewhere_must_be_private_too(operator: Operator) -> None:
    named = operator.folder / "secret"
    named.write_text("s" * 40)
    named.chmod(0o640)
    operator.settings["FORMS_PUBLIC_SECRET_FILE"] = str(named)

    assert problems(operator) == {"secrets": [f"others may read {named}: chmod 600"]}


def test_a_folder_that_others_may_enter_is_named(operator: Operator) -> None:
    operator.data_dir.chmod(0o755)

    assert problems(operator) == {
        "data directory": [f"others may enter {operator.data_dir}: chmod 700"]
    }


def test_a_setting_that_cannot_be_used_is_named(operator: Operator) -> None:
    operator.settings["FORMS_HTTPS"] = "perhaps"

    assert "FORMS_HTTPS" in problems(operator)["settings"][0]


def test_a_missing_site_a_full_disk_and_broken_content_are_named_together(
    operator: Operator,
) -> None:
    (operator.folder / "content").mkdir()
    operator.settings.update(
        FORMS_SITE_DIR=str(operator.folder / "none"),
        FORMS_CONTENT_DIR=str(operator.folder / "content"),
        FORMS_MIN_FREE_BYTES=str(2**60),
    )

    assert problems(operator).keys() >= {"site", "ward data", "disk"}


def test_a_database_that_does_not_answer_is_named_without_its_password(
    operator: Operator,
) -> None:
    operator.settings["FORMS_DATABASE_URL"] = "postgresql+psycopg://x:mat-khau@127.0.0.1:1/x"

    found = problems(operator)

    assert "no answer from postgresql+psycopg://x:***@127.0.0.1:1/x" in found["database"][0]
    assert "mat-khau" not in str(found)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise's own
def test_a_notice_address_that_nobody_knows_is_named_by_its_place(operator: Operator) -> None:
    operator.settings["FORMS_NOTIFY_URLS"] = "json://127.0.0.1/ nonsense-mat-khau"

    said = problems(operator)["notices"][0]

    assert "number 2" in said
    assert "mat-khau" not in said


def test_notices_that_were_given_up_are_counted(operator: Operator) -> None:
    database = operator.open_database()
    now = dt.datetime.now(dt.UTC)
    database.write(lambda c: outbox.post(c, "report.waiting", report_id=None, at=now))
    database.write(lambda c: c.execute(update(outbox_rows).values(attempts=outbox.MAX_ATTEMPTS)))
    database.close()

    [said] = problems(operator)["notices"]
    assert said.startswith("1 notices were given up: see `notices list`")


def test_a_changed_event_is_named(operator: Operator) -> None:
    database = operator.open_database()
    database.write(lambda c: c.exec_driver_sql("UPDATE events SET actor = 'nobody'"))
    database.close()

    assert "event 1" in problems(operator)["audit chain"][0]


def test_a_malware_scanner_that_is_set_but_silent_is_named(operator: Operator) -> None:
    settings = {**operator.settings, "FORMS_CLAMD": str(operator.data_dir / "nobody")}
    silent = replace(operator, settings=settings)

    (said,) = problems(silent)["malware scanner"]
    assert "reports with pictures are kept apart" in said
