"""What a message says somebody would like: where, for how much, when, with whom."""

from __future__ import annotations

import re

from patients.chat import grammar
from patients.chat.countries import countries_in, country_name
from patients.chat.numbers import amount
from patients.chat.timeframe import bare_span, timeframe_in
from patients.chat.wording import clauses, plain, sentences

CURRENCIES = {
    "USD": r"\$|us\$|usd|dollars?|bucks|dolares?|دولار\w*",
    "EUR": r"€|eur|euros?|يورو",
    "GBP": r"£|gbp|pounds?|libras?|جنيه\w*",
    "AED": r"aed|dirhams?|درهم\w*|دراهم",
}
ANY = "|".join(CURRENCIES.values())
DIGITS = r"(\d[\d.,' ]{0,14}\d|\d)"
THOUSAND = r" ?(k|thousand|mil|الف|الاف)?(?!\w)"
MONEY = re.compile(rf"({ANY}) ?{DIGITS}{THOUSAND}|(?<![\w.]){DIGITS}{THOUSAND} ?(?:us |de |american )?({ANY})(?!\w)")
BARE_MONEY = re.compile(rf"(?<![\w.,-]){DIGITS}{THOUSAND}(?! ?(?:mg|ml|%|years?|months?|weeks?|days?|anos|meses))")
SMALLEST_BUDGET = 100
LONGEST_WORDS = 120
ALONE = "alone"
FEW = 4
ANYWHERE_BUT = re.compile(r"(?<!\w)(anywhere|everywhere|any country) but(?!\w)")
WEIGHTS = re.compile(r"(?<!\w)(?:pounds?|libras?)(?!\w)")


def preferences_in(message: str, *, asked: str | None = None) -> dict[str, str]:
    """Preferences by key, of `intake.PREFERENCE_KEYS`; `asked` is the one that was asked for last, if one was.

    An answer to a question needs fewer words: "Turkey", "two weeks", "10000", "my wife".
    """
    text = plain(message)
    found = {
        "destination": _destination(text, asked=asked == "destination"),
        "budget": _budget(text, asked=asked == "budget"),
        "timeframe": timeframe_in(text) or (bare_span(text) if asked == "timeframe" else None),
        "companion": _companion(text, asked=asked == "companion"),
    }
    return {key: value for key, value in found.items() if value is not None}


def tells_preference(text: str) -> bool:
    """Whether the plain text says something of it without being asked."""
    return bool(preferences_in(text))


def own_words(message: str) -> str:
    """An answer we can't read is kept as it was given, on one line."""
    return " ".join(message.split())[:LONGEST_WORDS]


def _destination(text: str, *, asked: bool) -> str | None:
    parts = [clause for sentence in sentences(text) for clause in _where(sentence)]
    wanted: list[str] = []
    unwanted: list[str] = []
    for part in parts:
        part = _away(part)
        if not (asked or grammar.says("travel", part)):
            continue
        except_at = found.start() if (found := grammar.find("except", part)) else len(part)
        for country in countries_in(part):
            (wanted if country.start < except_at else unwanted).append(country_name(country.code))
    return _places(wanted, unwanted, anywhere=grammar.says("anywhere", text))


def _away(part: str) -> str:
    """Without the country that somebody lives in: "I live in Spain"."""
    home = grammar.find("home", part)
    at_home = next((one for one in countries_in(part) if home and one.start >= home.start()), None)
    return part[at_home.end :] if at_home else part


def _where(sentence: str) -> list[str]:
    """Clauses, those that only name a country put to the one before: "Turkey, Spain but not India"."""
    parts: list[str] = []
    for clause in clauses(ANYWHERE_BUT.sub(r"\1 except", sentence)):
        if parts and countries_in(clause) and not _stands_alone(clause):
            parts[-1] += f", {clause}"
        else:
            parts.append(clause)
    return parts


def _stands_alone(clause: str) -> bool:
    return len(clause.split()) > FEW or grammar.says("home", clause) or grammar.says("wish", clause)


def _places(wanted: list[str], unwanted: list[str], *, anywhere: bool) -> str | None:
    named = ", ".join(dict.fromkeys(wanted)) or ("anywhere" if anywhere or unwanted else "")
    if not named:
        return None
    return f"{named}, except {', '.join(dict.fromkeys(unwanted))}" if unwanted else named


def _budget(text: str, *, asked: bool) -> str | None:
    if grammar.says("no_limit", text) and (asked or grammar.says("budget", text)):
        return "no fixed limit"
    clear = asked or grammar.says("budget", text)
    told = [money for found in MONEY.finditer(text) if (money := _money(found))]
    if told and (clear or (grammar.says("wish", text) and not WEIGHTS.search(text))):
        # Of a range the upper end: "8000 to 10000 dollars".
        return max(told, key=lambda one: one[0])[1]
    if told or not clear:
        return None
    bare = [worth for found in BARE_MONEY.finditer(text) if (worth := _worth(found[1], found[2])) >= SMALLEST_BUDGET]
    return str(max(bare)) if bare else None


def _money(found: re.Match[str]) -> tuple[int, str] | None:
    currency = found[1] or found[6]
    worth = _worth(found[2] or found[4], found[3] or found[5])
    code = next(code for code, pattern in CURRENCIES.items() if re.fullmatch(pattern, currency))
    return (worth, f"{worth} {code}") if worth >= SMALLEST_BUDGET else None


def _worth(digits: str, thousand: str | None) -> int:
    return amount(digits) * (1000 if thousand else 1)


def _companion(text: str, *, asked: bool) -> str | None:
    for clause in (clause for sentence in sentences(text) for clause in clauses(sentence)):
        if grammar.says("lives_with", clause) or not (asked or grammar.says("journey", clause)):
            continue
        if grammar.says("alone", clause):
            return ALONE
        if found := grammar.find("relative", clause):
            return found.group().strip()
    return _yes_or_no(text) if asked else None


def _yes_or_no(text: str) -> str | None:
    if grammar.says("negative", text):
        return ALONE
    return "yes" if grammar.says("affirmative", text) else None
