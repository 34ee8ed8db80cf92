"""Every file that is derived from the code: where it lies, and what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from typing import Any

from curaway.environment import Environment
from curaway.errors import CATALOGUE
from events.contracts import events_schema, written
from events.reference import reference
from events.typescript import typescript


def derived_files() -> Mapping[str, Callable[[], str]]:
    """Path below the checkout → what makes its content."""
    return {
        "contracts/events.schema.json": lambda: written(events_schema()),
        "contracts/openapi.json": openapi,
        "frontend/src/generated/events.ts": typescript,
        "docs/reference/events.md": reference,
        "docs/reference/errors.md": errors_reference,
        "docs/reference/settings.md": settings_reference,
        ".env.example": env_example,
    }


def openapi() -> str:
    from curaway.api import api

    return json.dumps(api.get_openapi_schema(), indent=2, ensure_ascii=False, default=str) + "\n"


def errors_reference() -> str:
    import curaway.urls  # noqa: F401  (every layer's errors are defined once the routes are)

    rows = [
        f"| `{code}` | {kind.status} | {' '.join((kind.__doc__ or '').split())} |"
        for code, kind in sorted(CATALOGUE.items())
    ]
    head = ["# Error codes", "", "Derived from the code by `make contracts`; do not edit.", ""]
    return "\n".join([*head, "| code | HTTP | message |", "|---|---|---|", *rows, ""])


def settings_reference() -> str:
    parts = ["# Settings", "", "Derived from `curaway/environment.py` by `make contracts`; do not edit.", ""]
    for section, variables in _sections().items():
        parts += [f"## {section}", "", "| variable | default | |", "|---|---|---|"]
        parts += [
            f"| `{variable.name}` | {_default(variable) and f'`{_default(variable)}`'} | {variable.metadata['about']} |"
            for variable in variables
        ]
        parts.append("")
    return "\n".join(parts)


def env_example() -> str:
    parts = [
        "# Derived from curaway/environment.py by `make contracts`; do not edit.",
        "# Copy to .env and fill in; the environment wins over this file.",
    ]
    for section, variables in _sections().items():
        parts += ["", f"# {section}"]
        for variable in variables:
            parts += [f"# {variable.metadata['about']}", f"#{variable.name}={_default(variable)}"]
    return "\n".join([*parts, ""])


def _sections() -> dict[str, list[Field[Any]]]:
    sections: dict[str, list[Field[Any]]] = {}
    for variable in fields(Environment):
        sections.setdefault(variable.metadata["section"], []).append(variable)
    return sections


def _default(variable: Field[Any]) -> str:
    if isinstance(variable.default, bool):
        return "on" if variable.default else "off"
    if isinstance(variable.default, tuple):
        return ",".join(variable.default)
    return str(variable.default)
