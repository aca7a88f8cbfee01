"""An operator at a terminal: runs commands on an installation and reads what they say."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyotp
from click.testing import CliRunner, Result

from forms_api.accounts.invitations import accept, find_invitation
from forms_api.accounts.second_factor import new_secret
from forms_api.accounts.signin import Door, unlock_queue_keys
from forms_api.cli import main
from forms_api.cli.context import officers_secret
from forms_api.errors import UnauthenticatedError
from forms_api.settings import Settings, read_settings
from forms_api.store.database import Database
from forms_api.store.installation import queue_recipient
from forms_api.vault.receipts import parse_code
from forms_api.vault.sealing import Identity, identity_from_text

ADMIN_PASSWORD = "mật khẩu của người quản trị"


@dataclass(frozen=True)
class Colleague:
    """An officer who signed up: what is in the head, on the phone, on paper."""

    name: str
    password: str
    phone: str
    papers: tuple[str, ...]

    def typed(self, *, paper: int = 0, ending: str = "\n") -> str:
        """Return what this person types at a terminal: the password, then a code from paper."""
        return f"{self.password}{ending}{self.papers[paper]}{ending}"


@dataclass(frozen=True)
class Operator:
    """One installation's folder and settings, and whoever may type commands there."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    recovery_key: str = ""
    invitation: str = ""
    admin: Colleague | None = None

    @property
    def data_dir(self) -> Path:
        """The installation's data directory."""
        return self.folder / "var"

    @property
    def environment(self) -> dict[str, str]:
        """What the environment says to this operator's commands."""
        return {
            "FORMS_DATA_DIR": str(self.data_dir),
            "FORMS_SITE_DIR": str(self.folder / "site"),
            "FORMS_MIN_FREE_BYTES": "0",
            **self.settings,
        }

    @property
    def colleague(self) -> Colleague:
        """The administrator, who signed up."""
        assert self.admin is not None
        return self.admin

    @property
    def identity(self) -> Identity:
        """The queue's private key, as `init` showed it."""
        return identity_from_text(self.recovery_key)

    def run(self, *arguments: str, typed: str = "") -> Result:
        """Run a command and return what came; nothing but an exit may come out of it."""
        done = CliRunner(env=self.environment).invoke(main, arguments, input=typed)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        assert "Traceback" not in done.output
        return done

    def data(self, *arguments: str, typed: str = "") -> Any:  # noqa: ANN401 - any JSON
        """Run a command that succeeds with `--json` and return what it printed."""
        done = self.run(*arguments, "--json", typed=typed)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def refusal(self, *arguments: str, typed: str = "") -> str:
        """Run a command that is refused and return what it said on stderr; stdout stays empty."""
        done = self.run(*arguments, typed=typed)
        assert (done.exit_code, done.stdout) == (1, "")
        return done.stderr

    def open_settings(self) -> Settings:
        """Return the settings as a command reads them."""
        return read_settings(self.environment)

    def open_database(self) -> Database:
        """Return the installation's database; the caller closes it."""
        return Database(self.open_settings().database_url)

    def key_file(self) -> str:
        """Return the path of a file with the recovery key."""
        path = self.folder / "recovery-key.txt"
        path.write_text(f"# recovery key\n{self.recovery_key}\n", encoding="utf-8")
        path.chmod(0o600)
        return str(path)

    def copied_to(self, folder: Path) -> Operator:
        """Return the same installation in another folder."""
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder, settings=dict(self.settings))

    def accept(self, invitation: str, *, password: str, phone: str | None = None) -> Colleague:
        """Set password and phone as the invited person does, and return that person."""
        database, code = self.open_database(), parse_code(invitation)
        assert code is not None
        try:
            name = find_invitation(database, code).officer.name
            secret = phone or new_secret()
            papers = accept(
                database,
                code,
                password=password,
                totp_secret=secret,
                typed=pyotp.TOTP(secret).now(),
                secret_key=officers_secret(self.open_settings()),
            )
        finally:
            database.close()
        return Colleague(name, password, secret, tuple(papers))

    def opens(self, person: Colleague, *, code: str | None = None) -> bool:
        """Tell whether this person opens this operator's queue, with a code from paper."""
        database = self.open_database()
        door = Door(database, officers_secret(self.open_settings()))
        try:
            keys = unlock_queue_keys(
                door,
                name=person.name,
                password=person.password,
                code=person.papers[0] if code is None else code,
            )
            return keys[0].recipient == queue_recipient(database)
        except UnauthenticatedError:
            return False
        finally:
            database.close()


def newcomer(folder: Path, **settings: str) -> Operator:
    """Return somebody who has a built site and has not run `init` yet."""
    shell = folder / "site" / "_shell" / "page.html.j2"
    shell.parent.mkdir(parents=True)
    shell.write_text("{% block content %}{% endblock %}", encoding="utf-8")
    (folder / "site" / "index.html").write_text("<!doctype html>", encoding="utf-8")
    return Operator(folder, settings)


def initialised(newcomer: Operator) -> Operator:
    """Run `init` and return the operator who wrote down what it showed."""
    shown = newcomer.data("init")
    return replace(newcomer, recovery_key=shown["recovery_key"], invitation=shown["invitation"])


def signed_up(operator: Operator) -> Operator:
    """Return the operator whose administrator `quan-tri` has used the invitation that `init` showed."""
    admin = operator.accept(operator.invitation, password=ADMIN_PASSWORD)
    return replace(operator, admin=admin)


def mode(path: Path) -> int:
    """Return the permission bits of a file."""
    return os.stat(path).st_mode & 0o777  # noqa: PTH116 - as an operator's `stat` shows it
