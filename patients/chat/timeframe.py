"""When somebody would like to be treated, as they tell it."""

from __future__ import annotations

import re

from patients.chat import grammar
from patients.chat.numbers import NUMBER, count

UNITS = {
    "day": r"days?|dias?|(?:ال)?يوم|ايام",
    "week": r"weeks?|semanas?|(?:ال)?اسبوع|اسابيع",
    "month": r"months?|mes(?:es)?|(?:ال)?شهر|اشهر|شهور",
    "year": r"years?|anos?|(?:ال)?سنه|سنوات|عام",
}
DUAL = {"اسبوعين": (2, "week"), "شهرين": (2, "month"), "سنتين": (2, "year"), "عامين": (2, "year")}
MONTHS = (
    "january|enero|يناير", "february|febrero|فبراير", "march|marzo|مارس", "april|abril|ابريل",
    "may|mayo|مايو", "june|junio|يونيو", "july|julio|يوليو", "august|agosto|اغسطس",
    "september|septiembre|سبتمبر", "october|octubre|اكتوبر", "november|noviembre|نوفمبر", "december|diciembre|ديسمبر",
)  # fmt: skip
NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
         "November", "December")  # fmt: skip

AHEAD = r"(?:within|in(?: about| around)?|during|over|inside|next|en|dentro de|durante|proxim[oa]s?|خلال|في غضون|بعد)"
LEAD = rf"(?<!\w){AHEAD}(?: (?:the|next|coming|los|las|el|la|proxim[oa]s?|unos|unas|about))* "
SPAN = re.compile(rf"{LEAD}({NUMBER}) ({'|'.join(UNITS.values())})(?!\w)")
SPAN_DUAL = re.compile(rf"{LEAD}({'|'.join(DUAL)})(?!\w)")
NEXT = re.compile(
    rf"(?<!\w)(?:next|this|(?:el |la )?(?:proxim[oa]|est[ea])) ({'|'.join(UNITS.values())})(?!\w)"
    rf"|(?<!\w)(?:ال)?(شهر|اسبوع|سنه|عام) (?:ال)?(?:قادم|مقبل)\w*"
)
BARE = re.compile(rf"^(?:about |around |maybe |unos |unas |حوالي )*({NUMBER}) ({'|'.join(UNITS.values())})(?!\w)")
MONTH = re.compile(
    r"(?<!\w)(?:in|by|before|around|during|next|until|en|para|antes de|hacia|في|قبل|خلال|شهر) (?:شهر )?"
    rf"({'|'.join(MONTHS)})"
    r"(?: (?:de |of )?(20\d\d))?(?!\w)"
)
OVER = re.compile(
    r"(?<!\w)(?:ago|since|hace|desde|منذ|قبل|every|cada|كل|for(?: the)?(?: last| past)|last|per|lasts?|old)(?!\w)"
)


def timeframe_in(text: str) -> str | None:
    """When, in words that matching reads ("3 months", "September 2027"); None when the plain text doesn't say."""
    if grammar.says("soon", text):
        return "as soon as possible"
    return _span(text) or _month(text) or ("flexible" if grammar.says("flexible", text) else None)


def bare_span(text: str) -> str | None:
    """The same of an answer to the question when: "3 months", "two weeks"."""
    found = BARE.search(text)
    return _counted(count(found[1]), _unit(found[2])) if found else None


def _span(text: str) -> str | None:
    if OVER.search(text):
        return None
    if found := SPAN.search(text):
        return _counted(count(found[1]), _unit(found[2]))
    if found := SPAN_DUAL.search(text):
        return _counted(*DUAL[found[1]])
    found = NEXT.search(text)
    return _counted(1, _unit(found[1] or found[2])) if found else None


def _month(text: str) -> str | None:
    found = MONTH.search(text)
    if found is None or OVER.search(text):
        return None
    name = next(NAMES[at] for at, written in enumerate(MONTHS) if re.fullmatch(written, found[1]))
    return f"{name} {found[2]}" if found[2] else name


def _unit(written: str) -> str:
    return next(unit for unit, pattern in UNITS.items() if re.fullmatch(pattern, written))


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
