"""Percentiles and medians, by their definitions."""

from __future__ import annotations

import math

import pytest

from bench.statistics import median, percentile, spread


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_of_one_to_a_hundred_the_percentile_is_the_share(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_of_few_values_the_percentile_is_one_of_them() -> None:
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.5, 0.95, 0.99)] == [2.0, 3.0, 3.0]


@pytest.mark.parametrize(("values", "expected"), [([3, 1, 2], 2), ([4, 1, 2, 3], 2.5), ([7], 7)])
def test_the_median_is_the_middle(values: list[float], expected: float) -> None:
    assert median(values) == expected


def test_of_nothing_there_is_no_figure() -> None:
    assert math.isnan(median([]))
    assert math.isnan(percentile([], 0.5))
    assert math.isnan(spread([]))


def test_the_spread_is_told_by_the_median() -> None:
    assert spread([90, 100, 130]) == 0.4
