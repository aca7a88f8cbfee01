"""A database as the first release left it: its officers, tokens, and a report in every table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, MetaData, insert, select

from forms_api.store.database import Database
from forms_api.store.installation import migrate_to
from forms_api.vault.officer_keys import WrapCost, hash_password, wrap_identity
from forms_api.vault.receipts import FollowUpCode, new_code
from forms_api.vault.sealing import Identity, generate_identity, seal

CHEAP = WrapCost(memory_kib=64, passes=1, lanes=1)
AT = 1_793_000_000_000_000
"""A moment of October 2026, in microseconds, as times are kept."""

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class OldDatabase:
    """What somebody knows who used the first release: the key, passwords, a receipt."""

    queue: Identity = field(default_factory=generate_identity)
    code: FollowUpCode = field(default_factory=new_code)

    def officer(self, id_: str, name: str, *, disabled: bool = False) -> dict[str, Any]:
        """Return an officer's row: the queue's own key, wrapped under the password `name`."""
        wrapped = wrap_identity(self.queue, password=name, officer=id_, cost=CHEAP)
        return {
            "id": id_,
            "name": name,
            "role": "cong-an",
            "password_hash": hash_password(name, CHEAP),
            "wrap_salt": wrapped.salt,
            "wrap_cost": asdict(wrapped.cost),
            "wrapped_identity": wrapped.sealed,
            "created_at": AT,
            "disabled_at": AT + 1 if disabled else None,
        }

    @cached_property
    def rows(self) -> Rows:
        """Return rows for every table of the first release but the audit log."""
        sealed = seal("điều đã gửi".encode(), [self.queue.recipient])
        answer = seal(b'{"text": "ok"}', [self.queue.recipient, self.code.identity.recipient])
        report = {
            **dict.fromkeys(("link", "category", "quarantined", "lease_until", "purged_at")),
            "id": "r1",
            "reference": "XG-7K3M92",
            "form_id": "phan-anh-antt",
            "area": "to-1",
            "form_version": "1",
            "consent_version": "1",
            "channel": "web",
            "submission_key": b"s",
            "content_digest": b"d",
            "lookup_key": self.code.lookup_key,
            "reply_recipient": self.code.identity.recipient,
            "anonymous": True,
            "urgent": False,
            "status": "tiep_nhan",
            "version": 3,
            "received_at": AT,
            "updated_at": AT + 5,
            "claimed_by": "token:pull",
            "sealed": sealed,
            "sealed_bytes": len(sealed),
            "attachment_count": 1,
        }
        picture = {
            "submission_key": b"s",
            "report_id": "r1",
            "number": 1,
            "uploaded_at": AT,
            "media_type": "image/jpeg",
            "original_digest": b"o",
            "sealed": sealed,
            "sealed_bytes": len(sealed),
            "sealed_sha256": "0" * 64,
            "sealed_facts": sealed,
        }
        words = {"report_id": "r1", "author": "token:pull", "written_at": AT, "sealed": answer}
        token = {
            "id": "t1",
            "name": "pull",
            "token_hash": b"h",
            "prefix": "xg_abc",
            "scopes": ["queue", "read"],
            "created_at": AT,
            "expires_at": AT + 10**15,
            "revoked_at": None,
            "last_used_at": None,
        }
        notice = {
            "topic": "report.waiting",
            "report_id": "r1",
            "created_at": AT,
            "due_at": AT,
            "attempts": 1,
            "sent_at": None,
            "failure": "no answer",
        }
        return {
            "facts": [{"name": "queue_recipient", "value": self.queue.recipient}],
            "officers": [
                self.officer("1", "Lan"),
                self.officer("2", "Khác"),
                self.officer("3", "Đã nghỉ", disabled=True),
            ],
            "tokens": [token],
            "reports": [report],
            "attachments": [picture],
            "messages": [{**words, "id": "m1"}],
            "notes": [words],
            "outbox": [notice],
        }


def fill(database: Database, rows: Rows) -> None:
    """Make the first release's schema and put the rows into it."""
    migrate_to(database, "0001")
    tables = reflected(database)

    def store(connection: Connection) -> None:
        for name, values in rows.items():
            connection.execute(insert(tables.tables[name]), values)

    database.write(store)


def reflected(database: Database) -> MetaData:
    """Return the tables that the database really has."""
    tables = MetaData()
    with database.read() as connection:
        tables.reflect(connection)
    return tables


def contents(database: Database) -> Rows:
    """Return the rows of every table as they are kept."""
    with database.read() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in reflected(database).tables.items()
        }
