"""What a run leaves behind: tables that tell the truth about what was not measured, and JSON that can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import report
from bench.measures.measure import HEARD_P50, HEARD_P99, OPENED
from bench.plan import QUICK
from bench.results import Results
from bench.table import figures, markdown, remarks, shown, verdicts
from bench.targets import Target, ours, targets, within


@pytest.fixture
def results() -> Results:
    measured = Results()
    for rate in (300.0, 320.0, 290.0):
        measured.add(OPENED.key, "ours", rate, client_share=0.2)
    measured.add(OPENED.key, "floor", 4000.0, client_share=0.97)
    measured.fail(OPENED.key, "naive", "397 streams opened; too many clients")
    measured.add(HEARD_P50.key, "naive", 1500.0)
    measured.note(HEARD_P50.key, "naive", "with 300 streams; at 1,000: too many clients")
    return measured


def test_columns_line_up() -> None:
    assert markdown(["", "ours"], [["p50", "1.5"], ["a longer name", "20"]]).splitlines() == [
        "|               | ours |",
        "|---------------|-----:|",
        "| p50           |  1.5 |",
        "| a longer name |   20 |",
    ]


def test_a_cell_is_the_median_a_dagger_where_the_client_was_the_limit_or_a_cross(results: Results) -> None:
    row = figures(results, [OPENED, HEARD_P99], ["ours", "floor", "naive", "nchan"]).splitlines()[2:]
    assert [cell.strip() for cell in row[0].strip("|").split("|")] == [OPENED.label, "300", "4,000†", "✗", "-"]
    assert len(row) == 1, "a measure that nobody was measured in has no row"


def test_what_the_publisher_was_the_limit_of_is_marked(results: Results) -> None:
    results.cell(OPENED.key, "ours").writer_bound = True
    assert shown(results.cell(OPENED.key, "ours"), 0) == "300‡"


def test_what_was_set_is_told_but_no_text_that_may_be_a_secret() -> None:
    given = {"SSE_POLL_SECONDS": "1", "SECRET_KEY": "x", "NCHAN_PREFIX": "/x", "BENCH": "quick", "HOME": "/"}
    assert report.switches(given) == {
        "BENCH": "quick",
        "NCHAN_PREFIX": "given",
        "SECRET_KEY": "given",
        "SSE_POLL_SECONDS": "1",
    }


def test_it_is_said_why_a_figure_is_missing_or_smaller(results: Results) -> None:
    said = remarks(results, [OPENED, HEARD_P50, HEARD_P99], ["ours", "naive"]).splitlines()
    assert said == [
        f"- **naive**, 397 streams opened; too many clients ({OPENED.label})",
        f"- **naive**, with 300 streams; at 1,000: too many clients ({HEARD_P50.label})",
    ]


def test_a_promise_is_kept_missed_or_not_measured(results: Results) -> None:
    judged = [
        target.judged(results)
        for target in (
            Target("at least 300/s", ours(OPENED), at_least=300, digits=0),
            Target("at least 301/s", ours(OPENED), at_least=301, digits=0),
            Target("p99 at most 10 x p50", within(HEARD_P99, HEARD_P50), 10),
        )
    ]
    assert [(verdict.figure, verdict.verdict) for verdict in judged] == [
        ("300", "pass"),
        ("300", "**miss**"),
        ("-", "not measured"),
    ]
    assert "| at least 301/s" in verdicts(judged)


def test_every_promise_is_judged_without_any_figure() -> None:
    assert {target.judged(Results()).verdict for target in targets(QUICK)} == {"not measured"}


def test_the_json_holds_every_round(results: Results, tmp_path: Path) -> None:
    path = report.write_json(tmp_path / "new", "run", {"seed": 1, "measures": results.as_json()})
    read = json.loads(path.read_text())
    assert read["measures"][OPENED.key]["ours"] == {
        "value": 300.0,
        "rounds": [300.0, 320.0, 290.0],
        "spread": 0.1,
        "client_share": 0.2,
        "client_bound": False,
    }
    assert read["measures"][OPENED.key]["naive"] == {
        "value": None,
        "rounds": [],
        "failed": "397 streams opened; too many clients",
    }


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    begin, end = "<!-- bench: begin -->", "<!-- bench: end -->"
    page.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    report.write_page("| new |", page=page)
    assert page.read_text() == f"before\n{begin}\n\n| new |\n\n{end}\nafter\n"


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("mine\n")
    with pytest.raises(ValueError, match="lacks the markers"):
        report.write_page("| new |", page=page)
    assert page.read_text() == "mine\n"
