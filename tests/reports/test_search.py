"""Search in what was told: with or without marks, within scope, bounded, and kept nowhere."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import playwright
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ForbiddenError
from forms_api.reports import search as searching
from forms_api.reports.casework import add_note
from forms_api.reports.followup import add_message
from forms_api.reports.search import fold, search
from forms_api.reports.service import ReportService
from forms_api.store.schema import events
from forms_api.vault.sealing import Identity, generate_identity
from tests.conftest import ROOT
from tests.reports.cases import NAME, PHONE, log_of, received, send
from tests.reports.people import IN_CHARGE, OTHER

NODE = Path(playwright.__file__).parent / "driver" / "node"  # what drives the browser


def found(service: ReportService, words: str, *keys: Identity) -> list[str]:
    """Return the ids of the reports that the officer in charge finds."""
    return [
        hit.clear["id"] for hit in search(service, actor=IN_CHARGE, words=words, keys=keys).hits
    ]


@pytest.mark.parametrize(
    "words",
    ["tố giác", "to giac", "TO GIAC", "đua xe", "dua  xe tố", "to\u0302\u0301 gia\u0301c", "ngõ"],
)
def test_words_are_found_with_and_without_their_marks(
    service: ReportService, queue_identity: Identity, words: str
) -> None:
    _, report_id = send(service)
    send(service, "Chó thả rông")

    assert found(service, words, queue_identity) == [report_id]


def test_all_words_must_occur_and_the_newest_comes_first(
    service: ReportService, queue_identity: Identity
) -> None:
    _, old = send(service, "Tiếng ồn ở quán hát")
    _, new = send(service, "Quán hát mở khuya")

    assert found(service, "quan hat", queue_identity) == [new, old]
    assert found(service, "quan khuya", queue_identity) == [new]
    assert found(service, "quan sau-dem", queue_identity) == []
    assert found(service, "  ", queue_identity) == []


def test_messages_notes_and_references_are_searched_too(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt, report_id = received(service)
    add_message(service, receipt.code, text="Biển số đuôi bốn chín", message_id="1")
    add_note(service, actor=IN_CHARGE, report_id=report_id, text="gặp ông Bình")

    for words in ("duoi bon chin", "ong binh", receipt.reference.lower()):
        assert found(service, words, queue_identity) == [report_id]


def test_a_reference_finds_its_report_alone_and_only_for_who_sees_it(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt, report_id = send(service, area="to-1")
    send(service, f"như phiếu {receipt.reference}", area="to-2")
    elsewhere = Actor("officer:far", frozenset(Permission), areas=frozenset({"to-2"}))
    typed = f" {receipt.reference.lower()} "

    there = search(service, actor=elsewhere, words=typed, keys=[queue_identity])

    assert found(service, typed) == [report_id]  # the reference is no secret: no key is needed
    assert report_id not in [hit.clear["id"] for hit in there.hits]


def test_who_sent_a_report_cannot_be_searched_for(
    service: ReportService, queue_identity: Identity
) -> None:
    send(service)

    assert found(service, NAME, queue_identity) == []
    assert found(service, PHONE, queue_identity) == []


def test_a_hit_shows_the_place_that_was_found(
    service: ReportService, queue_identity: Identity
) -> None:
    send(service, f"{'trước đó ' * 40}kẻ lạ mặt {'sau đó ' * 40}")

    [hit] = search(service, actor=IN_CHARGE, words="ke la", keys=[queue_identity]).hits

    assert "kẻ lạ mặt" in hit.excerpt
    assert hit.excerpt.startswith("…")
    assert hit.excerpt.endswith("…")
    assert len(hit.excerpt) < 200


def test_a_search_says_where_it_stopped(
    service: ReportService, queue_identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        send(service, f"chuyện {number}")
    monkeypatch.setattr(searching, "_BATCH", 2)
    whole = search(service, actor=IN_CHARGE, words="chuyen", keys=[queue_identity])
    monkeypatch.setattr(searching, "MAX_LOOKED_THROUGH", 3)
    cut = search(service, actor=IN_CHARGE, words="chuyen", keys=[queue_identity])
    rest = search(
        service,
        actor=IN_CHARGE,
        words="chuyen",
        keys=[queue_identity],
        go_on_from=cut.stopped_at,
    )

    assert [hit.clear["id"] for hit in (*cut.hits, *rest.hits)] == [
        hit.clear["id"] for hit in whole.hits
    ]
    assert rest.is_complete
    assert (len(whole.hits), whole.looked_through, whole.is_complete) == (5, 5, True)
    assert (len(cut.hits), cut.looked_through, cut.is_complete) == (3, 3, False)


def test_the_log_keeps_how_much_was_searched_and_never_for_what(
    service: ReportService, queue_identity: Identity
) -> None:
    send(service)
    found(service, "đua xe", queue_identity)

    [(who, action, details)] = log_of(service.database, None)
    assert (who, action) == (IN_CHARGE.name, "searched")
    assert json.loads(details) == {"looked_through": 1, "found": 1}
    with service.database.read() as connection:
        assert "đua" not in repr(connection.execute(select(events)).all())


def test_what_cannot_be_opened_hides_nothing_else(
    service: ReportService, queue_identity: Identity
) -> None:
    _, report_id = send(service)

    assert found(service, "đua xe", generate_identity()) == []
    assert found(service, "đua xe", generate_identity(), queue_identity) == [report_id]


def test_who_may_not_read_may_not_search(service: ReportService, queue_identity: Identity) -> None:
    lister = Actor("officer:lister", frozenset(Permission) - {Permission.READ})

    with pytest.raises(ForbiddenError):
        search(service, actor=lister, words="đua", keys=[queue_identity])
    assert OTHER.may(Permission.READ)


@given(text=st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_desk_folds_as_the_site_does() -> None:
    script = (ROOT / "templates/assets/search.js").read_text(encoding="utf-8")
    rule = script.partition("const fold = (text) =>")[2].partition(";")[0]
    words = ["Tố giác tội phạm", "ĐƯỜNG Đỏ", "e\u0301", "Ắ ễ ỡ Đ", "ß ñ 1"]
    code = f"const fold = (text) => {rule}; console.log(JSON.stringify({words!r}.map(fold)))"

    said = subprocess.run([NODE, "-e", code], check=True, capture_output=True, text=True)

    assert json.loads(said.stdout) == [fold(word) for word in words]
