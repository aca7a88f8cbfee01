"""Kinds that are chosen or ticked, and those that post no words: pictures and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forms_api.forms import messages
from forms_api.forms.answer_field import Validator
from forms_api.forms.cleaning import clean_line
from forms_api.forms.handler import FieldHandler, Json, first
from forms_api.forms.specs import (
    NO,
    YES,
    AreaField,
    ChoiceField,
    ChoicesField,
    ConsentField,
    FilesField,
    NoteField,
    YesNoField,
)


class ChoiceHandler(FieldHandler[ChoiceField, str]):
    """One answer of several."""

    missing_message = messages.CHOICE_MISSING

    def parse(self, posted: Sequence[str]) -> str | None:
        """Return the chosen option's id."""
        return _offered(self.spec.label, first(posted), self.options)

    def text(self, value: str) -> str:
        """Return the chosen option's label."""
        return self.options[value].label


class ChoicesHandler(FieldHandler[ChoicesField, list[str]]):
    """Any of several answers, kept in the order in which they are shown."""

    multiple = True
    missing_message = messages.CHOICES_MISSING

    def parse(self, posted: Sequence[str]) -> list[str] | None:
        """Return the chosen options' ids."""
        chosen = {_offered(self.spec.label, value, self.options) for value in posted}
        return [option.id for option in self.spec.options if option.id in chosen] or None

    def mistake(self, value: list[str]) -> str | None:
        """Return whether too many are chosen."""
        if self.spec.max_choices is not None and len(value) > self.spec.max_choices:
            return messages.TOO_MANY_CHOICES.format(
                label=self.spec.label, limit=self.spec.max_choices
            )
        return None

    def text(self, value: list[str]) -> str:
        """Return the chosen options' labels."""
        return "; ".join(self.options[chosen].label for chosen in value)

    def json(self, value: list[str]) -> Json:
        """Return the ids."""
        return list(value)

    def marks(self, value: list[str] | None) -> frozenset[str]:
        """Return every chosen id."""
        return frozenset(value or ())


class YesNoHandler(FieldHandler[YesNoField, str]):
    """Yes or no. A box that stays empty is a no that nobody said: it counts in conditions only."""

    missing_message = messages.CHOICE_MISSING

    def offered(self) -> dict[str, str]:
        """Return yes and no, or the one box to tick."""
        return {YES: self.spec.label} if self.spec.widget == "checkbox" else super().offered()

    def parse(self, posted: Sequence[str]) -> str | None:
        """Return the mark for yes or no."""
        unsaid = NO if self.spec.widget == "checkbox" else None
        return _offered(self.spec.label, first(posted), self.options) or unsaid

    def is_answer(self, value: str | None) -> bool:
        """Whether somebody said yes or no."""
        return value == YES or (value == NO and self.spec.widget == "radio")

    def text(self, value: str) -> str:
        """Return the words for yes or no."""
        return self.options[value].label

    def json(self, value: str) -> Json:
        """Return true for yes."""
        return value == YES


class AreaHandler(FieldHandler[AreaField, str]):
    """A tổ dân phố of the ward's list."""

    missing_message = messages.AREA_MISSING

    def offered(self) -> dict[str, str]:
        """Return the ward's list, and “I do not know” where that may be said."""
        return self.around.area_names(self.spec)

    def parse(self, posted: Sequence[str]) -> str | None:
        """Return the area's id."""
        return _offered(self.spec.label, first(posted), self.offered())

    def text(self, value: str) -> str:
        """Return the area's name."""
        return self.offered()[value]


class ConsentHandler(FieldHandler[ConsentField, str]):
    """Consent: only a ticked box is one, or how the sender gave it to whoever fills the form in."""

    missing_message = messages.CONSENT_MISSING

    def offered(self) -> dict[str, str]:
        """Return the one box to tick, or the ways in which a sender agrees."""
        return dict(self.around.consents) or {YES: self.spec.label}

    def parse(self, posted: Sequence[str]) -> str | None:
        """Return the mark of what was ticked."""
        return first(posted) if first(posted) in self.offered() else None

    def text(self, value: str) -> str:
        """Return the word for consent, or how it was given."""
        return self.around.consents.get(value, messages.AGREED)

    def json(self, value: str) -> Json:
        """Return true for a ticked box, else the way."""
        return True if value == YES else value

    @property
    def sentence_when_missing(self) -> str:
        """The editor's sentence for senders; another one for whoever writes for them."""
        if self.around.consents:
            return messages.CONSENT_WAY_MISSING
        return super().sentence_when_missing


class FilesHandler(FieldHandler[FilesField, None]):
    """Uploads: they come as files, so words under their name mean that the upload failed."""

    multiple = True
    missing_message = messages.FILES_MISSING

    def validators(self) -> list[Validator]:
        """Return none: files are no words; the compiler is told how many came."""
        return []

    def parse(self, posted: Sequence[str]) -> None:
        """Raise ValueError when a file's name came without its file."""
        if any(clean_line(value) for value in posted):
            raise ValueError(messages.FILES_NOT_SENT.format(label=self.spec.label))


class NoteHandler(FieldHandler[NoteField, None]):
    """Words between the questions: nothing is posted."""

    def parse(self, posted: Sequence[str]) -> None:
        """Return no answer."""


def _offered(label: str, posted: str, offered: Mapping[str, object]) -> str | None:
    """Return the posted mark, or None for none. Raises ValueError when it is not on offer."""
    if posted and posted not in offered:
        raise ValueError(messages.NOT_OFFERED.format(label=label))
    return posted or None
