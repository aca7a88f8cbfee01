"""What the HTTP server writes to the log: warnings and errors, on stderr, and never an address."""

from __future__ import annotations

import logging
from typing import Any

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class WithoutThreadCount(logging.Filter):
    """Drops the server's advice to take as few threads as there are processor cores.

    Ours mostly wait, for the disk or for a slow line that sends a photo, not for the processor.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is to be written."""
        return "Python threads" not in str(record.msg)


def log_configuration() -> dict[str, Any]:
    """Return the logging of a serving process and its workers, for `logging.config.dictConfig`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without thread count": {"()": WithoutThreadCount}},
        "formatters": {"line": {"format": LOG_FORMAT}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["without thread count"],
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        # Lines of the access log would hold the residents' addresses.
        "loggers": {"_granian": {}, "granian.access": {"level": "CRITICAL"}},
    }
