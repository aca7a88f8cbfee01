"""What an officer should know before starting: the machine's own troubles and the ward's gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from forms_api.accounts.permissions import Actor, Permission
from forms_api.accounts.queue_keys import drill_is_overdue
from forms_api.errors import StorageError
from forms_api.officer_app.desk import Desk
from forms_api.reports.service import utc_now
from forms_api.store import outbox, talks
from forms_api.store.heartbeat import worker_is_silent
from forms_api.store.schema import reports
from forms_api.web.health import unready


@dataclass(frozen=True)
class DeskWarning:
    """One thing to know: the words, where to look, and who should hear of it."""

    words: str
    href: str = ""
    permission: Permission | None = None


def warnings_for(desk: Desk, actor: Actor) -> list[DeskWarning]:
    """Return what this officer should know now."""
    now = utc_now()
    found: list[DeskWarning] = []
    for check in CHECKS:
        try:
            found.extend(check(desk, now))
        except StorageError:
            continue  # the page itself will say that the database does not answer
    return [
        warning for warning in found if warning.permission is None or actor.may(warning.permission)
    ]


def _samples(desk: Desk, _now: dt.datetime) -> Iterator[DeskWarning]:
    query = select(func.count()).where(reports.c.trial == "sample", reports.c.trashed_at.is_(None))
    with desk.service.database.read() as connection:
        count = connection.execute(query).scalar_one()
    if count:
        yield DeskWarning(
            f"Đang có {count} phiếu mẫu để tập. Phiếu mẫu không vào số liệu.", "/can-bo/ngay-dau/"
        )


def _trials(desk: Desk, now: dt.datetime) -> Iterator[DeskWarning]:
    with desk.service.database.read() as connection:
        count = 0 if talks.open_talks(connection, now=now) else len(talks.trial_rows(connection))
    if count:
        yield DeskWarning(
            f"Còn {count} phiếu thử của các buổi hướng dẫn đã xong. Xem lướt, rồi xóa.",
            "/can-bo/buoi/",
            Permission.TRASH,
        )


def _notices(desk: Desk, now: dt.datetime) -> Iterator[DeskWarning]:
    if worker_is_silent(desk.service.database, now):
        yield DeskWarning(
            "Máy gửi thông báo đã im hơn 10 phút: có phiếu mới cũng không ai được báo. Hãy báo người "
            "vận hành.",
            "/can-bo/thong-bao/",
        )
    with desk.service.database.read() as connection:
        dead = outbox.dead_letters(connection)
    if dead:
        yield DeskWarning(
            f"{dead} thông báo không gửi được sau nhiều lần thử.",
            "/can-bo/thong-bao/",
            Permission.KEYS,
        )


def _keys(desk: Desk, now: dt.datetime) -> Iterator[DeskWarning]:
    if drill_is_overdue(desk.service.database, now):
        yield DeskWarning(
            "Đã hơn 90 ngày chưa thử khóa khôi phục. Lấy khóa trong phong bì ra thử một lần.",
            "/can-bo/khoa/",
            Permission.KEYS,
        )


def _machine(desk: Desk, _now: dt.datetime) -> Iterator[DeskWarning]:
    if unready(desk.settings, desk.service.database):
        yield DeskWarning(
            "Máy chủ lúc này không nhận được phiếu mới. Hãy báo người trông máy ngay."
        )


CHECKS: tuple[Callable[[Desk, dt.datetime], Iterator[DeskWarning]], ...] = (
    _machine,
    _notices,
    _keys,
    _samples,
    _trials,
)
