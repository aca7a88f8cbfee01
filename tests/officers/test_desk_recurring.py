"""At the desk a report that its reporter opened again says so: in the list, in a filter, in its timeline."""

from __future__ import annotations

from forms_api.reports.lifecycle import Status
from forms_api.reports.recurring import recur
from tests.officers.desk import send_report
from tests.officers.signed_in import OfficerAtDesk
from tests.reports.cases import put
from tests.reports.people import id_of

WORDS = "Tối qua lại có tiếng hát"


def test_list_filter_and_timeline_say_that_it_goes_on(lead: OfficerAtDesk) -> None:
    receipt, other = send_report(lead.service), send_report(lead.service)
    report_id = id_of(lead.service, receipt)
    put(lead.service.database, report_id, status=Status.RESOLVED.value)
    recur(lead.service, receipt.code, text=WORDS, message_id="1")

    listed = lead.get("/can-bo/phieu/?tai-dien=1").text
    page = lead.get(f"/can-bo/phieu/{report_id}/").text

    assert receipt.reference in listed
    assert other.reference not in listed
    assert '<span class="tag tag--late">vẫn tái diễn</span>' in listed
    assert "Người gửi báo vẫn tái diễn: phiếu mở lại, trước đó là “Đã giải quyết”" in page
    assert WORDS in page
