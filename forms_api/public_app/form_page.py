"""A form as a page: made once while it is blank, made anew when it comes back with answers."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import threading
from dataclasses import dataclass

from flask import Response, render_template, request
from markupsafe import escape
from werkzeug.datastructures import MultiDict

from forms_api.forms.compiler import CompiledForm
from forms_api.forms.judgement import FieldError
from forms_api.forms.rendering import (
    render_error_summary,
    render_fields,
    render_introduction,
)
from forms_api.moments import VIETNAM
from forms_api.public_app.face import Face
from forms_api.public_app.messages import NoticeText
from forms_api.public_app.tokens import csrf_token
from forms_api.reports.intake import StagedFile
from forms_api.web.form_tokens import FormToken
from forms_api.web.pressed import PressedPage
from forms_api.web.uploads import count_shown

_NOTHING_TYPED: MultiDict[str, str] = MultiDict()


@dataclass(frozen=True)
class Returned:
    """A form that comes back: what was typed, what to say of it, what is kept."""

    token: FormToken
    typed: MultiDict[str, str]
    notice: NoticeText | None = None
    errors: tuple[FieldError, ...] = ()
    staged: tuple[StagedFile, ...] = ()
    stops_seen: tuple[str, ...] = ()
    link: str | None = None


class FormPages:
    """Renders the forms of a face; safe to share between threads.

    A blank form is the same for everybody but for three values. It is rendered once a day (a
    date field may depend on the day), cut at those values, compressed around them, and put
    together for each visitor.
    """

    def __init__(self, face: Face) -> None:
        self._face = face
        self._lock = threading.Lock()
        self._blanks: dict[str, tuple[dt.date, PressedPage]] = {}
        self._marks = {name: secrets.token_hex(16) for name in ("csrf", "submission", "link")}
        self._cut = re.compile("(" + "|".join(self._marks.values()) + ")")

    def blank(self, form: CompiledForm, *, link: str | None) -> Response:
        """Return the form for a new visitor, with tokens of the visitor's own."""
        form_id = form.definition.form_id
        page = self._blank_page(form)
        values = {
            self._marks["csrf"]: csrf_token(),
            self._marks["submission"]: self._face.tokens.sign(form_id, self._face.tokens.new()),
            self._marks["link"]: str(escape(link or "")),
        }
        pressed = request.accept_encodings.quality("gzip") > 0
        reply = Response(page.gzip(values) if pressed else page.plain(values), mimetype="text/html")
        if pressed:
            reply.content_encoding = "gzip"
        reply.vary.add("Accept-Encoding")
        return reply

    def returned(self, form: CompiledForm, state: Returned) -> str:
        """Return the form with everything that was typed and what is to be said of it."""
        return _render(
            self._face,
            form,
            csrf=csrf_token(),
            submission=self._face.tokens.sign(form.definition.form_id, state.token),
            link=state.link or "",
            state=state,
        )

    def _blank_page(self, form: CompiledForm) -> PressedPage:
        form_id, today = form.definition.form_id, dt.datetime.now(VIETNAM).date()
        kept = self._blanks.get(form_id)
        if kept and kept[0] == today:
            return kept[1]
        with self._lock:
            text = _render(self._face, form, state=None, **self._marks)
            page = PressedPage(self._cut.split(text), frozenset(self._marks.values()))
            self._blanks[form_id] = (today, page)
        return page


def _render(
    face: Face, form: CompiledForm, *, csrf: str, submission: str, link: str, state: Returned | None
) -> str:
    return render_template(
        "form.html",
        ward=face.ward,
        form=form.definition,
        introduction=render_introduction(form) if state is None else "",
        summary=render_error_summary(form, state.errors) if state else "",
        fields=(
            render_fields(form, state.typed, state.errors, kept_files=state.staged)
            if state
            else render_fields(form, _NOTHING_TYPED)
        ),
        csrf_token=csrf,
        submission=submission,
        link=link,
        notice=state.notice if state else None,
        returned=state is not None,
        staged=count_shown(state.staged) if state else 0,
        stops_seen=state.stops_seen if state else (),
    )
