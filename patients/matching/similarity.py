"""How alike texts are by their words, 0-1: no network, no model, the same answer every time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from patients.matching.words import words

Vector = dict[str, float]

EMPTY_WORDS = frozenset(words("a an and by for in of on or the to with right left unspecified"))
SHORTEST_PLURAL = 4


def similarities(query: str, texts: Sequence[str]) -> list[float]:
    """Each text's likeness to the query: the cosine of their TF-IDF vectors.

    TF is the term's count, IDF is ln((1 + N) / (1 + n)) + 1 over the N texts, n of which hold the term: the
    smoothed form, with which a term of every text still counts.
    """
    counts = [Counter(_terms(text)) for text in texts]
    holding = Counter(term for count in counts for term in count)
    idf = {term: math.log((1 + len(texts)) / (1 + n)) + 1 for term, n in holding.items()}
    wanted = _vector(Counter(_terms(query)), idf)
    return [_cosine(wanted, _vector(count, idf)) for count in counts]


def _terms(text: str) -> list[str]:
    return [_singular(word) for word in words(text) if word not in EMPTY_WORDS]


def _singular(word: str) -> str:
    return (
        word[:-1] if len(word) >= SHORTEST_PLURAL and word.endswith("s") and not word.endswith(("ss", "is")) else word
    )


def _vector(count: Counter[str], idf: Vector) -> Vector:
    """Terms that no text holds are left out: they can't tell the texts apart."""
    return {term: n * idf[term] for term, n in count.items() if term in idf}


def _cosine(one: Vector, other: Vector) -> float:
    dot = sum(weight * other.get(term, 0.0) for term, weight in one.items())
    length = math.sqrt(sum(w * w for w in one.values())) * math.sqrt(sum(w * w for w in other.values()))
    return min(1.0, dot / length) if length else 0.0
