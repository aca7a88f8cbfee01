"""Rules of the store and the vault: sealing, transactions, durability, the audit chain, backups, deletion."""

from __future__ import annotations

from tests.mutation.mutant import Mutant, Replacement, broken

INTAKE = "forms_api/reports/intake.py"
SEALED_FILES = "forms_api/reports/sealed_files.py"
OPENING = "forms_api/reports/opening.py"
CASEWORK = "forms_api/reports/casework.py"
DATABASE = "forms_api/store/database.py"
AUDIT = "forms_api/store/audit.py"
BACKUP = "forms_api/store/backup.py"
RECEIPTS = "forms_api/vault/receipts.py"
RETENTION = "forms_api/reports/retention.py"

SEALING = (
    broken(
        "words-in-clear",
        "A report's words are stored as they were typed.",
        "X7",
        INTAKE,
        "sealed = seal(document, [service.recipient])",
        "sealed = document",
    ),
    broken(
        "files-in-clear",
        "Files are stored as they were cleaned.",
        "X7",
        SEALED_FILES,
        "seal_stream(io.BytesIO(file.data), [service.recipient], parts.write)",
        "parts.write(file.data)",
    ),
    broken(
        "file-facts-in-clear",
        "Size, digest and origin of a file are stored in clear.",
        "X7",
        SEALED_FILES,
        "seal(json.dumps(facts).encode(), [service.recipient])",
        "json.dumps(facts).encode()",
    ),
    broken(
        "answers-closed-to-reporters",
        "An officer's answer is sealed to the queue alone.",
        "X7",
        CASEWORK,
        'recipients = [service.recipient, Recipient(report["reply_recipient"])]',
        "recipients = [service.recipient]",
    ),
    broken(
        "answers-closed-to-officers",
        "An officer's answer is sealed to its reporter alone.",
        "X7",
        CASEWORK,
        'recipients = [service.recipient, Recipient(report["reply_recipient"])]',
        'recipients = [Recipient(report["reply_recipient"])]',
    ),
    broken(
        "content-of-another-report",
        "Sealed content opens as any report's.",
        "X7",
        OPENING,
        "if any(content.get(name) != value for name, value in told.items()):",
        "if False:",
    ),
    broken(
        "file-of-another-report",
        "A file opens as any report's.",
        "X7",
        OPENING,
        'if submission is None or facts.get("submission") != submission:',
        "if False:",
    ),
)

TRANSACTIONS = (
    broken(
        "files-before-their-report",
        "Files are committed before the report that they belong to.",
        "P12",
        INTAKE,
        "            now = service.database.write(lambda c: _store(c, submission, row, files, entered))",
        '            service.database.write(lambda c: _stage(c, row["submission_key"], files))\n'
        "            now = service.database.write(lambda c: _store(c, submission, row, files, entered))",
    ),
    broken(
        "notice-after-its-report",
        "The notice is written after the commit of its report.",
        "P12",
        INTAKE,
        '        outbox.post(connection, _topic(submission), report_id=row["id"], at=now)',
        "        pass",
        also=[
            Replacement(
                INTAKE,
                '            has = row["hand_off"] is not None',
                '            topic, id_ = _topic(submission), row["id"]\n'
                "            service.database.write(\n"
                "                lambda c: outbox.post(c, topic, report_id=id_, at=now)\n"
                "            )\n"
                '            has = row["hand_off"] is not None',
            )
        ],
    ),
    broken(
        "report-without-its-event",
        "A report is taken in without an audit event.",
        "P12",
        INTAKE,
        "    audit.append(connection, events, at=now)",
        "    pass",
    ),
    broken(
        "receipt-before-the-commit",
        "Callers hear of their write before it is committed.",
        "P12",
        DATABASE,
        "                results = [item.work(connection) for item in running]",
        "                results = [item.work(connection) for item in running]\n"
        "                for item, result in zip(running, results, strict=True):\n"
        "                    item.future.set_result(result)",
        also=[
            Replacement(
                DATABASE,
                "            return\n        for item, result in zip(running, results, strict=True):\n"
                "            item.future.set_result(result)",
                "            return",
            ),
            Replacement(
                DATABASE,
                "            if running is None:",
                "            if running is not None and any(one.future.done() for one in running):\n"
                "                return\n"
                "            if running is None:",
            ),
        ],
    ),
)

DURABILITY = (
    broken(
        "sqlite-commit-without-sync",
        "A commit of SQLite does not wait for the disk.",
        "P12",
        DATABASE,
        '"synchronous = FULL"',
        '"synchronous = NORMAL"',
    ),
    broken(
        "postgresql-commit-without-sync",
        "A commit of PostgreSQL does not wait for the disk where the server does not.",
        "P12",
        DATABASE,
        "\" WHERE current_setting('synchronous_commit') = 'off'\"",
        '" WHERE false"',
    ),
    broken(
        "no-write-ahead-log",
        "SQLite's readers and writers shut each other out.",
        "P12",
        DATABASE,
        '"journal_mode = WAL"',
        '"journal_mode = DELETE"',
    ),
)

FILE_MODES = (
    broken(
        "database-open-to-all",
        "Every user of the machine can read the database file.",
        "X9",
        DATABASE,
        "os.O_CREAT | os.O_EXCL, 0o600",
        "os.O_CREAT | os.O_EXCL, 0o644",
    ),
    broken(
        "secrets-open-to-all",
        "Every user of the machine can read the secrets.",
        "X9",
        "forms_api/cli/installing.py",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644",
    ),
    broken(
        "data-folder-open-to-all",
        "Every user of the machine can enter the data folder.",
        "X9",
        "forms_api/cli/context.py",
        "folder.chmod(0o700)",
        "folder.chmod(0o755)",
    ),
    broken(
        "keys-folder-open-to-all",
        "Every user of the machine can enter the folder of the secrets.",
        "X9",
        "forms_api/cli/installing.py",
        "settings.keys_dir.mkdir(mode=0o700",
        "settings.keys_dir.mkdir(mode=0o755",
    ),
    broken(
        "backup-open-to-all",
        "Every user of the machine can read a backup.",
        "X16",
        BACKUP,
        "        partial = Path(name)\n",
        "        partial = Path(name)\n        partial.chmod(0o644)\n",
    ),
)

AUDIT_CHAIN = (
    broken(
        "events-not-chained",
        "An event is hashed without the one before it.",
        "X4",
        AUDIT,
        "hashlib.sha256(previous + record.encode())",
        "hashlib.sha256(record.encode())",
    ),
    broken(
        "hashes-not-compared",
        "Verifying the chain compares no hash.",
        "X4",
        AUDIT,
        'if row["chain_hash"] != expected:',
        "if False:",
    ),
    broken(
        "details-not-hashed",
        "What an event tells besides can be changed without breaking the chain.",
        "X4",
        AUDIT,
        'names = ("sequence", "actor", "action", "report_id", "details")',
        'names = ("sequence", "actor", "action", "report_id")',
    ),
)

BACKUPS = (
    broken(
        "counters-in-backups",
        "A backup holds the counters of networks.",
        "P26",
        BACKUP,
        '_PASSING = frozenset({"limit_counters"})',
        "_PASSING: frozenset[str] = frozenset()",
    ),
    broken(
        "backup-not-proven",
        "A backup that was to be proven takes an earlier one's place unproven.",
        "X16",
        BACKUP,
        "                _prove(partial)",
        "                pass",
    ),
    broken(
        "backup-digest-not-compared",
        "A changed backup is restored.",
        "X16",
        BACKUP,
        'if end["sha256"] != digest.hexdigest() or end["counts"] != counts:',
        'if end["counts"] != counts:',
    ),
)

CODES = (
    broken(
        "code-in-its-row",
        "The follow-up code stands in the report's row.",
        "P13",
        RECEIPTS,
        'return _derive(self._signs, b"follow-up look-up key")',
        'return self._signs.encode().ljust(32, b"-")',
    ),
    broken(
        "one-derivation-for-both",
        "What finds a report opens what is sealed to its reporter too.",
        "P13",
        RECEIPTS,
        'b"follow-up age identity"',
        'b"follow-up look-up key"',
    ),
    broken(
        "short-codes",
        "A follow-up code has 40 random bits.",
        "P13",
        RECEIPTS,
        'b"follow-up code\\0" + submission_id, "sha256")[:CODE_BYTES]',
        'b"follow-up code\\0" + submission_id, "sha256")[:5]',
    ),
)

DELETION = (
    broken(
        "deleted-bytes-stay",
        "SQLite leaves deleted content in its file.",
        "X5",
        DATABASE,
        '"secure_delete = ON"',
        '"secure_delete"',
    ),
    broken(
        "log-of-pages-stays",
        "Deleted content stays in the write-ahead log.",
        "X5",
        "forms_api/store/erasing.py",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA wal_checkpoint",
    ),
    broken(
        "purged-before-its-time",
        "A finished report is purged at once.",
        "X5",
        RETENTION,
        "moment=now - dt.timedelta(days=days)",
        "moment=now",
    ),
    broken(
        "messages-outlive-their-report",
        "Messages and notes stay when a report's content is deleted.",
        "X5",
        "forms_api/store/reports.py",
        "        connection.execute(delete(table).where(table.c.report_id.in_(report_ids)))",
        "        pass",
    ),
    broken(
        "unsent-files-stay",
        "Files of a form that was never sent are kept for a year.",
        "X5",
        RETENTION,
        "ABANDONED_AFTER = dt.timedelta(days=1)",
        "ABANDONED_AFTER = dt.timedelta(days=365)",
    ),
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "sealing": SEALING,
    "one transaction": TRANSACTIONS,
    "durable commits": DURABILITY,
    "file modes": FILE_MODES,
    "audit chain": AUDIT_CHAIN,
    "backups": BACKUPS,
    "follow-up codes kept": CODES,
    "deletion": DELETION,
}
