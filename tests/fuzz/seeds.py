"""`python -m tests.fuzz.seeds`: write the inputs that fuzzing begins with, small and one of each kind.

They are kept in the repository, so that a run needs nothing else and a replay takes seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from tests.attachments import films
from tests.attachments.samples import encoded, exif, picture, with_metadata
from tests.bench.measure import say
from tests.forms.small_forms import DEFINITIONS
from tests.fuzz.api import REFERENCE
from tests.fuzz.doors import CSRF, DOORS, SUBMISSION
from tests.fuzz.targets import CORPUS
from tests.public.residents import photo

_SHORT = 0.2
_SMALL = (24, 16)
_STORY = "Nhà bên hát karaoke tới nửa đêm.".encode()

Seeds = Iterator[tuple[str, bytes]]


def write() -> None:
    """Write every seed; what else is in the corpus, above all what once broke something, stays."""
    for target, seeds in _SEEDS.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in seeds():
            (folder / name).write_bytes(content)
            say(f"{len(content):8} {target}/{name}")


def _multipart() -> Seeds:
    """Give bodies as browsers send them, to each address, with a photo and without."""
    story = [(b"ke", _STORY), (b"dongy", b"co"), (b"checked", b"1"), (b"loai", b"tieng-on")]
    tokens = [(b"csrf_token", CSRF), (b"submission", SUBMISSION)]
    code = [
        (b"code", b"7K3M-92QX-0000-AAAA-BBBB-CCCC"),
        (b"action", b"message"),
        (b"message", _STORY),
    ]
    more = [(b"drop_file", b"1"), (b"keep_original", b"1"), (b"form_action", b"edit")]
    for at, (address, _) in enumerate(DOORS):
        fields = [*tokens, *(code if address.startswith("/tra-cuu") else story)]
        name = address.strip("/").partition("?")[0].replace("/", "-")
        for kind, number in (("multipart", 0), ("urlencoded", 1)):
            head = bytes([at, number])
            body = _parts([*fields, *more]) if number == 0 else _encoded([*fields, *more])
            yield f"{at}-{name}-{kind}", head + body
        yield (
            f"{at}-{name}-long-number",
            bytes([at, 1]) + _encoded([*fields, (b"drop_file", b"9" * 5000)]),
        )
        files = [(b"anh" if "thu" in name else b"tep", photo())]
        yield f"{at}-{name}-photo", bytes([at, 0]) + _parts(fields, files)


def _parts(
    fields: list[tuple[bytes, bytes]], files: list[tuple[bytes, bytes]] | None = None
) -> bytes:
    said = [
        b'--cut\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % field
        for field in fields
    ]
    said += [
        b'--cut\r\nContent-Disposition: form-data; name="%s"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n%s\r\n" % file
        for file in files or []
    ]
    return b"".join([*said, b"--cut--\r\n"])


def _encoded(fields: list[tuple[bytes, bytes]]) -> bytes:
    return b"&".join(b"%s=%s" % field for field in fields)


def _answers() -> Seeds:
    yield (
        "report",
        b"\0\0dang-xay-ra=khong&an-danh=co&hanh-vi=tieng-on-karaoke&ngay-xay-ra=2026-11-20"
        + (b"&dia-diem=%s&dien-bien=%s&dong-y=co" % (_STORY, _STORY)),
    )
    for number in range(1, 24):
        yield (
            f"small-{number:02}",
            bytes([number, 1]) + b"ten=a&ngay=2026-11-20&gio=21:30&ke=b&dong=co&x=1",
        )


def _definitions() -> Seeds:
    for path in sorted(DEFINITIONS.rglob("*.yml")):
        yield f"{path.parent.name}-{path.stem}", path.read_bytes()


def _codes() -> Seeds:
    yield "code", b"7K3M-92QX-0000-AAAA-BBBB-CCCC"
    yield "read-alike", b"oOiIlL00 7k3m92qx aaaa bbbb cc"
    yield "stub", b"XG-K7M3P9"
    yield "wide", "７Ｋ３Ｍ ßſﬀ K7M3P9".encode()


def _api() -> Seeds:
    bodies = [
        {}, {"limit": 10, "lease_seconds": 900}, {"version": 1, "to": "xac_minh", "answer": "Đã nhận."},
        {"text": "Đã nhận.", "message_id": "0" * 32}, {"ids": ["XG-2A2A2A"], "reason": "thử"},
    ]  # fmt: skip
    for number in range(11):
        for which, body in enumerate(bodies if number else bodies[:1]):
            sent = json.dumps(body).encode()
            yield f"{number:02}-{which}", bytes([number]) + REFERENCE + b" 1\nlimit=5\n" + sent


def _pictures(kind: str, *options: dict[str, object]) -> Callable[[], Seeds]:
    def give() -> Seeds:
        yield "metadata", with_metadata(kind)
        for number, more in enumerate(options):
            yield f"small-{number}", encoded(picture(*_SMALL), kind, **more)

    return give


def _one(make: Callable[[], bytes]) -> Callable[[], Seeds]:
    def give() -> Seeds:
        yield "whole", make()

    return give


_SEEDS: dict[str, Callable[[], Seeds]] = {
    "multipart": _multipart,
    "answers": _answers,
    "definitions": _definitions,
    "codes": _codes,
    "api": _api,
    "jpeg": _pictures("JPEG", {"exif": exif()}, {"progressive": True}),
    "png": _pictures("PNG", {}, {"interlace": True}),
    "webp": _pictures("WEBP", {}, {"lossless": True}),
    "heic": _one(lambda: films.heic(64, 48)),
    "mp4": _one(lambda: films.film(seconds=_SHORT)),
    "mov": _one(lambda: films.film("mov", sound=None, seconds=_SHORT)),
    "webm": _one(lambda: films.film("webm", codec="libvpx", sound="libopus", seconds=_SHORT)),
    "m4a": _one(lambda: films.sound("ipod", "aac", seconds=_SHORT)),
    "mp3": _one(lambda: films.sound("mp3", "libmp3lame", seconds=_SHORT)),
    "ogg": _one(lambda: films.sound("ogg", "libopus", seconds=_SHORT)),
    "pdf": _one(lambda: films.document(1)),
}

if __name__ == "__main__":
    write()
