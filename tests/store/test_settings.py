"""Settings are judged as a whole: every problem at once, and no secret in any message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from forms_api.errors import SettingsError
from forms_api.settings import (
    DESCRIPTIONS,
    MAY_COME_FROM_FILE,
    SECRETS,
    read_settings,
    secret_file_name,
)

STRONG = "k" * 20 + "0123456789abcdef"


def reasons(environ: dict[str, str]) -> str:
    """Return the one message that refuses `environ`."""
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    assert str(caught.value) == "\n".join(caught.value.reasons)
    return str(caught.value)


def test_an_empty_environment_gives_settings_without_any_secret(tmp_path: Path) -> None:
    settings = read_settings({"FORMS_DATA_DIR": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path}/forms.sqlite3"
    assert (settings.public_secret, settings.receipt_key, settings.officers_secret) == (None,) * 3
    assert settings.ratelimit_enabled


def test_every_problem_stands_in_one_message(tmp_path: Path) -> None:
    message = reasons(
        {
            "FORMS_HTTPS": "perhaps",
            "FORMS_TRUSTED_PROXIES": "many",
            "FORMS_MAX_REQUEST_BYTES": "-1",
            "FORMS_PUBLIC_SECRET": "short",
            "FORMS_RECEIPT_KEY_FILE": str(tmp_path / "missing"),
            "FORMS_DATABASE_URL": "mysql://somewhere",
            "FORMS_DATBASE_URL": "sqlite:///typing.mistake",
        }
    )

    named = {line.split(":")[0] for line in message.splitlines()}
    assert named == {
        "FORMS_HTTPS",
        "FORMS_TRUSTED_PROXIES",
        "FORMS_MAX_REQUEST_BYTES",
        "FORMS_PUBLIC_SECRET",
        "FORMS_RECEIPT_KEY_FILE",
        "FORMS_DATABASE_URL",
        "FORMS_DATBASE_URL",
    }


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_come_from_a_file(tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text(STRONG + "\n")

    settings = read_settings({f"{name}_FILE": str(file), "FORMS_DATA_DIR": str(tmp_path)})

    assert getattr(settings, secret_attribute(name)) == STRONG.encode()


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_come_from_the_folder_that_init_makes(tmp_path: Path, name: str) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / secret_file_name(name)).write_text(STRONG + "\n")

    settings = read_settings({"FORMS_DATA_DIR": str(tmp_path)})

    assert getattr(settings, secret_attribute(name)) == STRONG.encode()


def secret_attribute(name: str) -> str:
    """Return the field of Settings that the variable fills."""
    return name.removeprefix("FORMS_").lower()


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("weak", ["short", "x" * 31])
def test_a_weak_secret_is_refused_and_not_repeated(name: str, weak: str) -> None:
    message = reasons({name: weak})

    assert name in message
    assert weak not in message


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")

    assert "FORMS_RECEIPT_KEY" in reasons({"FORMS_RECEIPT_KEY_FILE": str(tmp_path / "empty")})


def test_addresses_with_passwords_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql+psycopg://forms:pw@db/forms\n")
    (tmp_path / "notify").write_text("mailto://a\nmailto://b\n")

    settings = read_settings(
        {
            "FORMS_DATABASE_URL_FILE": str(tmp_path / "database"),
            "FORMS_NOTIFY_URLS_FILE": str(tmp_path / "notify"),
        }
    )

    assert settings.database_url == "postgresql+psycopg://forms:pw@db/forms"
    assert settings.notify_urls == ("mailto://a", "mailto://b")


def test_a_file_that_is_no_text_is_a_reason_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    assert "UTF-8" in reasons({"FORMS_NOTIFY_URLS_FILE": str(tmp_path / "binary")})


def test_a_file_is_not_silently_ignored_where_none_is_read() -> None:
    names = sorted(set(DESCRIPTIONS) - set(MAY_COME_FROM_FILE))
    refused = reasons({f"{name}_FILE": "anything" for name in names})

    assert names
    assert [name for name in names if f"{name}_FILE: no such setting" not in refused] == []


def test_a_value_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("sqlite:///" + STRONG)
    given = dict.fromkeys(MAY_COME_FROM_FILE, "sqlite:///" + STRONG)
    refused = reasons(given | {f"{name}_FILE": str(tmp_path / "file") for name in given})

    assert given
    assert [name for name in given if f"{name}: given twice" not in refused] == []


def test_other_variables_are_nobody_s_business() -> None:
    assert read_settings({"PATH": "/bin", "XFORMS_HTTPS": "1"}).https is False


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("0", False), ("true", True), ("FALSE", False), ("Yes", True), ("no", False)],
)
def test_a_flag_is_read_in_any_case(text: str, value: bool) -> None:
    assert read_settings({"FORMS_RATELIMIT_ENABLED": text}).ratelimit_enabled is value


@pytest.mark.parametrize("name", ["FORMS_TRUSTED_PROXIES", "FORMS_MIN_FREE_BYTES"])
@pytest.mark.parametrize("text", ["-1", "1.5", "ten", "1 MiB"])
def test_a_number_that_is_none_is_refused(name: str, text: str) -> None:
    assert name in reasons({name: text})


@pytest.mark.parametrize("url", ["sqlite://", "postgres://db", "postgresql://db", "mysql://x:pw@y"])
def test_a_database_that_we_cannot_keep_reports_in_is_refused_without_its_password(
    url: str,
) -> None:
    message = reasons({"FORMS_DATABASE_URL": url})

    assert "FORMS_DATABASE_URL" in message
    assert "pw" not in message


def test_settings_never_show_a_secret() -> None:
    environ = dict.fromkeys(SECRETS, STRONG) | {
        "FORMS_DATABASE_URL": "postgresql+psycopg://forms:hidden-pw@db/forms",
        "FORMS_NOTIFY_URLS": "tgram://hidden-token",
    }

    shown = f"{read_settings(environ)} {read_settings(environ)!r}"

    assert STRONG not in shown
    assert "hidden" not in shown


class Recording(Mapping[str, str]):
    """An empty environment that remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name.removesuffix("_FILE"))
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_every_setting_is_described_and_read() -> None:
    environ = Recording()

    read_settings(environ)

    assert environ.asked == set(DESCRIPTIONS)
