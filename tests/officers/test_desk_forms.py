"""Every form of the desk takes clean text and tells its mistakes in Vietnamese."""

from __future__ import annotations

import importlib
import pkgutil
from inspect import isclass

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import Length

from forms_api import officer_app
from forms_api.officer_app.case_forms import AnswerForm, LinkForm, NoteForm, NumberForm
from forms_api.officer_app.desk_form import OTHERWISE, DeskForm


class Sample(DeskForm):
    """One field of each kind that the desk uses."""

    words = StringField(validators=[Length(max=5)])
    secret = PasswordField()
    day = DateField()
    count = IntegerField()
    choice = SelectField(choices={"a": "A"})


def filled(**typed: str) -> Sample:
    """Return the form as a browser sends it."""
    return Sample(MultiDict(typed))


def all_forms() -> list[type[Form]]:
    """Return every form class of the desk's modules."""
    modules = [
        importlib.import_module(f"{officer_app.__name__}.{found.name}")
        for found in pkgutil.iter_modules(officer_app.__path__)
    ]
    return [
        thing
        for module in modules
        for thing in vars(module).values()
        if isclass(thing) and issubclass(thing, Form) and thing.__module__ == module.__name__
    ]


@pytest.mark.parametrize("form", all_forms(), ids=lambda form: form.__name__)
def test_every_form_of_the_desk_is_one_of_these(form: type[Form]) -> None:
    assert issubclass(form, DeskForm)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  Lan  ", "Lan"),
        ("a\x00b\x1b\x7f", "ab"),
        ("một\r\nhai\rba", "một\nhai\nba"),
        ("To\u0302 3", "Tô 3"),
    ],
)
def test_text_is_read_clean(typed: str, read: str) -> None:
    assert filled(words=typed).words.data == read


def test_a_password_is_read_as_it_was_typed() -> None:
    typed = "  To\u0302i \x07 đi  "

    assert filled(secret=typed).secret.data == typed


def test_the_library_s_own_mistakes_are_told_in_vietnamese() -> None:
    form = filled(words="quá dài", day="hôm qua", count="ba", choice="z")

    assert not form.validate()
    assert form.errors == {
        "words": ["Dài quá 5 chữ."],
        "day": ["Ngày chưa đúng. Gõ ngày, tháng, năm."],
        "count": ["Hãy gõ một con số."],
        "choice": ["Hãy chọn một trong các lựa chọn."],
    }
    assert form.words.gettext("Something new.") == OTHERWISE


@pytest.mark.parametrize(
    ("form", "name"),
    [(AnswerForm, "text"), (NoteForm, "text"), (NumberForm, "number"), (LinkForm, "reference")],
)
def test_blanks_are_no_words(form: type[DeskForm], name: str) -> None:
    assert name in invalid(form, MultiDict({name: " \n\t "}))


def invalid(form: type[DeskForm], typed: MultiDict[str, str]) -> set[str]:
    """Return the names of the fields that have a mistake."""
    filled_in = form(typed)
    filled_in.validate()
    return {str(name) for name in filled_in.errors}
