"""The column `events.payload` for the ORM: whoever reads the attribute gets plain values, the database never does."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import JSONField
from django.db.models.fields.json import KeyTransform
from django.db.models.query_utils import DeferredAttribute

from events.grammar import REGISTRY
from events.sealing import keys, payload
from events.sealing.payload import Place


class Stored(dict[str, Any]):
    """A payload as the database holds it: protected fields are sealed."""


class OpeningAttribute(DeferredAttribute):
    """Opens the payload when it is looked at: a list that shows none needs no key."""

    def __get__(self, event: Any, cls: Any = None) -> Any:
        if event is None:
            return self
        value = event.__dict__[self.field.attname] if self.field.attname in event.__dict__ else self._load(event, cls)
        if isinstance(value, Stored):
            value = event.__dict__[self.field.attname] = payload.opened(value, place_of(event), _key_of(event))
        return value

    def __set__(self, event: Any, value: Any) -> None:
        event.__dict__[self.field.attname] = value

    def _load(self, event: Any, cls: Any) -> Any:
        event.refresh_from_db(fields=[self.field.attname])
        return event.__dict__[self.field.attname]


class SealedPayload(JSONField):
    """A JSON object whose protected fields are sealed with the key of the event's patient."""

    descriptor_class = OpeningAttribute

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        loaded = super().from_db_value(value, expression, connection)
        is_whole = isinstance(loaded, dict) and not isinstance(expression, KeyTransform)
        return Stored(loaded) if is_whole else loaded

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__[self.attname]
        if isinstance(value, Stored) or not isinstance(value, dict):
            return value
        fields = payload.to_seal(value, protected_fields(model_instance.event_type))
        if not fields & value.keys():
            return value
        place = place_of(model_instance)
        return payload.sealed(value, fields, place, keys.for_sealing(place.tenant_id, place.patient_id).cipher)


def recorded(event: Any) -> Any:
    """The payload with its protected fields as they come, sealed or not: for whoever does not look at them."""
    return event.__dict__.get("payload") if "payload" in event.__dict__ else event.payload


def protected_fields(event_type: str) -> frozenset[str]:
    kind = REGISTRY.get(event_type)
    return kind.phi_fields() if kind is not None else frozenset()


def place_of(event: Any) -> Place:
    return Place(event.tenant_id, event.patient_id, event.pk)


def _key_of(event: Any) -> payload.Key:
    def key() -> AESGCM | None:
        tenant_id, patient_id = event.tenant_id, event.patient_id or ""
        # Annotated by `EventRows.with_keys`, where many are read at once.
        wrapped = event.wrapped_key if hasattr(event, "wrapped_key") else keys.wrapped_key(tenant_id, patient_id)
        return None if wrapped is None else keys.unwrapped(bytes(wrapped), tenant_id, patient_id)

    return key
