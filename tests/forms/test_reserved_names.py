"""A field must not take a name by which the form class finds something of its own."""

from __future__ import annotations

from flask_wtf import FlaskForm

from forms_api.forms.checks import RESERVED


def test_every_name_of_the_form_class_is_reserved() -> None:
    names = {name.lower() for name in dir(FlaskForm)}

    assert names <= RESERVED
