"""An operator at a terminal: runs commands on an installation and reads what they say."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from forms_api.cli import main
from forms_api.settings import Settings, read_settings
from forms_api.store.database import Database
from forms_api.vault.sealing import Identity, identity_from_text


@dataclass(frozen=True)
class Operator:
    """One installation's folder and settings, and whoever may type commands there."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    recovery_key: str = ""
    password: str = ""

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
        return Operator(folder, dict(self.settings), self.recovery_key, self.password)


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
    return Operator(newcomer.folder, newcomer.settings, shown["recovery_key"], shown["password"])


def mode(path: Path) -> int:
    """Return the permission bits of a file."""
    return os.stat(path).st_mode & 0o777  # noqa: PTH116 - as an operator's `stat` shows it
