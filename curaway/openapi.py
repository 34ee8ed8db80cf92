"""What OpenAPI can't read from the views: the headers of every request, and how it is refused."""

from __future__ import annotations

from typing import Any

from curaway.envelope import Refusal

WRITES = ("post", "put", "patch", "delete")

Parameter = dict[str, Any]

TENANT: Parameter = {
    "in": "header",
    "name": "X-Tenant-ID",
    "required": True,
    "description": "The tenant you act in; you must belong to it.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100},
}
CORRELATION: Parameter = {
    "in": "header",
    "name": "X-Correlation-ID",
    "required": False,
    "description": "Echoed on the answer, stored on every event and job this causes; made when absent.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,100}$"},
}
IDEMPOTENCY: Parameter = {
    "in": "header",
    "name": "X-Idempotency-Key",
    "required": False,
    "description": "Repeating the same request with the same key within 24 h returns the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the common headers and the refusal to every operation of the schema, in place; returns it."""
    schema["components"]["schemas"].update(_refusal_schemas())
    for path in schema["paths"].values():
        for method, operation in path.items():
            path[method] = _completed(method, operation)
    return schema


def _refusal_schemas() -> dict[str, Any]:
    refusal = Refusal.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**refusal.pop("$defs"), "Refusal": refusal}


def _completed(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    # A copy: Ninja describes an operation once for all its methods, and generated clients need a name for each.
    name = operation["operationId"] + ("_head" if method == "head" else "")
    headers = [TENANT, CORRELATION, *([IDEMPOTENCY] if method in WRITES else [])]
    refused = {
        "description": "Refused; `errors` says why.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    }
    return {
        **operation,
        "operationId": name,
        "parameters": [*operation.get("parameters", []), *headers],
        "responses": {**operation["responses"], "default": operation["responses"].get("default", refused)},
    }
