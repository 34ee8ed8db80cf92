"""Rows that plain SQL found, as the instances that the ORM would have made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import JSONField, Model

from patients.models import Patient, Tenant

M = TypeVar("M", bound=Model)


def columns(model: type[Model], alias: str) -> str:
    """Every column of the model, by name and in the model's order: a prepared `*` fails once a column is added."""
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


def patient(values: Sequence[Any]) -> Patient:
    """The patient of a row of `columns(Patient, …)`."""
    loaded = [json.loads(value) if is_json else value for value, is_json in zip(values, PATIENT_JSON, strict=True)]
    return Patient.from_db(None, PATIENT_FIELDS, loaded)


def tenant(values: Sequence[Any]) -> Tenant:
    """The tenant of a row of `columns(Tenant, …)`."""
    return Tenant.from_db(None, TENANT_FIELDS, values)


def partly(model: type[M], found: Mapping[str, Any]) -> M:
    """An instance with the fields in `found`; the others are loaded when they are asked for."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in found]
    return model.from_db(None, names, [found[name] for name in names])


PATIENT_FIELDS = [field.attname for field in Patient._meta.concrete_fields]
PATIENT_JSON = [isinstance(field, JSONField) for field in Patient._meta.concrete_fields]
TENANT_FIELDS = [field.attname for field in Tenant._meta.concrete_fields]
