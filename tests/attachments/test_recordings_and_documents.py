"""Films, sound, HEIC and PDF: only pictures, sound and pages come out, or a refusal that says why."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import av
import pikepdf
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from forms_api.attachments import apart
from forms_api.attachments.cleaning import MEDIA_TYPES, CleanFile, FileLimits, clean_file
from forms_api.attachments.messages import Reason
from forms_api.errors import AttachmentError
from tests.attachments import films
from tests.attachments.samples import MARK, with_metadata
from tests.conftest import ROOT

SIZES = {"image": 10 * 2**20, "video": 40 * 2**20, "audio": 40 * 2**20, "application": 10 * 2**20}
LIMITS = FileLimits(MEDIA_TYPES, SIZES)
FILMS: dict[str, Callable[[], bytes]] = {
    "h264 in mp4": films.film,
    "h264 in mov": lambda: films.film("mov"),
    "h265 in mov": lambda: films.film("mov", codec="libx265"),
    "vp9 in webm": lambda: films.film("webm", codec="libvpx-vp9", sound="libopus"),
    "film without sound": lambda: films.film(sound=None),
}
SOUNDS: dict[str, Callable[[], bytes]] = {
    "m4a": lambda: films.sound("ipod", "aac"),
    "mp3": lambda: films.sound("mp3", "libmp3lame"),
    "ogg": lambda: films.sound("ogg", "libopus"),
    "sound in webm": lambda: films.sound("webm", "libopus"),
}
OTHERS: dict[str, Callable[[], bytes]] = {"heic": films.heic, "pdf": films.document}


def refused(upload: bytes, limits: FileLimits = LIMITS) -> AttachmentError:
    with pytest.raises(AttachmentError) as caught:
        clean_file(upload, limits=limits)
    return caught.value


def cleaned_or_refused(upload: bytes) -> CleanFile | str:
    """Return the clean file, or the reason for which there is none."""
    try:
        return clean_file(upload, limits=LIMITS)
    except AttachmentError as error:
        return error.reason


def run_instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the child run other code."""
    monkeypatch.setattr(apart, "_command", lambda _: [sys.executable, "-c", code])


def unfolded(part: pikepdf.Stream) -> bytes:
    """Return a stream as it stands in the file, and decompressed where that is possible."""
    raw = part.read_raw_bytes()
    return raw if part.get("/Filter") == pikepdf.Name.DCTDecode else raw + part.read_bytes()


def frames(data: bytes, kind: str) -> int:
    """Return how many pictures or pieces of sound can be decoded."""
    with av.open(io.BytesIO(data), "r") as opened:
        track = next(stream for stream in opened.streams if stream.type == kind)
        return len(list(opened.decode(track)))


@pytest.mark.parametrize(
    "make", [*FILMS.values(), *SOUNDS.values(), *OTHERS.values()], ids=[*FILMS, *SOUNDS, *OTHERS]
)
def test_what_tells_who_where_or_with_what_stays_behind(make: Callable[[], bytes]) -> None:
    data = make()

    clean = clean_file(data, limits=LIMITS)

    assert MARK in data or b"Exif" in data
    assert MARK not in clean.data
    assert films.PLACE.encode()[:8] not in clean.data
    assert b"x264" not in clean.data
    assert b"x265" not in clean.data
    assert clean.original_bytes == len(data)


@pytest.mark.parametrize("make", FILMS.values(), ids=FILMS)
def test_a_film_keeps_every_picture_and_all_its_sound(make: Callable[[], bytes]) -> None:
    data = make()

    clean = clean_file(data, limits=LIMITS)

    assert clean.media_type in {"video/mp4", "video/webm"}
    assert clean.facts == {"seconds": 2.0, "width_px": 160, "height_px": 120}
    assert frames(clean.data, "video") == frames(data, "video") == 20
    with av.open(io.BytesIO(data)) as before, av.open(io.BytesIO(clean.data)) as after:
        assert [track.type for track in after.streams] == [track.type for track in before.streams]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("m4a", "audio/mp4"),
        ("mp3", "audio/mpeg"),
        ("ogg", "audio/ogg"),
        ("sound in webm", "audio/webm"),
    ],
)
def test_sound_keeps_its_length(name: str, media_type: str) -> None:
    data = SOUNDS[name]()

    clean = clean_file(data, limits=LIMITS)

    assert clean.media_type == media_type
    assert frames(clean.data, "audio") == pytest.approx(frames(data, "audio"), abs=2)


def test_a_film_held_upright_stays_upright() -> None:
    clean = clean_file(films.film("mov", turned=90), limits=LIMITS)

    with av.open(io.BytesIO(clean.data), "r") as opened:
        assert abs(next(opened.decode(video=0)).rotation) == 90


def test_a_photo_of_an_iphone_becomes_an_upright_jpeg() -> None:
    clean = clean_file(films.heic(400, 300), limits=LIMITS)

    assert clean.media_type == "image/jpeg"
    with Image.open(io.BytesIO(clean.data)) as picture:
        assert picture.size == (300, 400)
        assert not picture.getexif()


def test_pages_stay_readable_and_nothing_on_them_acts() -> None:
    clean = clean_file(films.document(pages=3), limits=LIMITS)

    read = pypdf.PdfReader(io.BytesIO(clean.data))
    words = " ".join(page.extract_text() for page in read.pages)
    assert clean.facts == {"pages": 3}
    assert all(said in words for said in ("Ắ ễ ỡ Đ", "dien vao day", "trang sau"))
    assert set(read.root_object) <= {"/Type", "/Pages"}
    assert read.metadata is None
    for page in read.pages:
        assert not {"/Annots", "/AA", "/PieceInfo", "/Metadata"} & set(page)
    assert read.pages[0].images[0].image is not None


def test_no_part_of_a_clean_document_tells_or_acts_compressed_or_not() -> None:
    clean = clean_file(films.document(), limits=LIMITS)

    with pikepdf.Pdf.open(io.BytesIO(clean.data)) as opened:
        parts = [part for part in opened.objects if isinstance(part, pikepdf.Stream)]
        assert [part.objgen for part in parts if MARK in unfolded(part)] == []
        assert [part for part in parts if set(part.keys()) & {"/Metadata", "/PieceInfo"}] == []
        assert not opened.docinfo
    assert len(parts) > 3


@pytest.mark.parametrize("make", [films.film, SOUNDS["mp3"], SOUNDS["ogg"], *OTHERS.values()])
def test_half_a_file_is_refused_or_read_to_its_end(make: Callable[[], bytes]) -> None:
    data = make()

    for part in (0.02, 0.3, 0.7):
        cut = data[: int(len(data) * part)]
        outcome = cleaned_or_refused(cut)
        if isinstance(outcome, CleanFile):
            assert MARK not in outcome.data
        else:
            assert outcome in {Reason.RECORDING_DAMAGED, Reason.PDF_DAMAGED, Reason.DAMAGED}


def test_a_locked_and_an_endless_document_say_so() -> None:
    assert refused(films.locked(films.document())).reason == Reason.PDF_LOCKED
    assert refused(films.document(pages=101)).facts == {"pages": 100}


def test_a_file_that_is_no_recording_inside_is_refused() -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"

    assert refused(b"OggS" + bytes(1000)).reason == Reason.RECORDING_DAMAGED
    assert refused(b"\0\0\0\x18ftypisom" + bytes(12) + playlist).reason == Reason.RECORDING_DAMAGED
    assert refused(b"ID3\x04\0\0\0\0\0\0" + playlist).reason == Reason.RECORDING_DAMAGED
    assert refused(playlist).reason == Reason.NOT_AN_IMAGE


def test_a_recording_that_nothing_can_play_is_refused() -> None:
    assert refused(films.unplayable()).reason == Reason.RECORDING_DAMAGED


def test_what_a_form_does_not_take_is_refused_by_its_kind() -> None:
    photos = FileLimits({"image/jpeg"}, SIZES)

    assert refused(films.film(), photos).reason == Reason.VIDEO
    assert refused(films.document(), photos).reason == Reason.DOCUMENT
    assert refused(films.heic(), photos).reason == Reason.HEIC
    assert clean_file(with_metadata("JPEG"), limits=photos).media_type == "image/jpeg"


def test_each_kind_has_its_own_size() -> None:
    small = FileLimits(MEDIA_TYPES, {**SIZES, "video": 1000})

    assert refused(films.film(), small).facts == {"max_mb": 0}
    assert clean_file(films.sound("mp3", "libmp3lame"), limits=small).media_type == "audio/mpeg"


def test_a_child_that_dies_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    run_instead(monkeypatch, killed)

    assert refused(films.film()).reason == Reason.RECORDING_DAMAGED


def test_a_child_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "import time; time.sleep(600)"
    monkeypatch.setattr(apart, "TIMEOUT_SECONDS", 0.5)
    run_instead(monkeypatch, endless)

    assert refused(films.film()).reason == Reason.RECORDING_DAMAGED


def test_the_child_knows_no_setting_and_can_write_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMS_RECEIPT_KEY", "secret")
    told = (
        "import os, sys; from forms_api.attachments.__main__ import _bound; _bound();"
        "seen = [name for name in os.environ if name.startswith('FORMS_')];\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n    open('/tmp/out-of-the-child', 'wb', buffering=0).write(b'x'); wrote = True\n"
        "except OSError:\n    wrote = False\n"
        'sys.stdout.buffer.write(f\'{{"media_type": "x/{seen}{wrote}", "facts": {{}}}}\\n\'.encode())'
    )
    run_instead(monkeypatch, told)

    assert apart.clean_apart(b"", "video/mp4") == (b"", "x/[]False", {})


def test_the_child_works_under_limits_of_memory_time_and_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    telling = (
        "import resource, sys; from forms_api.attachments import __main__ as child, recordings\n"
        "def tell(data, media_type, out):\n"
        "    names = [name for name in dir(resource) if name.startswith('RLIMIT_')]\n"
        "    of = lambda name: resource.getrlimit(getattr(resource, name))\n"
        "    return media_type, {name: of(name) for name in names}\n"
        "recordings.clean_recording = tell\n"
        "sys.exit(child.main('video/mp4'))"
    )
    run_instead(monkeypatch, telling)

    _, _, limits = apart.clean_apart(b"", "video/mp4")

    most = {"AS": 1536 * 2**20, "CPU": 60, "FSIZE": 0, "CORE": 0, "NOFILE": 64}
    for name, bound in most.items():
        soft, hard = limits[f"RLIMIT_{name}"]
        assert 0 <= soft <= hard <= bound, name


FILM, PDF = films.film(), films.document()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    which=st.sampled_from(["film", "pdf"]),
    at=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=40),
)
def test_changed_bytes_never_bring_more_than_a_refusal(
    which: str, at: list[tuple[float, int]]
) -> None:
    data = FILM if which == "film" else PDF
    changed = bytearray(data)
    for place, value in at:
        changed[int(place * (len(data) - 1))] = value

    outcome = cleaned_or_refused(bytes(changed))
    assert outcome.data if isinstance(outcome, CleanFile) else outcome in set(Reason)


def test_the_child_is_started_from_the_project_s_own_folder() -> None:
    assert ROOT == apart._ROOT
