"""Rules of uploads: kinds, pixels, metadata of every kind of file, the readers' own process."""

from __future__ import annotations

from tests.mutation.mutant import Mutant, Replacement, broken

IMAGES = "forms_api/attachments/image_files.py"
PHOTOS = "forms_api/attachments/photos.py"
PDF = "forms_api/attachments/pdf.py"
RECORDINGS = "forms_api/attachments/recordings.py"
APART = "forms_api/attachments/apart.py"
CHILD = "forms_api/attachments/__main__.py"

_EXIF_IS_WRITTEN = (
    Replacement(PHOTOS, "    picture.info.clear()\n", ""),
    Replacement(
        PHOTOS,
        'picture.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling=subsampling)',
        'picture.save(file, "JPEG", exif=picture.info.get("exif", b""))',
    ),
)
_TAGS_ARE_COPIED = "target.metadata.update(source.metadata)\n        copies, filters = {}, {}"

PICTURES = (
    broken(
        "jpeg-exif",
        "A JPEG keeps its Exif: maker, serial number, place.",
        "P5",
        IMAGES,
        "0xC4, 0xDB, 0xDD, 0xE0, 0xEE}",
        "0xC4, 0xDB, 0xDD, 0xE0, 0xE1, 0xEE}",
        also=_EXIF_IS_WRITTEN,
    ),
    broken(
        "jpeg-comment",
        "A JPEG keeps its comment.",
        "P5",
        IMAGES,
        "0xC4, 0xDB, 0xDD, 0xE0, 0xEE}",
        "0xC4, 0xDB, 0xDD, 0xE0, 0xEE, 0xFE}",
        also=[Replacement(PHOTOS, "    picture.info.clear()\n", "")],
    ),
    broken(
        "png-text",
        "A PNG is kept as it came, texts and Exif with it.",
        "P5",
        IMAGES,
        'frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})',
        'frozenset({b"IHDR", b"PLTE", b"tRNS", b"tEXt", b"iTXt", b"eXIf", b"IDAT", b"IEND"})',
        also=[Replacement(PHOTOS, "return png.getvalue(), PNG", "return source.data, PNG")],
    ),
    broken(
        "webp-exif",
        "A WebP's Exif is written into the new picture.",
        "P5",
        IMAGES,
        "            orientation = _orientation(content)\n        elif kind ==",
        "            orientation = _orientation(content)\n"
        "            parts.append(_webp_chunk(kind, content))\n"
        "        elif kind ==",
        also=[
            Replacement(IMAGES, "content[0] & _WEBP_ALPHA,", "content[0],"),
            *_EXIF_IS_WRITTEN,
        ],
    ),
    broken(
        "heic-exif",
        "A HEIC's Exif is written into the new picture.",
        "P5",
        PHOTOS,
        "    picture.info.clear()\n",
        "",
        also=_EXIF_IS_WRITTEN[1:],
    ),
    broken(
        "trailing-data",
        "What follows a JPEG's end stays behind it.",
        "P5",
        PHOTOS,
        "    return jpeg, JPEG",
        '    return jpeg + source.data.rpartition(b"\\xff\\xd9")[2], JPEG',
        also=[
            Replacement(
                IMAGES,
                "data[start : start + 2]\n            return",
                "data[start:]\n            return",
            )
        ],
    ),
    broken(
        "original-unasked",
        "The upload itself is kept although its sender did not ask for that.",
        "P5",
        "forms_api/web/uploads.py",
        "with_original(clean, data) if keep_original else clean",
        "with_original(clean, data)",
    ),
)

DOCUMENTS = (
    broken(
        "pdf-picture-metadata",
        "Pictures in a PDF keep their metadata stream.",
        "P5",
        PDF,
        '        "/Metadata",\n',
        "",
    ),
    broken(
        "pdf-information",
        "A PDF keeps its title and author.",
        "P5",
        PDF,
        "        target.remove_unreferenced_resources()",
        "        for key, value in source.docinfo.items():\n"
        "            target.docinfo[key] = str(value)\n"
        "        target.remove_unreferenced_resources()",
    ),
    broken(
        "pdf-embedded-files",
        "A PDF keeps the files and scripts inside it.",
        "P5",
        PDF,
        "        target.remove_unreferenced_resources()",
        "        names = source.make_indirect(source.Root.Names)\n"
        "        target.Root.Names = target.copy_foreign(names)\n"
        "        target.remove_unreferenced_resources()",
    ),
    broken(
        "pdf-actions",
        "A page of a PDF acts when it is opened.",
        "P5",
        PDF,
        '    {"/Type", "/MediaBox"',
        '    {"/AA", "/Type", "/MediaBox"',
        also=[Replacement(PDF, '        "/AA",\n', "")],
    ),
    broken(
        "pdf-pictures-unread",
        "JPEG pictures in a PDF keep their Exif.",
        "P5",
        PDF,
        'if isinstance(thing, Stream) and thing.get("/Filter") == Name.DCTDecode:',
        "if False:",
    ),
)

FILMS = (
    broken(
        "film-tags",
        "An MP4 or MOV film keeps its tags, the place among them.",
        "P5",
        RECORDINGS,
        "copies, filters = {}, {}",
        'if container.writes == "mp4":\n            ' + _TAGS_ARE_COPIED,
    ),
    broken(
        "track-names",
        "A track of a film keeps its name.",
        "P5",
        RECORDINGS,
        "            name = track.codec.canonical_name\n",
        "            name = track.codec.canonical_name\n"
        "            copy.metadata.update(track.metadata)\n",
    ),
    broken(
        "ogg-tags",
        "An OGG recording keeps its tags, which belong to its track.",
        "P5",
        RECORDINGS,
        "            name = track.codec.canonical_name\n",
        "            name = track.codec.canonical_name\n"
        '            if container.writes == "ogg":\n'
        "                copy.metadata.update(track.metadata)\n",
    ),
    broken(
        "mp3-tags",
        "An MP3 recording keeps its tags.",
        "P5",
        RECORDINGS,
        "copies, filters = {}, {}",
        'if container.writes == "mp3":\n            ' + _TAGS_ARE_COPIED,
        also=[
            Replacement(
                RECORDINGS,
                '{"id3v2_version": "0", "write_id3v1": "0", "write_xing": "0"}',
                "{}",
            )
        ],
    ),
    broken(
        "encoder-messages",
        "A film keeps the messages of what it was made with.",
        "P5",
        RECORDINGS,
        '_FILTERS = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39-40"}',
        "_FILTERS: dict[str, str] = {}",
    ),
)

KINDS = (
    broken(
        "any-kind",
        "A form takes every kind of file that can be cleaned.",
        "P3",
        "forms_api/attachments/cleaning.py",
        "if media_type is None or media_type not in limits.media_types:",
        "if media_type is None:",
    ),
    broken(
        "any-sound-codec",
        "A recording that cannot be decoded is taken.",
        "P3",
        RECORDINGS,
        "            _decode_first(data, container, track.index)",
        "            pass",
    ),
    broken(
        "endless-scans",
        "A JPEG of thousands of scans reaches the decoder.",
        "P4",
        IMAGES,
        "not 1 <= scans <= MAX_JPEG_SCANS",
        "scans < 1",
    ),
    broken(
        "scans-not-counted-as-memory",
        "The coefficients of several scans are not counted as memory.",
        "P4",
        IMAGES,
        "gathered = marker == _JPEG_PROGRESSIVE or scans > 1",
        "gathered = marker == _JPEG_PROGRESSIVE",
    ),
)

CHILD_PROCESS = (
    broken(
        "child-without-limits",
        "The readers' process runs without any limit.",
        "P4",
        CHILD,
        "    _bound()\n    out",
        "    out",
    ),
    broken(
        "child-memory",
        "The readers' process may take all memory.",
        "P4",
        CHILD,
        "        resource.RLIMIT_AS: MAX_MEMORY_BYTES,\n",
        "",
    ),
    broken(
        "child-time",
        "The readers' process may compute without end.",
        "P4",
        CHILD,
        "        resource.RLIMIT_CPU: MAX_CPU_SECONDS,\n",
        "",
    ),
    broken(
        "child-writes",
        "The readers' process may write files.",
        "P4",
        CHILD,
        "        resource.RLIMIT_FSIZE: 0,\n",
        "",
    ),
    broken(
        "child-knows-secrets",
        "The readers' process gets the service's environment.",
        "P4",
        APART,
        'env={"PATH": os.defpath,',
        'env={**os.environ, "PATH": os.defpath,',
    ),
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "metadata of pictures": PICTURES,
    "metadata of documents": DOCUMENTS,
    "metadata of films and sound": FILMS,
    "kinds and pixels": KINDS,
    "the readers' process": CHILD_PROCESS,
}
