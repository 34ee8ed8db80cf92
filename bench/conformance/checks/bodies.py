"""The bytes of the stream, as any client must be able to read them."""

from __future__ import annotations

import re
import time

from bench.conformance.asking import events_of, heard, settled, stream
from bench.conformance.check import Turn, check
from bench.conformance.frames import BOM, Frame
from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply
from bench.conformance.wire import Exchange

DIGITS = re.compile("[0-9]+")
FIELDS = frozenset((b"event", b"data", b"id", b"retry"))


async def some(target: Target, count: int = 3) -> Exchange:
    """The stream with a few events in it, closed again."""
    async with stream(target) as opened:
        await settled(opened)
        await target.publish(count)
        await heard(opened, count, within=2 * target.delivers_within)
        return opened


async def whatever(target: Target) -> Exchange:
    """The stream with events where we can publish them, else with what it says by itself."""
    if target.publish_here is not None:
        return await some(target)
    async with stream(target) as opened:
        await opened.listen(2 * target.delivers_within)
        if not opened.stream.frames:
            raise DoesNotApply("it said nothing, and no PUBLISH= was given")
        return opened


@check("WHATWG HTML 9.2.6", turn=Turn.OWN)
async def event_is_delivered(target: Target) -> None:
    """A published event is heard within seconds, blank line included: no client dispatches it before."""
    async with stream(target) as opened:
        await settled(opened)
        began = time.monotonic()
        await target.publish()
        (event,) = await heard(opened, 1, within=target.delivers_within)
        assert event.at >= began, "it was there before"


@check("WHATWG HTML 9.2.5", turn=Turn.OWN)
async def body_is_utf_8(target: Target) -> None:
    """The body is UTF-8, with a byte order mark at its very beginning at most."""
    body = bytes((await whatever(target)).body)
    body.decode()
    assert BOM not in body[1:], "a byte order mark in the middle"


@check("WHATWG HTML 9.2.5", turn=Turn.OWN)
async def line_ends_are_of_one_kind(target: Target) -> None:
    """Lines end all in LF or all in CRLF: a lone CR keeps many clients waiting for the next byte."""
    ends = (await whatever(target)).stream.line_ends
    assert ends in ({b"\n"}, {b"\r\n"}), f"ends: {ends}"


@check("WHATWG HTML 9.2.6", turn=Turn.OWN)
async def fields_are_known(target: Target) -> None:
    """Every line is a comment or one of event, data, id, retry; clients ignore all others."""
    for frame in (await whatever(target)).stream.frames:
        names = {line.partition(b":")[0] for line in frame.lines}
        assert names <= FIELDS, f"unknown: {sorted(names - FIELDS)[:3]}"


@check("WHATWG HTML 9.2.6", turn=Turn.OWN)
async def named_events_have_data(target: Target) -> None:
    """An event that is told has data: with an empty data buffer a client drops it without a word."""
    for frame in events_of(await some(target)):
        assert frame.values("data"), f"{frame.event} has no data line"


@check("WHATWG HTML 9.2.6", turn=Turn.OWN)
async def ids_hold_no_nul(target: Target) -> None:
    """No id holds U+0000: clients ignore such an id, and would resume from an older one."""
    for frame in (await whatever(target)).stream.frames:
        assert not any("\0" in each for each in frame.values("id")), "an id with U+0000"


@check("RFC 9110 5.5; WHATWG HTML 9.2.4", turn=Turn.OWN)
async def ids_fit_a_header(target: Target) -> None:
    """Ids come back as the Last-Event-ID header unchanged: printable ASCII without space at either end."""
    for frame in (await whatever(target)).stream.frames:
        for each in frame.values("id"):
            fits = each.isascii() and (each.isprintable() or not each) and each == each.strip()
            assert fits, f"an id like {each[:40]!r}"


@check("WHATWG HTML 9.2.6", turn=Turn.OWN)
async def retry_is_digits(target: Target) -> None:
    """`retry` is ASCII digits alone; clients ignore anything else."""
    for frame in (await whatever(target)).stream.frames:
        for each in frame.values("retry"):
            assert DIGITS.fullmatch(each), f"retry: {each[:20]!r}"


@check("WHATWG HTML 9.2.2, 9.2.3", turn=Turn.OWN)
async def names_are_not_the_clients_own(target: Target) -> None:
    """No event is named `open` or `error`, which an EventSource fires by itself."""
    for frame in (await whatever(target)).stream.frames:
        assert not (frame.is_dispatched and frame.event in ("open", "error")), f"an event named {frame.event}"


@check("RFC 9112 7.1", turn=Turn.OWN)
async def chunks_are_whole(target: Target) -> None:
    """Chunks are a size in hexadecimal, so many bytes, and CRLF, over several frames."""
    opened = await some(target, 5)
    assert len(events_of(opened)) >= 5, "fewer events than were published"


@check("practice: clients that split text at Unicode's line ends", turn=Turn.OWN)
async def data_has_no_other_line_ends(target: Target) -> None:
    """No U+0085, U+2028 or U+2029 stands bare in data: several clients break lines there."""
    text = bytes((await whatever(target)).body).decode(errors="replace")
    bare = [f"U+{ord(letter):04X}" for letter in "\u0085\u2028\u2029" if letter in text]
    assert not bare, f"bare {', '.join(bare)}"


@check("RFC 9110 9.2.1; WHATWG HTML 9.2.3", turn=Turn.OWN)
async def everybody_hears_the_same(target: Target) -> None:
    """Two streams that are open together hear the same events in the same order."""
    async with stream(target) as one, stream(target) as other:
        await settled(one)
        await settled(other)
        await target.publish(3)
        first = await heard(one, 3, within=2 * target.delivers_within)
        second = await heard(other, 3, within=2 * target.delivers_within)
    assert _told(first) == _told(second), "they differ"


def _told(frames: list[Frame]) -> list[tuple[str, str | None, str]]:
    return [(frame.event, frame.id, frame.data) for frame in frames]


@check("RFC 9112 7.1; practice", turn=Turn.OWN)
async def streams_stay_apart_in_time(target: Target) -> None:
    """An event that comes later is not held back until the next one: two events, seconds apart, arrive apart."""
    async with stream(target) as opened:
        await settled(opened)
        await target.publish()
        await heard(opened, 1, within=target.delivers_within)
        await target.publish()
        first, second = await heard(opened, 2, within=target.delivers_within)
    assert second.at > first.at, "they came together"
