"""What a reporter keeps for VNeID: its fields' texts, sealed to the follow-up code alone.

A report is sealed to the officers, so that whoever finds a code cannot read what was told. Who means
to send the same through VNeID later may choose to have these texts again by the code. Officers have
the report itself, and cannot open this. It goes when the report's content goes, or before, by a button.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from forms_api.vault.sealing import Identity, Recipient, seal, unseal

HandOff = Sequence[tuple[str, str]]
"""Names of VNeID's fields, each with the text to copy into it, in VNeID's order."""


def seal_hand_off(texts: HandOff, code: Recipient) -> bytes | None:
    """Return `texts` so that the code's own key alone opens them, None where there are none."""
    return seal(json.dumps([*texts], ensure_ascii=False).encode(), [code]) if texts else None


def open_hand_off(sealed: bytes | None, code: Identity) -> HandOff:
    """Return what `seal_hand_off` sealed. Raises SealError when it was sealed to another code."""
    if sealed is None:
        return ()
    return tuple((field, text) for field, text in json.loads(unseal(sealed, code)))
