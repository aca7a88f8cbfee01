"""Rules of what leaves the desk: openings in the log, masked identities, files, exports, formulas."""

from __future__ import annotations

from tests.mutation.mutant import Mutant, Replacement, broken

READING = "forms_api/reports/reading.py"
SEALED = "forms_api/reports/sealed.py"
SEARCH = "forms_api/reports/search.py"
EXPORTS = "forms_api/documents/exports.py"
SPREADSHEETS = "forms_api/documents/spreadsheets.py"

OPENINGS = (
    broken(
        "opening-unlogged",
        "The log does not tell that a report was opened.",
        "O14 X1",
        READING,
        '        log(connection, actor.name, "opened", [report_id], at=utc_now())\n',
        "",
    ),
    broken(
        "file-unlogged",
        "The log does not tell that a file was opened.",
        "O14 X1",
        READING,
        '        event = audit.Event(actor.name, "attachment opened", report_id, {"number": number})\n'
        "        audit.append(connection, [event], at=utc_now())\n",
        "",
    ),
    broken(
        "identity-unlogged",
        "The log does not tell that a reporter's identity was asked for.",
        "O14 X1",
        READING,
        "            audit.append(connection, [event], at=now)\n            return report\n"
        "        change(connection, report, [event], at=now)",
        "            return report\n        change(connection, report, [], at=now)",
    ),
    broken(
        "reason-unlogged",
        "The log does not tell why a reporter's identity was asked for.",
        "O14",
        READING,
        '"identity revealed", report_id, {"reason": reason.value})',
        '"identity revealed", report_id)',
    ),
    broken(
        "sealed-opening-unlogged",
        "The log does not tell that a program read a report.",
        "X1",
        SEALED,
        '        log(connection, actor.name, "opened", [report_id], at=utc_now())\n',
        "",
    ),
    broken(
        "sealed-file-unlogged",
        "The log does not tell that a program read a file.",
        "X1",
        SEALED,
        '        event = audit.Event(actor.name, "attachment opened", report_id, {"number": number})\n'
        "        audit.append(connection, [event], at=utc_now())\n",
        "",
    ),
)

IDENTITIES = (
    broken(
        "identity-unmasked",
        "A report's page tells who sent it.",
        "O14",
        READING,
        "story=tuple(answer for answer in answers if not answer.is_personal)",
        "story=tuple(answers)",
    ),
    broken(
        "identity-of-old-reports-unmasked",
        "A telephone number in an old report is taken for its story.",
        "O14",
        "forms_api/reports/opening.py",
        '        or answer.get("kind") in _PERSONAL_KINDS\n',
        "",
    ),
    broken(
        "identity-for-everybody",
        "Every officer may ask who sent a report.",
        "O14",
        READING,
        "    actor.need(Permission.REVEAL)\n",
        "",
    ),
    broken(
        "identity-searched",
        "A search finds reports by their sender's name.",
        "O14",
        SEARCH,
        "texts += [answer.text for answer in answers_of(content) if not answer.is_personal]",
        "texts += [answer.text for answer in answers_of(content)]",
    ),
)

FILES_OUT = (
    broken(
        "file-in-the-browser",
        "A file opened by its own address may act.",
        "O20",
        "forms_api/officer_app/report_views.py",
        '            "Content-Security-Policy": SANDBOX,\n',
        "",
    ),
    broken(
        "export-of-another",
        "An officer downloads another's export.",
        "O24",
        EXPORTS,
        "where(exports.c.officer_id == officer_id, exports.c.expires_at > now)",
        "where(exports.c.expires_at > now)",
    ),
    broken(
        "export-outlives-its-part",
        "An officer whose part became narrower downloads an older export.",
        "O24",
        EXPORTS,
        '        if not _still_sees(actor, row["parameters"]):',
        "        if False:",
    ),
    broken(
        "export-without-end",
        "An export is downloaded after its day.",
        "O24",
        EXPORTS,
        "where(exports.c.officer_id == officer_id, exports.c.expires_at > now)",
        "where(exports.c.officer_id == officer_id)",
    ),
)

FORMULAS = (
    broken(
        "formulas-in-csv",
        "A text in a CSV file runs as a formula.",
        "O22",
        SPREADSHEETS,
        '    return f"\'{text}" if first in _FORMULA_SIGNS or first == _MINUS_SIGN else text',
        "    return text",
    ),
    broken(
        "wide-formulas-in-csv",
        "A text in a CSV file that begins with a full-width sign runs as a formula.",
        "O22",
        SPREADSHEETS,
        'first = unicodedata.normalize("NFKC", text[:1])',
        "first = text[:1]",
    ),
    broken(
        "formulas-in-workbooks",
        "A text in a workbook runs as a formula.",
        "O22",
        SPREADSHEETS,
        '"strings_to_formulas": False',
        '"strings_to_formulas": True',
        also=[
            Replacement(
                SPREADSHEETS,
                "page.write_string(*place, value, formats.plain if is_safe else formats.quoted)",
                "page.write(*place, value, formats.plain if is_safe else formats.quoted)",
            )
        ],
    ),
    broken(
        "formulas-after-editing",
        "A text in a workbook runs as a formula once its cell is edited.",
        "O22",
        SPREADSHEETS,
        '{**_LAID_OUT, "quote_prefix": True}',
        "_LAID_OUT",
    ),
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "openings in the log": OPENINGS,
    "identities": IDENTITIES,
    "files and exports": FILES_OUT,
    "formulas": FORMULAS,
}
