"""Stubs on paper: one half stays with the report, the other goes to its reporter, with the code."""

from __future__ import annotations

import io

import segno

from forms_api.content.ward import Ward
from forms_api.documents.template_files import one_line
from forms_api.documents.typesetting import typeset
from forms_api.reports.stubs import DrawnStub, Sheet

TEMPLATE = "stubs.typ"


def stub_sheet(sheet: Sheet, ward: Ward) -> bytes:
    """Return the sheet as a PDF to print and cut; it holds codes, and nothing else does.

    Where the ward's site has no address yet, the sheet leaves room to write it, and has no squares.
    """
    return typeset(
        TEMPLATE,
        {
            "sheet": sheet.name,
            "site_name": one_line(ward.site_name),
            "address": None if ward.site_url is None else f"{ward.site_url}/tra-cuu/",
            "is_demonstration": ward.status == "demonstration",
            "stubs": [
                {
                    "reference": stub.reference,
                    "code": stub.code.reveal(),
                    "square": None if ward.site_url is None else _square(ward.site_url, stub),
                }
                for stub in sheet.stubs
            ],
        },
    )


def _square(site_url: str, stub: DrawnStub) -> str:
    """Return the square that brings the code along, as SVG; behind `#` no server is sent it."""
    out = io.BytesIO()
    address = f"{site_url}/tra-cuu/#ma={stub.code.reveal()}"
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=4)
    return out.getvalue().decode()
