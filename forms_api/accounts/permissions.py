"""Roles of the regulation and the rights of tokens, in one table each."""

from __future__ import annotations

from enum import StrEnum


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
