"""docs/api.md names every call with its scope, every refusal and every option of `pull`."""

from __future__ import annotations

import re

import pytest
from click import Option

from forms_api.accounts.permissions import SCOPE_TITLES
from forms_api.cli.pull import pull
from forms_api.officer_app.api_v1 import ENDPOINTS
from forms_api.officer_app.problems import REFUSALS, Refusal
from tests.conftest import ROOT

DOCS = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
OPTIONS = [parameter for parameter in pull.params if isinstance(parameter, Option)]


def test_every_call_is_documented_with_its_scope_and_no_other() -> None:
    documented = set(re.findall(r"^\| `(GET|POST) (\S+)` \| `(\w+)` \|", DOCS, re.MULTILINE))

    assert documented == {(e.method, e.path, e.scope.value) for e in ENDPOINTS}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=lambda refusal: refusal.code)
def test_every_refusal_is_documented(refusal: Refusal) -> None:
    assert f"| {refusal.status.value} | `{refusal.code}` |" in DOCS


@pytest.mark.parametrize(("scope", "title"), SCOPE_TITLES.items())
def test_every_scope_is_documented(scope: str, title: str) -> None:
    assert f"| `{scope}` | {title} |" in DOCS


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.opts[0])
def test_every_option_of_pull_is_documented(option: Option) -> None:
    assert option.opts[0] in DOCS
