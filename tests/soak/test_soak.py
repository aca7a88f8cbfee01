"""The load test itself: it loses nothing at a restart, and it would see what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.installation import bare_site, install
from tests.soak import checking
from tests.soak.figures import percentile, table
from tests.soak.residents import LEAST_SECONDS, Plan, Sent, send_all
from tests.soak.running import LIMITS, Demand, run

SHORT = Demand(
    seconds=3,
    rate=10,
    photo_share=0.1,
    photo_pixels=(640, 480),
    lead_seconds=LEAST_SECONDS,
    workers=2,
)


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    """A site of one page."""
    return bare_site(tmp_path / "site")


@pytest.mark.slow
def test_a_restart_in_the_middle_of_a_short_load_loses_nothing(
    tmp_path: Path, site_dir: Path
) -> None:
    done = run(SHORT, tmp_path, site_dir=site_dir)

    assert len(done.sent) == 30
    assert done.is_complete, table(done)
    assert done.found.kept == 30
    assert len([one for one in done.sent if one.has_photo]) == 3


@pytest.mark.slow
def test_what_is_missing_strange_or_cannot_be_opened_is_seen(
    tmp_path: Path, site_dir: Path
) -> None:
    installation = install(tmp_path / "installation", site_dir, data_dir=None, **LIMITS)
    address = f"sqlite:///{installation.database_file}"
    with installation.serving(workers=1) as server:
        plan = Plan(server.port, 0.0, 1.0, rate=3, photo_share=0, lead_seconds=0, seed=1)
        first, second, third = send_all(plan, [b""]).sent
        whole = checking.check(installation, address, server.port, [first, second, third])
        lost = Sent(
            0,
            has_photo=False,
            answered=1,
            report_id="0" * 32,
            reference="XG-2A2A2A",
            code=first.code,
        )
        seen = checking.check(
            installation, address, server.port, [first, replace(second, has_photo=True), lost]
        )

    assert whole.is_whole
    assert not seen.is_whole
    assert (seen.kept, seen.lost, seen.unknown, seen.unopened) == (3, 1, 1, 1)
    assert seen.without_photo == 1


def test_moments_are_drawn_anew_by_each_seed_and_alike_by_the_same() -> None:
    plan = Plan(1, 100.0, 60.0, rate=5, photo_share=0.1, lead_seconds=0, seed=1)
    arrivals = plan.arrivals()

    assert len(arrivals) == 300
    assert sum(has_photo for _, has_photo in arrivals) == 30
    assert arrivals == sorted(arrivals) == plan.arrivals()
    assert all(100 <= due < 160 for due, _ in arrivals)
    assert arrivals != replace(plan, seed=2).arrivals()


def test_waiting_for_a_service_that_is_down_counts_from_the_moment_of_sending() -> None:
    assert Sent(due=10.0, has_photo=False, answered=13.5).latency == 3.5
    assert percentile([0.1] * 95 + [9.0] * 5, 0.95) == 9.0
