"""Measured and graded things on a page, each with its value; a name without a value is none."""

from collections.abc import Iterator

from patients.clinical import labs
from patients.clinical.dates import first_date
from patients.clinical.findings import Assertion, Coding, Finding, Kind, ObservationDetails
from patients.clinical.meaning import said
from patients.clinical.mentions import Mention
from patients.clinical.page import Page
from patients.clinical.vocabulary import Entry, Term, vocabulary

UNSURE_UNIT = 0.1
"""How much less sure a value is that comes without its unit."""
BLOOD_PRESSURE = "85354-9"
MERCURY = "mm[Hg]"


def observations(page: Page) -> Iterator[Finding]:
    seen: set[int] = set()
    for mention in page.mentions:
        if mention.entry.kind is Kind.OBSERVATION:
            finding = pressure(page, mention) if "components" in mention.entry.facts else observation(page, mention)
            if finding:
                seen.add(finding.span[1])
                yield finding
    yield from unnamed_pressures(page, seen)


def observation(page: Page, mention: Mention) -> Finding | None:
    return worded(page, mention) or measured(page, mention)


def measured(page: Page, mention: Mention) -> Finding | None:
    result = result_of(page, mention)
    if result is None or not believable(mention.entry, result) or is_not_a_result(page, mention):
        return None
    end = max(mention.end, min(result.end, len(page.text)))
    return made(page, mention, mention.start, end, details(result), result.unit or implied(mention.entry, result))


def result_of(page: Page, mention: Mention) -> labs.Row | None:
    limit = page.folded.find("\n", mention.end)
    line = page.folded[: limit if limit >= 0 else None]
    result = labs.row(line, mention.end, locale=page.locale) or wrapped(page, mention) or column(page, mention)
    if result is None and "unitless" in mention.entry.facts and (grade := labs.roman(line, mention.end)):
        return labs.Row(float(grade[0]), None, None, None, None, None, grade[1])
    return result


def wrapped(page: Page, mention: Mention) -> labs.Row | None:
    """A sentence that goes on below: `HbA1c was\\n7.1 %`."""
    end = page.sentence(mention.start)[1]
    return labs.row(page.folded[:end], mention.end, locale=page.locale)


def column(page: Page, mention: Mention) -> labs.Row | None:
    start = page.column_values.get(mention.start)
    return labs.row(page.folded, start, locale=page.locale) if start is not None else None


def believable(entry: Entry, result: labs.Row) -> bool:
    """Within what can be measured, with a unit where a bare number could be anything (a weight, or an age)."""
    low, high = entry.facts.get("plausible", (float("-inf"), float("inf")))
    told = result.unit is not None or not entry.facts.get("needs_unit") or only_of_one_unit(entry, result)
    return bool(low <= result.value <= high and told)


def only_of_one_unit(entry: Entry, result: labs.Row) -> bool:
    """A number that is possible in one unit only: a height of 1.58, an HbA1c of 39."""
    low, high, _ = entry.facts.get("bare", (1, 0, None))
    return bool(low <= result.value <= high)


def implied(entry: Entry, result: labs.Row) -> str | None:
    """The unit that decides the code, where the number leaves no other; it is not written into the value."""
    return entry.facts["bare"][2] if only_of_one_unit(entry, result) else None


def is_not_a_result(page: Page, mention: Mention) -> bool:
    """A goal, a relative's value."""
    start, _ = page.sentence(mention.start)
    near = page.folded[max(start, mention.start - 25) : mention.start]
    return "target" in near or "goal" in near or "objetivo" in near or Assertion.FAMILY in said(page, mention)


def details(result: labs.Row) -> ObservationDetails:
    told: ObservationDetails = {"value": result.value}
    if result.comparator:
        told["comparator"] = result.comparator
    if result.unit:
        told["unit"] = result.unit
    if result.low is not None:
        told["low"] = result.low
    if result.high is not None:
        told["high"] = result.high
    if (flag := labs.interpretation(result)) is not None:
        told["interpretation"] = flag
    return told


def worded(page: Page, mention: Mention) -> Finding | None:
    """A result that is a word: `HBsAg: negative`."""
    behind = page.folded[mention.end : page.sentence(mention.start)[1]].lstrip(" :-=").replace("-", " ")
    word = next((word for word in mention.entry.facts.get("words", ()) if behind.startswith(word)), None)
    if word is None:
        return None
    end = page.folded.index(word.split()[-1], mention.end) + len(word.split()[-1])
    return made(page, mention, mention.start, end, {"value": word}, None)


def made(page: Page, mention: Mention, start: int, end: int, told: ObservationDetails, unit: str | None) -> Finding:
    if date := dated(page, mention.start):
        told["effective"] = date
    complete = unit is not None or mention.entry.facts.get("unitless") or isinstance(told.get("value"), str)
    written = page.text[start:end].rstrip(" \n,;|([")
    return Finding(
        kind=Kind.OBSERVATION,
        text=written,
        coding=coding(mention.entry, unit),
        assertion=Assertion.PRESENT,
        confidence=round(mention.certainty - (0 if complete else UNSURE_UNIT), 2),
        page=page.number,
        span=(start, start + len(written)),
        details=told,
    )


def coding(entry: Entry, unit: str | None) -> Coding | None:
    other = entry.facts.get("units", {}).get(unit)
    return entry.coded(*other) if other else entry.coding


def dated(page: Page, place: int) -> str | None:
    """The date in its sentence, or in the heading it stands under."""
    section = page.section(place)
    line = page.folded.find("\n", section.start)
    heading = page.folded[section.start : line if line >= 0 else None]
    return full(first_date(page.folded[slice(*page.sentence(place))])) or full(first_date(heading))


def full(date: str | None) -> str | None:
    """Not a bare year: beside numbers it may be anything."""
    return date if date and "-" in date else None


def pressure(page: Page, mention: Mention) -> Finding | None:
    found = labs.pressure(page.folded[: page.sentence(mention.start)[1]], mention.end)
    return None if found is None else both(page, mention, mention.start, *found)


def unnamed_pressures(page: Page, seen: set[int]) -> Iterator[Finding]:
    """`138/84 mmHg` is a blood pressure whatever stands before it."""
    entry = vocabulary().by_code[BLOOD_PRESSURE]
    for found in labs.MERCURY.finditer(page.folded):
        systolic, diastolic = int(found["systolic"]), int(found["diastolic"])
        if not any(found.start() < end <= found.end() for end in seen) and labs.plausible(systolic, diastolic):
            mention = Mention(entry, 0, 0, found.start(), found.end(), 0.9, Term((), entry))
            yield both(page, mention, found.start(), systolic, diastolic, found.end())


def both(page: Page, mention: Mention, start: int, systolic: int, diastolic: int, end: int) -> Finding:
    values = zip(mention.entry.facts["components"], (systolic, diastolic), strict=True)
    components = [{"code": c, "display": d, "value": float(v), "unit": MERCURY} for (c, d), v in values]
    return made(page, mention, start, end, {"components": components}, MERCURY)
