"""Films, sound and documents as phones and offices make them, with something private in every place."""

from __future__ import annotations

import io
import math
from array import array
from typing import cast

import av
import pikepdf
import pillow_heif
import typst
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from tests.attachments.samples import MARK, exif, photo, with_metadata

PLACE = "+21.2730+106.1946/"
_SECONDS = 2
_RATE = 10


def film(
    container: str = "mp4",
    *,
    codec: str = "libx264",
    sound: str | None = "aac",
    turned: int | None = None,
    seconds: float = _SECONDS,
) -> bytes:
    """A film, of two seconds unless said: a square that moves, a tone, tags that tell who, where, with what."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=_tag_options(container)) as out:
        _tag(out)
        picture = cast("av.VideoStream", out.add_stream(codec, rate=_RATE))
        picture.width, picture.height, picture.pix_fmt = 160, 120, "yuv420p"
        picture.metadata["handler_name"] = MARK.decode()
        if turned is not None:
            picture.set_display_rotation(turned)
        tone = cast("av.AudioStream", out.add_stream(sound, rate=48_000)) if sound else None
        for number in range(round(seconds * _RATE)):
            square = Image.new("RGB", (160, 120))
            square.paste((200, 40, 40), (number, 20, number + 40, 60))
            out.mux(picture.encode(_frame(square)))
        out.mux(picture.encode())
        if tone is not None:
            _play(out, tone, seconds)
    return file.getvalue()


def sound(container: str, codec: str, *, seconds: float = _SECONDS) -> bytes:
    """Two seconds of a tone unless said, with tags."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        _tag(out)
        _play(out, cast("av.AudioStream", out.add_stream(codec, rate=48_000)), seconds)
    return file.getvalue()


def unplayable() -> bytes:
    """A recording whose container is whole and whose packets hold nothing that can be decoded."""
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(sound("ogg", "libopus")), "r") as source,
        av.open(file, "w", format="ogg") as target,
    ):
        [track] = source.streams.audio
        copy = target.add_stream_from_template(track, opaque=True)
        for packet in source.demux(track):
            if packet.dts is not None:
                spoiled = av.Packet(b"\xff" * packet.size)
                spoiled.pts, spoiled.dts = packet.pts, packet.dts
                spoiled.time_base, spoiled.stream = packet.time_base, copy
                target.mux(spoiled)
    return file.getvalue()


def heic(width: int = 400, height: int = 300) -> bytes:
    """A photo as an iPhone takes it, held upright, with its place."""
    image = pillow_heif.from_pillow(photo(width, height))
    file = io.BytesIO()
    image.save(file, quality=60, exif=exif())
    return file.getvalue()


def document(pages: int = 2) -> bytes:
    """A PDF with words, a photo, a form, a link, and everything that acts or tells."""
    words = (
        '#set document(title: "{mark}", author: "{mark}")\n'
        '= Xin chào: Ắ ễ ỡ Đ\n#image(sys.inputs.photo)\n#link("https://example.com/{mark}")[liên kết]'
    ).replace("{mark}", MARK.decode())
    words += "\n#pagebreak() trang sau" * (pages - 1)
    drawn = typst.compile(
        words.replace("image(sys.inputs.photo)", "rect(width: 2cm)").encode(), format="pdf"
    )
    with Pdf.open(io.BytesIO(drawn)) as pdf:
        _add_photo(pdf)
        script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{MARK.decode()}')"))
        pdf.Root.OpenAction = script
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=[String("x"), script]))
        pdf.attachments["ghi.txt"] = pikepdf.AttachedFileSpec(pdf, MARK, filename=MARK.decode())
        first = pdf.pages[0].obj
        first.AA = Dictionary(O=Dictionary(S=Name.URI, URI=String(f"http://x/{MARK.decode()}")))
        first.PieceInfo = Dictionary(X=Dictionary(LastModified=String(MARK.decode())))
        _add_field(pdf)
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def locked(data: bytes) -> bytes:
    """The same PDF under a password."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="mat", owner="khau"))
    return out.getvalue()


def _add_photo(pdf: Pdf) -> None:
    """Draw a JPEG with its own metadata on the first page."""
    image = pdf.make_stream(with_metadata("JPEG"))
    image.stream_dict.Type, image.stream_dict.Subtype = Name.XObject, Name.Image
    image.stream_dict.Width, image.stream_dict.Height = 160, 120
    image.stream_dict.ColorSpace, image.stream_dict.BitsPerComponent = Name.DeviceRGB, 8
    image.stream_dict.Filter = Name.DCTDecode
    image.stream_dict.Metadata = pdf.make_stream(b"<x:xmpmeta>" + MARK)
    page = pdf.pages[0]
    name = page.add_resource(image, Name.XObject)
    page.contents_add(f"q 160 0 0 120 72 400 cm {name} Do Q".encode())


def _add_field(pdf: Pdf) -> None:
    """Put a filled-in form field on the first page; what it shows must stay readable."""
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String(MARK.decode()),
            V=String("dien vao day"), Rect=[72, 300, 300, 330], DA=String("/Helv 12 Tf 0 g"), F=4,
        )
    )  # fmt: skip
    helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    resources = Dictionary(Font=Dictionary(Helv=pdf.make_indirect(helvetica)))
    pdf.Root.AcroForm = Dictionary(
        Fields=[field], DR=resources, DA=String("/Helv 12 Tf 0 g"), NeedAppearances=True
    )
    first = pdf.pages[0].obj
    first.Annots = Array([*first.get("/Annots", Array()), field])


def _frame(picture: Image.Image) -> av.VideoFrame:
    return cast("av.VideoFrame", av.VideoFrame.from_image(picture))  # type: ignore[no-untyped-call]


def _tag_options(container: str) -> dict[str, str]:
    return {"movflags": "use_metadata_tags"} if container in {"mp4", "mov"} else {}


def _tag(out: av.container.OutputContainer) -> None:
    for name in ("title", "artist", "comment"):
        out.metadata[name] = MARK.decode()
    out.metadata["location"] = PLACE


def _play(out: av.container.OutputContainer, tone: av.AudioStream, seconds: float) -> None:
    moments = range(round(seconds * 48_000))
    wave = array("f", (0.3 * math.sin(0.06 * moment) for moment in moments))
    frame = av.AudioFrame(format="flt", layout="mono", samples=len(wave))
    frame.planes[0].update(wave.tobytes())
    frame.sample_rate = 48_000
    resampler = av.AudioResampler(tone.format.name, tone.layout, 48_000, tone.frame_size or None)
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        out.mux(tone.encode(piece))
    out.mux(tone.encode())
