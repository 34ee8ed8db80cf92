"""A medicine's dose and timing as FHIR's Dosage."""

from collections.abc import Mapping
from typing import Any

UCUM = "http://unitsofmeasure.org"


def dosage(told: Mapping[str, Any]) -> dict[str, Any]:
    """From a medication's details; empty when they say nothing of taking it."""
    made: dict[str, Any] = {}
    if "frequency" in told:
        made["text"] = told["frequency"]
    if told.get("as_needed"):
        made["asNeededBoolean"] = True
    if "times_per_day" in told:
        made["timing"] = {"repeat": repeat(told["times_per_day"])}
    if "route" in told:
        made["route"] = {"text": told["route"]}
    if "dose_value" in told:
        made["doseAndRate"] = [{"doseQuantity": quantity(told["dose_value"], told.get("dose_unit"))}]
    return made


def repeat(times_per_day: float) -> dict[str, Any]:
    """Twice a day; once in seven days; once in two."""
    if times_per_day >= 1:
        return {"frequency": round(times_per_day), "period": 1, "periodUnit": "d"}
    return {"frequency": 1, "period": round(1 / times_per_day), "periodUnit": "d"}


def quantity(value: float, unit: str | None) -> dict[str, Any]:
    """A number with its UCUM unit; whole numbers stay whole."""
    number = int(value) if value == int(value) else value
    return {"value": number, **({"unit": unit.strip("{}"), "system": UCUM, "code": unit} if unit else {})}
