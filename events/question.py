"""Reading statements that can be asked together: one round trip, whatever the number of questions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from curaway import prepared

Found = dict[str, Any]


class Question(NamedTuple):
    """A SELECT with `%(name)s` for its values, and these. Its text is always the same: it is prepared.

    `writes` are statements with the same values that are done with it; the SELECT does not see what they did.
    """

    sql: str
    values: Mapping[str, Any]
    writes: tuple[str, ...] = ()


def ask(question: Question) -> list[tuple[Any, ...]]:
    """The rows of one question."""
    return prepared.rows(question.sql, question.values)


def ask_together(questions: Sequence[Question]) -> list[list[Found]]:
    """The rows of each, columns by name as JSON has them, all from one statement."""
    values = {
        f"{number}_{name}": value
        for number, question in enumerate(questions)
        for name, value in question.values.items()
    }
    answers: list[list[Found]] = [[] for _ in questions]
    asked = _together(tuple((question.sql, question.writes) for question in questions))
    for number, found in prepared.rows(asked, values):
        answers[number].append(json.loads(found))
    return answers


@cache
def _together(statements: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    reading = " UNION ALL ".join(
        f"SELECT {number} AS question, to_jsonb(told) AS answer "  # noqa: S608 - put together of our own texts
        f"FROM ({_numbered(sql, number)}) AS told"
        for number, (sql, _) in enumerate(statements)
    )
    writing = ", ".join(
        f"written_{number}_{place} AS ({_numbered(sql, number)})"
        for number, (_, writes) in enumerate(statements)
        for place, sql in enumerate(writes)
    )
    return f"WITH {writing} {reading}" if writing else reading


def _numbered(sql: str, number: int) -> str:
    """Its values named apart from those of the other questions."""
    return sql.replace("%(", f"%({number}_")
