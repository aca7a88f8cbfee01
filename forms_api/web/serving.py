"""What the HTTP server writes to the log: warnings and errors, on stderr, and never an address."""

from __future__ import annotations

import logging
from typing import Any

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class WithoutAdvice(logging.Filter):
    """Drops the server's advice to take no more processes and threads than there are processor cores.

    Ours mostly wait, for the disk, their turn to write or a slow line, not for the processor: ADR 10.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is to be written."""
        advice = ("Python threads", "Configured number of workers")
        return not any(words in str(record.msg) for words in advice)


def log_configuration() -> dict[str, Any]:
    """Return the logging of a serving process and its workers, for `logging.config.dictConfig`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without advice": {"()": WithoutAdvice}},
        "formatters": {"line": {"format": LOG_FORMAT}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["without advice"],
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        # Lines of the access log would hold the residents' addresses.
        "loggers": {"_granian": {}, "granian.access": {"level": "CRITICAL"}},
    }
