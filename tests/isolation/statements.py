"""Whether a statement says whose rows it means: every tenant's table in it is held to a tenant by a condition.

Read by a parser and not by a pattern: `tenant_id` among the columns, or on one side of an OR, holds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp

from tests.isolation.tenants import COLUMN, tenant_tables

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sbt]")
LONG_LIST = re.compile(r"\(\s*NULL(?:\s*,\s*NULL)+\s*\)")
CURSOR = re.compile(r"^DECLARE .*? FOR (?=SELECT)", re.DOTALL)
READS_OR_CHANGES = re.compile(r"\(*\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|DECLARE)\b", re.IGNORECASE)

Query = exp.Select | exp.Update | exp.Delete


class Condition(NamedTuple):
    """What must hold for every row; `only` is the table that an outer join's condition is about."""

    expression: Any
    only: str | None


class Known(NamedTuple):
    """Our tables of a query: those that are held to a tenant, and the others so far."""

    held: frozenset[str]
    free: frozenset[str]


def forgetting(sql: str) -> frozenset[str]:
    """The tenants' tables that the statement reads or changes without saying whose rows; empty when it says so."""
    return _forgetting(normal(sql))


def normal(sql: str) -> str:
    """The statement without its values: one text for all its uses."""
    return LONG_LIST.sub("(NULL)", PLACEHOLDER.sub("NULL", sql).replace("%%", "%")).strip().rstrip(";")


@lru_cache(maxsize=20_000)
def _forgetting(sql: str) -> frozenset[str]:
    if not READS_OR_CHANGES.match(sql) or not any(table in sql for table in tenant_tables()):
        return frozenset()
    found = sqlglot.parse_one(CURSOR.sub("", sql), read="postgres")
    return frozenset(name for query in found.find_all(exp.Select, exp.Update, exp.Delete) for name in _free(query))


def _free(query: Query) -> Iterator[str]:
    """Tenants' tables of this very query, not of those inside of it, that nothing holds to a tenant."""
    tables = {table.alias_or_name: table for table in _sources(query) if isinstance(table, exp.Table)}
    ours = {alias: table.name for alias, table in tables.items() if table.name in tenant_tables()}
    conditions, known = list(_conditions(query)), Known(frozenset(), frozenset(ours))
    while found := {alias for alias in known.free if any(_holds(one, alias, known) for one in conditions)}:
        known = Known(known.held | found, known.free - found)
    yield from (ours[alias] for alias in known.free)


def _sources(query: Query) -> Iterator[Any]:
    if isinstance(query, exp.Update | exp.Delete):
        yield query.this
    named = query.args.get("from_") or query.args.get("using")
    yield from named if isinstance(named, list) else [getattr(named, "this", None)]
    yield from (join.this for join in _joins(query))


def _joins(query: Query) -> list[Any]:
    source = query.args.get("from_")
    return [*(query.args.get("joins") or ()), *((source.this.args.get("joins") if source else None) or ())]


def _conditions(query: Query) -> Iterator[Condition]:
    where = query.args.get("where")
    if where is not None:
        yield from (Condition(part, None) for part in _parts(where.this))
    for join in _joins(query):
        alias = join.this.alias_or_name
        if COLUMN in {column.name for column in join.args.get("using") or ()}:
            yield Condition(exp.EQ(this=exp.column(COLUMN, alias), expression=exp.Null()), alias)
        if join.args.get("on") is not None:
            outer = alias if join.side else None
            yield from (Condition(part, outer) for part in _parts(join.args["on"]))


def _parts(condition: Any) -> Iterator[Any]:
    """Each by itself what is joined by AND; an OR stays one, and holds nothing."""
    bare = condition.unnest()
    if isinstance(bare, exp.And):
        yield from _parts(bare.left)
        yield from _parts(bare.right)
    else:
        yield bare


def _holds(condition: Condition, alias: str, known: Known) -> bool:
    """`alias.tenant_id = …` or `IN (…)`, of what is no free table's; or its key, out of a row that is held."""
    expression, only = condition
    if only not in (None, alias):
        return False
    if isinstance(expression, exp.In):
        return _names(expression.this, COLUMN, alias, known)
    if not isinstance(expression, exp.EQ):
        return False
    left, right = expression.left.unnest(), expression.right.unnest()
    return any(_equated(one, other, alias, known) for one, other in ((left, right), (right, left)))


def _equated(one: Any, other: Any, alias: str, known: Known) -> bool:
    if isinstance(other, exp.Column):
        # Two tables that are only said to be of the same tenant may be of any.
        if other.table in known.free or not other.table:
            return False
        if other.table in known.held and _names(one, "id", alias, known):
            return True
    return _names(one, COLUMN, alias, known)


def _names(column: Any, name: str, alias: str, known: Known) -> bool:
    bare = column.unnest()
    if not isinstance(bare, exp.Column) or bare.name != name:
        return False
    # A bare name says which table only where the query has but one of ours.
    return bare.table == alias or (not bare.table and len(known.held | known.free) == 1)
