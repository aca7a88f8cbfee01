"""On PostgreSQL the residents' face may run under a role that cannot read what it put in."""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from forms_api.errors import StorageError
from forms_api.reports.followup import add_message, follow
from forms_api.reports.intake import stage_photos, submit
from forms_api.reports.service import ReportService
from forms_api.store.database import Database
from tests.reports.samples import a_photo, a_submission

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

GRANTS = Path(__file__).resolve().parents[2] / "deploy" / "postgres-roles.sql"


@pytest.fixture
def public_service(service: ReportService) -> Iterator[ReportService]:
    """The same queue, through the role that the deployment gives to the residents' face."""
    owner = service.database
    roles = {"public_role": f"public_{uuid.uuid4().hex}", "officers_role": f"of_{uuid.uuid4().hex}"}
    with owner.engine.begin() as connection:
        for role in roles.values():
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        grants = re.sub(r":(\w+)", lambda name: roles[name[1]], GRANTS.read_text(encoding="utf-8"))
        connection.exec_driver_sql(re.sub(r"(?m)^--.*$", "", grants))
    url = make_url(owner.url).set(username=roles["public_role"])
    database = Database(url.render_as_string(hide_password=False))
    yield dataclasses.replace(service, database=database)
    database.close()
    with owner.engine.begin() as connection:
        for role in roles.values():
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


def test_the_residents_role_takes_a_report_in_and_follows_it_up(
    public_service: ReportService,
) -> None:
    submission = a_submission()
    stage_photos(public_service, submission.submission_id, [a_photo("a")])
    receipt = submit(public_service, dataclasses.replace(submission, photos=[a_photo("b")]))
    add_message(public_service, receipt.code, text="chào", message_id="1")

    assert submit(public_service, dataclasses.replace(submission, photos=[a_photo("b")])).repeated
    assert [m.text for m in follow(public_service, receipt.code).messages] == ["chào"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sealed FROM reports",
        "SELECT sealed FROM attachments",
        "SELECT sealed_facts FROM attachments",
        "SELECT sealed FROM notes",
        "SELECT wrapped_identity FROM officers",
        "SELECT token_hash FROM tokens",
        "SELECT actor FROM events",
        "UPDATE reports SET status = 'trung_lap'",
        "UPDATE events SET actor = 'nobody'",
        "DELETE FROM events",
        "DELETE FROM reports",
    ],
)
def test_the_residents_role_can_neither_read_content_nor_change_the_record(
    public_service: ReportService, statement: str
) -> None:
    submit(public_service, a_submission())

    with (
        pytest.raises(StorageError, match="42501"),
        public_service.database.read() as connection,
    ):
        connection.execute(text(statement))
