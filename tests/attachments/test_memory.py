"""One photo is decoded at a time, and its memory stays small however many arrive together."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forms_api.attachments import photos
from forms_api.attachments.image_files import BareImage
from forms_api.attachments.photos import clean_photo
from tests.attachments.samples import LIMITS, encoded, photo, png_claiming

ROOT = Path(__file__).resolve().parents[2]
TWELVE_MEGAPIXELS = (4032, 3024)
PEAK_MB = 120
LARGEST_PEAK_MB = 160

# Prints by how many MiB the process grew at its largest while the photo was cleaned many times
# together; Linux counts the resident size in KiB.
_MEASURE = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from forms_api.errors import AttachmentError
from forms_api.attachments.photos import PhotoLimits, clean_photo

def clean(data):
    try:
        clean_photo(data, limits=PhotoLimits(max_bytes=len(data)))
    except AttachmentError as error:
        return error.reason
    return "clean"

data = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
times = int(sys.argv[2])
with ThreadPoolExecutor(times) as threads:
    outcomes = set(threads.map(clean, [data] * times))
print(*outcomes, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def measured(file: Path, content: bytes, *, times: int = 1) -> tuple[str, int]:
    file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(file), str(times)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    outcome, grown_mb = done.stdout.split()
    return outcome, int(grown_mb)


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the resident size is Linux's")
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_eight_twelve_megapixel_photos_at_once_take_the_memory_of_one(
    tmp_path: Path, options: dict[str, bool]
) -> None:
    upload = encoded(photo(*TWELVE_MEGAPIXELS), "JPEG", quality=88, **options)

    outcome, grown_mb = measured(tmp_path / "photo", upload, times=8)

    assert outcome == "clean"
    assert grown_mb < PEAK_MB


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the resident size is Linux's")
@pytest.mark.parametrize(
    ("kind", "mode", "size", "options"),
    [
        ("PNG", "RGBA", (4600, 3600), {"compress_level": 1}),
        ("WEBP", "RGBA", (2900, 2300), {"method": 0}),
        ("JPEG", "RGB", (3800, 2900), {}),
    ],
)
def test_the_pictures_that_need_most_memory_stay_within_its_bound(
    tmp_path: Path, kind: str, mode: str, size: tuple[int, int], options: dict[str, int]
) -> None:
    largest = photo(*size).convert(mode)
    if mode == "RGBA":
        largest.putalpha(largest.getchannel("G"))

    outcome, grown_mb = measured(tmp_path / "photo", encoded(largest, kind, **options))

    assert outcome == "clean"
    assert grown_mb < LARGEST_PEAK_MB


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the resident size is Linux's")
def test_a_pixel_bomb_takes_no_memory(tmp_path: Path) -> None:
    outcome, grown_mb = measured(tmp_path / "photo", png_claiming(40_000, 40_000))

    assert outcome == "too_many_pixels"
    assert grown_mb < 10


def test_only_one_photo_is_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    paint_anew = photos._paint_anew
    together = threading.Barrier(8)
    active, most = 0, 0
    counting = threading.Lock()

    def observed(image: BareImage) -> tuple[bytes, str, tuple[int, int]]:
        nonlocal active, most
        with counting:
            active += 1
            most = max(most, active)
        try:
            return paint_anew(image)
        finally:
            with counting:
                active -= 1

    def send(upload: bytes) -> int:
        together.wait()
        return clean_photo(upload, limits=LIMITS).width_px

    monkeypatch.setattr(photos, "_paint_anew", observed)
    upload = encoded(photo(1200, 900), "JPEG")

    with ThreadPoolExecutor(8) as threads:
        widths = list(threads.map(send, [upload] * 8))

    assert widths == [1200] * 8
    assert most == 1
