"""The golden transcripts are what the server writes today, and what clients read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import httpx
import jsonschema_rs
import pytest
from django.db import connection
from httpx_sse import EventSource
from sseclient import SSEClient

from events.contracts import CONNECTED, DONE, events_schema
from tests.contracts.transcripts import FOLDER, HARD_TEXTS, as_postgres_writes, transcripts

NAMES = sorted(transcripts())


class Told(NamedTuple):
    """An event as a client's code is given it."""

    event: str
    id: str
    data: str


def read_by_httpx_sse(pieces: Sequence[bytes]) -> list[Told]:
    answer = httpx.Response(200, headers={"Content-Type": "text/event-stream; charset=utf-8"}, content=iter(pieces))
    return [Told(event.event, event.id, event.data) for event in EventSource(answer).iter_sse()]


def read_by_sseclient(pieces: Sequence[bytes]) -> list[Told]:
    return [Told(event.event, event.id, event.data) for event in SSEClient(pieces).events()]


def cut(wire: bytes, size: int) -> list[bytes]:
    return [wire[start : start + size] for start in range(0, len(wire), size)]


def as_written(wire: bytes) -> list[Told]:
    """The frames taken apart by what the contract says of them, with no tolerance."""
    told = []
    for block in wire.decode().removesuffix("\n\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line != ":")
        told.append(Told(fields["event"], fields["id"], fields["data"]))
    return told


@pytest.mark.parametrize("name", NAMES)
def test_a_transcript_is_what_the_server_writes(name: str) -> None:
    stale = "write it again: python -m tests.contracts.transcripts"
    assert (FOLDER / name).read_bytes() == transcripts()[name], stale


def test_there_is_no_transcript_that_nothing_makes() -> None:
    assert sorted(file.name for file in FOLDER.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_clients_read_the_same_events_however_the_bytes_arrive(name: str, piece: int) -> None:
    wire = (FOLDER / name).read_bytes()
    expected = as_written(wire)
    assert read_by_httpx_sse(cut(wire, piece)) == expected
    assert read_by_sseclient(cut(wire, piece)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_transcript_is_a_stream_as_it_is_promised(name: str) -> None:
    first, *told, last = as_written((FOLDER / name).read_bytes())
    assert (first.event, last.event) == ("connected", "done")
    jsonschema_rs.validate(CONNECTED, json.loads(first.data))
    jsonschema_rs.validate(DONE, json.loads(last.data))
    events = jsonschema_rs.validator_for(events_schema())
    for one in told:
        events.validate(json.loads(one.data))
        assert one.id == str(json.loads(one.data)["position"])
    began = int(first.id)
    assert [int(one.id) for one in told] == list(range(began + 1, began + len(told) + 1))
    assert last.id == str(began + len(told))


def test_the_hard_texts_come_through_unchanged() -> None:
    _, *told, _ = read_by_sseclient([(FOLDER / "hard-texts.sse").read_bytes()])
    assert tuple(json.loads(one.data)["payload"]["content"] for one in told) == HARD_TEXTS


def test_heartbeats_are_in_the_transcripts_and_nobody_is_told_of_them() -> None:
    wire = (FOLDER / "draining.sse").read_bytes()
    assert wire.count(b"\n\n:\n:\nevent: ") == 1
    assert [one.event for one in as_written(wire)] == ["connected", "document_update", "done"]


def test_payloads_are_written_as_postgres_writes_them(database: None) -> None:
    fact = {"pages": 2, "document_id": "d", "a": {"zz": "\u2028 \r", "b": [1.5, None, True]}}
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(fact)])
        assert cursor.fetchone() == (as_postgres_writes(fact),)
