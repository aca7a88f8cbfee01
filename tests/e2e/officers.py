"""An officer's computer: the token and the key in files, the real `pull`, calls of the API."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.installation import Installation

LEASE_SECONDS = 60


@dataclass(frozen=True)
class Officer:
    """Somebody who holds the recovery key and a token, and where their server answers."""

    installation: Installation
    url: str
    folder: Path

    @property
    def key_file(self) -> Path:
        """The file with the queue's private key."""
        return self.folder / "key.txt"

    @property
    def out(self) -> Path:
        """Where `pull` puts the reports."""
        return self.folder / "phan-anh"

    def pull(self) -> subprocess.CompletedProcess[str]:
        """Run the real command to its end."""
        return self.installation.run(
            "pull",
            *("--url", self.url),
            *("--token-file", str(self.folder / "token.txt")),
            *("--identity-file", str(self.key_file)),
            *("--out", str(self.out)),
        )

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call the API and return what it answers."""
        reply = httpx.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.installation.token}"},
        )
        assert reply.is_success, reply.text
        answered: dict[str, Any] = reply.json() if reply.content else {}
        return answered

    def find(self, reference: str) -> dict[str, Any]:
        """Return the report that residents know by `reference`, without its content."""
        reports: list[dict[str, Any]] = self.call("GET", "/reports?limit=100")["reports"]
        return next(report for report in reports if report["reference"] == reference)

    def decide(self, reference: str, to: str, *, answer: str | None = None) -> None:
        """Move a report on and answer its sender."""
        report = self.find(reference)
        order = {"to": to, "version": report["version"]}
        if answer is not None:
            order["answer"] = answer
        self.call("POST", f"/reports/{report['id']}/transition", order)

    def sealed(self, reference: str) -> bytes:
        """Return the sealed content of a report."""
        report = self.call("GET", f"/reports/{self.find(reference)['id']}")
        return base64.b64decode(report["sealed"])


def new_officer(folder: Path, installation: Installation, url: str) -> Officer:
    """Return an officer with a computer of their own in `folder`."""
    folder.mkdir()
    officer = Officer(installation, url, folder)
    secrets = {"token.txt": installation.token, "key.txt": f"# khóa\n{installation.recovery_key}\n"}
    for name, text in secrets.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)
    return officer
