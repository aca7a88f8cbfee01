"""A talk at which residents try a form out: whether the request at hand carries its code.

The code stands in the address of that very POST and nowhere else: no cookie, no setting and no page
of before can make a report a trial one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import g, request

from forms_api.reports.trials import is_talk_open
from forms_api.store.database import Database

CODE_PARAMETER = "buoi"
_NO_CODE = "-"
"""Stands for whatever was typed and can be no code."""

_NO_DIGIT = re.compile(r"[^0-9]")
_MAX_TYPED = 40


@dataclass(frozen=True)
class CarriedTalk:
    """The code that a request carries, empty where it carries none, and whether it counts now."""

    code: str = ""
    is_open: bool = False

    @property
    def is_over(self) -> bool:
        """Whether a code came that counts no more, or never did."""
        return bool(self.code) and not self.is_open


def carried_code() -> str:
    """Return the code in the request's address, without the gaps in which people write it."""
    typed = request.args.get(CODE_PARAMETER, "")[:_MAX_TYPED].strip()
    return _NO_DIGIT.sub("", typed) or (_NO_CODE if typed else "")


def current_talk(database: Database) -> CarriedTalk:
    """Return the talk of the request at hand, looked up once. Raises StorageError."""
    if "talk" not in g:
        code = carried_code()
        g.talk = CarriedTalk(code, bool(code) and is_talk_open(database, code))
    found: CarriedTalk = g.talk
    return found


def form_address(form_id: str, code: str = "") -> str:
    """Return where a form is opened and sent, at a talk with the talk's code."""
    address = f"/gui/{form_id}/"
    return f"{address}?{CODE_PARAMETER}={code}" if code else address
