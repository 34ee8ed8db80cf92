"""How much of a known text was read."""

import re
from collections.abc import Sequence
from statistics import fmean

import numpy as np


def character_accuracy(truth: str, read: str) -> float:
    """1 - edit distance / length of the truth, at least 0, over the text with every white space as one blank."""
    truth, read = " ".join(truth.split()), " ".join(read.split())
    return max(0.0, 1 - distance(truth, read) / len(truth))


def word_accuracy(truth: str, read: str) -> float:
    """The same over words."""
    return max(0.0, 1 - distance(truth.split(), read.split()) / len(truth.split()))


def values_kept(rows: Sequence[Sequence[str]], read: str) -> float:
    """The share of a table's results (second cells) that stand, right to the letter, right behind their test."""
    return fmean(row[1] in line_of(row[0], read).split()[: len(row[0].split()) + 1] for row in rows)


def line_of(name: str, read: str) -> str:
    """The line that begins most like the name."""
    return min(read.splitlines(), key=lambda line: distance(name, line[: len(name)]), default="")


def rows_kept(rows: Sequence[Sequence[str]], read: str) -> float:
    """The share of a table's rows that stand in the text as a line of their own, right to the letter."""
    lines = set(map(solid, read.splitlines()))
    return fmean(solid("".join(row)) in lines for row in rows)


def solid(line: str) -> str:
    """The line without blanks, of which there are as many as somebody likes in "12.0 - 16.0"."""
    return re.sub(r"\s", "", line)


def distance(truth: Sequence[str], read: Sequence[str]) -> int:
    """Levenshtein's: insertions, deletions and replacements that turn one into the other."""
    codes: dict[str, int] = {}
    wanted = np.array([codes.setdefault(item, len(codes)) for item in truth])
    steps = np.arange(len(truth) + 1)
    row = steps.copy()
    for number, item in enumerate(read, 1):
        replaced = row[:-1] + (wanted != codes.get(item, -1))
        best = np.concatenate(([number], np.minimum(replaced, row[1:] + 1)))
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])
