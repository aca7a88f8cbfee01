"""Parse each template and each YAML text once a process: every test makes an application of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, BytecodeCache

from forms_api.content import yaml_source

TEXTS = 1000
"""How many parsed YAML texts are kept; the project's own content has about thirty."""


class _Bytecode(BytecodeCache):
    """Compiled templates in memory, found by their file and the checksum of their source."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template's code if its source was compiled before."""
        known = self._compiled.get(f"{bucket.key} {bucket.checksum}")
        if known is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code."""
        self._compiled[f"{bucket.key} {bucket.checksum}"] = bucket.bytecode_to_string()


@contextmanager
def parsed_once() -> Iterator[None]:
    """Let all applications of this process share compiled templates and parsed YAML texts."""
    compiled = _Bytecode()

    class Sharing(Environment):
        """Flask's environment of templates, with the shared code."""

        def __init__(self, app: Flask, **options: Any) -> None:  # noqa: ANN401 - Jinja's own options
            super().__init__(app, bytecode_cache=compiled, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_environment", Sharing)
        patch.setattr(yaml_source, "parse_yaml", lru_cache(TEXTS)(yaml_source.parse_yaml))
        yield
