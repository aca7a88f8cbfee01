"""One target under Atheris, in a process of its own, which ends where an input breaks something.

Only `make fuzz` runs it: the fuzzer is no requirement of anything else.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["forms_api", "werkzeug", "flask_wtf", "wtforms", "yaml"]):
    from tests.fuzz.targets import TARGETS


def main(arguments: list[str]) -> None:
    """Fuzz the target of that name; further arguments are libFuzzer's own. Ends the process."""
    name, *options = arguments
    logging.basicConfig(handlers=[logging.NullHandler()])  # heard by the targets, said to nobody
    target = TARGETS[name]
    options += [f"-max_len={target.max_bytes}", f"-timeout={target.seconds}"]
    folder = Path(tempfile.mkdtemp())  # atheris ends the process: who started it removes the folder
    atheris.Setup([sys.argv[0], *options], target.make(folder))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
