"""What leaves the desk as a file: pictures that may do nothing, opened by who may read the report."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from forms_api.accounts.permissions import Role
from forms_api.attachments.scanning import Scan
from forms_api.officer_app.words import SCANS
from forms_api.reports.followup import add_message
from forms_api.reports.intake import submit
from forms_api.reports.service import ReportService
from forms_api.store.schema import reports
from tests.officers.conftest import SignInAs
from tests.officers.desk import photo
from tests.officers.signed_in import OfficerAtDesk
from tests.reports.samples import a_submission


def a_picture_s_address(service: ReportService) -> str:
    """Send a report with one picture and return where the desk shows it."""
    sent = submit(service, replace(a_submission(), files=(photo("hiện trường"),)))
    with service.database.read() as connection:
        found = select(reports.c.id).where(reports.c.reference == sent.reference)
        return f"/can-bo/phieu/{connection.execute(found).scalar_one()}/tep/1"


def test_a_picture_opened_by_its_own_address_is_a_download_in_a_sandbox(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    answer = lead.get(a_picture_s_address(service))

    assert answer.data == photo("hiện trường").data
    assert answer.content_type == "image/jpeg"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="anh-1.jpg"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


def test_who_may_not_read_reports_gets_no_picture(
    service: ReportService, sign_in_as: SignInAs
) -> None:
    keeper = sign_in_as(role=Role.ADMIN)

    assert keeper.get(a_picture_s_address(service)).status_code == 403


def test_a_picture_that_is_not_there_is_a_page_that_says_so(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    assert lead.get(f"{a_picture_s_address(service)}7").status_code == 404


def test_the_desk_tells_what_the_scanner_said_of_each_picture(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    for scan, said in SCANS.items():
        picture = replace(photo("hiện trường"), scan=scan)
        apart = "scan" if scan is Scan.FAILED else None
        sent = submit(service, replace(a_submission(), files=(picture,), quarantined=apart))
        with service.database.read() as connection:
            found = select(reports.c.id).where(reports.c.reference == sent.reference)
            page = lead.get(f"/can-bo/phieu/{connection.execute(found).scalar_one()}/").text

        assert f"({said})" in page
        assert ("Máy quét mã độc không trả lời lúc tệp này được gửi" in page) == bool(apart)


def test_every_kind_of_file_has_its_name_its_player_and_its_original(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    film = replace(
        photo("phim"),
        media_type="video/mp4",
        original=replace(photo("gốc"), media_type="video/quicktime"),
    )
    sound = replace(photo("tiếng"), media_type="audio/mpeg")
    paper = replace(photo("giấy"), media_type="application/pdf")
    sent = submit(service, replace(a_submission(), files=(film, sound, paper)))
    add_message(service, sent.code, text="Thêm ảnh", message_id="1", files=[photo("sau")])
    with service.database.read() as connection:
        found = select(reports.c.id).where(reports.c.reference == sent.reference)
        page = f"/can-bo/phieu/{connection.execute(found).scalar_one()}/"

    shown = lead.get(page).text
    original = lead.get(f"{page}tep/2")

    assert "Phim 1" in shown
    assert f'<video src="{page}tep/1"' in shown
    assert f'<audio src="{page}tep/3"' in shown
    assert "Tài liệu 4" in shown
    assert "Ảnh 5" in shown
    assert "(gửi thêm" in shown
    assert shown.count("Tải bản gốc") == 1
    assert original.data == photo("gốc").data
    assert 'filename="phim-2-goc.mov"' in original.headers["Content-Disposition"]
    assert lead.get(f"{page}tep/5").data == photo("sau").data
