"""Numbers to call as contacts that a phone saves: vCard files, and QR codes of them.

Source: RFC 2426 (vCard 3.0), which old phones read too, and its folding of long lines. A code that
is scanned gives one contact: phones read only the first card of a code, so each number has its own.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import segno
from segno import helpers

from forms_api.content.ward import PublicNumber, Ward
from forms_api.moments import vietnam_day
from site_builder.kept import Kept

ADDRESS = "/lien-he/so-can-goi.vcf"
CODE_ADDRESS = "/lien-he/so-can-goi.svg"
LINE_BYTES = 75
"""Longer lines of a vCard are folded (RFC 2426, 2.6)."""


@dataclass(frozen=True)
class Contact:
    """A number as a phone saves it; `id` names its files."""

    id: str
    name: str
    number: str
    note: str
    checked: dt.date
    address: str | None = None
    email: str | None = None

    @property
    def dialled(self) -> str:
        """The number's digits alone."""
        return "".join(sign for sign in self.number if sign.isdigit())

    @property
    def card_address(self) -> str:
        """Where its own vCard is."""
        return f"/lien-he/so-{self.id}.vcf"

    @property
    def code_address(self) -> str:
        """Where the QR code of it is."""
        return f"/lien-he/so-{self.id}.svg"


def contacts(ward: Ward) -> Iterator[Contact]:
    """Yield every number of the ward's data; the ward police only once it has told its own."""
    police = ward.police
    if police.duty_phone and police.confirmed:
        yield Contact(
            id="cong-an-phuong",
            name=ward.current.police,
            number=police.duty_phone,
            note=f"Giờ làm việc: {police.opening_hours}." if police.opening_hours else "",
            checked=police.confirmed,
            address=police.address,
            email=police.email,
        )
    for key, entry in ward.numbers.items():
        yield Contact(key, _name(entry), entry.number, f"{entry.when}.", entry.checked)


def vcard(contact: Contact, *, in_full: bool = True) -> str:
    """Return the contact as a vCard; not `in_full`, what a QR code can hold and still be scanned."""
    note = f"{contact.note} Đối chiếu nguồn ngày {vietnam_day(contact.checked)}.".strip()
    return helpers.make_vcard_data(
        f"{_escaped(contact.name)};;;;",
        contact.name,
        phone=contact.dialled,
        street=contact.address if in_full else None,
        email=contact.email if in_full else None,
        memo=note if in_full else None,
        rev=contact.checked if in_full else None,
    )


def contact_files(found: Sequence[Contact], site_url: str | None, kept: Kept) -> dict[str, bytes]:
    """Return every file by its address: all contacts in one, each in its own, and their codes.

    The code of the whole list holds its address, so there is none before the site has one.
    """
    cards = {contact: _folded(vcard(contact)) for contact in found}
    files = {ADDRESS: b"".join(cards.values())}
    for contact, card in cards.items():
        files[contact.card_address] = card
        files[contact.code_address] = qr_code(vcard(contact, in_full=False), kept)
    if site_url:
        files[CODE_ADDRESS] = qr_code(f"{site_url}{ADDRESS}", kept)
    return files


def qr_code(text: str, kept: Kept) -> bytes:
    """Return the QR code of `text` as SVG, with the quiet zone that readers need."""

    def draw() -> bytes:
        picture = io.BytesIO()
        code = segno.make(text, error="m", encoding="utf-8", micro=False)
        code.save(
            picture, kind="svg", border=4, light="#fff", omitsize=True, xmldecl=False, nl=False
        )
        return picture.getvalue()

    return kept.get(f"qr {segno.__version__} {text}".encode(), draw)


def _name(entry: PublicNumber) -> str:
    """Return how the number is found in a phone: short numbers say themselves."""
    return f"{entry.name} {entry.number}" if len(entry.number) <= 3 else entry.name


def _escaped(text: str) -> str:
    """Return a component of a name as vCard writes it."""
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _folded(card: str) -> bytes:
    """Return the card with no line longer than `LINE_BYTES`, and no letter torn apart."""
    lines: list[bytes] = []
    for line in card.split("\r\n"):
        part = b""
        for sign in line:
            letter = sign.encode()
            if len(part) + len(letter) > LINE_BYTES:
                lines.append(part)
                part = b" "
            part += letter
        lines.append(part)
    return b"\r\n".join(lines)
