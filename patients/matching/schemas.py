"""What is answered about matches."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from patients.matching.gate import ENOUGH
from patients.models import Match

StatusName = Literal["requested", "completed", "failed", "gated"]


class WantedProcedure(Schema):
    """A procedure that was looked for, by its code."""

    code: str
    display: str


class Missing(Schema):
    """What would help most: a category of the intake, or `procedure`."""

    category: str
    label: str


class PriceRange(Schema):
    low: int
    high: int


class Coordinates(Schema):
    latitude: float
    longitude: float


class RankedProvider(Schema):
    """A provider in its place. Scores, factors and rates are 0-1; `flight_hours` and `visa` are null when the
    patient's country has no figure; reasons and caveat are in the patient's locale."""

    rank: int
    provider_id: str
    name: str
    city: str
    country: str
    country_name: str
    coordinates: Coordinates
    score: float
    factors: dict[str, float]
    reasons: list[str]
    caveat: str
    price_usd: PriceRange
    annual_volume: int
    success_rate: float
    complication_rate: float
    accreditations: list[str]
    specialities: str
    languages: list[str]
    flight_hours: float | None
    visa: str | None
    wait_days: int
    invented: Literal[True] = True


class MatchRecord(Schema):
    """A match. `providers` are ranked, best first, at most ten. Where there are none, `message` says why, and
    `missing` or `suggestions` what to do; `gated`: the confidence is below `gate`, or no procedure was named."""

    id: str
    patient_id: str
    status: StatusName
    stage: str
    confidence: float
    gate: float = ENOUGH
    procedures: list[WantedProcedure] = []
    providers: list[RankedProvider] = []
    message: str | None = None
    missing: list[Missing] = []
    suggestions: list[str] = []
    notice: str | None = None
    invented: Literal[True] = Field(default=True, description="Every provider is invented.")
    created_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, match: Match) -> MatchRecord:
        fields: dict[str, Any] = {name: getattr(match, name) for name in OWN}
        return cls.model_validate({**fields, **match.results})


OWN = ("id", "patient_id", "status", "stage", "confidence", "created_at", "completed_at")
