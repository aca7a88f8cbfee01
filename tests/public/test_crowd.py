"""When very many reports come at once a form asks for a proof of work, closes to nobody, loses nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import altcha
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from forms_api.public_app import crowd
from forms_api.public_app.crowd import Crowd, Proof
from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.store.schema import reports
from forms_api.vault.receipts import new_submission_id
from tests.public.residents import FORM, GOOD, Resident, code_of, hidden, reference_of
from tests.public.talks import begin_talk
from tests.public.test_sending import count

MakeApp = Callable[[Settings], Flask]
CEILING = 3
UNCHECKED = {name: value for name, value in GOOD.items() if name != "checked"}
CROWDED = "Lúc này có nhiều người cùng gửi"
NOT_SENT = "Phiếu chưa gửi: lúc này có nhiều người cùng gửi"
LOOKED_AT_FIRST = "cán bộ xem riêng phiếu này trước"


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs that cost little: what they cost browsers is looked at in a browser."""
    monkeypatch.setattr(crowd, "LEAST_TRIES", 20)
    monkeypatch.setattr(crowd, "MOST_TRIES", 40)


@pytest.fixture
def in_a_crowd(settings: Settings, make_app: MakeApp, resident: Resident) -> Resident:
    """A resident who comes when the ceiling has just been reached."""
    limited = replace(settings, crowd_limit=f"{CEILING}/10 minutes")
    resident.client = make_app(limited).test_client()
    for _ in range(CEILING):
        assert code_of(resident.report())
    return resident


def review(resident: Resident) -> str:
    """Open the form, fill it in and return the page that shows it once more."""
    resident.open()
    page = resident.send(**UNCHECKED)
    assert page.status_code == 200
    resident.fields = hidden(page.text)
    return page.text


def solved(page: str) -> str:
    """Return what a browser works out from a page that asks."""
    asked = unescape(page.partition('data-proof="')[2].partition('"')[0])
    challenge = altcha.Challenge.from_dict(json.loads(asked))
    solution = altcha.solve_challenge(challenge)
    assert solution
    return altcha.Payload(challenge, solution).to_base64()


def kept_apart(service: ReportService) -> list[str | None]:
    """Return why each report waits apart, oldest first."""
    with service.database.read() as connection:
        query = select(reports.c.quarantined).order_by(reports.c.sequence)
        return list(connection.execute(query).scalars())


def test_below_the_ceiling_nothing_is_asked(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService
) -> None:
    limited = replace(settings, crowd_limit=f"{CEILING}/10 minutes")
    resident.client = make_app(limited).test_client()
    for _ in range(CEILING - 1):
        resident.report()

    assert "data-proof" not in review(resident)
    assert code_of(resident.send(checked="1"))
    assert kept_apart(service) == [None] * CEILING


def test_in_a_crowd_a_proof_takes_the_report_in_like_any_other(
    in_a_crowd: Resident, service: ReportService
) -> None:
    page = review(in_a_crowd)
    receipt = in_a_crowd.send(checked="1", proof=solved(page))

    assert CROWDED in page
    assert code_of(receipt)
    assert LOOKED_AT_FIRST not in receipt.text
    assert kept_apart(service)[-1] is None


def test_without_a_proof_the_report_is_taken_in_and_looked_at_first_and_the_receipt_says_so(
    in_a_crowd: Resident, service: ReportService
) -> None:
    page = review(in_a_crowd)
    receipt = in_a_crowd.send(checked="1")

    assert "cán bộ xem riêng phiếu ấy trước" in page
    assert code_of(receipt)
    assert LOOKED_AT_FIRST in receipt.text
    assert kept_apart(service)[-1] == "crowd"


def test_a_page_from_before_the_crowd_is_shown_once_more_with_everything_and_then_sends(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService
) -> None:
    app = make_app(replace(settings, crowd_limit=f"{CEILING}/10 minutes"))
    early, others = Resident(app.test_client(), resident.clock), resident
    others.client = app.test_client()
    assert "data-proof" not in review(early)
    for _ in range(CEILING):
        others.report()
    asked = early.send(checked="1")
    early.fields = hidden(asked.text)
    receipt = early.send(checked="1", proof=solved(asked.text))

    assert NOT_SENT in asked.text
    assert GOOD["ke"] in asked.text
    assert 'href="tel:113"' in asked.text
    assert code_of(receipt)
    assert kept_apart(service) == [None] * (CEILING + 1)


def test_a_proof_counts_for_its_own_form_alone_and_once(
    in_a_crowd: Resident, service: ReportService
) -> None:
    first = review(in_a_crowd)
    proof = solved(first)
    receipt = in_a_crowd.send(checked="1", proof=proof)
    same = in_a_crowd.send(checked="1", proof=proof)
    review(in_a_crowd)
    another = in_a_crowd.send(checked="1", proof=proof)

    assert reference_of(same) == reference_of(receipt)
    assert NOT_SENT in another.text
    assert count(service) == CEILING + 1


def test_other_words_under_a_proof_that_was_used_are_asked_for_a_new_one(
    in_a_crowd: Resident, service: ReportService
) -> None:
    proof = solved(review(in_a_crowd))
    in_a_crowd.send(checked="1", proof=proof)
    changed = in_a_crowd.send(checked="1", proof=proof, ke="Chuyện khác hẳn.")
    in_a_crowd.fields = hidden(changed.text)
    asked = in_a_crowd.send(**{**UNCHECKED, "ke": "Chuyện khác hẳn."}, checked="1", proof=proof)

    assert changed.status_code == 409
    assert NOT_SENT in asked.text
    assert count(service) == CEILING + 1


def test_a_proof_that_is_too_old_is_asked_for_anew(
    in_a_crowd: Resident, service: ReportService
) -> None:
    page = review(in_a_crowd)
    in_a_crowd.clock.shift(31 * 60)
    others = Resident(in_a_crowd.client, in_a_crowd.clock)
    for _ in range(CEILING):
        others.report()
    asked = in_a_crowd.send(checked="1", proof=solved(page))

    assert NOT_SENT in asked.text
    assert GOOD["ke"] in asked.text


def test_a_receipt_that_is_loaded_again_in_a_crowd_is_the_same_receipt(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService
) -> None:
    resident.client = make_app(replace(settings, crowd_limit="1/10 minutes")).test_client()
    resident.open()
    first = resident.send(**GOOD)
    again = resident.send(**GOOD)

    assert reference_of(again) == reference_of(first)
    assert count(service) == 1


def test_the_crowd_is_over_when_its_window_has_passed(in_a_crowd: Resident) -> None:
    in_a_crowd.clock.shift(10 * 60 + 1)

    assert "data-proof" not in review(in_a_crowd)


def test_trials_of_a_talk_make_no_crowd_and_are_asked_for_nothing(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService
) -> None:
    resident.client = make_app(replace(settings, crowd_limit="2/10 minutes")).test_client()
    address = f"{FORM}?buoi={begin_talk(service)}"

    def try_out() -> str:
        resident.open(address)
        resident.clock.shift(30)
        return str(resident.client.post(address, data={**resident.fields, **GOOD}).text)

    assert all("Đã nhận phiếu thử" in try_out() for _ in range(4))
    assert "data-proof" not in review(resident)
    for _ in range(2):
        resident.report()
    assert "Đã nhận phiếu thử" in try_out()


def test_a_load_test_meets_no_ceiling(
    settings: Settings, make_app: MakeApp, resident: Resident
) -> None:
    unlimited = replace(settings, ratelimit_enabled=False, crowd_limit="1/10 minutes")
    resident.client = make_app(unlimited).test_client()

    assert all(code_of(resident.report()) for _ in range(3))


@pytest.fixture
def asking(settings: Settings, service: ReportService) -> Crowd:
    """A ceiling that was reached."""
    return Crowd(replace(settings, crowd_limit="1/day"), service, b"s" * 32)


def altered(proof: str, change: Callable[[dict[str, object]], object]) -> str:
    """Return a proof with its challenge's parameters changed."""
    payload = json.loads(base64.b64decode(proof))
    change(payload["challenge"]["parameters"])
    return base64.b64encode(json.dumps(payload).encode()).decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda parameters: parameters.update(keyPrefix="00"),
        lambda parameters: parameters.update(expiresAt=parameters["expiresAt"] + 1),
        lambda parameters: parameters["data"].update(submission="another"),
        lambda parameters: parameters.pop("data"),
    ],
)
def test_what_is_asked_cannot_be_made_easier(
    asking: Crowd, resident: Resident, change: Callable[[dict[str, object]], object]
) -> None:
    resident.report()
    submission_id = new_submission_id()
    page = f'data-proof="{asking.ask(submission_id).replace(chr(34), "&quot;")}"'
    proof = solved(page)

    assert asking.judge(submission_id, proof) is Proof.GOOD
    assert asking.judge(submission_id, altered(proof, change)) is Proof.TO_ASK
    assert asking.judge(new_submission_id(), proof) is Proof.TO_ASK


def test_a_challenge_tells_nobody_the_id_that_the_code_is_derived_from(asking: Crowd) -> None:
    submission_id = new_submission_id()

    assert submission_id.hex() not in asking.ask(submission_id)


def test_whatever_comes_as_a_proof_is_judged_and_breaks_nothing(
    asking: Crowd, resident: Resident
) -> None:
    resident.report()
    shapes = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["challenge", "solution", "parameters", "signature", "data", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    )
    encoded = shapes.map(lambda shape: base64.b64encode(json.dumps(shape).encode()).decode())

    @given(st.text(min_size=1, max_size=60) | encoded | st.just("A" * 3000))
    def judge(proof: str) -> None:
        assert asking.judge(new_submission_id(), proof) is Proof.TO_ASK

    judge()
