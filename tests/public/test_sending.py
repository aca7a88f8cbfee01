"""A form's way from the first page to the receipt."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from flask import Flask
from sqlalchemy import func, select

from forms_api.reports.service import ReportService
from forms_api.store.schema import attachments, reports
from forms_api.vault.sealing import Identity, unseal
from tests.public.residents import FORM, GOOD, Resident, code_of, hidden, photo, reference_of


def box_for_vneid(page: str) -> str:
    """Return the box that asks whether the texts for VNeID are to be had again, "" where none is."""
    found = re.search(r'<input[^>]*type="checkbox"[^>]*name="hand_off"[^>]*>', page)
    return found[0] if found else ""


def count(service: ReportService) -> int:
    """Return how many reports are kept."""
    with service.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(reports)).scalar_one())


def test_a_sent_form_gives_a_receipt_and_a_sealed_report(
    resident: Resident, service: ReportService, queue_identity: Identity
) -> None:
    resident.open(f"{FORM}?tu=zalo-to-3")
    reply = resident.send(**GOOD, ten="Nguyễn Văn A")

    assert reply.status_code == 200
    assert code_of(reply)
    with service.database.read() as connection:
        row = connection.execute(select(reports)).mappings().one()
    assert row["reference"] == reference_of(reply)
    assert (row["channel"], row["link"], row["category"]) == ("web", "zalo-to-3", "tieng-on")
    assert (row["anonymous"], row["urgent"], row["quarantined"]) == (False, False, None)
    assert row["form_version"]
    assert row["consent_version"]
    opened = json.loads(unseal(row["sealed"], queue_identity))
    told = {answer["field_id"]: answer["text"] for answer in opened["answers"]}
    assert opened["form_title"] == "Phiếu thử"
    assert told["ke"] == GOOD["ke"]
    assert told["ten"] == "Nguyễn Văn A"


def test_a_page_sends_words_that_are_no_link_slug_nowhere(
    resident: Resident, service: ReportService
) -> None:
    page = resident.open(f'{FORM}?kenh="><script>alert(1)</script>')
    resident.send(**GOOD)

    assert "<script>alert" not in page
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.link)).scalar_one() is None


def test_every_visitor_gets_a_submission_id_of_their_own(app: Flask) -> None:
    pages = [app.test_client().get(FORM).text for _ in range(3)]

    assert len({hidden(page)["submission"] for page in pages}) == 3


def test_all_mistakes_come_at_once_and_everything_typed_is_kept(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    reply = resident.send(loai="tieng-on", ke="ngắn", ten="Bà Tư ở hẻm sau")

    assert reply.status_code == 422
    assert "Còn 2 chỗ cần sửa" in reply.text
    assert 'value="Bà Tư ở hẻm sau"' in reply.text
    assert "\nngắn</textarea>" in reply.text
    assert reply.text.count("ke--error") == 2
    assert 'href="#ke"' in reply.text
    assert count(service) == 0


def test_a_mended_form_keeps_its_submission_id(resident: Resident, service: ReportService) -> None:
    resident.open()
    first = resident.fields["submission"]
    wrong = resident.send(ke="ngắn")
    resident.fields = hidden(wrong.text)
    reply = resident.send(**GOOD)

    assert resident.fields["submission"] == first
    assert reply.status_code == 200
    assert count(service) == 1


def test_sending_twice_gives_the_same_receipt_and_one_report(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    first, second = resident.send(**GOOD), resident.send(**GOOD)

    assert (code_of(first), reference_of(first)) == (code_of(second), reference_of(second))
    assert count(service) == 1


def test_fifty_posts_of_one_form_at_once_give_one_report(
    app: Flask, resident: Resident, service: ReportService
) -> None:
    resident.open()
    resident.clock.shift(30)
    cookie = resident.client.get_cookie("phieu")
    assert cookie is not None

    def post(_: int) -> str:
        client = app.test_client()
        client.set_cookie("phieu", cookie.value)
        return code_of(client.post(FORM, data={**resident.fields, **GOOD}))

    with ThreadPoolExecutor(50) as pool:
        codes = set(pool.map(post, range(50)))

    assert len(codes) == 1
    assert count(service) == 1


def test_other_words_in_a_form_that_was_sent_are_kept_for_a_new_report(
    resident: Resident, service: ReportService
) -> None:
    first = resident.report()
    reply = resident.send(**{**GOOD, "ke": "Đêm nay lại hát, còn to hơn."})

    assert reply.status_code == 409
    assert f"Phiếu {reference_of(first)} đã được nhận" in reply.text
    assert "Đêm nay lại hát, còn to hơn." in reply.text
    assert code_of(first) not in reply.text
    resident.fields = hidden(reply.text)
    again = resident.send(after_seconds=1, **{**GOOD, "ke": "Đêm nay lại hát, còn to hơn."})
    assert reference_of(again) != reference_of(first)
    assert count(service) == 2


def test_fields_that_the_form_does_not_have_are_refused(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    reply = resident.send(**GOOD, status="da_giai_quyet")

    assert reply.status_code == 422
    assert GOOD["ke"] in reply.text
    assert count(service) == 0


def test_what_fills_the_trap_or_comes_at_once_is_kept_apart_and_gets_a_receipt(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    trapped = resident.send(**GOOD, website="https://example.com")
    resident.open()
    fast = resident.send(after_seconds=1, **GOOD)

    assert code_of(trapped)
    assert code_of(fast)
    with service.database.read() as connection:
        kept_apart = connection.execute(select(reports.c.quarantined)).scalars().all()
    assert sorted(kept_apart) == ["fast", "trap"]


def test_a_screen_to_read_first_keeps_everything_and_can_be_passed(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    stop = resident.send(**{**GOOD, "loai": "chay"})
    assert count(service) == 0
    resident.fields = hidden(stop.text)
    reply = resident.send(stop_seen="loai:chay")

    assert "Đang cháy thì gọi 114" in stop.text
    assert 'href="tel:114"' in stop.text
    assert reply.status_code == 200
    assert code_of(reply)
    with service.database.read() as connection:
        row = connection.execute(select(reports)).mappings().one()
    assert (row["category"], row["urgent"]) == ("chay", True)


def test_a_screen_that_ends_the_way_leads_back_with_everything_kept(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    stop = resident.send(**{**GOOD, "loai": "to-cao"})
    resident.fields = hidden(stop.text)
    forced = resident.send(stop_seen="loai:to-cao")
    back = resident.send(form_action="edit")

    assert "Vẫn gửi" not in stop.text
    assert "Tố cáo thì gửi nơi khác" in forced.text
    assert back.status_code == 200
    assert GOOD["ke"] in back.text
    assert count(service) == 0


def test_the_receipt_offers_each_answer_for_its_field_of_vneid(resident: Resident) -> None:
    reply = resident.report()

    assert "Hành vi" in reply.text
    assert "Tóm tắt diễn biến" in reply.text
    assert 'data-copy="#vneid-2"' in reply.text
    [together] = re.findall(r'<pre[^>]* id="vneid-ca"[^>]*>(.*?)</pre>', reply.text, re.DOTALL)
    assert together.splitlines() == ["Hành vi: Tiếng ồn", f"Tóm tắt diễn biến: {GOOD['ke']}"]


def test_a_form_that_is_not_there_is_not_found(resident: Resident) -> None:
    assert resident.client.get("/gui/khong-co/").status_code == 404
    assert resident.client.post("/gui/khong-co/", data={"a": "b"}).status_code == 404


def test_no_report_has_attachments_that_were_not_sent(
    resident: Resident, service: ReportService
) -> None:
    resident.report()

    with service.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(attachments)).scalar_one() == 0


def test_a_form_is_shown_once_more_before_it_goes_and_can_be_changed_there(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    answers = {name: value for name, value in GOOD.items() if name != "checked"}
    shown = resident.send(**answers)
    resident.fields = hidden(shown.text)
    nothing_yet = count(service)
    changed = resident.send(form_action="edit")
    resident.fields = hidden(changed.text)
    again = resident.send(**{**answers, "ke": "Nhà bên hát tới hai giờ sáng."})
    resident.fields = hidden(again.text)
    sent = resident.send(checked="1")

    assert "Xem lại trước khi gửi" in shown.text
    assert GOOD["ke"] in shown.text
    assert 'formaction="/gui/phieu-thu/#ke"' in shown.text
    assert nothing_yet == 0
    assert f">\n{GOOD['ke']}</textarea>" in changed.text
    assert "Nhà bên hát tới hai giờ sáng." in again.text
    assert code_of(sent)
    assert count(service) == 1


def test_before_it_goes_the_sender_may_choose_to_have_the_texts_for_vneid_again(
    resident: Resident,
) -> None:
    answers = {name: value for name, value in GOOD.items() if name != "checked"}
    resident.open()
    shown = resident.send(**answers)
    resident.fields = hidden(shown.text)
    changed = resident.send(form_action="edit", hand_off="1")
    resident.fields = hidden(changed.text)
    again = resident.send(**answers)
    resident.fields = hidden(again.text)
    sent = resident.send(checked="1")  # the tick is a box of the page, and was taken out

    assert "hand_off" not in hidden(shown.text)
    assert box_for_vneid(shown.text)
    assert not box_for_vneid(shown.text).endswith(" checked>")
    assert hidden(changed.text)["hand_off"] == "1"
    assert box_for_vneid(again.text).endswith(" checked>")
    assert "hand_off" not in hidden(again.text)
    assert "đóng trang này là không xem lại được" in sent.text


def test_a_screen_to_read_first_keeps_the_choice_to_have_the_texts_again(
    resident: Resident,
) -> None:
    resident.open()
    stop = resident.send(**{**GOOD, "loai": "chay", "hand_off": "1"})
    resident.fields = hidden(stop.text)
    sent = resident.send(stop_seen="loai:chay")

    assert "gõ mã theo dõi là có lại các phần này" in sent.text


def test_the_last_step_judges_everything_anew(resident: Resident, service: ReportService) -> None:
    resident.open()
    reply = resident.send(checked="1", loai="tieng-on")

    assert reply.status_code == 422
    assert count(service) == 0


def test_files_that_came_with_the_form_are_kept_while_it_is_shown_once_more(
    resident: Resident, service: ReportService
) -> None:
    resident.open()
    answers = {name: value for name, value in GOOD.items() if name != "checked"}
    shown = resident.send(**answers, anh=[(BytesIO(photo()), "a.jpg")])
    resident.fields = hidden(shown.text)
    sent = resident.send(checked="1")

    assert "Đã giữ 1 tệp" in shown.text
    assert code_of(sent)
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.attachment_count)).scalar_one() == 1
