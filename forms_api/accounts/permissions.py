"""Roles of the regulation, the scopes of tokens, and what each may do: one table for every door.

Web pages, the API and the command line ask the same `Actor`; what the table does not say is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forms_api.errors import ForbiddenError


class Role(StrEnum):
    """An officer's place in the model (Quy chế 22/4/2024, Điều 4), or the administrator."""

    HEAD = "truong-ban"
    DEPUTY = "pho-ban"
    STANDING = "thuong-truc"
    MEMBER = "thanh-vien"
    POLICE = "cong-an"
    ADMIN = "quan-tri"


ROLE_TITLES: dict[Role, str] = {
    Role.HEAD: "Trưởng ban",
    Role.DEPUTY: "Phó ban",
    Role.STANDING: "Cơ quan Thường trực",
    Role.MEMBER: "Thành viên",
    Role.POLICE: "Công an phường",
    Role.ADMIN: "Quản trị",
}


class Permission(StrEnum):
    """One thing that somebody may do."""

    LIST = "list"
    READ = "read"
    ENTER = "enter"
    CLAIM = "claim"
    DECIDE = "decide"
    ADMIT = "admit"
    ASSIGN = "assign"
    REVEAL = "reveal"
    TRASH = "trash"
    STATISTICS = "statistics"
    EXPORT = "export"
    AUDIT = "audit"
    TALK = "talk"
    PEOPLE = "people"
    KEYS = "keys"


PERMISSION_TITLES: dict[Permission, str] = {
    Permission.LIST: "Xem danh sách phiếu",
    Permission.READ: "Đọc nội dung phiếu",
    Permission.ENTER: "Nhập phiếu thay người khác",
    Permission.CLAIM: "Nhận phiếu về mình, trả lại",
    Permission.DECIDE: "Chuyển trạng thái, trả lời người gửi",
    Permission.ADMIT: "Xét phiếu nghi là thư rác",
    Permission.ASSIGN: "Giao phiếu cho người khác, lấy lại phiếu",
    Permission.REVEAL: "Xem tên và cách liên lạc của người gửi",
    Permission.TRASH: "Bỏ phiếu vào thùng rác, đồng ý xóa",
    Permission.STATISTICS: "Xem số liệu",
    Permission.EXPORT: "Xuất tệp số liệu",
    Permission.AUDIT: "Đọc nhật ký",
    Permission.TALK: "Mở buổi hướng dẫn viết phiếu thử",
    Permission.PEOPLE: "Mời, cho nghỉ, đổi vai trò cán bộ",
    Permission.KEYS: "Quản lý khóa và mã của máy",
}

_WORK = frozenset(
    {Permission.LIST, Permission.READ, Permission.ENTER, Permission.CLAIM, Permission.DECIDE}
)
_NUMBERS = frozenset({Permission.STATISTICS, Permission.EXPORT})
_LEAD = (
    _WORK
    | _NUMBERS
    | {
        Permission.ADMIT,
        Permission.ASSIGN,
        Permission.TRASH,
        Permission.AUDIT,
        Permission.TALK,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.HEAD: _LEAD,
    Role.DEPUTY: _LEAD,
    Role.STANDING: _LEAD | {Permission.REVEAL, Permission.PEOPLE},
    Role.POLICE: _LEAD | {Permission.REVEAL},
    Role.MEMBER: _WORK | {Permission.STATISTICS, Permission.TALK},
    Role.ADMIN: frozenset(
        {Permission.PEOPLE, Permission.KEYS, Permission.AUDIT, Permission.STATISTICS}
    ),
}
"""The ward's proposal, not the regulation's: who runs the machine does not read reports, and who
reads them only sees a reporter's name where the work needs it."""


class Scope(StrEnum):
    """What a token may do."""

    QUEUE = "queue"
    READ = "read"
    DECIDE = "decide"


SCOPE_TITLES: dict[Scope, str] = {
    Scope.QUEUE: "claim, acknowledge and release waiting reports",
    Scope.READ: "list and read reports, sealed as they are",
    Scope.DECIDE: "move reports, answer their senders, admit quarantined ones",
}

SCOPE_PERMISSIONS: Mapping[Scope, frozenset[Permission]] = {
    Scope.QUEUE: frozenset({Permission.CLAIM}),
    Scope.READ: frozenset({Permission.LIST, Permission.READ}),
    Scope.DECIDE: frozenset({Permission.DECIDE, Permission.ADMIT}),
}


@dataclass(frozen=True)
class Actor:
    """Who acts: a name for claims and the audit log, what it may do, and where.

    `areas` and `categories` are ids; None means all of them. A report without a tổ dân phố or a
    category is everybody's: somebody must see it.
    """

    name: str
    permissions: frozenset[Permission]
    areas: frozenset[str] | None = None
    categories: frozenset[str] | None = None

    def may(self, permission: Permission) -> bool:
        """Tell whether this actor has the permission."""
        return permission in self.permissions

    def need(self, permission: Permission) -> None:
        """Return when this actor has the permission. Raises ForbiddenError."""
        if permission not in self.permissions:
            raise ForbiddenError(permission.value)

    def sees(self, report: Mapping[Any, object]) -> bool:
        """Tell whether a report, by its clear columns, is within this actor's part of the work.

        One that was given to the actor always is.
        """
        if report["claimed_by"] == self.name:
            return True
        return _within(self.areas, report["area"]) and _within(self.categories, report["category"])


def officer_actor(
    name: str,
    role: Role,
    *,
    areas: Collection[str] | None = None,
    categories: Collection[str] | None = None,
) -> Actor:
    """Return the actor that an officer of this role is."""
    return Actor(
        f"officer:{name}",
        ROLE_PERMISSIONS[role],
        None if areas is None else frozenset(areas),
        None if categories is None else frozenset(categories),
    )


def operator_actor(name: str) -> Actor:
    """Return the actor at the machine's own terminal, who may do everything."""
    return Actor(f"cli:{name}", frozenset(Permission))


def _within(allowed: frozenset[str] | None, value: object) -> bool:
    return allowed is None or value is None or value in allowed
