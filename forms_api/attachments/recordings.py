"""Films and sound remuxed: the same pictures and sound in a new container, without anything beside them.

What tells who, where or with what (tags, places, chapters, covers, subtitles, timed metadata tracks,
supplementary messages of the video stream) stays behind, because only the first film and sound track
are carried over, packet by packet. Runs in a process apart: see `apart`.

Source: ITU-T H.264 and H.265 annex B (NAL unit types of supplementary enhancement information).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
from av.bitstream import BitStreamFilterContext

from forms_api.attachments.messages import Reason
from forms_api.errors import AttachmentError

MAX_PIXELS = 4096 * 2304
MAX_SECONDS = 30 * 60
MAX_PACKETS = 2_000_000


@dataclass(frozen=True)
class Container:
    """How a kind of file is read and written, and what it is called without and with a film track."""

    reads: str
    writes: str
    sound_type: str
    film_type: str | None
    film_codecs: frozenset[str]
    sound_codecs: frozenset[str]
    options: dict[str, str]


_MP4 = Container(
    "mov",
    "mp4",
    "audio/mp4",
    "video/mp4",
    frozenset({"h264", "hevc", "mpeg4", "av1"}),
    frozenset({"aac", "mp3", "ac3", "alac", "opus"}),
    {},
)
_WEBM = Container(
    "matroska",
    "webm",
    "audio/webm",
    "video/webm",
    frozenset({"vp8", "vp9", "av1"}),
    frozenset({"opus", "vorbis"}),
    {},
)
_OGG = Container(
    "ogg", "ogg", "audio/ogg", None, frozenset(), frozenset({"opus", "vorbis", "flac"}), {}
)
_MP3 = Container(
    "mp3",
    "mp3",
    "audio/mpeg",
    None,
    frozenset(),
    frozenset({"mp3"}),
    {"id3v2_version": "0", "write_id3v1": "0", "write_xing": "0"},
)
CONTAINERS = {
    "video/mp4": _MP4,
    "video/quicktime": _MP4,
    "audio/mp4": _MP4,
    "video/webm": _WEBM,
    "audio/ogg": _OGG,
    "audio/mpeg": _MP3,
}
"""By the media type that an upload has by its first bytes."""

# Supplementary enhancement information says what a stream was made with, and where: a unit's type
# stands at another place in each of the two standards.
_FILTERS = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39-40"}
_HEVC_SUPPLEMENTS = frozenset({39, 40})
_UNIT_START = re.compile(rb"\x00\x00\x00?\x01")


def clean_recording(data: bytes, media_type: str, out: BinaryIO) -> tuple[str, dict[str, Any]]:
    """Write the film or sound of `data` to `out`; return its media type and what is known of it.

    Every packet is read, the first picture and the first piece of sound are decoded: what cannot be
    read to its end is refused. Raises AttachmentError, or whatever FFmpeg raises.
    """
    container = CONTAINERS[media_type]
    # The demuxer is named, so that no other can be reached, playlists that open files above all.
    with av.open(io.BytesIO(data), "r", format=container.reads) as source:
        tracks = _tracks(source, container)
        film = next((track for track in tracks if track.type == "video"), None)
        if film is not None and container.film_type is None:
            raise AttachmentError(Reason.RECORDING_UNKNOWN)
        seconds = float(source.duration or 0) / av.time_base
        if seconds > MAX_SECONDS:
            raise AttachmentError(Reason.RECORDING_TOO_LONG, minutes=MAX_SECONDS // 60)
        for track in tracks:
            _decode_first(data, container, track.index)
        _remux(source, container, tracks, out)
    facts: dict[str, Any] = {"seconds": round(seconds, 1)}
    if film is None:
        return container.sound_type, facts
    assert container.film_type is not None
    return container.film_type, {**facts, "width_px": film.width, "height_px": film.height}


def _tracks(source: Any, container: Container) -> list[Any]:  # noqa: ANN401 - PyAV types its own
    """Return the first film track and the first sound track. Raises AttachmentError."""
    films = [track for track in source.streams.video if not _is_cover(track)]
    tracks = [*films[:1], *source.streams.audio[:1]]
    if not tracks:
        raise AttachmentError(Reason.RECORDING_DAMAGED)
    for track in tracks:
        known = container.film_codecs if track.type == "video" else container.sound_codecs
        if track.codec.canonical_name not in known:
            raise AttachmentError(Reason.RECORDING_UNKNOWN)
        if track.type == "video" and track.width * track.height > MAX_PIXELS:
            raise AttachmentError(
                Reason.TOO_MANY_PIXELS, width_px=track.width, height_px=track.height
            )
    return tracks


def _is_cover(track: Any) -> bool:  # noqa: ANN401
    """Tell whether a film track is a picture that a player shows beside the sound."""
    return bool(track.disposition & av.stream.Disposition.attached_pic)


def _decode_first(data: bytes, container: Container, index: int) -> None:
    with av.open(io.BytesIO(data), "r", format=container.reads) as source:
        next(source.decode(source.streams[index]))


def _remux(source: Any, container: Container, tracks: list[Any], out: BinaryIO) -> None:  # noqa: ANN401
    with av.open(
        out,
        "w",
        format=container.writes,
        options={"fflags": "+bitexact", **container.options},
    ) as target:
        copies, filters = {}, {}
        for track in tracks:
            copy = target.add_stream_from_template(track, opaque=True)
            name = track.codec.canonical_name
            if name in _FILTERS:
                filters[track.index] = BitStreamFilterContext(_FILTERS[name], track, copy)
            if name == "hevc":
                copy.codec_context.codec_tag = "hvc1"  # the only name that Apple's players know
                copy.codec_context.extradata = _without_supplements(copy.codec_context.extradata)
            copies[track.index] = copy
        for packet in _packets(source, tracks, filters):
            packet.stream = copies[packet.stream.index]
            target.mux(packet)


def _packets(source: Any, tracks: list[Any], filters: dict[int, Any]) -> Iterator[Any]:  # noqa: ANN401
    for number, packet in enumerate(source.demux(tracks)):
        if number > MAX_PACKETS:
            raise AttachmentError(Reason.RECORDING_DAMAGED)
        index = packet.stream.index
        passed = filters[index].filter(packet) if index in filters else [packet]
        for one in passed:
            if one.dts is not None:
                one.stream = tracks[[track.index for track in tracks].index(index)]
                yield one


def _without_supplements(header: bytes) -> bytes:
    """Return the header of an H.265 stream (annex B) without units that the filter leaves in it."""
    units = [unit for unit in _UNIT_START.split(header) if unit]
    kept = [unit for unit in units if (unit[0] >> 1) & 0x3F not in _HEVC_SUPPLEMENTS]
    return b"".join(b"\0\0\0\1" + unit for unit in kept)
