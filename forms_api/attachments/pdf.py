"""PDF pages without anything that acts or tells: what is drawn on them is copied into a new document.

Left behind: scripts, actions, forms (their shown values stay), links, files inside the file, notes,
outlines, layers' names, metadata of the document and of every picture in it. Runs in a process apart:
see `apart`.

Source: ISO 32000-1, 7.7.3.3 (page objects), 12.6 (actions), 14.3 (metadata).
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from forms_api.attachments.image_files import read_image
from forms_api.attachments.messages import Reason
from forms_api.errors import AttachmentError

PDF = "application/pdf"
MAX_PAGES = 100
MAX_OBJECTS = 200_000

_PAGE_KEYS = frozenset(
    {"/Type", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group", "/UserUnit"}
)
# Wherever they stand: who, when, with what, and what would happen on its own.
_TELLING_KEYS = (
    *(
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
        "/AF",
        "/AA",
        "/OpenAction",
        "/JS",
        "/JavaScript",
    ),
    *("/EmbeddedFiles", "/Thumb", "/OPI", "/Ref", "/Alternates", "/StructParent", "/StructParents"),
    *("/SpiderInfo", "/Measure", "/PtData", "/ID", "/Lang"),
)


def clean_pdf(data: bytes, media_type: str, out: BinaryIO) -> tuple[str, dict[str, Any]]:
    """Write the pages of `data` to `out`; return the media type and the number of pages.

    Raises AttachmentError, or whatever qpdf raises.
    """
    try:
        source = Pdf.open(io.BytesIO(data), attempt_recovery=True)
    except pikepdf.PasswordError:
        raise AttachmentError(Reason.PDF_LOCKED) from None
    with source, Pdf.new() as target:
        if source.is_encrypted:
            raise AttachmentError(Reason.PDF_LOCKED)
        count = len(source.pages)
        if count == 0 or len(source.objects) > MAX_OBJECTS:
            raise AttachmentError(Reason.PDF_DAMAGED)
        if count > MAX_PAGES:
            raise AttachmentError(Reason.PDF_TOO_LONG, pages=MAX_PAGES)
        if "/AcroForm" in source.Root:
            source.generate_appearance_streams()
        source.flatten_annotations("screen")
        for page in source.pages:
            _prune_page(page.obj)
            target.pages.append(page)
        for thing in target.objects:
            _prune(thing)
        target.remove_unreferenced_resources()
        target.save(out, deterministic_id=True, linearize=False)
    return media_type, {"pages": count}


def _prune_page(page: Dictionary) -> None:
    for key in list(page.keys()):
        # What a page inherits is looked up by the copy itself.
        if key not in _PAGE_KEYS and key != "/Parent":
            del page[key]


def _prune(thing: Object) -> None:
    """Take out of one object what tells or acts, in the parts that stand inside it too."""
    if isinstance(thing, (Dictionary, Stream)):
        for key in _TELLING_KEYS:
            if key in thing:
                del thing[key]
        for key in list(thing.keys()):
            _prune_inside(thing[key])
        if isinstance(thing, Stream) and thing.get("/Filter") == Name.DCTDecode:
            thing.write(read_image(thing.read_raw_bytes()).data, filter=Name.DCTDecode)
    elif isinstance(thing, Array):
        for part in thing:
            _prune_inside(part)


def _prune_inside(part: object) -> None:
    if isinstance(part, (Dictionary, Array)) and not part.is_indirect:
        _prune(part)
