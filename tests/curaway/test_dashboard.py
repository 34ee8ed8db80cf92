"""The dashboard, the alerts, their runbook and the list of figures go with what the code counts."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml

from curaway import metrics
from events.models import JobStatus
from events.operations.job_figures import JobFigures
from events.registry import JobKind

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = ROOT / "docs" / "operations"
FILES = ("grafana-dashboard.json", "alerts.yml")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
OF_PROMETHEUS = {"job", "instance"}

pytestmark = pytest.mark.usefixtures("database")


def families() -> dict[str, set[str]]:
    """The samples of each figure of ours and of the process's."""
    found = [*metrics.REGISTRY.collect(), *JobFigures().collect()]
    return {family.name: {family.name + suffix for suffix in SUFFIXES[family.type]} for family in found}


def words() -> dict[str, dict[str, set[str]]]:
    """What each label of each sample can say."""
    can: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for family in metrics.REGISTRY.collect():
        for sample in family.samples:
            for label, word in sample.labels.items():
                can[sample.name][label].add(word)
    kinds, on_the_way = set(JobKind), {JobStatus.WAITING, JobStatus.PUBLISHED}
    for name in ("curaway_jobs_open", "curaway_job_oldest_seconds", "curaway_jobs_due"):
        can[name] = {"kind": kinds, "status": on_the_way}
    can["curaway_jobs_ended_day"] = {"kind": kinds, "status": {JobStatus.DONE, JobStatus.FAILED}}
    return can


def expressions(file: str) -> list[str]:
    text = (OPERATIONS / file).read_text()
    if file.endswith(".json"):
        return [target["expr"] for panel in json.loads(text)["panels"] for target in panel.get("targets", [])]
    return [rule["expr"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def asked(file: str) -> set[str]:
    return set(re.findall(r"\b(?:curaway|process)_[a-z_]+", "\n".join(expressions(file))))


def selected(file: str) -> Iterator[tuple[str, str, str]]:
    """Each sample, label and word that is asked for."""
    for name, matchers in re.findall(r"\b(curaway_[a-z_]+)\{([^}]*)\}", "\n".join(expressions(file))):
        for label, listed in re.findall(r'(\w+)(?:=~|!~|!=|=)"([^"]*)"', matchers):
            if label not in OF_PROMETHEUS:
                yield from ((name, label, word) for word in listed.split("|"))


@pytest.mark.parametrize("file", FILES)
def test_dashboard_and_alerts_ask_for_figures_that_there_are(file: str) -> None:
    assert len(asked(file)) > 5
    assert asked(file) - set().union(*families().values()) == set()


@pytest.mark.parametrize("file", FILES)
def test_they_ask_for_words_that_a_label_can_say(file: str) -> None:
    can, found = words(), list(selected(file))
    assert found
    assert [(name, label, word) for name, label, word in found if word not in can[name].get(label, ())] == []


@pytest.mark.parametrize("file", FILES)
def test_they_group_by_labels_that_a_figure_has(file: str) -> None:
    can = words()
    for expression in expressions(file):
        has = {"le", *OF_PROMETHEUS}.union(*(can[name] for name in re.findall(r"\bcuraway_[a-z_]+", expression)))
        by = {label for listed in re.findall(r"by \(([^)]*)\)", expression) for label in listed.split(", ")}
        assert by <= has, expression


def test_every_figure_is_on_the_dashboard() -> None:
    on_it = asked("grafana-dashboard.json")
    assert [name for name, told in families().items() if name.startswith("curaway_") and not told & on_it] == []


def test_every_figure_is_listed_with_the_words_it_can_say() -> None:
    listed = (OPERATIONS / "README.md").read_text()
    rows = {name: row for row in listed.splitlines() for name in re.findall(r"\bcuraway_[a-z_]+", row)}
    ours = [{name, *told} for name, told in families().items() if name.startswith("curaway_")]
    assert [names for names in ours if not names & set(rows)] == []
    counted = {name: labels for name, labels in words().items() if name.endswith("_total")}
    said = [(name, word) for name, labels in counted.items() for can in labels.values() for word in can]
    assert [(name, word) for name, word in said if not re.search(rf"\b{word}\b", rows[name])] == []


def rules() -> list[dict[str, str]]:
    found: list[dict[str, str]] = yaml.safe_load((OPERATIONS / "alerts.yml").read_text())["groups"][0]["rules"]
    return found


def test_every_alert_is_described_in_the_runbook() -> None:
    described = re.findall(r"^## (\w+)$", (ROOT / "docs" / "runbook" / "alerts.md").read_text(), re.MULTILINE)
    assert [rule["alert"] for rule in rules()] == described


def test_every_sweep_that_is_told_as_a_death_takes_up_what_a_process_left() -> None:
    (deaths,) = (rule["expr"] for rule in rules() if rule["alert"] == "SweepsTakeUp")
    (counted,) = re.findall(r'sweep=~"([^"]*)"', deaths)
    # The others take up what a storage or a queue that was away left behind, or a client.
    others = {"erased_files_deleted_late", "jobs_published_late", "uploads_given_up"}
    assert set(counted.split("|")) == set(metrics.SWEPT_WHAT) - others


def calls(name: str) -> Iterator[ast.Call]:
    """Everywhere the code calls something of this name."""
    for app in ("curaway", "events", "patients", "webhooks"):
        for file in (ROOT / app).rglob("*.py"):
            text = file.read_text()
            for node in ast.walk(ast.parse(text)) if f"{name}(" in text else ():
                if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name:
                    yield node


def literals(given: Iterable[ast.expr]) -> set[str]:
    return {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def named(call: str, argument: str) -> set[str]:
    return literals(one.value for node in calls(call) for one in node.keywords if one.arg == argument)


def first(call: str) -> set[str]:
    return literals(node.args[0] for node in calls(call) if node.args)


def test_the_words_counted_from_zero_are_those_that_the_code_says() -> None:
    assert set(metrics.ENDINGS) == first("Done") | {"client", "error"}
    assert set(metrics.REFUSALS) == named("StreamUnavailable", "reason")
    assert set(metrics.RESETS) == named("replace", "reset")
    assert set(metrics.SWEPT_WHAT) == named("Sweep", "found") | first("swept")
