"""The square on a receipt that brings its code along to the page where reports are followed up."""

from __future__ import annotations

import segno

QUIET_MODULES = 4
"""Source: ISO/IEC 18004, 9.1 (quiet zone)."""

CODE_MASK = 3
"""A reader takes any of the eight masks. To weigh all of them takes five times as long, and blurred and
turned codes with this one were read no less often than those with the one so chosen (see ADR 14)."""


def follow_up_square(site_address: str, code: str) -> str:
    """Return the square as an image's address.

    Behind `#` the code stays on the device: no server is ever sent that part of an address.
    """
    square = segno.make(
        f"{site_address}/tra-cuu/#ma={code}", error="m", micro=False, mask=CODE_MASK
    )
    return square.svg_data_uri(border=QUIET_MODULES, scale=4, dark="#000", light="#fff")
