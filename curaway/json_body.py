"""Reading a JSON body: what can't be stored is refused here, once, instead of failing in the database."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from itertools import chain
from typing import Any, cast

from django.http import HttpRequest
from ninja.parser import Parser

DEEPEST = 32


class StorableJson(Parser):
    """Ninja's parser without what Postgres can't hold: NUL, lone surrogates, NaN and infinities."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Raises ValueError, which Ninja turns into a refusal; its text may quote the body and is not shown."""
        body = json.loads(request.body, parse_constant=_refuse)
        _check(body, DEEPEST)
        return cast(dict[str, Any], body)


def _refuse(_: str) -> None:
    raise ValueError("not a number that can be stored")


def _check(value: Any, levels: int) -> None:
    if levels == 0:
        raise ValueError("nested too deeply")
    for part in _parts(value):
        _check(part, levels - 1)
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        _refuse("Infinity")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return chain(value.keys(), value.values())
    return value if isinstance(value, list) else ()


def _check_text(value: str) -> None:
    if "\x00" in value:
        raise ValueError("contains NUL")
    # Raises UnicodeEncodeError, a ValueError, for a lone surrogate.
    value.encode()
