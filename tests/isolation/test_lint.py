"""The lint finds every filter that is forgotten, and says where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.isolation import lint
from tests.isolation.exceptions import PLACES, STATEMENTS
from tests.isolation.statements import forgetting

FORGOTTEN = "patients/queries.py"


def sources() -> list[tuple[str, str]]:
    """Every file of ours that names a tenant in a query: its module and its text."""
    found = ((lint._module(path), path.read_text()) for path in lint._sources())
    return [(module, source) for module, source in found if "tenant" in source and ".objects" in source]


def mutants(source: str) -> Iterator[tuple[int, str]]:
    """The source once for each filter by tenant, without it; with the line it stood in."""
    tree = ast.parse(source)
    lint._Parents().visit(tree)
    for root in (node for node in ast.walk(tree) if lint._is_root(node)):
        for call in lint._calls(root):
            for keyword in [one for one in call.keywords if one.arg in lint.SAYS_WHOSE]:
                call.keywords.remove(keyword)
                yield root.lineno, ast.unparse(tree)
                call.keywords.append(keyword)


def test_nothing_of_ours_leaves_it_unsaid(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.main() == 0, capsys.readouterr().out


def test_each_filter_that_is_forgotten_is_found() -> None:
    """Each of ours in turn is taken out, and the lint finds one place more than before."""
    missed, tried = [], 0
    for module, source in sources():
        before = len(lint.look(ast.unparse(ast.parse(source)), module))
        for line, forgotten in mutants(source):
            tried += 1
            unnoticed = len(lint.look(forgotten, module)) == before
            if unnoticed and not _only_inserts(source, line):
                missed.append(f"{module}:{line}")
    assert missed == []
    assert tried > 40


def _only_inserts(source: str, line: int) -> bool:
    # An INSERT without its tenant is refused by the database: the column takes no NULL.
    text = "\n".join(source.splitlines()[line - 1 : line + 1])
    return any(f".{name}(" in text for name in lint.INSERTS)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id FROM events WHERE id = %s",
        "UPDATE patients_document SET status = 'failed' WHERE id = %s",
        "SELECT 1 FROM events_job JOIN events ON events.id = event_id WHERE events.tenant_id = %s",
    ],
)
def test_a_text_of_sql_that_forgets_is_found(text: str) -> None:
    (found,) = lint.look(f"WANTED_SQL = {text!r}", "patients.somewhere")
    assert (found.place, found.what) == ("patients.somewhere:WANTED_SQL", "an SQL text")


def test_a_related_manager_that_forgets_is_found() -> None:
    found = lint.look("def of(patient):\n    return patient.documents.filter(status='failed')", "patients.somewhere")
    assert [(one.line, one.place) for one in found] == [(2, "patients.somewhere:of")]


def test_an_exception_that_is_not_needed_is_none() -> None:
    """Those by name; those by pattern cover whatever comes."""
    found = {one.place for path in lint._sources() for one in lint.look(path.read_text(), lint._module(path))}
    assert [name for name in PLACES if "*" not in name and name not in found] == []
    texts = {name: getattr(import_module(name.split(":")[0]), name.split(":")[1]) for name in STATEMENTS}
    assert [name for name, text in texts.items() if not forgetting(text)] == []
