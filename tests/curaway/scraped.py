"""What a process tells at `/metrics`."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(http: httpx.Client, name: str, **labels: str) -> float:
    """A figure; one that is not told is 0."""
    return samples(http.get("/metrics").text).get((name, tuple(sorted(labels.items()))), 0.0)


def told(http: httpx.Client, name: str, label: str) -> dict[str, float]:
    """A figure by the words of its one label, those that are not 0."""
    found = samples(http.get("/metrics").text)
    return {dict(labels)[label]: number for (of, labels), number in found.items() if of == name and number}
