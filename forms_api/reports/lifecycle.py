"""The states of a report and the moves between them: the one table that every door obeys."""

from __future__ import annotations

from enum import StrEnum

from forms_api.errors import TransitionError


class Status(StrEnum):
    """Where a report stands."""

    NEW = "moi"
    RECEIVED = "tiep_nhan"
    VERIFYING = "xac_minh"
    RESOLVED = "da_giai_quyet"
    HANDED_OVER = "chuyen_co_quan"
    NOT_ENOUGH = "khong_du_thong_tin"
    DUPLICATE = "trung_lap"
    OUT_OF_SCOPE = "ngoai_pham_vi"


END_STATES = frozenset(
    {
        Status.RESOLVED,
        Status.HANDED_OVER,
        Status.NOT_ENOUGH,
        Status.DUPLICATE,
        Status.OUT_OF_SCOPE,
    }
)

MOVES: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.RECEIVED}),
    Status.RECEIVED: END_STATES | {Status.VERIFYING},
    Status.VERIFYING: END_STATES,
    **dict.fromkeys(END_STATES, frozenset({Status.VERIFYING})),
}

RECURRED = "recurred"
"""The audit event of a move from an end state to `xac_minh` that the reporter made."""


def check_move(
    current: Status, to: Status, *, reason: str | None, answer: str | None = None, say_why: bool
) -> None:
    """Return if the move is allowed. Raises TransitionError.

    Leaving an end state needs a reason. With `say_why`, as officers work, reaching one needs a
    reason or an answer too; a program that only moves reports has told its own officers why.
    """
    if to not in MOVES[current]:
        raise TransitionError(f"{current} -> {to}")
    explained = _has_words(reason) or (to in END_STATES and _has_words(answer))
    needs_words = current in END_STATES or (say_why and to in END_STATES)
    if needs_words and not explained:
        raise TransitionError(f"{current} -> {to}: reason required")


def _has_words(text: str | None) -> bool:
    return bool((text or "").strip())
