"""A form's question with what is answered to it."""

from dataclasses import dataclass
from enum import StrEnum

Span = tuple[int, int]


class Says(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    BLANK = "blank"
    TEXT = "text"
    """Something else is written where the answer goes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is asked (`label`), what is answered, and what is written besides (`rest`, which may be empty)."""

    label: Span
    says: Says
    rest: Span


YES = "yes y si s yep evet var true present presente نعم".split()
NO = (
    "no n none nil never denies denied negative absent niega negado negativo nunca ninguno ninguna hayir yok false لا"
).split()
BLANK = ("n/a", "na", "n.a.", "not applicable", "no aplica", "n/c")
UNKNOWN = (
    "not known",
    "unknown",
    "unsure",
    "not sure",
    "dont know",
    "don't know",
    "desconocido",
    "no sabe",
    "no se sabe",
)
MEANS = {
    **dict.fromkeys(YES, Says.YES),
    **dict.fromkeys(NO, Says.NO),
    **dict.fromkeys(UNKNOWN, Says.UNKNOWN),
    **dict.fromkeys(BLANK, Says.BLANK),
}
