"""What a recording of a stream shows: pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

from curaway.doctor.finding import Finding, State, fail, ok, warn
from curaway.doctor.layers import help_with, layers, suspect
from curaway.doctor.recording import AT_ONCE_SECONDS, Recording

ASKED, PLAIN, OLD = "as browsers ask", "without compression", "over HTTP/1.1"

Ways = Mapping[str, Recording]
"""Recordings by how they were asked for, as browsers do first."""

TOGETHER_SECONDS = 0.2
"""Heartbeats that come closer than this were collected on the way."""


def verdict(asked: Recording, plain: Recording, old: Recording, *, name: str, lifetime_seconds: float) -> list[Finding]:
    """The findings about one stream, each named `name …`; the server lets it live for up to `lifetime_seconds`.

    Three recordings of the same time: `asked` for as browsers do, `plain` without accepting compression, `old` over
    HTTP/1.1 as well. A proxy that compresses or buffers may let nothing at all through to one and all to another.
    Only a stream that opened is judged as one: a way that was refused, or broke before, is a finding of its own.
    """
    ways = {ASKED: asked, PLAIN: plain, OLD: old}
    opened = {way: one for way, one in ways.items() if _is_open(one)}
    if not opened:
        return _none_opened(ways, name)
    # Where nothing came, those that came tell who stands in between.
    headers = next(iter(opened.values())).headers
    shut = {way: replace(one, headers=one.headers or headers) for way, one in ways.items() if way not in opened}
    silent = {way: one for way, one in shut.items() if _is_silent(one)}
    held_back = silent.pop(ASKED, None) if PLAIN in opened else None
    heard = {way: one for way, one in opened.items() if one.readable}
    return [
        *_worst(_way, opened, name),
        *(_closed(one, f"{name} {way}") for way, one in shut.items() if not _is_silent(one)),
        *_version(opened, name),
        *([_held_back(held_back, name)] if held_back else _compressions(opened, name)),
        *_worst(_buffering, {**heard, **silent}, name),
        *_worst(_heartbeats, heard, name),
        *_worst(lambda one, name: _end(one, name, lifetime_seconds), heard, name),
    ]


def _worst(judge: Callable[[Recording, str], Finding], ways: Ways, name: str) -> list[Finding]:
    """What matters most of what is found on each way, with the way's name when it is not the one of browsers."""
    if not ways:
        return []
    found = {way: judge(one, name) for way, one in ways.items()}
    worst = max(found, key=lambda way: list(State).index(found[way].state))
    if worst == ASKED or found[worst].state is State.OK:
        return [found[worst]]
    return [replace(found[worst], says=f"{worst} {found[worst].says}")]


def _is_open(stream: Recording) -> bool:
    return stream.status == 200 and stream.headers.get("content-type", "").startswith("text/event-stream")


def _is_silent(stream: Recording) -> bool:
    """Whether it was waited for in vain, and not refused."""
    return stream.status == 0 and not stream.fault


def _none_opened(ways: Ways, name: str) -> list[Finding]:
    """How browsers fare, and the other ways where they fare differently."""
    found = [_not_opened(ways[ASKED], name)]
    for way in (PLAIN, OLD):
        other = replace(_not_opened(ways[way], name), check=f"{name} {way}")
        if other.says not in [one.says for one in found]:
            found.append(other)
    return found


def _not_opened(stream: Recording, name: str) -> Finding:
    if not _is_silent(stream):
        return fail(f"{name} opens", _outcome(stream), _help_opening(stream))
    waited = f"not even the head of the answer came within {stream.watched_seconds:.0f} s"
    if stream.head_answered_in is not None:
        said = f"{waited}, though HEAD is answered: it is buffered by {suspect(stream.headers)}"
        return fail(f"{name} buffering", said, help_with("buffering", stream.headers))
    return fail(f"{name} opens", waited, "the server hangs, or the way to it: try --direct")


def _outcome(stream: Recording) -> str:
    """What came instead of a stream."""
    if stream.status == 200:
        return f"its type is {stream.headers.get('content-type', '')[:60]!r}"
    if stream.status:
        return f"it answered {stream.status}{f' ({stream.reason})' if stream.reason else ''}"
    return f"no answer: {stream.fault}"


def _help_opening(stream: Recording) -> str:
    if stream.status == 200:
        return "this is not the stream's address: check --url"
    if stream.status:
        return "401: a fresh token; 404: this patient is not theirs; 503: see /ready and the flag sse_streaming"
    return "check the address, its DNS and its certificate"


def _closed(stream: Recording, check: str) -> Finding:
    """About a way that does not lead to a stream though others do."""
    if not stream.reason:
        return fail(check, _outcome(stream), f"{suspect(stream.headers)}: its error log says why")
    return warn(
        check,
        f"{_outcome(stream)}, so this was not looked at",
        "capacity: three streams are opened at once, six with --direct; see SSE_MAX_STREAMS_PER_PATIENT"
        if stream.reason == "capacity"
        else "the server itself refused: try again",
    )


def _way(stream: Recording, name: str) -> Finding:
    through = layers(stream.headers)
    said = f"200 after {stream.head_at * 1000:.0f} ms, "
    said += f"through {' and '.join(through)}" if through else "straight from the server"
    if stream.head_at <= AT_ONCE_SECONDS:
        return ok(f"{name} opens", said)
    alone = stream.head_answered_in
    if alone is None or stream.head_at - alone <= AT_ONCE_SECONDS:
        said += ": the server is slow to open it, or it was held back"
        return warn(f"{name} opens", said, "compare with --direct, which leaves out what stands before the server")
    said += f", though HEAD is answered after {alone * 1000:.0f} ms: it was held back"
    return warn(f"{name} opens", said, help_with("buffering", stream.headers))


def _version(opened: Ways, name: str) -> list[Finding]:
    """Of the ways on which HTTP/2 was asked for."""
    stream = opened.get(ASKED) or opened.get(PLAIN)
    if stream is None:
        return []
    # Without TLS browsers speak HTTP/1.1 whatever the server can.
    if stream.version == "HTTP/2" or not stream.encrypted:
        return [ok(f"{name} version", stream.version)]
    said = f"{stream.version}: a browser opens six connections per origin, and every stream takes one"
    return [warn(f"{name} version", said, f"{suspect(stream.headers)}: turn HTTP/2 on")]


def _compressions(opened: Ways, name: str) -> list[Finding]:
    """That there is none can be said only of who accepts it."""
    found = _worst(_compression, opened, name)
    return found if ASKED in opened else [one for one in found if one.state is not State.OK]


def _compression(stream: Recording, name: str) -> Finding:
    encoding = stream.headers.get("content-encoding", "identity")
    if encoding == "identity":
        return ok(f"{name} compression", "none")
    return fail(
        f"{name} compression",
        f"the stream is compressed ({encoding}) by {suspect(stream.headers)}: frames wait in the compressor",
        help_with("compression", stream.headers),
    )


def _held_back(asked: Recording, name: str) -> Finding:
    return fail(
        f"{name} compression",
        f"who accepts compression, as browsers do, does not even get the head within {asked.watched_seconds:.0f} s: "
        f"the stream is compressed by {suspect(asked.headers)}",
        help_with("compression", asked.headers),
    )


def _buffering(stream: Recording, name: str) -> Finding:
    signs = _signs_of_buffering(stream)
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
    waited = stream.watched_seconds - max([stream.connected_at or 0, *stream.events])
    return stream.ended_at is None and waited >= 1.5 * stream.heartbeat_seconds


def _together(stream: Recording) -> list[float]:
    return [later for earlier, later in pairwise(stream.heartbeats) if later - earlier < TOGETHER_SECONDS]


def _latest(stream: Recording) -> float:
    """By how many seconds anything, or the nothing at the end, came later than it can have been sent.

    No more than a heartbeat's time lies between what is sent and what was sent before, whatever the two are; and
    nothing is sent after it came.
    """
    latest, sent = 0.0, stream.connected_at or 0.0
    until = [stream.watched_seconds] if stream.ended_at is None else []
    for at in [*sorted(stream.events + stream.heartbeats), *until]:
        due = sent + stream.heartbeat_seconds
        latest, sent = max(latest, at - due), min(at, due)
    return latest


def _heartbeats(stream: Recording, name: str) -> Finding:
    seen = (
        f"{len(stream.heartbeats)} in {stream.watched_seconds:.0f} s, one is sent every {stream.heartbeat_seconds:g} s"
    )
    if _were_due(stream) and not stream.heartbeats:
        return fail(f"{name} heartbeats", seen, help_with("buffering", stream.headers))
    if stream.connected_at is not None and _latest(stream) > AT_ONCE_SECONDS:
        said = f"{seen}; something came {_latest(stream):.1f} s after it was due"
        return warn(f"{name} heartbeats", said, help_with("buffering", stream.headers))
    return ok(f"{name} heartbeats", seen)


def _end(stream: Recording, name: str, lifetime_seconds: float) -> Finding:
    if stream.ended_at is None:
        said = f"still open after {stream.watched_seconds:.0f} s"
        if stream.watched_seconds < lifetime_seconds:
            said += f"; --watch {lifetime_seconds + 10:.0f} would show a cut that comes later"
        return ok(f"{name} cut", said)
    if stream.done:
        return ok(f"{name} cut", f"the server ended it: {stream.done}")
    broken = f" ({stream.fault})" if stream.fault else ""
    silence = stream.ended_at - stream.last_byte_at
    limit = (
        f"which lets an answer be silent for {silence:.0f} s, and heartbeats come every {stream.heartbeat_seconds:g} s"
        if silence >= 1
        else "which limits how long an answer may take as a whole, or is being restarted"
    )
    return fail(
        f"{name} cut",
        f"cut after {stream.ended_at:.1f} s{broken}, {silence:.1f} s after the last byte, without the server's last "
        f"frame: by {suspect(stream.headers)}, {limit}",
        help_with("cut", stream.headers),
    )
