"""Bodies of callbacks: what the queue sends, nearly that, and anything else."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import strategies as st

from tests.hostile.forgeries import JSON

PATHS = ("document-parse", "clinical-extract", "notification", "failed", "sweep")
FIELDS = (
    "document_id",
    "extracted_text",
    "notification_id",
    "kind",
    "patient_id",
    "match_id",
    "job_id",
    "correlation_id",
    "status",
    "sourceMessageId",
    "sourceBody",
)
MEANT = {"document_id": "doc_", "notification_id": "ntf_", "sourceMessageId": "msg_"}
"""What the queue names, and how such an id begins."""
DEEP = 20_000
ODD_TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e",
    "../../etc/passwd",
    "'; DROP TABLE events; --",
    "%s%n{0}${x}",
    "9" * 400,
    "doc_" + "x" * 96,
    "x" * 100_000,
    "00000000-0000-0000-0000-000000000000",
]
ODD_BODIES = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b'""',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"{" * 1000,
    b"[" * DEEP + b"]" * DEEP,
    b'{"document_id":' * DEEP + b"1" + b"}" * DEEP,
    b'{"document_id":"a","document_id":"b"}',
    b'{"document_id":1e999}',
    b"{'document_id':'a'}",
    b'{"document_id":"\\ud800"}',
    b'{"document_id":"a"}garbage',
    b"document_id=a",
    b"PK\x03\x04",
]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _those(known: list[str], start: str) -> st.SearchStrategy[str]:
    return st.sampled_from([id for id in known if id.startswith(start)])


def _source(body: bytes) -> str:
    return base64.b64encode(body).decode()


def bodies(known: list[str]) -> st.SearchStrategy[bytes]:
    """Of any callback; `known` are ids that exist."""
    ids = st.sampled_from(known)
    texts = st.sampled_from([*known, *ODD_TEXTS]) | st.text(max_size=60)
    sources = st.sampled_from(ODD_BODIES).map(_source) | texts | JSON.map(_json).map(_source)
    values = texts | JSON | sources
    messages = st.dictionaries(st.sampled_from(FIELDS), values, max_size=6).map(_json)
    given_up = st.fixed_dictionaries({"sourceMessageId": texts, "sourceBody": sources, "status": JSON}).map(_json)
    told = st.fixed_dictionaries({"kind": texts, "patient_id": texts, "document_id": texts}).map(_json)
    analyzed = st.fixed_dictionaries({"document_id": texts, "extracted_text": texts}).map(_json)
    understood = st.fixed_dictionaries(
        {"sourceMessageId": ids, "document_id": ids, "notification_id": ids},
        optional={"job_id": st.uuids().map(str) | ids, "sourceBody": sources, "extracted_text": texts, "x": JSON},
    ).map(_json)
    meant = st.fixed_dictionaries({name: _those(known, start) for name, start in MEANT.items()}).map(_json)
    other = st.sampled_from(ODD_BODIES) | st.binary(max_size=300) | JSON.map(_json)
    return st.one_of(meant, understood, messages, given_up, told, analyzed, other)


def headers() -> st.SearchStrategy[dict[str, bytes]]:
    """Besides the signature: the queue's own and those that everybody sends."""
    seen = st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f")
    values = st.text(seen, max_size=40).map(lambda text: text.encode("latin-1"))
    names = (
        "Upstash-Retried",
        "Upstash-Message-Id",
        "Content-Type",
        "X-Correlation-ID",
        "X-Tenant-ID",
        "Authorization",
    )
    more = ("Content-Encoding", "traceparent", "X-HTTP-Method-Override", "Origin", "Cookie", "Forwarded")
    return st.dictionaries(st.sampled_from([*names, *more]), values, max_size=4)
