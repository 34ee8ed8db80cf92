"""What a laboratory's row, or a sentence, gives behind a test's name: value, unit, reference range, flag."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from patients.clinical.numbers import NUMBER, number
from patients.clinical.units import UNIT, ucum

LEADS = (
    r"(?:\s*\((?:[^()\n]{0,30})\))?"
    r"(?:\s*(?:level|levels|result|count|test|score|grade|grado|index|today|now|last month|last week|last year"
    r"|yesterday|this week|this month|is|was|were|of|at|about|around"
    r"|approximately|measured|currently|remains|reached|came back|back|a|as|on arrival|on admission|last|latest"
    r"|es|de|fue|del|hoy|actual|aprox|ultima|basal|serica|en sangre|stage|estadio|derece|evre|reading|recorded|readings"
    r"|in clinic|estimated|est|approx|up to|elevated|raised|low|high|normal|=|:|-(?=\s)|\.{2,}+|\|)(?=[\s\d:=<>|.]))*+"
)
FLAG = r"(?:high|low|alto|bajo|[hln]{1,2}|\*+|\u2191|\u2193)"
BOUND = r"(?:<=|>=|<|>|\u2264|\u2265)"
RANGE = (
    r"(?:ref(?:erence)?(?:\s?(?:range|interval))?|normal(?:\s?range)?|range|rango|vr|v\.r\.|nr|n)?[:.]?\s?[\[(]?\s?"
    r"(?:ref(?:erence)?(?:\s?range)?\.?:?\s?|normal:?\s?|vr:?\s?)?"
    rf"(?:(?P<low>{NUMBER})\s?(?:-|to|a|~)\s?(?P<high>{NUMBER})|(?P<bound>{BOUND}|up to|hasta)\s?(?P<limit>{NUMBER}))"
)
ROW = re.compile(
    rf"{LEADS}\s*[:=|]?\s*(?:(?P<flag0>[hl]|\*)\s+)?(?P<comparator>{BOUND})?\s?(?P<value>-?{NUMBER})"
    rf"(?P<spread>\s?(?:-|to)\s?{NUMBER}(?=\s*(?:{UNIT}|$|\n)))?"
    rf"[*]?\s*(?:(?P<flag3>[hln])(?=\s+(?:{UNIT}|[\[(]?\s?{NUMBER}\s?-\s?{NUMBER})))?\s*(?P<unit>{UNIT})?\s*\|?[,(]?\s*(?:\(?(?P<flag1>{FLAG})\)?(?![a-z0-9]))?\s*\|?[,;(\[]?\s*"
    rf"(?:{RANGE})?\s?[\])]?\s*(?P<unit2>{UNIT})?\s*(?:\(?(?P<flag2>{FLAG})\)?(?![a-z0-9]))?"
)
PRESSURE = re.compile(
    rf"{LEADS}\s*[:=]?\s*(?P<systolic>\d{{2,3}})\s?/\s?(?P<diastolic>\d{{2,3}})(?!\d|/)\s?(?P<unit>mm\s?hg)?"
)
MERCURY = re.compile(r"(?<![\d/.])(?P<systolic>\d{2,3})\s?/\s?(?P<diastolic>\d{2,3})\s?mm\s?hg")
ONLY_A_VALUE = re.compile(rf"\s*[*]?(?P<value>{BOUND}?\s?{NUMBER})\s*(?:{UNIT})?\s*(?:{FLAG})?\s*$")
WINDOW = 200
"""A result ends within so many letters behind its name."""
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
ROMAN_VALUE = re.compile(rf"{LEADS}\s*[:=]?\s*(?P<roman>iv|iii|ii|i)(?![a-z0-9])")
COMPARATORS = {"\u2264": "<=", "\u2265": ">=", "up to": "<=", "hasta": "<="}
FLAGS = {"high": "H", "alto": "H", "h": "H", "hh": "H", "\u2191": "H", "low": "L", "bajo": "L", "l": "L", "ll": "L",
         "\u2193": "L", "n": "N"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One result. `end` is where it ends in the text that was read; `unit` is UCUM, None when none is written."""

    value: float
    comparator: str | None
    unit: str | None
    low: float | None
    high: float | None
    flag: str | None
    end: int


def row(folded: str, start: int, *, locale: str) -> Row | None:
    """The result that begins at `start`, just behind a test's name; None when no number is told of it there."""
    near, places = squeezed(folded, start)
    found = ROW.match(near)
    if found is None or is_a_range(found):
        return None
    low, high = reference(found, locale)
    written, flag = (
        found["unit"] or found["unit2"],
        next((found[f] for f in ("flag1", "flag2", "flag3", "flag0") if found[f]), ""),
    )
    sign = -1 if found["value"].startswith("-") else 1
    return Row(
        value=sign * number(found["value"].lstrip("-"), locale=locale),
        comparator=comparator(found["comparator"]),
        unit=ucum(written) if written else None,
        low=low,
        high=high,
        flag=FLAGS.get(flag),
        end=places[found.end()],
    )


def squeezed(folded: str, start: int) -> tuple[str, list[int]]:
    """The next so many letters with single spaces for wide ones, and where each of them stands.

    Tables are padded; and a pattern with room for spaces in many places must not be given thousands of them.
    """
    window = folded[start : start + WINDOW]
    kept = [at for at, letter in enumerate(window) if not (letter in " \t" and window[at - 1 : at] in (" ", "\t"))]
    text = "".join(" " if window[at] == "\t" else window[at] for at in kept)
    return text, [*(start + at for at in kept), start + len(window)]


def is_a_range(found: re.Match[str]) -> bool:
    """`HbA1c 4.0-5.6` names what is usual, and no result."""
    return found["spread"] is not None


def comparator(written: str | None) -> str | None:
    return COMPARATORS.get(written, written) if written else None


def reference(found: re.Match[str], locale: str) -> tuple[float | None, float | None]:
    if found["low"]:
        return number(found["low"], locale=locale), number(found["high"], locale=locale)
    if not found["bound"]:
        return None, None
    limit = number(found["limit"], locale=locale)
    return (limit, None) if found["bound"] in (">", ">=", "\u2265") else (None, limit)


def pressure(folded: str, start: int) -> tuple[int, int, int] | None:
    """Systolic, diastolic, and where they end."""
    near, places = squeezed(folded, start)
    found = PRESSURE.match(near)
    if found is None or not plausible(int(found["systolic"]), int(found["diastolic"])):
        return None
    return int(found["systolic"]), int(found["diastolic"]), places[found.end()]


def plausible(systolic: int, diastolic: int) -> bool:
    return 60 <= systolic <= 280 and 30 <= diastolic < systolic


def roman(folded: str, start: int) -> tuple[int, int] | None:
    """A grade in Roman numerals and where it ends."""
    near, places = squeezed(folded, start)
    found = ROMAN_VALUE.match(near)
    return (ROMAN[found["roman"]], places[found.end()]) if found else None


def interpretation(result: Row) -> str | None:
    """H, L or N: the laboratory's flag, or where the value lies in the range it gives; None without either."""
    if result.flag:
        return result.flag
    if result.low is not None and result.value < result.low:
        return "L"
    if result.high is not None and result.value > result.high:
        return "H"
    return None if result.low is None and result.high is None else "N"


def column_values(lines: Sequence[str], names: Collection[int]) -> dict[int, int]:
    """Of a table that a scan read column by column: the line of each name's value.

    `names` are the lines that hold only a test's name. As many lines with only a value must follow a run of them.
    """
    found: dict[int, int] = {}
    for run in runs(names):
        values = range(run[-1] + 1, run[-1] + 1 + len(run))
        if values[-1] < len(lines) and all(ONLY_A_VALUE.match(lines[at]) for at in values):
            found.update(zip(run, values, strict=True))
    return found


def runs(numbers: Collection[int]) -> list[list[int]]:
    """Neighbouring numbers together."""
    together: list[list[int]] = []
    for at in sorted(numbers):
        if together and together[-1][-1] == at - 1:
            together[-1].append(at)
        else:
            together.append([at])
    return together
