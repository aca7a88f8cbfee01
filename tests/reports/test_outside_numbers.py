"""Numbers that reporters tell: kept once, sealed, beside those of officers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forms_api.errors import LimitError, NotFoundError
from forms_api.reports.casework import OutsideNumber, add_number
from forms_api.reports.filters import Filter
from forms_api.reports.listing import list_page
from forms_api.reports.outside_numbers import MAX_NUMBERS, NumberKind, tell_number
from forms_api.reports.reading import open_case
from forms_api.reports.service import ReportService
from forms_api.store.schema import external_numbers
from forms_api.vault.receipts import new_code
from forms_api.vault.sealing import Identity
from tests.reports.cases import received
from tests.reports.people import IN_CHARGE


def test_officers_read_it_beside_theirs_and_the_list_knows_it(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt, report_id = received(service)
    tell_number(
        service, receipt.code, kind=NumberKind.VNEID, number="PA-2026-11", number_id="page 1"
    )
    number = OutsideNumber(NumberKind.PROFESSIONAL, number="77")
    add_number(service, actor=IN_CHARGE, report_id=report_id, number=number)

    case = open_case(service, actor=IN_CHARGE, report_id=report_id, keys=[queue_identity])

    assert [(one.kind, one.number, one.author) for one in case.numbers] == [
        (NumberKind.VNEID, "PA-2026-11", "reporter"),
        (NumberKind.PROFESSIONAL, "77", IN_CHARGE.name),
    ]
    unnumbered = list_page(service.database, actor=IN_CHARGE, wanted=Filter(unnumbered=True))
    assert unnumbered.reports == ()


def test_it_is_kept_once_and_sealed(service: ReportService) -> None:
    receipt, _ = received(service)
    for _ in range(3):
        tell_number(service, receipt.code, kind=NumberKind.VNEID, number="PA-9", number_id="same")

    with service.database.read() as connection:
        (row,) = connection.execute(select(external_numbers)).mappings().all()
    assert b"PA-9" not in row["sealed"]
    assert "PA-9" not in repr(dict(row))


def test_a_code_that_opens_nothing_tells_nothing(service: ReportService) -> None:
    with pytest.raises(NotFoundError):
        tell_number(service, new_code(), kind=NumberKind.VNEID, number="1", number_id="1")


def test_there_is_an_end_to_them(service: ReportService) -> None:
    receipt, _ = received(service)
    for count in range(MAX_NUMBERS):
        tell_number(service, receipt.code, kind=NumberKind.VNEID, number="1", number_id=str(count))

    with pytest.raises(LimitError):
        tell_number(service, receipt.code, kind=NumberKind.VNEID, number="1", number_id="more")
