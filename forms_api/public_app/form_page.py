"""A form as a page: made once while it is blank, made anew when it comes back with answers."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import threading
from collections.abc import Mapping
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
from forms_api.public_app.messages import Notice, NoticeText, notice
from forms_api.public_app.talks import form_address
from forms_api.public_app.tokens import csrf_token
from forms_api.reports.intake import StagedFile
from forms_api.web.form_tokens import FormToken
from forms_api.web.pressed import PressedPage
from forms_api.web.uploads import count_shown

HAND_OFF_FIELD = "hand_off"
"""Says that its sender wants the texts for VNeID again by the code; asked before the form goes."""

_NOTHING_TYPED: MultiDict[str, str] = MultiDict()


@dataclass(frozen=True)
class Returned:
    """A form that comes back: what was typed, what to say of it, what is kept, at which talk."""

    token: FormToken
    typed: MultiDict[str, str]
    notice: NoticeText | None = None
    errors: tuple[FieldError, ...] = ()
    staged: tuple[StagedFile, ...] = ()
    stops_seen: tuple[str, ...] = ()
    link: str | None = None
    talk: str = ""


class FormPages:
    """Renders the forms of a face; safe to share between threads.

    A blank form is the same for everybody but for a few values. It is rendered once a day (a
    date field may depend on the day), cut at those values, compressed around them, and put
    together for each visitor.
    """

    def __init__(self, face: Face) -> None:
        self._face = face
        self._lock = threading.Lock()
        self._blanks: dict[tuple[str, bool, bool], tuple[dt.date, PressedPage]] = {}
        names = ("csrf", "submission", "link", "talk")
        self._marks = {name: secrets.token_hex(16) for name in names}
        self._cut = re.compile("(" + "|".join(self._marks.values()) + ")")

    def blank(self, form: CompiledForm, *, link: str | None, talk: str = "") -> Response:
        """Return the form for a new visitor, with tokens of the visitor's own, at a talk as a trial."""
        hidden = self._hidden(form, self._face.tokens.new(), link=link, talk=talk)
        values = {self._marks[name]: str(escape(value)) for name, value in hidden.items()}
        page = self._blank_page(form, at_talk=bool(talk))
        pressed = request.accept_encodings.quality("gzip") > 0
        reply = Response(page.gzip(values) if pressed else page.plain(values), mimetype="text/html")
        if pressed:
            reply.content_encoding = "gzip"
        reply.vary.add("Accept-Encoding")
        return reply

    def blank_after_a_talk(self, form: CompiledForm, *, link: str | None) -> str:
        """Return the form for a visitor whose code counts no more: a real one, and it says so."""
        hidden = self._hidden(form, self._face.tokens.new(), link=link)
        said = notice(Notice.TALK_OVER_BLANK)
        return _render(self._face, form, hidden, said=said, with_files=self._takes_files)

    def returned(self, form: CompiledForm, state: Returned) -> str:
        """Return the form with everything that was typed and what is to be said of it."""
        hidden = self._hidden(form, state.token, link=state.link, talk=state.talk)
        with_files = self._takes_files or bool(state.staged)
        return _render(
            self._face, form, hidden, state=state, said=state.notice, with_files=with_files
        )

    @property
    def _takes_files(self) -> bool:
        return self._face.capacity.now().files

    def _hidden(
        self, form: CompiledForm, token: FormToken, *, link: str | None, talk: str = ""
    ) -> dict[str, str]:
        """Return what a form carries beside its fields, by the names of the marks."""
        submission = self._face.tokens.sign(form.definition.form_id, token)
        return {"csrf": csrf_token(), "submission": submission, "link": link or "", "talk": talk}

    def _blank_page(self, form: CompiledForm, *, at_talk: bool) -> PressedPage:
        with_files, today = self._takes_files, dt.datetime.now(VIETNAM).date()
        which = (form.definition.form_id, at_talk, with_files)
        kept = self._blanks.get(which)
        if kept and kept[0] == today:
            return kept[1]
        marks = self._marks if at_talk else {**self._marks, "talk": ""}
        with self._lock:
            text = _render(self._face, form, marks, with_files=with_files)
            page = PressedPage(self._cut.split(text), frozenset(self._marks.values()))
            self._blanks[which] = (today, page)
        return page


def _render(
    face: Face,
    form: CompiledForm,
    hidden: Mapping[str, str],
    *,
    state: Returned | None = None,
    said: NoticeText | None = None,
    with_files: bool = True,
) -> str:
    typed, errors = (state.typed, state.errors) if state else (_NOTHING_TYPED, ())
    staged = state.staged if state else ()
    return render_template(
        "form.html",
        ward=face.ward,
        form=form.definition,
        introduction=render_introduction(form) if state is None else "",
        summary=render_error_summary(form, errors),
        fields=render_fields(form, typed, errors, kept_files=staged, with_files=with_files),
        csrf_token=hidden["csrf"],
        submission=hidden["submission"],
        link=hidden["link"],
        talk=hidden["talk"],
        action=form_address(form.definition.form_id, hidden["talk"]),
        notice=said,
        returned=state is not None,
        staged=count_shown(staged),
        stops_seen=state.stops_seen if state else (),
        wants_hand_off=HAND_OFF_FIELD in typed,
    )
