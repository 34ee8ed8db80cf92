"""`python -m tests.isolation.lint`, a part of `make check`: every queryset and every SQL text of ours says whose rows
it means, or is excepted by name.

It reads the code without running it: what no test executes is looked at as well. What it can't see (a queryset that
is handed on, a condition that holds nothing) the guard sees when it is executed.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("DEBUG", "on")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")

import django

django.setup()

from tests.isolation.exceptions import PLACES, STATEMENTS  # noqa: E402
from tests.isolation.tenants import COLUMN, tenant_models, tenant_tables  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("curaway", "events", "patients", "webhooks")
LEFT_OUT = ("/migrations/", "/local/")
"""What runs the project on one machine has no database of ours."""

MANAGERS = frozenset({"_default_manager", "_base_manager"})
"""Besides those that a model names."""

INSERTS = frozenset({"create", "bulk_create", "acreate", "abulk_create"})
QUERIES = frozenset(
    "all filter exclude get first last exists count values values_list order_by update delete iterator aggregate "
    "annotate select_for_update defer only earliest latest in_bulk get_or_create update_or_create".split()
)
SAYS_WHOSE = ("tenant", "tenant_id", "tenant_id__in")
TABLE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+\"?(\w+)\"?")
"""SQL is written in capitals here; English sentences are not."""


class Finding(NamedTuple):
    """Something that does not say whose rows it means; `place` is `module:name`."""

    file: str
    line: int
    place: str
    what: str


def main() -> int:
    """Print the findings and the exceptions that except nothing; 1 when there are any."""
    found = [finding for path in _sources() for finding in look(path.read_text(), _module(path))]
    findings = [finding for finding in found if not _is_excepted(finding)]
    for finding in findings:
        print(f"{finding.file}:{finding.line}: {finding.place}: {finding.what} does not say whose rows it means")
    print(
        f"tenants: {len(tenant_models())} models, {len(found) - len(findings)} exceptions used, {len(findings)} found"
    )
    return 1 if findings else 0


def look(source: str, module: str) -> list[Finding]:
    """What in this source does not say whose rows it means, exceptions included."""
    tree = ast.parse(source)
    _Parents().visit(tree)
    file = f"{module.replace('.', '/')}.py"
    chains = ((node, _chain_says(node), "a queryset") for node in ast.walk(tree) if _is_root(node))
    texts = ((node, _text_says(text), "an SQL text") for node, text in _texts(tree))
    return [
        Finding(file, node.lineno, f"{module}:{_name_around(node)}", what)
        for node, says, what in (*chains, *texts)
        if not says
    ]


class _Parents(ast.NodeVisitor):
    """Gives every node its parent."""

    def generic_visit(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
        super().generic_visit(node)


def _is_root(node: ast.AST) -> bool:
    """`Document.objects`, or `patient.documents` where it is asked something."""
    if not isinstance(node, ast.Attribute):
        return False
    if isinstance(node.value, ast.Name) and node.attr in MANAGERS | _managers().get(node.value.id, frozenset()):
        return node.value.id in _managers()
    asked = getattr(node, "parent", None)
    return node.attr in _related() and isinstance(asked, ast.Attribute) and asked.attr in QUERIES - {"get"}


@cache
def _managers() -> dict[str, frozenset[str]]:
    """Each model's name, and what its managers are called."""
    return {one.__name__: frozenset(manager.name for manager in one._meta.managers) for one in tenant_models()}


@cache
def _related() -> frozenset[str]:
    names = (
        field.related_query_name() for model in tenant_models() for field in model._meta.fields if field.is_relation
    )
    return frozenset(str(name) for name in names if name != "+") - {"+"}


def _chain_says(root: ast.AST) -> bool:
    """Whether any call of the chain that begins here says whose rows are meant."""
    calls = list(_calls(root))
    inserts = calls and isinstance(calls[0].func, ast.Attribute) and calls[0].func.attr in INSERTS
    return bool(inserts) or any(_call_says(call) for call in calls)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls of a chain, first to last: `x.a(…).b(…)`."""
    above = getattr(node, "parent", None)
    while isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node):
        if isinstance(above, ast.Call):
            yield above
        node, above = above, getattr(above, "parent", None)


def _call_says(call: ast.Call) -> bool:
    if any(_keyword_says(keyword) for keyword in call.keywords):
        return True
    if isinstance(call.func, ast.Attribute) and call.func.attr == "raw":
        return True  # its text is looked at by itself
    return any(isinstance(argument, ast.Call) and _call_says(argument) for argument in call.args)


def _keyword_says(keyword: ast.keyword) -> bool:
    if keyword.arg is not None:
        return keyword.arg in SAYS_WHOSE
    return isinstance(keyword.value, ast.Name) and _dict_says(keyword.value)


def _dict_says(name: ast.Name) -> bool:
    """Whether the dictionary of this name, made in the same function, names the tenant."""
    for node in ast.walk(_function_around(name)):
        assigned = isinstance(node, ast.Assign) and any(getattr(one, "id", "") == name.id for one in node.targets)
        if assigned and isinstance(node.value, ast.Dict):
            return any(isinstance(key, ast.Constant) and key.value in SAYS_WHOSE for key in node.value.keys)
    return False


def _texts(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Every text in the code that is SQL on tenants' tables; what is put into it counts as nothing."""
    for node in ast.walk(tree):
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = "" if isinstance(getattr(node, "parent", None), ast.JoinedStr) else node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        if set(TABLE.findall(text)) & tenant_tables():
            yield node, text  # type: ignore[misc]


def _text_says(text: str) -> bool:
    """A tenant for each of our tables: `FROM` two of them with one `tenant_id` is one too few."""
    wanted = sum(name in tenant_tables() for name in TABLE.findall(text))
    return len(re.findall(rf"\b{COLUMN}\b\s*(?:=|\)|,)|=\s*(?:\w+\.)?{COLUMN}\b", text)) >= wanted


def _function_around(node: ast.AST) -> ast.AST:
    while (above := getattr(node, "parent", None)) is not None:
        node = above
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            break
    return node


def _name_around(node: ast.AST) -> str:
    """The function's name with its classes', or the constant's."""
    names: list[str] = []
    constant = ""
    while (above := getattr(node, "parent", None)) is not None:
        node = above
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.insert(0, node.name)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            constant = node.targets[0].id
    return ".".join(names) or constant or "<module>"


def _is_excepted(finding: Finding) -> bool:
    return any(fnmatchcase(finding.place, pattern) for pattern in (*PLACES, *STATEMENTS))


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (
            path for path in sorted((ROOT / package).rglob("*.py")) if not any(one in str(path) for one in LEFT_OUT)
        )


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


if __name__ == "__main__":
    sys.exit(main())
