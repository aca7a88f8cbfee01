"""Rules of the residents' face: forms, steps, codes, the way out, redirects, notices."""

from __future__ import annotations

from tests.mutation.mutant import Mutant, Replacement, broken

REPORT_VIEWS = "forms_api/public_app/report_views.py"
FOLLOWUP_VIEWS = "forms_api/public_app/followup_views.py"
TOKENS = "forms_api/public_app/tokens.py"
INTAKE = "forms_api/reports/intake.py"
WORKER = "forms_api/notify/worker.py"

FORGED_POSTS = (
    broken(
        "form-without-token",
        "A form is taken without the token of its session.",
        "P10",
        REPORT_VIEWS,
        "if not (self._token_is_ours and csrf_is_valid()):",
        "if not self._token_is_ours:",
    ),
    broken(
        "follow-up-without-token",
        "A report is opened and written to without the token of its session.",
        "P10",
        FOLLOWUP_VIEWS,
        "        if not csrf_is_valid():",
        "        if False:",
    ),
    broken(
        "upload-without-token",
        "A file is kept without the token of its session.",
        "P10",
        "forms_api/public_app/upload_views.py",
        "if sent_from_elsewhere() or token is None or not csrf_is_valid():",
        "if sent_from_elsewhere() or token is None:",
    ),
    broken(
        "form-from-elsewhere",
        "A form that another site sent is gone on with.",
        "P10 O28",
        TOKENS,
        'return request.headers.get("Sec-Fetch-Site", "same-origin") not in _OWN_PAGES',
        "return False",
    ),
)

FORMS = (
    broken(
        "unknown-fields",
        "A form takes fields that it does not have.",
        "P1",
        "forms_api/forms/compiler.py",
        "if name not in repeatable or (len(values) > 1 and not repeatable[name]):",
        "if name in repeatable and len(values) > 1 and not repeatable[name]:",
    ),
    broken(
        "doubled-fields",
        "A form takes a field twice.",
        "P33",
        "forms_api/forms/compiler.py",
        "if name not in repeatable or (len(values) > 1 and not repeatable[name]):",
        "if name not in repeatable:",
    ),
    broken(
        "last-look-skipped",
        "A report goes without having been shown once more.",
        "P34",
        REPORT_VIEWS,
        "is_last = CHECKED_FIELD in self._typed and sent_back is None",
        "is_last = sent_back is None",
    ),
    broken(
        "stop-screens-skipped",
        "A report goes without the screen that must be read first.",
        "P34",
        REPORT_VIEWS,
        "        if judgement.stop is not None:",
        "        if False:",
    ),
    broken(
        "last-step-unjudged",
        "What comes with the last step is not judged again.",
        "P34",
        REPORT_VIEWS,
        "        if errors:\n            return self._returned(",
        "        if errors and not is_last:\n            return self._returned(",
    ),
    broken(
        "repeats-are-reports",
        "The same form sent again is another report.",
        "P11",
        INTAKE,
        '"submission_key": submission_key(submission.submission_id),\n        "content_digest"',
        '"submission_key": __import__("os").urandom(32),\n        "content_digest"',
        also=[
            Replacement(
                INTAKE,
                "    id_ = report_id(submission.submission_id)\n    document",
                '    id_ = __import__("secrets").token_hex(16)\n    document',
            )
        ],
    ),
    broken(
        "other-words-are-a-repeat",
        "Other words under a used id are answered with the first receipt, and lost.",
        "P11",
        INTAKE,
        "    if not same or _new(",
        "    if False and _new(",
    ),
    broken(
        "disk-filled-up",
        "Reports are taken in while the disk's reserve is used up.",
        "P7",
        REPORT_VIEWS,
        "if not has_room(self._face.settings):",
        "if False:",
    ),
    broken(
        "files-without-room",
        "Files are taken in while the disk is left to words.",
        "P7",
        "forms_api/web/uploads.py",
        "            _need_room(taker)\n",
        "",
    ),
    broken(
        "traceback-with-words",
        "The log of an unforeseen error quotes what was typed.",
        "P30",
        "forms_api/public_app/error_views.py",
        'f"{type(cause).__name__}\\n"]',
        'f"{cause!r}\\n"]',
    ),
)

FOLLOW_UP = (
    broken(
        "code-in-addresses",
        "A follow-up code in an address opens its report.",
        "P14",
        "forms_api/public_app/followup_fields.py",
        'request.form.get("code", "")',
        'request.values.get("code", "")',
    ),
    broken(
        "code-in-logs",
        "The log tells follow-up codes.",
        "P14",
        FOLLOWUP_VIEWS,
        "        code = parse_code(typed_code()) or _NO_CODE",
        '        __import__("logging").getLogger(__name__).warning("asked: %s", typed_code())\n'
        "        code = parse_code(typed_code()) or _NO_CODE",
    ),
    broken(
        "wrong-codes-told-apart",
        "A code of the wrong shape takes fewer steps than an unknown one.",
        "P15",
        FOLLOWUP_VIEWS,
        "        code = parse_code(typed_code()) or _NO_CODE",
        "        code = parse_code(typed_code())\n"
        "        if code is None:\n"
        '            shape = notice(Notice.CODE_UNKNOWN, example="XG-7K3M92")\n'
        "            return show_lookup(face, HTTPStatus.NOT_FOUND, shape)",
    ),
    broken(
        "notes-sent",
        "A reporter sees what officers noted among themselves.",
        "O19",
        "forms_api/reports/casework.py",
        "        _insert_note(connection, report_id, actor, sealed, at=now)\n        return version",
        "        words = _new_message(service, report, actor, text)\n"
        '        return write_message(connection, {**report, "version": version}, words, at=now)',
    ),
    broken(
        "reasons-sent",
        "The reason of a move, meant for officers, is sent with the answer.",
        "O19 P17",
        "forms_api/reports/casework.py",
        "words = _new_message(service, report, actor, move.answer)",
        'words = _new_message(service, report, actor, f"{move.answer} {move.reason}")',
    ),
    broken(
        "erased-report-shown",
        "After deletion a code opens the report's page.",
        "P17",
        "forms_api/reports/followup.py",
        '    at: dt.datetime | None = report["purged_at"] if report["sealed_bytes"] == 0 else None',
        "    at: dt.datetime | None = None",
    ),
)

WAY_OUT = (
    broken(
        "way-out-remembers",
        "The quick way out leaves pages and cookie on the device.",
        "P24",
        "forms_api/public_app/exit_views.py",
        '        page.headers["Clear-Site-Data"] = FORGET\n',
        "",
    ),
    broken(
        "way-out-in-history",
        "With a script, going back from the quick way out shows the form.",
        "P24",
        "templates/assets/forms.js",
        "    location.replace(address);",
        "    location.assign(address);",
        needs_e2e=True,
        rebuilds=True,
    ),
    broken(
        "way-out-needs-a-script",
        "Without a script there is no quick way out.",
        "P24",
        "templates/site/shell.html",
        'href="/thoat/" rel="nofollow" data-quick-exit',
        'href="#" rel="nofollow" data-quick-exit',
        needs_e2e=True,
        rebuilds=True,
    ),
)

REDIRECTS = (
    broken(
        "short-links-elsewhere",
        "A short link leads to another site.",
        "P32",
        "forms_api/content/share.py",
        "    if not (is_own_page(page) and is_slug(slug)):",
        "    if not is_slug(slug):",
    ),
    broken(
        "signing-in-leads-elsewhere",
        "Signing in leads to another site.",
        "P32",
        "forms_api/officer_app/signin_views.py",
        "return wanted if _NEXT_PATH.fullmatch(wanted) else HOME",
        "return wanted or HOME",
    ),
)

NOTICES = (
    broken(
        "notices-with-ids",
        "A notice tells which report it is about.",
        "P31",
        WORKER,
        "    if _taken(channel, body):",
        '    body += "\\n".join(str(row["report_id"]) for row in due)\n    if _taken(channel, body):',
    ),
    broken(
        "topics-in-notices",
        "A notice repeats a topic that has no words of ours.",
        "P31",
        "forms_api/notify/messages.py",
        "counts = Counter(topic if topic in TOPICS else OTHER for topic in topics)",
        "counts = Counter(topics)",
        also=[
            Replacement(
                "forms_api/notify/messages.py",
                "    words = {**TOPICS, OTHER: OTHER}",
                "    words = {**{topic: topic for topic in counts}, **TOPICS, OTHER: OTHER}",
            )
        ],
    ),
    broken(
        "notice-noted-before-it-is-sent",
        "A notice is noted as sent before the channel takes it.",
        "X12",
        WORKER,
        "    if _taken(channel, body):\n"
        "        database.write(lambda connection: outbox.mark_sent(connection, sequences, at=now))\n",
        "    database.write(lambda connection: outbox.mark_sent(connection, sequences, at=now))\n"
        "    if _taken(channel, body):\n",
    ),
    broken(
        "channel-s-words-in-the-log",
        "The log quotes a channel's error, which holds its password.",
        "X3",
        WORKER,
        'log.error("a notice channel failed: %s", type(error).__name__)',
        'log.error("a notice channel failed: %s", error)',
    ),
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "forged posts": FORGED_POSTS,
    "forms and steps": FORMS,
    "follow-up": FOLLOW_UP,
    "the quick way out": WAY_OUT,
    "redirects": REDIRECTS,
    "notices": NOTICES,
}
