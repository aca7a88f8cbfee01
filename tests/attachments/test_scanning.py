"""Uploads are shown to clamd; what it does not judge counts as not judged."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from forms_api.attachments.cleaning import MEDIA_TYPES, FileLimits, clean_file
from forms_api.attachments.messages import Reason
from forms_api.attachments.scanning import SILENT_SECONDS, Scan, Scanner
from forms_api.errors import AttachmentError, SettingsError
from forms_api.settings import read_settings
from tests.attachments.clamd import EICAR, FakeClamd, fake_clamd, real_clamd

LIMITS = FileLimits(MEDIA_TYPES, {"image": 10 * 2**20})
NO_CLAMD = shutil.which("clamd") is None and not Path("/usr/sbin/clamd").exists()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for a socket's name."""
    with tempfile.TemporaryDirectory(prefix="clamd") as name:
        yield Path(name)


@pytest.fixture
def clamd(folder: Path) -> Iterator[FakeClamd]:
    with fake_clamd(folder) as running:
        yield running


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


def test_an_upload_is_shown_as_it_came_and_the_answer_is_kept_with_the_picture(
    clamd: FakeClamd,
) -> None:
    data = photo() + bytes(200_000)

    assert clean_file(photo(), limits=LIMITS, scanner=Scanner(clamd.address)).scan is Scan.CLEAN
    assert Scanner(clamd.address).scan(data) is Scan.CLEAN
    assert clamd.streams == [photo(), data]


def test_what_the_scanner_knows_is_refused_in_words(clamd: FakeClamd) -> None:
    clamd.answer = b"stream: Win.Test.EICAR_HDB-1 FOUND"

    with pytest.raises(AttachmentError) as refused:
        clean_file(photo(), limits=LIMITS, scanner=Scanner(clamd.address))

    assert refused.value.reason == Reason.MALWARE


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR", b"stream: not readable ERROR", b"?", None]
)
def test_an_answer_that_judges_nothing_counts_as_none(
    clamd: FakeClamd, answer: bytes | None
) -> None:
    clamd.answer = answer

    assert Scanner(clamd.address).scan(photo()) is Scan.FAILED


def test_a_silent_scanner_is_asked_again_after_a_while(folder: Path) -> None:
    now = [0.0]
    scanner = Scanner(str(folder / "clamd.ctl"), clock=lambda: now[0])

    assert scanner.scan(photo()) is Scan.FAILED
    with fake_clamd(folder) as clamd:
        assert scanner.scan(photo()) is Scan.FAILED
        assert clamd.streams == []
        now[0] = SILENT_SECONDS + 1
        assert scanner.scan(photo()) is Scan.CLEAN


def test_without_a_scanner_nothing_claims_to_be_scanned() -> None:
    assert clean_file(photo(), limits=LIMITS).scan is Scan.NOT_SCANNED
    assert Scanner("").version() is None


@pytest.mark.skipif(NO_CLAMD, reason="clamd is not installed: apt-get install clamav-daemon")
def test_the_real_clamd_judges_finds_and_refuses_what_is_too_long(folder: Path) -> None:
    with real_clamd(folder) as address:
        scanner = Scanner(address)

        assert (scanner.version() or "").startswith("ClamAV")
        assert scanner.scan(photo()) is Scan.CLEAN
        assert scanner.scan(bytes(3 * 2**20)) is Scan.FAILED
        with pytest.raises(AttachmentError):
            scanner.scan(photo() + EICAR)


@pytest.mark.parametrize(
    "address", ["clamd.ctl", "tcp://", "tcp://host", "http://host:1", "tcp://h:x"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="FORMS_CLAMD"):
        read_settings({"FORMS_CLAMD": address})


@pytest.mark.parametrize(
    "address", ["/run/clamav/clamd.ctl", "tcp://127.0.0.1:3310", "tcp://[::1]:3310"]
)
def test_a_path_and_a_host_with_a_port_are_addresses(address: str) -> None:
    assert read_settings({"FORMS_CLAMD": address}).clamd == address
