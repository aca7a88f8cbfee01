"""What every page of the desk shows: who is signed in, the menu, warnings, words for moments."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g, request

from forms_api.accounts.officers import list_officers
from forms_api.accounts.permissions import PERMISSION_TITLES, ROLE_TITLES, Actor, Permission
from forms_api.documents.wording import STATES
from forms_api.moments import vietnam_day, vietnam_time
from forms_api.officer_app.assets import Assets
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.words import (
    FAMILIES,
    LINKS_FROM_HERE,
    LINKS_TO_HERE,
    NUMBER_KINDS,
    SCANS,
    SUSPICIONS,
    SUSPICIONS_AT_LENGTH,
    UNKNOWN_SUSPICION,
    action_text,
    actor_text,
)
from forms_api.reports.service import utc_now
from forms_api.web.request_texts import REFUSALS, REQUEST_KINDS


@dataclass(frozen=True)
class MenuEntry:
    """A line of the menu and who sees it: whoever has one of the permissions, or everybody."""

    label: str
    href: str
    permissions: frozenset[Permission] = frozenset()


MENU: tuple[MenuEntry, ...] = (
    MenuEntry("Hôm nay", "/can-bo/"),
    MenuEntry("Phiếu", "/can-bo/phieu/", frozenset({Permission.LIST})),
    MenuEntry("Nhập phiếu", "/can-bo/nhap-phieu/", frozenset({Permission.ENTER})),
    MenuEntry("Tìm", "/can-bo/tim/", frozenset({Permission.READ})),
    MenuEntry("Yêu cầu", "/can-bo/yeu-cau/", frozenset({Permission.DECIDE})),
    MenuEntry("Buổi hướng dẫn", "/can-bo/buoi/", frozenset({Permission.TALK})),
    MenuEntry("Số liệu", "/can-bo/so-lieu/", frozenset({Permission.STATISTICS})),
    MenuEntry("Cán bộ", "/can-bo/nguoi/", frozenset({Permission.PEOPLE})),
    MenuEntry("Thùng rác", "/can-bo/thung-rac/", frozenset({Permission.TRASH})),
    MenuEntry("Nhật ký", "/can-bo/nhat-ky/", frozenset({Permission.AUDIT})),
    MenuEntry("Khóa và máy", "/can-bo/khoa/", frozenset({Permission.KEYS})),
    MenuEntry("Thông báo", "/can-bo/thong-bao/", frozenset({Permission.KEYS})),
    MenuEntry("Sổ tay", "/can-bo/so-tay/"),
)


def install_page_context(app: Flask, desk: Desk, assets: Assets) -> None:
    """Give every template of `app` the ward, the officer, the menu and the filters for words."""

    @app.context_processor
    def context() -> dict[str, object]:
        actor: Actor | None = g.get("actor")
        officer = g.session.officer if "session" in g else None
        return {
            "ward": desk.ward,
            "officer": officer,
            "menu": [] if officer is None or actor is None else _menu(actor),
            "asset": assets.address,
            "names": desk.names,
            "states": STATES,
            "may": (lambda name: actor is not None and actor.may(Permission(name))),
        }

    app.jinja_env.filters["vietnam_time"] = vietnam_time
    app.jinja_env.filters["vietnam_day"] = vietnam_day
    app.jinja_env.filters["file_title"] = lambda file: f"{FAMILIES[file.family]} {file.number}"
    app.jinja_env.filters["scan_text"] = SCANS.__getitem__
    app.jinja_env.filters["person"] = lambda actor: _person(desk, actor)
    app.jinja_env.filters["suspicion_text"] = lambda why: SUSPICIONS.get(why, UNKNOWN_SUSPICION)
    app.jinja_env.filters["suspicion_at_length"] = lambda why: SUSPICIONS_AT_LENGTH.get(why, "")
    app.jinja_env.globals["action_text"] = action_text
    app.jinja_env.globals["links_from_here"] = LINKS_FROM_HERE
    app.jinja_env.globals["links_to_here"] = LINKS_TO_HERE
    app.jinja_env.globals["number_kinds"] = NUMBER_KINDS
    app.jinja_env.globals["moment_now"] = utc_now
    app.jinja_env.globals["request_kinds"] = REQUEST_KINDS
    app.jinja_env.globals["refusals"] = REFUSALS
    app.jinja_env.globals["role_titles"] = ROLE_TITLES
    app.jinja_env.globals["permission_titles"] = PERMISSION_TITLES


def _person(desk: Desk, actor_name: str | None) -> str:
    """Return who somebody is, an officer by the full name that colleagues know."""
    if "full_names" not in g:
        g.full_names = {
            officer.actor.name: officer.full_name
            for officer in list_officers(desk.service.database)
            if officer.full_name
        }
    return str(g.full_names.get(actor_name) or actor_text(actor_name))


def _menu(actor: Actor) -> list[dict[str, object]]:
    return [
        {"label": entry.label, "href": entry.href, "is_here": _is_here(entry.href)}
        for entry in MENU
        if not entry.permissions or entry.permissions & actor.permissions
    ]


def _is_here(href: str) -> bool:
    path = request.path
    return path == href if href == "/can-bo/" else path.startswith(href)
