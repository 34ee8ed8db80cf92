"""Which tables belong to tenants: those of our models that have a `tenant_id`."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.db.models import Model

APPLICATIONS = ("events", "patients")
COLUMN = "tenant_id"


@cache
def tenant_models() -> tuple[type[Model], ...]:
    """The models whose rows are a tenant's."""
    ours = [model for application in APPLICATIONS for model in apps.get_app_config(application).get_models()]
    return tuple(model for model in ours if any(field.column == COLUMN for field in model._meta.concrete_fields))


@cache
def tenant_tables() -> frozenset[str]:
    """Their tables."""
    return frozenset(model._meta.db_table for model in tenant_models())
