"""The service's settings: read once from the environment, checked as a whole, never changed after.

Every setting is an environment variable that begins with `FORMS_`. A secret may also come from
the file that `NAME_FILE` names, or from the `keys/` folder that `init` makes in the data
directory; none has a built-in value.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from forms_api.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
MIN_SECRET_BYTES = 32
_LIMIT = re.compile(r"[1-9][0-9]{0,8}/([1-9][0-9]{0,3} )?(second|minute|hour|day)s?")

Value = TypeVar("Value")


@dataclass(frozen=True)
class Settings:
    """What the service was told by its environment."""

    data_dir: Path
    content_dir: Path
    site_dir: Path
    templates_dir: Path
    database_url: str = field(repr=False)  # may hold a password
    https: bool
    trusted_proxies: int
    ratelimit_enabled: bool
    ratelimit_storage: str
    send_limit: str
    upload_limit: str
    follow_up_limit: str
    talk_limit: str
    crowd_limit: str
    max_request_bytes: int
    min_free_bytes: int
    clamd: str
    notify_urls: tuple[str, ...] = field(repr=False)
    notify_times: tuple[dt.time, ...]
    notify_pause_minutes: int
    public_secret: bytes | None = field(repr=False)
    receipt_key: bytes | None = field(repr=False)
    officers_secret: bytes | None = field(repr=False)

    @property
    def keys_dir(self) -> Path:
        """The folder of secrets that `init` makes."""
        return self.data_dir / "keys"


# Every setting, for `check`, the docs and the test that holds them together.
DESCRIPTIONS: dict[str, str] = {
    "FORMS_DATA_DIR": "folder of the embedded database and of the keys that init makes (var)",
    "FORMS_CONTENT_DIR": "folder of forms and data that a ward edits (content)",
    "FORMS_SITE_DIR": "the built site (site)",
    "FORMS_DATABASE_URL": "SQLAlchemy address; SQLite in the data directory, or postgresql+psycopg://…",
    "FORMS_HTTPS": "1 when residents reach the service over https: Secure cookies and HSTS (0)",
    "FORMS_TRUSTED_PROXIES": "how many reverse proxies stand in front; forwarded headers of more are ignored (0)",
    "FORMS_RATELIMIT_ENABLED": "0 turns the rate limits off, for a load test (1)",
    "FORMS_RATELIMIT_STORAGE": "where limits are counted: the service's own database, redis://…, or memory://, each process for itself (database://)",
    "FORMS_SEND_LIMIT": "POSTs of a form from one network; forty people in one hall may share an address (240/hour;1000/day)",
    "FORMS_UPLOAD_LIMIT": "files sent one by one, from one network (900/hour;3000/day)",
    "FORMS_FOLLOW_UP_LIMIT": "follow-up codes that open nothing, from one network (30/10 minutes)",
    "FORMS_TALK_LIMIT": "POSTs and files that carry the code of a talk, from one network (3000/hour)",
    "FORMS_CROWD_LIMIT": "reports from all networks together; beyond it forms ask for a proof of work, and close to nobody (60/10 minutes)",
    "FORMS_MAX_REQUEST_BYTES": "largest POST accepted, photos included (45 MiB)",
    "FORMS_MIN_FREE_BYTES": "below this much free disk no report is accepted, and the page says so (256 MiB)",
    "FORMS_CLAMD": "malware scanner that sees every upload: path of clamd's socket, or tcp://host:port; empty: none",
    "FORMS_NOTIFY_URLS": "Apprise addresses that hear of a waiting report, separated by spaces; a secret",
    "FORMS_NOTIFY_TIMES": "when notices go out, Vietnam's time, such as 07:30 13:30; empty: soon after what they tell of",
    "FORMS_NOTIFY_PAUSE_MINUTES": "at most one notice in so many minutes; the rest gathers into the next one (15)",
    "FORMS_PUBLIC_SECRET": "signs the residents' form cookie and tokens; a secret of 32 bytes or more",
    "FORMS_RECEIPT_KEY": "derives follow-up codes; a secret; lost, a repeated POST shows no old code",
    "FORMS_OFFICERS_SECRET": "signs the officers' cookies; a secret of 32 bytes or more",
}
SECRETS = ("FORMS_PUBLIC_SECRET", "FORMS_RECEIPT_KEY", "FORMS_OFFICERS_SECRET")
# What may come from a file that `NAME_FILE` names: the secrets, and addresses that hold a password.
MAY_COME_FROM_FILE = (*SECRETS, "FORMS_DATABASE_URL", "FORMS_NOTIFY_URLS")
DATABASES = ("sqlite:///", "postgresql+psycopg://")


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that `environ` (the process's environment) gives.

    Raises SettingsError with every reason at once.
    """
    reader = _Reader(os.environ if environ is None else environ)
    data_dir = reader.path("FORMS_DATA_DIR", ROOT / "var")
    settings = Settings(
        data_dir=data_dir,
        content_dir=reader.path("FORMS_CONTENT_DIR", ROOT / "content"),
        site_dir=reader.path("FORMS_SITE_DIR", ROOT / "site"),
        templates_dir=ROOT / "templates",
        database_url=reader.database_url(f"sqlite:///{data_dir / 'forms.sqlite3'}"),
        https=reader.flag("FORMS_HTTPS", default=False),
        trusted_proxies=reader.number("FORMS_TRUSTED_PROXIES", 0, least=0),
        ratelimit_enabled=reader.flag("FORMS_RATELIMIT_ENABLED", default=True),
        ratelimit_storage=reader.text("FORMS_RATELIMIT_STORAGE", "database://"),
        send_limit=reader.limits("FORMS_SEND_LIMIT", "240/hour;1000/day"),
        upload_limit=reader.limits("FORMS_UPLOAD_LIMIT", "900/hour;3000/day"),
        follow_up_limit=reader.limits("FORMS_FOLLOW_UP_LIMIT", "30/10 minutes"),
        talk_limit=reader.limits("FORMS_TALK_LIMIT", "3000/hour"),
        crowd_limit=reader.limits("FORMS_CROWD_LIMIT", "60/10 minutes", most=1),
        max_request_bytes=reader.number("FORMS_MAX_REQUEST_BYTES", 45 * 2**20, least=2**16),
        min_free_bytes=reader.number("FORMS_MIN_FREE_BYTES", 256 * 2**20, least=0),
        clamd=reader.scanner_address("FORMS_CLAMD"),
        notify_urls=tuple(reader.secret_text("FORMS_NOTIFY_URLS").split()),
        notify_times=reader.times("FORMS_NOTIFY_TIMES"),
        notify_pause_minutes=reader.number("FORMS_NOTIFY_PAUSE_MINUTES", 15, least=0),
        public_secret=reader.secret("FORMS_PUBLIC_SECRET", keys_dir=data_dir / "keys"),
        receipt_key=reader.secret("FORMS_RECEIPT_KEY", keys_dir=data_dir / "keys"),
        officers_secret=reader.secret("FORMS_OFFICERS_SECRET", keys_dir=data_dir / "keys"),
    )
    reader.finish()
    return settings


def secret_file_name(variable: str) -> str:
    """Return the file in `keys/` that holds the secret `variable`."""
    return variable.removeprefix("FORMS_").lower().replace("_", "-")


class _Reader:
    """Reads variables one by one and keeps every complaint for the end."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        known = {*DESCRIPTIONS, *(f"{name}_FILE" for name in MAY_COME_FROM_FILE)}
        self._reasons = [
            f"{name}: no such setting; known are {', '.join(DESCRIPTIONS)}"
            for name in environ
            if name.startswith("FORMS_") and name not in known
        ]

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name) or default

    def path(self, name: str, default: Path) -> Path:
        return Path(self._environ.get(name) or default).absolute()

    def flag(self, name: str, *, default: bool) -> bool:
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        return self._parsed(name, lambda text: words[text.lower()], default, "must be 1 or 0")

    def number(self, name: str, default: int, *, least: int) -> int:
        value = self._parsed(name, int, default, "must be a whole number")
        if value < least:
            self._reasons.append(f"{name}: must be at least {least}, not {value}")
        return value

    def times(self, name: str) -> tuple[dt.time, ...]:
        def parse(text: str) -> tuple[dt.time, ...]:
            every = (dt.datetime.strptime(part, "%H:%M") for part in text.split())  # noqa: DTZ007 - a time of day
            return tuple(sorted({moment.time() for moment in every}))

        return self._parsed(name, parse, (), "must be times of day such as 07:30 13:30")

    def limits(self, name: str, default: str, *, most: int | None = None) -> str:
        """Return limits as they were written, `;` between them; at most so many."""

        def parse(text: str) -> str:
            parts = [part.strip() for part in text.split(";")]
            if not all(map(_LIMIT.fullmatch, parts)) or (most is not None and len(parts) > most):
                raise ValueError
            return ";".join(parts)

        return self._parsed(name, parse, default, f"must be written like {default}")

    def scanner_address(self, name: str) -> str:
        """Return clamd's address as it was given: a path, or `tcp://host:port`."""

        def parse(text: str) -> str:
            if not text.startswith("/"):
                parts = urlsplit(text)
                if parts.scheme != "tcp" or not parts.hostname or not parts.port:
                    raise ValueError
            return text

        return self._parsed(name, parse, "", "must be a socket's path or tcp://host:port")

    def database_url(self, default: str) -> str:
        url = self.secret_text("FORMS_DATABASE_URL") or default
        if not url.startswith(DATABASES):
            self._reasons.append(f"FORMS_DATABASE_URL: must begin with {' or '.join(DATABASES)}")
        return url

    def secret(self, name: str, *, keys_dir: Path) -> bytes | None:
        value = self._given(name)
        if value is None:
            value = self._file(name, keys_dir / secret_file_name(name), may_be_missing=True)
        if value is not None and len(value) < MIN_SECRET_BYTES:
            self._reasons.append(f"{name}: a secret needs at least {MIN_SECRET_BYTES} bytes")
        return value

    def secret_text(self, name: str) -> str:
        try:
            return (self._given(name) or b"").decode()
        except UnicodeDecodeError:
            self._reasons.append(f"{name}_FILE: not UTF-8 text")
            return ""

    def _given(self, name: str) -> bytes | None:
        """Return what the environment gives, itself or by the file it names."""
        text, named = self._environ.get(name), self._environ.get(f"{name}_FILE")
        if text and named:
            self._reasons.append(f"{name}: given twice, also as {name}_FILE")
        if text:
            return text.encode(errors="surrogateescape")
        return self._file(f"{name}_FILE", Path(named)) if named else None

    def _file(self, name: str, path: Path, *, may_be_missing: bool = False) -> bytes | None:
        try:
            return path.read_bytes().strip()
        except OSError as error:
            if may_be_missing and isinstance(error, FileNotFoundError):
                return None
            self._reasons.append(f"{name}: {error.strerror or error}: {path}")
            return None

    def _parsed(
        self, name: str, parse: Callable[[str], Value], default: Value, complaint: str
    ) -> Value:
        text = self._environ.get(name)
        if not text:
            return default
        try:
            return parse(text)
        except (ValueError, KeyError):
            self._reasons.append(f"{name}: {complaint}, not {text!r}")
            return default

    def finish(self) -> None:
        if self._reasons:
            raise SettingsError(self._reasons)
