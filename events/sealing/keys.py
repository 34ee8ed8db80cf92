"""Patients' keys: made at the first fact that needs one, remembered by each process, destroyed for good."""

from __future__ import annotations

import os
import threading
import uuid
from functools import lru_cache, partial
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from curaway import prepared
from events.sealing.master import KEY_BYTES, master_keys
from events.sealing.patient_key import new_key_id
from events.sealing.seal import bound_to

REMEMBERED = 4096
"""Keys that a process keeps opened: about a kilobyte each."""


class KeyDestroyed(Exception):
    """The person was erased: nothing more is sealed for them."""


class PatientsKey(NamedTuple):
    """A patient's key, ready for use; `id` is its row's."""

    id: uuid.UUID
    cipher: AESGCM


def for_sealing(tenant_id: str, patient_id: str) -> PatientsKey:
    """The patient's key; made when there is none. Raises `KeyDestroyed` and `master.KeyUnusable`.

    A remembered one may have been destroyed since: whoever writes with it makes sure, in the same statement, that
    its row is still there, and calls `forget` when it is not.
    """
    known = _known.get((tenant_id, patient_id))
    return known or _found(tenant_id, patient_id) or _made(tenant_id, patient_id)


def forget(tenant_id: str, patient_id: str) -> None:
    """Let go of the remembered key."""
    with _guard:
        _known.pop((tenant_id, patient_id), None)
    unwrapped.cache_clear()


@lru_cache(REMEMBERED)
def unwrapped(wrapped: bytes, tenant_id: str, patient_id: str) -> AESGCM:
    """The cipher of a wrapped key. Only what the row says by now can be asked for: a destroyed key is found by
    nobody. Raises `master.KeyUnusable`."""
    return AESGCM(master_keys().unwrap(wrapped, binding_of(tenant_id, patient_id)))


def binding_of(tenant_id: str, patient_id: str) -> bytes:
    """What a wrapped key is authenticated with: it opens for its own patient only."""
    return bound_to("key", tenant_id, patient_id)


FIND_SQL = "SELECT id, wrapped FROM events_patientkey WHERE tenant_id = %s AND patient_id = %s"


def wrapped_key(tenant_id: str, patient_id: str) -> bytes | None:
    """The patient's key as the row holds it by now; None when there is none, or none any more."""
    found = prepared.rows(FIND_SQL, [tenant_id, patient_id])
    return bytes(found[0][1]) if found and found[0][1] is not None else None


LOCK_HEAD_SQL = """
INSERT INTO events_streamhead AS head (tenant_id, patient_id, position, link, hash) VALUES (%s, %s, 0, 0, '')
ON CONFLICT (tenant_id, patient_id) DO UPDATE SET position = head.position
"""
"""As every fact of the patient does, and before the key: two transactions that make it meet here, in one order."""

MAKE_SQL = """
INSERT INTO events_patientkey (id, tenant_id, patient_id, wrapped) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, patient_id) DO NOTHING
"""


def _found(tenant_id: str, patient_id: str) -> PatientsKey | None:
    rows = prepared.rows(FIND_SQL, [tenant_id, patient_id])
    if not rows:
        return None
    key_id, wrapped = rows[0]
    if wrapped is None:
        raise KeyDestroyed
    key = PatientsKey(key_id, unwrapped(bytes(wrapped), tenant_id, patient_id))
    # Not before the commit: a key that is rolled back is nobody's, and what it had sealed could never be opened.
    transaction.on_commit(partial(_remember, tenant_id, patient_id, key))
    return key


def _made(tenant_id: str, patient_id: str) -> PatientsKey:
    wrapped = master_keys().current.wrap(os.urandom(KEY_BYTES), binding_of(tenant_id, patient_id))
    with transaction.atomic(savepoint=False):
        with prepared.cursor() as sql:
            sql.execute(LOCK_HEAD_SQL, [tenant_id, patient_id])
            sql.execute(MAKE_SQL, [new_key_id(), tenant_id, patient_id, wrapped])
        found = _found(tenant_id, patient_id)
    if found is None:
        raise KeyDestroyed
    return found


_known: dict[tuple[str, str], PatientsKey] = {}
_guard = threading.Lock()


def _remember(tenant_id: str, patient_id: str, key: PatientsKey) -> None:
    with _guard:
        _known[tenant_id, patient_id] = key
        if len(_known) > REMEMBERED:
            del _known[next(iter(_known))]
