"""A sealed value: what it opens with, and where."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from events.sealing import payload
from events.sealing.keys import binding_of
from events.sealing.master import KeyUnusable, MasterKeys, master_keys
from events.sealing.payload import Opener, Place
from events.sealing.seal import ERASED, UNREADABLE, SealBroken, bound_to, is_sealed, opened, sealed

CIPHER = AESGCM(bytes(range(32)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200)
PLACE = Place("tenant", "patient", "event-1")


def open_as(cipher: AESGCM | None) -> payload.Key:
    return lambda: cipher


@given(TEXTS | st.none() | st.integers(), TEXTS)
def test_a_value_comes_out_as_it_went_in(value: Any, place: str) -> None:
    seal = sealed(value, CIPHER, bound_to("t", place))
    assert is_sealed(seal)
    assert json.loads(opened(seal, CIPHER, bound_to("t", place))) == value


def test_the_same_value_is_never_sealed_alike() -> None:
    assert sealed("knee", CIPHER, b"") != sealed("knee", CIPHER, b"")


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("other-tenant", "patient", "event-1"),
        Place("tenant", "other", "event-1"),
        Place("tenant", "patient", "event-2"),
    ],
)
def test_a_value_does_not_open_where_it_does_not_belong(elsewhere: Place) -> None:
    stored = payload.sealed({"filename": "knee.pdf"}, frozenset({"filename"}), PLACE, CIPHER)
    assert payload.opened(stored, elsewhere, open_as(CIPHER)) == {"filename": UNREADABLE}
    assert payload.opened({"display": stored["filename"]}, PLACE, open_as(CIPHER)) == {"display": UNREADABLE}


@given(st.integers(min_value=0, max_value=400))
def test_a_value_with_any_character_changed_does_not_open(place: int) -> None:
    seal = sealed("a diagnosis", CIPHER, b"here")
    at = len("phi:1:") + place % (len(seal) - len("phi:1:"))
    changed = seal[:at] + ("A" if seal[at] != "A" else "B") + seal[at + 1 :]
    if changed.rstrip("=") == seal.rstrip("="):
        return
    try:
        assert opened(changed, CIPHER, b"here") == '"a diagnosis"'  # bits that base64 does not use
        assert at >= len(seal) - 2
    except SealBroken:
        pass


def test_only_protected_fields_are_sealed() -> None:
    stored = payload.sealed({"document_id": "d", "filename": "knee.pdf"}, frozenset({"filename"}), PLACE, CIPHER)
    assert stored["document_id"] == "d"
    assert is_sealed(stored["filename"])


OPENER = Opener("tenant", "patient", master_keys().current.wrap(bytes(range(32)), binding_of("tenant", "patient")))


@given(TEXTS)
def test_json_text_is_opened_without_parsing_it(said: str) -> None:
    looks_so = ['"content": "phi:1:abc"', "phi:1:", {"deep": 'x"phi:1:y'}]
    plain = {"content": said, "message_id": 'a "content": "phi:1:abc" b', "attachments": looks_so, "role": "phi:2:"}
    stored = payload.sealed(plain, frozenset({"content"}), PLACE, CIPHER)
    assert json.loads(OPENER.text(json.dumps(stored, ensure_ascii=False), PLACE.event_id)) == plain


def test_without_its_key_a_value_reads_erased_and_the_rest_as_it_is() -> None:
    stored = payload.sealed({"document_id": "d", "filename": "knee.pdf"}, frozenset({"filename"}), PLACE, CIPHER)
    assert payload.opened(stored, PLACE, open_as(None)) == {"document_id": "d", "filename": ERASED}
    text = Opener("tenant", "patient", None).text(json.dumps(stored), PLACE.event_id)
    assert json.loads(text) == {"document_id": "d", "filename": ERASED}


class TestMasterKeys:
    OLD, NEW = os.urandom(32), os.urandom(32)

    def test_every_given_key_opens_what_it_has_wrapped(self) -> None:
        wrapped = MasterKeys([self.OLD]).current.wrap(b"data key", b"whose")
        assert MasterKeys([self.NEW, self.OLD]).unwrap(wrapped, b"whose") == b"data key"

    def test_the_first_one_wraps(self) -> None:
        wrapped = MasterKeys([self.NEW, self.OLD]).current.wrap(b"data key", b"whose")
        assert MasterKeys([self.NEW]).unwrap(wrapped, b"whose") == b"data key"

    @pytest.mark.parametrize(("keys", "whose"), [([NEW], b"whose"), ([OLD], b"another's"), ([OLD, NEW], b"")])
    def test_nothing_else_opens_it(self, keys: list[bytes], whose: bytes) -> None:
        wrapped = MasterKeys([self.OLD]).current.wrap(b"data key", b"whose")
        with pytest.raises(KeyUnusable):
            MasterKeys(keys).unwrap(wrapped, whose)

    def test_what_one_has_signed_the_other_has_not(self) -> None:
        old, new = MasterKeys([self.OLD]).current, MasterKeys([self.NEW]).current
        assert old.sign(b"m") == old.sign(b"m") != new.sign(b"m")
        assert old.name != new.name
