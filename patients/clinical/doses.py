"""What is said about taking a medicine: how much, how often, by which way, since when."""

import re

from patients.clinical.findings import MedicationDetails
from patients.clinical.folding import fold
from patients.clinical.frequencies import as_needed, frequency
from patients.clinical.numbers import NUMBER, number

UNITS = {
    "mg": "mg", "mgs": "mg", "rng": "mg", "mgm": "mg", "milligrams": "mg", "milligram": "mg", "miligramos": "mg",
    "mgr": "mg", "مجم": "mg", "ملغ": "mg", "مغ": "mg", "ملجم": "mg",
    "mcg": "ug", "ug": "ug", "micrograms": "ug", "microgram": "ug", "microgramos": "ug", "mikrogram": "ug",
    "g": "g", "gm": "g", "gr": "g", "gms": "g", "grams": "g", "gram": "g", "gramos": "g", "gramo": "g", "ng": "ng",
    "ml": "mL", "units": "[iU]", "unit": "[iU]", "iu": "[iU]", "ui": "[iU]", "u": "[iU]", "unidades": "[iU]",
    "unite": "[iU]", "وحدة": "[iU]", "meq": "meq", "mmol": "mmol", "mcg/h": "ug/h", "%": "%",
    "tablets": "{tablet}", "tablet": "{tablet}", "tabs": "{tablet}", "tab": "{tablet}", "comprimidos": "{tablet}",
    "comprimido": "{tablet}", "comp": "{tablet}", "capsules": "{capsule}", "capsule": "{capsule}", "caps": "{capsule}",
    "capsulas": "{capsule}", "capsula": "{capsule}", "puffs": "{puff}", "puff": "{puff}", "inhalations": "{puff}",
    "inhalaciones": "{puff}", "drops": "{drop}", "drop": "{drop}", "gotas": "{drop}", "sprays": "{spray}",
    "spray": "{spray}", "pastilla": "{tablet}", "pastillas": "{tablet}", "pill": "{tablet}", "pills": "{tablet}",
    "patch": "{patch}", "sachet": "{sachet}",
}  # fmt: skip
COUNTED = "{"
DOSE = re.compile(
    rf"(?<![\w.,/-])(?P<value>{NUMBER})(?:\s?[-/]\s?\d+(?:[.,]\d+)?)?\s{{0,5}}-?(?P<unit>"
    + "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
    + r")(?![a-z]|/\s?(?:d?l|ml|min|dl)\b)"
)
BARE = re.compile(rf"^[\s:]*(?:(?:de|a|at)\s+)?(?P<value>{NUMBER})(?![\w.,/]*\d)[ \t]*(?P<behind>[^\n]{{0,40}})")
ENDS = re.compile(r"$|[.,;)]|(?:and|y|plus|mas|with|para|for|po|p\.o\.|sc|iv|im|sl)\b")
PLAIN = r"\d+(?:[.,]\d+)?"
STRENGTHS = re.compile(
    rf"^[\s:(]*(?P<values>{PLAIN}(?:\s?[a-z]{{1,3}})?(?:\s?/\s?{PLAIN}(?:\s?[a-z]{{1,3}})?)+)(?![\w/])"
)
"""Of a combination: 1000/50 mg, 5 mg/160 mg."""
COUNTS = {"one": "1", "two": "2", "three": "3", "half a": "\u00bd", "half": "\u00bd", "una": "1", "un": "1", "dos": "2",
          "tres": "3", "medio": "\u00bd", "media": "\u00bd"}  # fmt: skip
COUNT = re.compile(
    r"\b(?:half a|one|two|three|half|una|un|dos|tres|medio|media)\b"
    r"(?=\s+(?:tablet|tab|capsule|cap|puff|drop|spray|patch|sachet|comprimido|capsula|pastilla|gota|inhalaci|pill))"
)
MISREAD = re.compile(r"(?<=[a-z])[01](?=[a-z])")
"""A digit inside a word: dai1y."""

SMALLEST_BARE = 2
"""A number without a unit behind a medicine is its dose, if it is no count of tablets; the unit stays unsaid."""

ROUTES = (
    ("oral", r"\b(?:po|p\.o\.?|oral|orally|by mouth|per os|via oral|vo|v\.o\.)\b"),
    ("subcutaneous", r"\b(?:sc|s\.c\.?|subcut|subcutaneous(?:ly)?|subcutane[ao])\b"),
    ("intravenous", r"\b(?:iv|i\.v\.?|intravenous(?:ly)?|intravenos[ao])\b"),
    ("intramuscular", r"\b(?:im|i\.m\.?|intramuscular(?:ly)?)\b"),
    ("inhaled", r"\b(?:inhaled|inhaler|inh|puffs?|nebuli[sz]ed|inhalad[ao]|inhalaciones|inhalador)\b"),
    ("sublingual", r"\b(?:sl|s\.l\.?|sublingual(?:ly)?|under the tongue)\b"),
    ("topical", r"\b(?:topical(?:ly)?|cream|gel|ointment|topic[ao])\b"),
    ("transdermal", r"\b(?:patch|patches|transdermal|parche)\b"),
    ("ophthalmic", r"\b(?:eye drops?|both eyes|ophthalmic|colirio)\b"),
)
BY_ROUTE = tuple((route, re.compile(pattern)) for route, pattern in ROUTES)
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic"
SINCE = re.compile(
    rf"\b(?:since|desde(?: el)?|started(?: in)?|from)\s+((?:(?:{MONTHS})[a-z]*\s+(?:de(?:l)?\s+)?)?(?:19|20)\d\d)\b"
)


def dose_details(text: str, *, locale: str) -> MedicationDetails:
    """What the text behind (or just before) a medicine's name says of taking it."""
    folded = counted(MISREAD.sub(lambda digit: "ol"[int(digit.group())], fold(text)))
    details = amount(folded, locale)
    if often := frequency(folded):
        details["frequency"] = text[often.start : often.end]
        if often.times is not None:
            details["times_per_day"] = round(often.times, 3)
    if as_needed(folded):
        details["as_needed"] = True
    if route := route_of(folded):
        details["route"] = route
    if since := SINCE.search(folded):
        details["since"] = text[since.start(1) : since.end(1)]
    return details


def amount(folded: str, locale: str) -> MedicationDetails:
    """The weight or units named first; a count of tablets only when there is nothing better."""
    found = list(DOSE.finditer(folded))
    best = next((dose for dose in found if not UNITS[dose["unit"]].startswith(COUNTED)), found[0] if found else None)
    if best:
        return {"dose_value": number(best["value"], locale=locale), "dose_unit": UNITS[best["unit"]]}
    bare = BARE.match(folded)
    if bare and ends_a_dose(bare["behind"]) and (value := number(bare["value"], locale=locale)) > SMALLEST_BARE:
        return {"dose_value": value}
    return {}


def ends_a_dose(behind: str) -> bool:
    """Nothing follows the number, or how often the medicine is taken does."""
    often = frequency(behind)
    return ENDS.match(behind) is not None or as_needed(behind[:12]) or (often is not None and often.start == 0)


def strengths(text: str, *, locale: str) -> list[MedicationDetails]:
    """Each ingredient's dose of a combination, in the order written; empty when there are not several."""
    found = STRENGTHS.match(fold(text))
    if found is None:
        return []
    parts = [re.match(rf"({PLAIN})\s?([a-z]*)", part.strip()) for part in found["values"].split("/")]
    written = [(part[1], part[2]) for part in parts if part]
    units = [unit for _, unit in written if unit in UNITS]
    common = units[-1] if units else behind_unit(fold(text), found.end())
    return [dosed(value, unit if unit in UNITS else common, locale) for value, unit in written]


def behind_unit(folded: str, end: int) -> str | None:
    found = re.match(r"\s?-?([a-z]{1,11})\b", folded[end : end + 16])
    return found[1] if found and found[1] in UNITS and not UNITS[found[1]].startswith(COUNTED) else None


def dosed(value: str, unit: str | None, locale: str) -> MedicationDetails:
    told: MedicationDetails = {"dose_value": number(value, locale=locale)}
    return {**told, "dose_unit": UNITS[unit]} if unit else told


def counted(folded: str) -> str:
    """`one tablet` as `1   tablet`: every letter keeps its place."""
    return COUNT.sub(lambda word: COUNTS[word.group()].ljust(len(word.group())), folded)


def route_of(folded: str) -> str | None:
    return next((route for route, pattern in BY_ROUTE if pattern.search(folded)), None)
