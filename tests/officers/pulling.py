"""Running `pull` as an officer does, and reading what it left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from forms_api.cli import main
from forms_api.vault.sealing import Identity


@dataclass(frozen=True)
class Puller:
    """An officer's machine: the address, the key and token in files, the folder of folders."""

    arguments: tuple[str, ...]
    out: Path

    def run(self, *more: str) -> Result:
        """Run `pull` with further options."""
        return CliRunner().invoke(main, ["pull", *self.arguments, *more])

    def references(self) -> list[str]:
        """Return the names of the folders of reports."""
        return sorted(path.name for path in self.out.iterdir() if not path.name.startswith("."))

    def report(self, reference: str) -> dict[str, Any]:
        """Return a folder's report.json."""
        kept: dict[str, Any] = json.loads((self.out / reference / "report.json").read_bytes())
        return kept

    def text(self, reference: str, name: str = "report.txt") -> str:
        """Return a text file of a folder."""
        return (self.out / reference / name).read_text(encoding="utf-8")


def new_puller(folder: Path, *, address: str, token: str, identity: Identity) -> Puller:
    """Return an officer's machine in `folder`."""
    folder.mkdir()
    secrets = {"token": token, "identity": f"# the queue's key\n{identity.reveal()}\n"}
    for name, text in secrets.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)
    out = folder / "reports"
    arguments = (
        *("--url", address),
        *("--token-file", str(folder / "token")),
        *("--identity-file", str(folder / "identity")),
        *("--out", str(out)),
    )
    return Puller(arguments, out)
