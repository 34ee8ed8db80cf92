"""What people may tell us about themselves: the type of each field, with the sentence for a wrong one."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from patients.countries import COUNTRIES

PREFERENCES_BYTES = 10 * 1024
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,38}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CONTROLS = frozenset({"Cc", "Zl", "Zp"})
REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that make a text read as another one than it is."""

OLDEST = timedelta(days=150 * 366)

Locale = Literal["en", "es", "ar", "tr", "th", "hi"]
SexCode = Literal["female", "male", "other", "unknown"]


def one_line(value: str) -> str:
    """The text without spaces around it; raises ValueError for control characters.

    Not `str.isprintable`: it refuses the joiners of Hindi and Persian and the narrow spaces of file names.
    """
    value = value.strip()
    if any(unicodedata.category(character) in CONTROLS for character in value) or REORDERING.search(value):
        raise ValueError("Must not contain control characters.")
    return value


def _named(value: str) -> str:
    if not value:
        raise ValueError("Must not be empty.")
    return value


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        raise ValueError("Must be an e-mail address.") from None
    return value


def _phone(value: str) -> str:
    if not PHONE.fullmatch(value):
        raise ValueError("Must be a phone number, such as +1 555 0100.")
    return value


def _calendar_date(value: Any) -> date:
    try:
        if isinstance(value, str) and DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("Must be a date, such as 1961-04-12.")


def _past(value: date) -> date:
    today = timezone.now().date()
    if not today - OLDEST < value < today:
        raise ValueError("Must be a date of birth in the past.")
    return value


def _country(value: str) -> str:
    code = value.upper()
    if code not in COUNTRIES:
        raise ValueError("Must be a country's two-letter code, such as US.")
    return code


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value, ensure_ascii=False).encode()) > PREFERENCES_BYTES:
        raise ValueError("Must not be larger than 10 KB.")
    return value


OneLine = Annotated[str, AfterValidator(one_line)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(one_line), AfterValidator(_named)]
ShortText = Annotated[str, Field(max_length=200), AfterValidator(one_line)]
Email = Annotated[
    str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(str.strip), AfterValidator(_email)
]
Phone = Annotated[str, Field(max_length=40), AfterValidator(str.strip), AfterValidator(_phone)]
BirthDate = Annotated[
    date,
    BeforeValidator(_calendar_date),
    AfterValidator(_past),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Country = Annotated[str, Field(min_length=2, max_length=2), AfterValidator(_country)]
Preferences = Annotated[dict[str, Any], AfterValidator(_small)]
PolicyVersion = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(one_line), AfterValidator(_named)]
PatientId = Annotated[str, Field(min_length=1, max_length=100)]
DocumentId = Annotated[str, Field(min_length=1, max_length=100)]
