"""What a recording of a stream shows: pure."""

from __future__ import annotations

from itertools import pairwise

from curaway.doctor.finding import Finding, fail, ok, warn
from curaway.doctor.layers import help_with, layers, suspect
from curaway.doctor.recording import Recording

AT_ONCE_SECONDS = 2.0
"""The first frame is sent with the head; so much later, somebody held it back."""

TOGETHER_SECONDS = 0.2
"""Heartbeats that come closer than this were collected on the way."""


def verdict(asked: Recording, plain: Recording, old: Recording, *, name: str) -> list[Finding]:
    """The findings about one stream, each named `name …`.

    Three recordings of the same time: `asked` for as browsers do, `plain` without accepting compression, `old` over
    HTTP/1.1 as well. A proxy that compresses or buffers may let nothing at all through to one and all to another.
    """
    stream = next((one for one in (asked, plain, old) if one.status == 200), asked)
    if stream.status != 200:
        return [_not_opened(stream, name)]
    body = asked if asked.status == 200 and asked.readable else plain
    return [
        _way(stream, name),
        _version(stream, name),
        _held_back(asked, plain, name) if _is_silent(asked) else _compression(stream, name),
        _buffering(body, old, name),
        _heartbeats(body, name),
        _end(body, name),
    ]


def _is_silent(stream: Recording) -> bool:
    """Whether it was waited for in vain, and not refused."""
    return stream.status == 0 and not stream.fault


def _not_opened(stream: Recording, name: str) -> Finding:
    if stream.status:
        return fail(
            f"{name} opens",
            f"it answered {stream.status}",
            "401: a fresh token; 404: this patient is not theirs; 503: see /ready and the flag sse_streaming",
        )
    if stream.fault:
        return fail(f"{name} opens", f"no connection: {stream.fault}", "check the address, its DNS and its certificate")
    waited = f"not even the head of the answer came within {stream.watched_seconds:.0f} s"
    if stream.answers_head:
        said = f"{waited}, though HEAD is answered: it is buffered by {suspect(stream.headers)}"
        return fail(f"{name} buffering", said, help_with("buffering", stream.headers))
    return fail(f"{name} opens", waited, "the server hangs, or the way to it: try --direct")


def _way(stream: Recording, name: str) -> Finding:
    kind = stream.headers.get("content-type", "")
    if not kind.startswith("text/event-stream"):
        return fail(f"{name} opens", f"its type is {kind[:60]!r}", "this is not the stream's address: check --url")
    through = layers(stream.headers)
    said = f"through {' and '.join(through)}" if through else "straight from the server"
    return ok(f"{name} opens", f"200 after {stream.head_at * 1000:.0f} ms, {said}")


def _version(stream: Recording, name: str) -> Finding:
    # Without TLS browsers speak HTTP/1.1 whatever the server can.
    if stream.version == "HTTP/2" or not stream.encrypted:
        return ok(f"{name} version", stream.version)
    return warn(
        f"{name} version",
        f"{stream.version}: a browser opens six connections per origin, and every stream takes one",
        f"{suspect(stream.headers)}: turn HTTP/2 on",
    )


def _compression(stream: Recording, name: str) -> Finding:
    encoding = stream.headers.get("content-encoding", "identity")
    if encoding == "identity":
        return ok(f"{name} compression", "none")
    return fail(
        f"{name} compression",
        f"the stream is compressed ({encoding}) by {suspect(stream.headers)}: frames wait in the compressor",
        help_with("compression", stream.headers),
    )


def _held_back(asked: Recording, plain: Recording, name: str) -> Finding:
    return fail(
        f"{name} compression",
        f"who accepts compression, as browsers do, does not even get the head within {asked.watched_seconds:.0f} s: "
        f"the stream is compressed by {suspect(plain.headers)}",
        help_with("compression", plain.headers),
    )


def _buffering(stream: Recording, old: Recording, name: str) -> Finding:
    signs = _signs_of_buffering(stream)
    if not signs and _signs_of_buffering(old):
        signs = f"over HTTP/1.1 {_signs_of_buffering(old)}"
    if not signs:
        late = (stream.connected_at or 0) - stream.head_at
        return ok(f"{name} buffering", f"none: the first frame came {late * 1000:.0f} ms after the head")
    return fail(
        f"{name} buffering",
        f"{signs}: it is buffered by {suspect(stream.headers)}",
        help_with("buffering", stream.headers),
    )


def _signs_of_buffering(stream: Recording) -> str:
    """In words; empty when everything came when it was sent."""
    if _is_silent(stream):
        return f"not even the head of the answer came within {stream.watched_seconds:.0f} s"
    if stream.connected_at is None:
        return f"the head came, and in {stream.watched_seconds:.0f} s nothing of the body"
    late = stream.connected_at - stream.head_at
    if late > AT_ONCE_SECONDS:
        return f"the first frame came {late:.1f} s after the head"
    if _together(stream):
        return f"{len(_together(stream)) + 1} heartbeats came together"
    if _were_due(stream) and not stream.heartbeats:
        return f"the first frame came, and none of the heartbeats in {stream.watched_seconds:.0f} s"
    return ""


def _were_due(stream: Recording) -> bool:
    """Whether it was watched long enough to hear a heartbeat, and not ended by then."""
    waited = stream.watched_seconds - (stream.connected_at or 0)
    return stream.ended_at is None and waited >= 1.5 * stream.heartbeat_seconds


def _together(stream: Recording) -> list[float]:
    return [later for earlier, later in pairwise(stream.heartbeats) if later - earlier < TOGETHER_SECONDS]


def _heartbeats(stream: Recording, name: str) -> Finding:
    seen = (
        f"{len(stream.heartbeats)} in {stream.watched_seconds:.0f} s, one is sent every {stream.heartbeat_seconds:g} s"
    )
    if _were_due(stream) and not stream.heartbeats:
        return fail(f"{name} heartbeats", seen, help_with("buffering", stream.headers))
    return ok(f"{name} heartbeats", seen)


def _end(stream: Recording, name: str) -> Finding:
    if stream.ended_at is None:
        return ok(f"{name} cut", f"still open after {stream.watched_seconds:.0f} s")
    if stream.done:
        return ok(f"{name} cut", f"the server ended it: {stream.done}")
    silence = stream.ended_at - stream.last_byte_at
    limit = (
        f"which lets an answer be silent for {silence:.0f} s, and heartbeats come every {stream.heartbeat_seconds:g} s"
        if silence >= 1
        else "which limits how long an answer may take as a whole, or is being restarted"
    )
    return fail(
        f"{name} cut",
        f"cut after {stream.ended_at:.1f} s, {silence:.1f} s after the last byte, without the server's last frame: "
        f"by {suspect(stream.headers)}, {limit}",
        help_with("cut", stream.headers),
    )
