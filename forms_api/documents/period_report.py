"""The draft of a periodic report in the layout of administrative papers, with the period's numbers.

What this service cannot know stands as a marked gap that a person fills in: the report's number,
who issues and signs it, what was done outside the queue, and the numbers of VNeID, which lie in the
police's own software.

Source: Nghị định 30/2020/NĐ-CP (5/3/2020), Phụ lục I, for the layout, kept in the template
`templates/documents/period-report.docx`, which a ward may edit in Word.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from forms_api.content.ward import Ward
from forms_api.documents import wording
from forms_api.documents.names import Names
from forms_api.documents.tables import NumberTable, cell, tables
from forms_api.documents.word_files import fill
from forms_api.reports.statistics import Numbers
from forms_api.store.audit import ChainHead

TEMPLATE = "period-report.docx"

_HASH_SIGNS = 16


@dataclass(frozen=True)
class Made:
    """When a document was made, and where the audit log stood: a later log must lead through it."""

    at: dt.datetime
    chain_head: ChainHead


def period_report(
    numbers: Numbers, before: Numbers, *, names: Names, ward: Ward, made: Made
) -> bytes:
    """Return the draft as a Word document: the numbers of a period beside those of the one before."""
    values = {
        "ward_upper": ward.current.ward.upper(),
        "place": _place(ward.current.ward),
        "period_name": numbers.period.name,
        "received": cell(numbers.received),
        "finished": cell(numbers.finished),
        "tables": [_table(table) for table in tables(numbers, names, before=before)],
        "made_at": wording.moment(made.at),
        "chain_number": made.chain_head.sequence,
        "chain_hash": made.chain_head.chain_hash.hex()[:_HASH_SIGNS],
    }
    return fill(TEMPLATE, values)


def _table(table: NumberTable) -> dict[str, object]:
    heading, period, before = table.headings
    rows = [
        {"label": row.label, "count": cell(row.counts[0]), "before": cell(row.counts[1])}
        for row in table.rows
    ]
    nothing = [{"label": wording.NOTHING, "count": "", "before": ""}]
    return {
        "title": table.title,
        "heading": heading,
        "period": period,
        "before": before,
        "rows": rows or nothing,
    }


def _place(ward_name: str) -> str:
    """Return the place of the date line: a ward's name without what kind of unit it is."""
    return ward_name.removeprefix("Phường ").removeprefix("Xã ")
