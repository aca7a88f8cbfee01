"""Kinds that are typed: words, days, times, phone numbers, e-mail addresses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from forms_api.forms import messages
from forms_api.forms.cleaning import clean_line, clean_lines
from forms_api.forms.handler import FieldHandler, Json, first
from forms_api.forms.specs import (
    DateField,
    EmailField,
    ParagraphField,
    PhoneField,
    TextField,
    TimeField,
)

MAX_PHONE_SIGNS = 40
MAX_EMAIL_SIGNS = 254
REGION = "VN"

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_SPOKEN_DATE = re.compile(r"(\d{1,2})\s?[/.\- ]\s?(\d{1,2})\s?[/.\- ]\s?(\d{4})", re.ASCII)
_TIME = re.compile(
    r"(\d{1,2})\s?(?:[:.hg]|giờ)\s?(\d{2})?(?::\d{2}(?:\.\d+)?)?\s?(?:phút|p)?",
    re.ASCII | re.IGNORECASE,
)


class TextHandler(FieldHandler[TextField, str]):
    """One line of words."""

    def parse(self, posted: Sequence[str]) -> str | None:
        """Return the cleaned line."""
        return clean_line(first(posted)) or None

    def mistake(self, value: str) -> str | None:
        """Return whether the line is too short or too long."""
        return _length_mistake(
            self.spec.label, value, at_least=self.spec.min_length, at_most=self.spec.max_length
        )


class ParagraphHandler(FieldHandler[ParagraphField, str]):
    """Several lines of words."""

    def parse(self, posted: Sequence[str]) -> str | None:
        """Return the cleaned lines."""
        return clean_lines(first(posted)) or None

    def mistake(self, value: str) -> str | None:
        """Return whether the words are too few or too many."""
        return _length_mistake(
            self.spec.label, value, at_least=self.spec.min_length, at_most=self.spec.max_length
        )


class DateHandler(FieldHandler[DateField, dt.date]):
    """A day, from a date picker (2026-11-24) or typed as it is spoken (24/11/2026)."""

    def parse(self, posted: Sequence[str]) -> dt.date | None:
        """Return the day."""
        typed = clean_line(first(posted))
        if not typed:
            return None
        iso, spoken = _ISO_DATE.fullmatch(typed), _SPOKEN_DATE.fullmatch(typed)
        parts = iso.groups() if iso else spoken.groups()[::-1] if spoken else ("0", "0", "0")
        try:
            return dt.date(*(int(part) for part in parts))
        except ValueError:
            raise ValueError(messages.DATE_UNREADABLE.format(label=self.spec.label)) from None

    def mistake(self, value: dt.date) -> str | None:
        """Return whether the day is outside its bounds."""
        if self.spec.not_future and value > self.around.today():
            return messages.DATE_IN_FUTURE.format(label=self.spec.label)
        if self.spec.earliest and value < self.spec.earliest:
            return messages.DATE_TOO_EARLY.format(
                label=self.spec.label, limit=_spoken(self.spec.earliest)
            )
        if self.spec.latest and value > self.spec.latest:
            return messages.DATE_TOO_LATE.format(
                label=self.spec.label, limit=_spoken(self.spec.latest)
            )
        return None

    def text(self, value: dt.date) -> str:
        """Return the day as it is written in Vietnam."""
        return _spoken(value)


class TimeHandler(FieldHandler[TimeField, dt.time]):
    """A time of day: 21:30, 21h30, 9 giờ, 21.30."""

    def parse(self, posted: Sequence[str]) -> dt.time | None:
        """Return the time."""
        typed = clean_line(first(posted))
        if not typed:
            return None
        found = _TIME.fullmatch(typed)
        hour, minute = found.groups() if found else ("24", None)
        try:
            return dt.time(int(hour), int(minute or 0))
        except ValueError:
            raise ValueError(messages.TIME_UNREADABLE.format(label=self.spec.label)) from None

    def text(self, value: dt.time) -> str:
        """Return hours and minutes."""
        return f"{value:%H:%M}"

    def json(self, value: dt.time) -> Json:
        """Return hours and minutes."""
        return f"{value:%H:%M}"


class PhoneHandler(FieldHandler[PhoneField, str]):
    """A phone number, however it is spaced; kept in E.164 (ITU-T), shown as it is dialled here."""

    def parse(self, posted: Sequence[str]) -> str | None:
        """Return the number in E.164."""
        typed = clean_line(first(posted))
        if not typed:
            return None
        try:
            # What is far too long is no number: it must not cost a search for one.
            number = phonenumbers.parse(typed[:MAX_PHONE_SIGNS], REGION)
        except phonenumbers.NumberParseException:
            number = None
        if (
            number is None
            or len(typed) > MAX_PHONE_SIGNS
            or not phonenumbers.is_valid_number(number)
        ):
            raise ValueError(messages.PHONE_UNREADABLE.format(label=self.spec.label))
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def text(self, value: str) -> str:
        """Return the number in national form, or international form when it is foreign."""
        number = phonenumbers.parse(value, REGION)
        style = (
            phonenumbers.PhoneNumberFormat.NATIONAL
            if phonenumbers.region_code_for_number(number) == REGION
            else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
        return str(phonenumbers.format_number(number, style))


class EmailHandler(FieldHandler[EmailField, str]):
    """An e-mail address; nothing is looked up on the network."""

    def parse(self, posted: Sequence[str]) -> str | None:
        """Return the address in its normal form."""
        typed = clean_line(first(posted))
        if not typed:
            return None
        try:
            return validate_email(
                typed[: MAX_EMAIL_SIGNS + 1], check_deliverability=False
            ).normalized
        except EmailNotValidError:
            raise ValueError(messages.EMAIL_UNREADABLE.format(label=self.spec.label)) from None


def _length_mistake(label: str, value: str, *, at_least: int, at_most: int) -> str | None:
    if len(value) > at_most:
        return messages.TOO_LONG.format(label=label, length=len(value), limit=at_most)
    if len(value) < at_least:
        return messages.TOO_SHORT.format(label=label, limit=at_least)
    return None


def _spoken(day: dt.date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"
