"""A form's version changes when its content does, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from forms_api.forms.definition import FormDefinition, read_definition
from tests.forms.small_forms import DEFINITIONS, KNOWN

CONSENT = (DEFINITIONS / "kind-consent.yml").read_text(encoding="utf-8")


def version_of(text: str, folder: Path) -> FormDefinition:
    path = folder / "phieu.yml"
    path.write_text(text, encoding="utf-8")
    return read_definition(path, KNOWN)


@pytest.mark.parametrize(
    ("before", "after"),
    [("# Consent.", "# Other words for editors."), ("sender: public", "sender:   'public'")],
)
def test_a_comment_or_another_spelling_of_the_same_is_the_same_version(
    tmp_path: Path, before: str, after: str
) -> None:
    changed = version_of(CONSENT.replace(before, after), tmp_path)

    assert changed.version == version_of(CONSENT, tmp_path).version


def test_the_order_of_keys_is_no_content(tmp_path: Path) -> None:
    turned = yaml.safe_dump(
        dict(reversed(yaml.safe_load(CONSENT).items())), allow_unicode=True, sort_keys=False
    )

    assert version_of(turned, tmp_path).version == version_of(CONSENT, tmp_path).version


def test_consent_has_a_version_of_its_own(tmp_path: Path) -> None:
    first = version_of(CONSENT, tmp_path)
    other_title = version_of(CONSENT.replace("Phiếu thử", "Phiếu khác"), tmp_path)
    other_consent = version_of(CONSENT.replace("Dùng để trả lời", "Dùng để đếm"), tmp_path)

    assert other_title.version != first.version
    assert other_title.consent_version == first.consent_version
    assert other_consent.version != first.version
    assert other_consent.consent_version != first.consent_version


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40),
)
def test_versions_are_equal_exactly_when_the_words_are(one: str, other: str) -> None:
    data = yaml.safe_load(CONSENT)

    versions = [
        FormDefinition.model_validate({**data, "title": title, "form_id": "phieu"}).version
        for title in (one, other)
    ]

    assert (versions[0] == versions[1]) == (one == other)
