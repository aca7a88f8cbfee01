"""After a marked report nothing of it stands readable on this machine, and only the key opens it."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from forms_api.errors import SealError
from forms_api.vault.sealing import generate_identity, unseal
from tests.e2e.installation import Installation, Installer, Server
from tests.e2e.officers import Officer, new_officer
from tests.e2e.senders import (
    CAMERA,
    FORM,
    GOOD,
    NewSender,
    code_of,
    is_receipt,
    photo_with_place,
    reference_of,
)

WORDS = "CHIM-HOÀNG-YẾN-7741 đậu trên mái nhà số 7"
NAME = "Nguyễn Thị Chim Yến"
PHONE = "0999 000 111"
MESSAGE = "LỜI-THÊM-8852"
ANSWER = "CÂU-TRẢ-LỜI-9963"
BROWSER = "TRINH-DUYET-RIENG-1102"
NETWORK = "127.0.0.77"
MARKED = {
    **GOOD,
    "an-danh": "khong",
    "ho-ten": NAME,
    "cach-tra-loi": "goi-dien",
    "dien-thoai": PHONE,
    "dien-bien": WORDS,
}
A_LARGE_PHOTO = (2400, 1800)
"""Above the size from which a framework's own upload handling would use a temporary file."""


def live(server: Server, new_sender: NewSender, officer: Officer) -> tuple[str, str]:
    """Let a marked report live its life, mistakes and refusals too; return reference and code."""
    marks = {"User-Agent": BROWSER, "Referer": f"{server.url}/{BROWSER}"}
    sender = new_sender(server.url, network_address=NETWORK, headers=marks)
    assert sender.client.get("/s/bao-tin").status_code == 302
    assert sender.client.get(f"/s/{BROWSER.lower()}").status_code == 404
    photo = photo_with_place(*A_LARGE_PHOTO)
    assert sender.report({**MARKED, "dong-y": ""}, photo=photo).status_code == 422
    assert sender.report({**MARKED, "khong-co": WORDS}).status_code in {200, 422}
    sender.client.post(FORM, data={"dien-bien": WORDS * 2**16})
    sender.write()
    received = sender.send(MARKED, photo=photo)
    assert is_receipt(received)
    reference, code = reference_of(received.text), code_of(received.text)
    sender.follow(code, action="message", message=MESSAGE)
    sender.follow(code[:-1], action="message", message=MESSAGE)
    claimed = officer.call("POST", "/queue/claim", {"limit": 100, "lease_seconds": 60})
    officer.call("POST", "/queue/ack", {"ids": [one["id"] for one in claimed["reports"]]})
    officer.decide(reference, "xac_minh", answer=ANSWER)
    assert ANSWER in sender.follow(code.lower()).text
    return reference, code


def secrets_of(code: str) -> list[bytes]:
    """Return what must stand nowhere, in each spelling it may have."""
    texts = {
        WORDS,
        NAME,
        PHONE,
        PHONE.replace(" ", ""),
        PHONE[1:].replace(" ", ""),
        MESSAGE,
        ANSWER,
    }
    texts |= {BROWSER, NETWORK, CAMERA}
    texts |= {code, code.replace("-", ""), code.lower(), code[:9]}
    texts |= {unicodedata.normalize("NFD", text) for text in texts}
    return [text.encode() for text in texts]


def kept_bytes(installation: Installation) -> dict[str, bytes]:
    """Return every file that the installation's processes left, by name."""
    folders = (installation.data_dir, installation.temporary_dir)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in [*files, installation.log_file]}


def open_bytes(server: Server) -> dict[str, bytes]:
    """Return every file that the server holds open, those without a name too."""
    found = {}
    for process in server.processes():
        for handle in Path(f"/proc/{process.pid}/fd").iterdir():
            if handle.is_file():
                found[f"{process.pid} {handle.readlink()}"] = handle.read_bytes()
    return found


def check_nothing_in_clear(files: dict[str, bytes], secrets: list[bytes]) -> None:
    """Check that none of `secrets` stands in any of `files`."""
    found = [(name, secret) for name, data in files.items() for secret in secrets if secret in data]
    assert found == []


def test_nothing_of_a_report_stands_readable_in_files_logs_or_temporary_files(
    new_installation: Installer, new_sender: NewSender, tmp_path: Path
) -> None:
    installation = new_installation(FORMS_RATELIMIT_ENABLED="1")
    with installation.serving() as server:
        officer = new_officer(tmp_path / "officer", installation, server.url)
        _, code = live(server, new_sender, officer)
        secrets = secrets_of(code)
        running = kept_bytes(installation)
        assert any(b"age-encryption.org/v1" in data for data in running.values())

        check_nothing_in_clear(running, secrets)
        check_nothing_in_clear(open_bytes(server), secrets)
    check_nothing_in_clear(kept_bytes(installation), secrets)


@pytest.fixture
def received(server: Server, new_sender: NewSender) -> str:
    """The reference of a marked report at the shared installation."""
    sender = new_sender(server.url)
    sender.write()
    return reference_of(sender.send(MARKED, photo=photo_with_place()).text)


@pytest.fixture
def officer(tmp_path: Path, installation: Installation, server: Server) -> Officer:
    """An officer of the shared installation."""
    return new_officer(tmp_path / "officer", installation, server.url)


def test_a_report_opens_with_the_recovery_key_and_with_no_other(
    received: str, officer: Officer
) -> None:
    sealed = officer.sealed(received)

    assert WORDS.encode() in unseal(sealed, officer.installation.identity)
    with pytest.raises(SealError):
        unseal(sealed, generate_identity())


def test_an_export_opens_with_the_standard_age_tool(received: str, officer: Officer) -> None:
    tool = shutil.which("age")
    if tool is None:
        pytest.skip("the age tool is not installed")
    sealed = officer.folder / "report.age"
    sealed.write_bytes(officer.sealed(received))

    opened = subprocess.run(
        [tool, "--decrypt", "--identity", str(officer.key_file), str(sealed)],
        check=False,
        capture_output=True,
    )

    assert opened.returncode == 0, opened.stderr
    assert WORDS.encode() in opened.stdout
