"""A stub's code, which others may have seen on paper, gives way to one that its reporter alone knows.

The page shows the new code first; only when the reporter says that it is kept does it count. So a
line that breaks on the way leaves one code that opens the report, never none.
"""

from __future__ import annotations

from sqlalchemy import Connection

from forms_api.errors import NotFoundError
from forms_api.reports.intake import REPORTER
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit, stubs
from forms_api.store import reports as rows
from forms_api.vault.receipts import FollowUpCode
from forms_api.vault.sealing import seal, unseal


def must_change(service: ReportService, code: FollowUpCode) -> bool:
    """Tell whether this is a stub's code, with which nothing is opened before it is changed."""
    with service.database.read() as connection:
        return stubs.is_entered(connection, code.lookup_key)


def change_code(service: ReportService, old: FollowUpCode, new: FollowUpCode) -> None:
    """Let `new` open the report of a stub, in place of `old`; one transaction.

    What officers wrote until now is sealed anew, to the new key: `old` opens neither the report nor,
    in a copy of the database, its messages. The report's version stays, for nobody's work is touched.

    Raises NotFoundError when `old` is no stub's code, or no more; StorageError.
    """

    def store(connection: Connection) -> None:
        report = rows.find_by_lookup_key(connection, old.lookup_key)
        if report is None or not stubs.is_entered(connection, old.lookup_key):
            raise NotFoundError
        recipients = [service.recipient, new.identity.recipient]
        for row in rows.report_messages(connection, [report["id"]])[report["id"]]:
            sealed = seal(unseal(row["sealed"], old.identity), recipients)
            stubs.replace_message(connection, row["id"], sealed)
        stubs.give_code(
            connection,
            report["id"],
            lookup_key=new.lookup_key,
            reply_recipient=new.identity.recipient,
        )
        # Last: while this row is there, and only then, a database with two roles lets a code change.
        stubs.forget(connection, old.lookup_key)
        event = audit.Event(REPORTER, "code changed", report["id"])
        audit.append(connection, [event], at=utc_now())

    service.database.write(store)
