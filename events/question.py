"""Reading statements that can be asked together: one round trip, whatever the number of questions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from curaway import prepared

Found = dict[str, Any]


class Question(NamedTuple):
    """A SELECT with `%(name)s` for its values, and these. Its text is always the same: it is prepared."""

    sql: str
    values: Mapping[str, Any]


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
    for number, found in prepared.rows(_together(tuple(question.sql for question in questions)), values):
        answers[number].append(json.loads(found))
    return answers


@cache
def _together(statements: tuple[str, ...]) -> str:
    return " UNION ALL ".join(
        f"SELECT {number} AS question, to_jsonb(told) AS answer "  # noqa: S608 - put together of our own texts
        f"FROM ({sql.replace('%(', f'%({number}_')}) AS told"
        for number, sql in enumerate(statements)
    )
