"""What is said about taking a medicine: how much, how often, by which way, since when."""

import re

from patients.clinical.findings import MedicationDetails
from patients.clinical.folding import fold
from patients.clinical.frequencies import as_needed, frequency
from patients.clinical.numbers import NUMBER, number

UNITS = {
    "mg": "mg", "mgs": "mg", "mgm": "mg", "milligrams": "mg", "milligram": "mg", "miligramos": "mg", "mgr": "mg",
    "مجم": "mg", "ملغ": "mg", "مغ": "mg", "ملجم": "mg",
    "mcg": "ug", "ug": "ug", "micrograms": "ug", "microgram": "ug", "microgramos": "ug", "mikrogram": "ug",
    "g": "g", "gm": "g", "gr": "g", "gms": "g", "grams": "g", "gram": "g", "gramos": "g", "gramo": "g", "ng": "ng",
    "ml": "mL", "units": "[iU]", "unit": "[iU]", "iu": "[iU]", "ui": "[iU]", "u": "[iU]", "unidades": "[iU]",
    "unite": "[iU]", "وحدة": "[iU]", "meq": "meq", "mmol": "mmol", "mcg/h": "ug/h", "%": "%",
    "tablets": "{tablet}", "tablet": "{tablet}", "tabs": "{tablet}", "tab": "{tablet}", "comprimidos": "{tablet}",
    "comprimido": "{tablet}", "comp": "{tablet}", "capsules": "{capsule}", "capsule": "{capsule}", "caps": "{capsule}",
    "capsulas": "{capsule}", "capsula": "{capsule}", "puffs": "{puff}", "puff": "{puff}", "inhalations": "{puff}",
    "inhalaciones": "{puff}", "drops": "{drop}", "drop": "{drop}", "gotas": "{drop}", "sprays": "{spray}",
    "spray": "{spray}", "patch": "{patch}", "sachet": "{sachet}",
}  # fmt: skip
COUNTED = "{"
DOSE = re.compile(
    rf"(?<![\w.,/-])(?P<value>{NUMBER})(?:\s?[-/]\s?\d+(?:[.,]\d+)?)?\s?-?(?P<unit>"
    + "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
    + r")(?![a-z]|/\s?(?:d?l|ml|min|dl)\b)"
)
BARE = re.compile(
    rf"^\s*(?P<value>{NUMBER})\s*(?=\.?\s*$|\n|,|;|\)|once|twice|daily|od\b|bd\b|tds\b"
    r"|at night|per day|nocte|mane|cada)"
)
MISREAD = re.compile(r"(?<=[a-z])[01](?=[a-z])")
"""A digit inside a word: dai1y."""

SMALLEST_BARE = 2
"""A number without a unit behind a medicine is milligrams, if it is no count of tablets."""

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
    folded = MISREAD.sub(lambda digit: "ol"[int(digit.group())], fold(text))
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
    if bare and (value := number(bare["value"], locale=locale)) > SMALLEST_BARE:
        return {"dose_value": value, "dose_unit": "mg"}
    return {}


def route_of(folded: str) -> str | None:
    return next((route for route, pattern in BY_ROUTE if pattern.search(folded)), None)
