"""The desk's numbers tell how often each short link was opened, by the name that people know."""

from __future__ import annotations

import datetime as dt
import html
import re

from forms_api.accounts.permissions import Role, operator_actor
from forms_api.reports.campaigns import NewCampaign, add_campaign
from forms_api.reports.service import ReportService
from forms_api.store.links import add_visits
from tests.officers.conftest import SignInAs
from tests.officers.signed_in import OfficerAtDesk
from tests.reports.histories import NOON, History, write_histories

PAGE = "/can-bo/so-lieu/?ky=2026-11"


def table(page: str, id_: str) -> list[list[str]]:
    """Return the cells of one table's rows."""
    body = page.partition(f'id="table-{id_}"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [html.unescape(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows
    ]


def use_links(service: ReportService) -> None:
    """Let links of the share kit, of a campaign and of nobody be opened, and bring reports."""
    new = NewCampaign("tet", "/", "Tờ rơi <Tết>")
    add_campaign(service.database, new, actor=operator_actor("test"), taken=())
    visits = {
        (NOON.date(), "tet"): 30,
        (NOON.date(), "bao-tin-tdp-vi-du-1"): 2,
        (dt.date(2026, 10, 1), "tet"): 5,
    }
    service.database.write(lambda connection: add_visits(connection, visits))
    write_histories(service.database, [History(link="tet"), History(link="la")])


def test_visits_stand_beside_the_reports_by_the_titles_of_links(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    use_links(service)

    page = lead.get(PAGE).text

    assert table(page, "luot-mo") == [
        ["Tờ rơi <Tết>", "30", "5"],
        ["Thấy việc mất an ninh, trật tự? Báo qua VNeID (Tổ dân phố ví dụ 1)", "2", "0"],
    ]
    assert table(page, "lien-ket") == [["Tờ rơi <Tết>", "1", "0"], ["la", "1", "0"]]


def test_visits_are_the_whole_ward_s_for_everybody_who_sees_numbers(
    service: ReportService, sign_in_as: SignInAs
) -> None:
    use_links(service)
    member = sign_in_as(role=Role.MEMBER, areas=["tdp-vi-du-2"])

    assert table(member.get(PAGE).text, "luot-mo")[0] == ["Tờ rơi <Tết>", "30", "5"]
