"""What the judge says about one submission: mistakes, a screen to show first, answers, clear metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from forms_api.forms.handler import Json
from forms_api.forms.wording import Stop


class FieldError(NamedTuple):
    """A sentence that says what to do; `field_id` is "" when the whole submission is meant."""

    field_id: str
    message: str


@dataclass(frozen=True)
class Answer:
    """One answer: `value` as JSON for programs, `text` in words, `vneid` the field of VNeID it fills.

    `personal` ones tell who the sender is.
    """

    field_id: str
    kind: str
    label: str
    value: Json
    text: str
    vneid: str | None = None
    personal: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the answer as the sealed report keeps it."""
        kept: dict[str, Any] = {
            "field_id": self.field_id,
            "kind": self.kind,
            "label": self.label,
            "value": self.value,
            "text": self.text,
        }
        if self.vneid is not None:
            kept["vneid"] = self.vneid
        if self.personal:
            kept["personal"] = True
        return kept


@dataclass(frozen=True)
class ShownStop:
    """The stop screen of a chosen option; `token` is what `stop_seen` says once it was read."""

    field_id: str
    option_id: str
    stop: Stop

    @property
    def token(self) -> str:
        """Names the option in the hidden field `stop_seen`."""
        return f"{self.field_id}:{self.option_id}"


@dataclass(frozen=True)
class Judgement:
    """Everything about one submission. It may be stored only when `is_accepted`.

    `answers` holds what was answered and asked, in the form's order; `anonymous` means that no
    contact field was answered; `stops_seen` are the acknowledged tokens, to be sent along again.
    `stops` are the screens of all that was chosen, acknowledged or not.
    """

    errors: tuple[FieldError, ...]
    stop: ShownStop | None
    stops_seen: tuple[str, ...]
    answers: tuple[Answer, ...]
    category: str | None
    area: str | None
    anonymous: bool
    urgent: bool
    stops: tuple[ShownStop, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Whether nothing is wrong and no screen has to be shown first."""
        return not self.errors and self.stop is None
