"""The sample documents are what their script makes, and small."""

from pathlib import Path

import pytest

from tests.data.make_scans import SAMPLES

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("name", ["knee-report.pdf", "encrypted.pdf", "broken.pdf", "51-pages.pdf"])
def test_a_sample_written_by_hand_is_what_its_script_writes(name: str) -> None:
    assert (DATA / name).read_bytes() == SAMPLES[name]()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_can_be_uploaded_and_is_small(name: str) -> None:
    assert 1024 <= (DATA / name).stat().st_size < 700 * 1024
