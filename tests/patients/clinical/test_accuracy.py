"""The accuracy page says what the engine does today, over reports that are marked as their README says."""

import json
from pathlib import Path
from typing import Any

import pytest

from patients.clinical.findings import Assertion, Kind
from patients.clinical.llm_answer import DETAILS
from tests.clinical.score import EMPTY, HALVES, PAGE, REPORTS, filled, section

GOLD = sorted(REPORTS.rglob("*.json"))
ALSO = {"systolic", "diastolic", "name"}


def test_the_page_says_what_the_command_prints() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page
    assert all(section(half) in page for half in HALVES)


def test_an_empty_half_is_said_to_be_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HALVES, "held out", tmp_path)
    assert section("held out") == EMPTY
    (tmp_path / "one.txt").write_text("Asthma.", encoding="utf-8")
    mark = {"kind": "condition", "code": "J45.909", "assertion": "present"}
    (tmp_path / "one.json").write_text(json.dumps({"locale": "en", "findings": [mark]}), encoding="utf-8")
    assert "| condition | 1 | 1 | 1.000 | 1.000 | 1.000 | 0 of 0 |" in section("held out")


def test_every_report_has_its_marks_and_every_marks_their_report() -> None:
    assert [gold.stem for gold in GOLD] == [text.stem for text in sorted(REPORTS.rglob("*.txt"))]


@pytest.mark.parametrize("gold", GOLD, ids=lambda path: path.stem)
def test_marks_are_of_known_kinds_assertions_and_details(gold: Path) -> None:
    told = json.loads(gold.read_text(encoding="utf-8"))
    assert set(told) == {"locale", "findings"}
    for mark in told["findings"]:
        assert Assertion(mark["assertion"])
        assert unknown_details(mark) == set()


def unknown_details(mark: dict[str, Any]) -> set[str]:
    known = DETAILS[Kind(mark["kind"])].json_schema()["properties"]
    return mark.keys() - known.keys() - ALSO - {"kind", "code", "assertion"}
