"""How often, as prescriptions say it in English, Spanish, Turkish and Arabic."""

import re
from dataclasses import dataclass

ONE, TWO, THREE, FOUR = (
    "(?:once|one time|1 time|una vez|1 vez|1 kez|1x)",
    "(?:twice|two times|2 times|dos veces|2 veces|2 kez|2x|iki kez)",
    "(?:three times|thrice|3 times|tres veces|3 veces|3 kez|3x)",
    "(?:four times|4 times|cuatro veces|4 veces|4 kez)",
)
A_DAY = r"\s*(?:daily|a day|per day|/\s?day|each day|every day|al dia|diarias?|/\s?dia|por dia|gunde|x day)"
A_WEEK = r"\s*(?:weekly|a week|per week|every week|a la semana|por semana|haftada)"

SCHEDULE = re.compile(
    r"(?<![\d.])(\d|1/2|\u00bd)\s?-\s?(\d|1/2|\u00bd)\s?-\s?(\d|1/2|\u00bd)(?:\s?-\s?(\d|1/2|\u00bd))?(?![\d-])"
)
EVERY = re.compile(r"(?:every|each|cada|c/|q|/)\s?(\d{1,2})(?:\s?-\s?\d{1,2})?\s?(?:hours|hour|hourly|hrs?|horas?|h)\b")
NUMBERS = {"two": 2, "three": 3, "four": 4, "six": 6, "dos": 2, "tres": 3, "cuatro": 4, "seis": 6}
DAYS = {"day": 1, "dia": 1, "week": 7, "semana": 7, "month": 30, "mes": 30}
EVERY_DAYS = re.compile(
    r"(?:every|cada)\s(?P<number>\d{1,2}|two|three|four|six|dos|tres|cuatro|seis)\s"
    r"(?P<of>day|dia|week|semana|month|mes)(?:e?s)?\b"
)
TURKISH = re.compile(r"\b([1-4])\s?x\s?(?:\d(?:/\d)?)\b|\bgunde\s([1-4])\s(?:kez|kere|defa)\b")
AS_NEEDED = re.compile(
    r"\b(?:as needed|as required|when needed|when required|if needed|if required|prn|p\.r\.n\.?|sos|on demand"
    r"|a demanda|si dolor|si precisa|si es necesario|en caso de dolor|for pain only|gerektiginde|luzum halinde)\b"
    r"|عند اللزوم|عند الحاجة"
)
PHRASES: tuple[tuple[float, str], ...] = (
    (2, rf"{TWO}{A_DAY}|\b(?:bd|bid|b\.d\.?|b\.i\.d\.?|morning and (?:evening|night)|mane and nocte|12 hourly"
        r"|breakfast and (?:dinner|supper)|desayuno y cena|mananas? y (?:por la )?noches?|almuerzo y cena"
        r"|am and pm|manana y tarde"
        r"|sabah aksam)\b"
        r"|مرتين يوميا|مرتين في اليوم"),
    (3, rf"{THREE}{A_DAY}|\b(?:tds|tid|t\.d\.s\.?|t\.i\.d\.?|8 hourly|desayuno,? comida y cena"
        r"|with each meal|with meals|before meals)\b|ثلاث مرات يوميا"),
    (4, rf"{FOUR}{A_DAY}|\b(?:qds|qid|q\.d\.s\.?|q\.i\.d\.?|6 hourly)\b|اربع مرات يوميا"),
    (1 / 7, rf"{ONE}{A_WEEK}|\b(?:once weekly|weekly|every week"
        r"|semanal(?:mente)?|a la semana|por semana|per week|a week|cada semana|each week|haftada bir)\b"),
    (1 / 30, r"\b(?:monthly|once a month|every month|mensual|al mes)\b"),
    (1 / 14, r"\b(?:fortnightly|every other week|cada 15 dias|quincenal)\b"),
    (1 / 365, r"\b(?:yearly|annually|once a year|every year|anual|una vez al ano)\b"),
    (0.5, r"\b(?:every other day|alternate days|on alternate days|dias alternos|cada dos dias|gun asiri)\b"),
    (1, rf"{ONE}{A_DAY}|\b(?:od|0d|o\.d\.?|qd|q\.d\.?|om|qhs|qam|qpm|hs|daily|every day|each day|per day|a day|nightly"
        r"|nocte|mane|at night|at bedtime|bedtime|before bed|in the mornings?|every morning|each morning|in the evening"
        r"|every evening|every night|morning|once nightly|al dia|diari[oa]s?|cada dia|cada noche|por las? noches?"
        r"|por las? mananas?|al acostarse|en ayunas|en el desayuno|con el desayuno|noche|desayuno"
        r"|cada 24 h"
        r"|en la cena|con la cena|en la comida|con la comida|tras la cena|antes de acostarse|with breakfast"
        r"|with dinner|with supper|each night|in the evenings|every am|every pm|at breakfast|al levantarse|por la tarde"
        r"|sabah|aksam|gunde bir|gece)\b|/day\b|مرة واحدة يوميا|مرة يوميا|يوميا"),
)  # fmt: skip
TIMES = tuple((times, re.compile(pattern)) for times, pattern in PHRASES)


@dataclass(frozen=True, slots=True)
class Frequency:
    """`times` a day; None when the text only says as needed. `start` and `end` are where it says so."""

    times: float | None
    start: int
    end: int


def frequency(folded: str) -> Frequency | None:
    """The first in a folded text, the longest of those that begin there; or None."""
    found = [one for one in (schedule(folded), interval(folded), phrase(folded)) if one]
    return min(found, key=lambda one: (one.start, -one.end), default=None)


def as_needed(folded: str) -> bool:
    return AS_NEEDED.search(folded) is not None


def schedule(folded: str) -> Frequency | None:
    """`1-0-1`: morning, noon, evening."""
    found = SCHEDULE.search(folded)
    if found is None:
        return None
    times = sum(part not in (None, "0") for part in found.groups())
    return Frequency(float(times), found.start(), found.end()) if times else None


def interval(folded: str) -> Frequency | None:
    """`every 8 hours`, `cada 12 horas`, `q6h`, `every 3 days`, `2x1`."""
    if (found := EVERY.search(folded)) and 0 < int(found[1]) <= 48:
        return Frequency(24 / int(found[1]), found.start(), found.end())
    if (found := EVERY_DAYS.search(folded)) and (every := NUMBERS.get(found["number"]) or int(found["number"])):
        return Frequency(1 / (every * DAYS[found["of"]]), found.start(), found.end())
    if found := TURKISH.search(folded):
        return Frequency(float(found[1] or found[2]), found.start(), found.end())
    return None


def phrase(folded: str) -> Frequency | None:
    """The first phrase that is there: "twice daily" begins before its "daily"."""
    found = ((times, match) for times, pattern in TIMES if (match := pattern.search(folded)))
    times, match = min(found, key=lambda one: (one[1].start(), -one[1].end()), default=(0.0, None))
    return Frequency(float(times), match.start(), match.end()) if match else None
