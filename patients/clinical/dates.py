"""Dates as letters write them, as FHIR writes them: YYYY-MM-DD, YYYY-MM or YYYY."""

import re
from datetime import date

MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan january ene enero ocak", "feb february febrero subat", "mar march marzo mart",
         "apr april abr abril nisan",
         "may mayo mayis", "jun june junio haziran", "jul july julio temmuz", "aug august ago agosto agustos",
         "sep sept september septiembre eylul", "oct october octubre ekim", "nov november noviembre kasim",
         "dec december dic diciembre aralik"), 1)
    for name in names.split()
}  # fmt: skip
NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
YEAR = r"(?P<year>(?:19|20)\d\d)"
SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"\b{YEAR}-(?P<month>\d\d)-(?P<day>\d\d)\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s|-| de )+(?P<name>{NAME})\.?(?:,|\s|-| del? )+{YEAR}\b",
        rf"\b(?P<name>{NAME})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{YEAR}\b",
        rf"\b(?P<first>\d{{1,2}})[/.-](?P<second>\d{{1,2}})[/.-]{YEAR}\b",
        rf"\b(?P<name>{NAME})(?:,|\s| del? )+{YEAR}\b",
        rf"\b{YEAR}\b",
    )
)
MONTHS_A_YEAR = 12


def first_date(folded: str) -> str | None:
    """The first date of the fullest shape in a folded text; a day and month that could be either are no day."""
    for shape in SHAPES:
        if (found := shape.search(folded)) and (written := iso(found.groupdict())):
            return written
    return None


def iso(parts: dict[str, str | None]) -> str | None:
    year, day = int(parts["year"] or 0), parts.get("day")
    month = MONTHS[parts["name"] or ""] if parts.get("name") else int(parts.get("month") or 0)
    if parts.get("first"):
        return slashed(year, int(parts["first"] or 0), int(parts["second"] or 0))
    if day:
        return real_day(year, month, int(day))
    return f"{year}-{month:02}" if month else f"{year}"


def slashed(year: int, first: int, second: int) -> str | None:
    """12/05/2025 is May to most and December to some: only its year is said."""
    if first > MONTHS_A_YEAR:
        return real_day(year, second, first)
    if second > MONTHS_A_YEAR:
        return real_day(year, first, second)
    return real_day(year, first, second) if first == second else f"{year}"


def real_day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
